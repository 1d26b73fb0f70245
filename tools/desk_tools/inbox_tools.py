"""The inbox, as the assistant may use it. Nothing here sends anything."""

from __future__ import annotations

from datetime import tzinfo
from typing import Annotated

from pydantic import Field

from tools.desk_tools.hearing import heard
from tools.desk_tools.tasks import DigestMessages, DraftReply, FindItems
from tools.desk_tools.wording import cut_notice, moment_text
from tools.inbox import Message
from tools.registry import Choice, Choose, Data, Found, Handed, Outcome, Source, ToolDesk, Unsettled, WrongCall, tool

LISTED = 30
"""Messages in one result: more would fill a small model's context."""
LONGEST_SUBJECT = 80
"""Characters of a message's own words that stand for a subject it has not."""


@tool()
def inbox_recent(desk: ToolDesk, count: int, sender: str | None = None) -> Outcome:
    """Show the latest messages, of everyone or of one sender."""
    if count < 1:
        raise WrongCall("The count of messages is at least 1.", hint="Leave out what the user did not say.")
    messages = desk.inbox.recent(min(count, LISTED), sender)
    asked = count if len(messages) == LISTED else 0
    return _listed(messages, desk.zone, cut_notice(asked, LISTED, "messages"))


@tool()
def inbox_search(
    desk: ToolDesk, query: str, sender: str | None = None, after: str | None = None, before: str | None = None
) -> Outcome:
    """Find messages by their words, sender or date."""
    with heard(after=after, before=before):
        since = desk.dates.span(after, tense="past").start if after else None
        until = desk.dates.span(before, tense="past").start if before else None
    found = desk.inbox.search(query, sender, since, until, limit=LISTED)
    best = f"The {LISTED} messages that fit best are listed." if len(found) == LISTED else ""
    return _listed([hit.message for hit in found], desk.zone, best)


@tool()
def inbox_digest(
    desk: ToolDesk, count: int | None = None, sender: str | None = None, when: str | None = None
) -> Outcome:
    """Summarise messages."""
    return Handed(DigestMessages(_selected(desk, count, sender, when)))


@tool()
def inbox_action_items(
    desk: ToolDesk, count: int | None = None, sender: str | None = None, when: str | None = None
) -> Outcome:
    """List what messages ask to be done: what, who, by when."""
    return Handed(FindItems(_selected(desk, count, sender, when)))


@tool()
def inbox_draft_reply(
    desk: ToolDesk,
    message: Annotated[str, Field(description="which message, as the user said it")],
    points: Annotated[str, Field(description="what the reply shall say")],
) -> Outcome:
    """Write a reply to a message as text; nothing is sent."""
    found = desk.inbox.find(message)
    if found.clear is None:
        if not found.ambiguous:
            raise WrongCall(f"No message was found for “{message}”.", hint="Say from whom it is, or what it is about.")
        choices = tuple(Choice(_line(one, desk.zone), f"#{one.id}") for one in found.ambiguous[:5])
        raise Unsettled(Choose(f"Which message is meant by “{message}”?", "message", choices))
    return Handed(DraftReply(found.clear, points))


def source_of(message: Message) -> Source:
    """A message as text that somebody else wrote."""
    text = f"{message.sender.name} {message.sender.address} {message.subject} {message.body}"
    return Source(f"the message “{subject(message)}” of {sender(message)}", text)


def sender(message: Message) -> str:
    return message.sender.name or message.sender.address or "an unknown sender"


def subject(message: Message) -> str:
    """The subject, or the first of its words where it has none, as in a chat."""
    words = " ".join((message.subject or message.parts.own or message.body).split())
    return words if len(words) <= LONGEST_SUBJECT else f"{words[:LONGEST_SUBJECT].rstrip()}…"


def date_of(message: Message, zone: tzinfo) -> str:
    return moment_text(message.date, zone) if message.date is not None else message.date_written


def _selected(desk: ToolDesk, count: int | None, sender: str | None, when: str | None) -> tuple[Message, ...]:
    with heard(when=when):
        return tuple(desk.inbox.select(count, sender, when))


def _listed(messages: list[Message], zone: tzinfo, notice: str) -> Found:
    entries: list[Data] = [
        {"from": sender(one), "date": date_of(one, zone), "subject": subject(one)} for one in messages
    ]
    return Found({"messages": entries}, tuple(map(source_of, messages)), notice)


def _line(message: Message, zone: tzinfo) -> str:
    return f"{sender(message)}, {date_of(message, zone)}: {subject(message)}"
