"""One message in full: who, when, what it asks to be done, and its text."""

from __future__ import annotations

from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from app.day_words import short_moment
from app.desk_api import OpenedDocument, OpenedMessage
from app.tui.document_view import DocumentView
from app.tui.item_list import BOXES, item_facts
from app.tui.terminal_safety import one_line
from app.wording import count
from tools.inbox import Message, Person

_PART = 4_000
"""Code points from one place of a long text to the next, to which "[" and "]" go."""
_PEOPLE = 8


class MessageView(Vertical):
    """Its text is foreign: it is shown as it is read, and nothing in it does anything."""

    DEFAULT_CSS = """
    MessageView {
        background: $background;
        & DocumentView .around { color: $foreground; }
        & > .head { height: auto; max-height: 50%; padding: 0 1; margin-bottom: 1; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static("", classes="head", markup=False)
        yield DocumentView()

    def show(self, opened: OpenedMessage, now: datetime) -> None:
        message = opened.message
        self.query_one(".head", Static).update(_head(opened, now))
        text = message.body or "There is no text in this message."
        places = tuple((start, f"character {start + 1:,}") for start in range(0, len(text), _PART))
        self.query_one(DocumentView).show_document(OpenedDocument("", message.subject, text, places), 0, 0)

    def clear(self) -> None:
        self.query_one(".head", Static).update("")
        self.query_one(DocumentView).show_quote("", "")

    def read(self) -> None:
        """Give the text the keys."""
        self.query_one(DocumentView).focus()


def _head(opened: OpenedMessage, now: datetime) -> Content:
    message = opened.message
    facts = [
        ("from", _person(message.sender)),
        ("to", _people(message.recipients)),
        ("when", _when(message, now)),
        ("chat", one_line(message.chat)),
        ("files", ", ".join(map(one_line, message.attachments))),
    ]
    items = [
        Content.assemble(
            (f"{BOXES[item.status]} ", "bold $accent"),
            one_line(item.what),
            (f"  {item_facts(item, now.date())}", "$quiet"),
        )
        for item in opened.items
    ]
    lines = [
        Content.styled(one_line(message.subject) or _untitled(message), "bold"),
        *(Content.assemble((f"{name:<6}", "$quiet"), text) for name, text in facts if text),
        *items,
    ]
    return Content("\n").join(lines)


def _when(message: Message, now: datetime) -> str:
    """When it was sent; where its own date cannot be, when it was received, and that date."""
    written = one_line(message.date_written)
    if message.date is None:
        return written
    when = short_moment(message.date, now)
    return f"{when} (it says {written})" if message.is_misdated else when


def _untitled(message: Message) -> str:
    return f"In {one_line(message.chat)}" if message.chat else "(no subject)"


def _people(people: tuple[Person, ...]) -> str:
    named = [_person(person) for person in people[:_PEOPLE]]
    return ", ".join([*named, count(len(people) - _PEOPLE, "other")] if len(people) > _PEOPLE else named)


def _person(person: Person) -> str:
    name, address = one_line(person.name), one_line(person.address)
    return f"{name} <{address}>" if name and address and name != address else name or address
