"""`llama-desk inbox list` and `search`"""

from __future__ import annotations

from datetime import tzinfo

import click

from app.commands.inbox.opened import OpenInbox, open_inbox
from app.commands.inbox.results import FoundList, MessageList, found_result, message_result
from app.commands.output import echo_json
from app.errors import Exit
from tools.inbox import FoundMessage, Message

_COUNT = click.IntRange(1, 10_000)
_FROM = click.option("--from", "sender", metavar="WHO", help="Only of this sender: a part of the name or address.")
_JSON = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")


@click.command(name="list")
@click.option("--count", type=_COUNT, default=20, show_default=True, help="How many messages.")
@_FROM
@_JSON
def list_messages(count: int, sender: str | None, as_json: bool) -> int:
    """List the latest messages, the newest first."""
    with open_inbox() as opened:
        messages = opened.inbox.recent(count, sender)
        zone, is_empty = opened.zone, _is_empty(opened)
    if as_json:
        echo_json(MessageList([message_result(message, zone) for message in messages]))
        return Exit.DONE
    for message in messages:
        click.echo(_line(message, zone))
    if not messages:
        _say_nothing_found(is_empty)
    return Exit.DONE


@click.command()
@click.argument("words")
@_FROM
@click.option("--after", metavar="WHEN", help='Not older than this: "last Monday", "2026-03-31".')
@click.option("--before", metavar="WHEN", help="Older than this.")
@click.option("--limit", type=_COUNT, default=10, show_default=True, help="The most results.")
@_JSON
def search(words: str, sender: str | None, after: str | None, before: str | None, limit: int, as_json: bool) -> int:
    """Find the messages that fit WORDS best.

    "Double quotes" hold a phrase together. Among the words there may be from:NAME, after:DAY, before:DAY and
    has:attachment.
    """
    if not words.strip():
        raise click.UsageError("There is no word to search for.")
    with open_inbox() as opened:
        found = opened.inbox.search(words, sender, after, before, limit=limit)
        zone, is_empty = opened.zone, _is_empty(opened)
    if as_json:
        echo_json(FoundList([found_result(one, zone) for one in found]))
        return Exit.DONE
    for one in found:
        click.echo(_found_lines(one, zone))
    if not found:
        _say_nothing_found(is_empty)
    return Exit.DONE


COMMANDS = (list_messages, search)


def _is_empty(opened: OpenInbox) -> bool:
    return not opened.inbox.recent(1)


def _say_nothing_found(is_empty: bool) -> None:
    click.echo('The inbox is empty: "inbox import PATH" fills it.' if is_empty else "Nothing found.", err=True)


def _found_lines(found: FoundMessage, zone: tzinfo | None) -> str:
    return f"{_line(found.message, zone)}\n    {found.snippet}\n"


def _line(message: Message, zone: tzinfo | None) -> str:
    """The number by which it is named, when, who, and what about; of a chat message its beginning."""
    date = f"{message.date.astimezone(zone):%Y-%m-%d %H:%M}" if message.date else message.date_written or "no date"
    who = message.sender.name or message.sender.address or "nobody"
    about = message.subject or " ".join(message.body[:200].split()) or ", ".join(message.attachments)
    where = f" in {message.chat}" if message.chat and message.chat != who else ""
    return f"{message.id:>6}  {date[:16]:16}  {who}{where}: {about}"
