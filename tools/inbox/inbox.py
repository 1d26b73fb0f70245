"""The user's inbox: what came in, found again, and what it asks to be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from tools.date_language import DateProblem, Dates, Moment, Span
from tools.desk_db import DeskDatabase
from tools.inbox import finding, sources
from tools.inbox.action_items import ActionItems
from tools.inbox.heads import MessageHead, heads
from tools.inbox.importing import Progress, TextOf, import_path
from tools.inbox.matching import MOST_CANDIDATES, Found, best_matches, read_reference
from tools.inbox.query import Query, When, moment, parse
from tools.inbox.records import (
    ActionItem,
    FoundMessage,
    ImportReport,
    InboxProblem,
    ItemStatus,
    Message,
    Thread,
)
from tools.inbox.store import MessageStore
from tools.sanitise import sanitise

USUAL_COUNT = 10
"""Messages that are meant when nobody says how many, or of which time."""
MOST_SELECTED = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """What an effect made of action items: those that are new, or the one that changed.

    `effect_id` is None when nothing was written.
    """

    effect_id: int | None
    items: tuple[ActionItem, ...]


class Inbox:
    """Reads the messages of a desk database and keeps what they ask to be done.

    `dates` knows the user's clock, zone and languages. Action items are written as effects of the journal. What cannot
    be done, or is not understood, raises a `ToolProblem`: `InboxProblem`, or `DateProblem` for a time.
    """

    def __init__(self, db: DeskDatabase, dates: Dates) -> None:
        self._db = db
        self._dates = dates
        self._items = ActionItems(db)
        self.store = MessageStore(db)

    def recent(self, count: int, sender: str | None = None, *, skip: int = 0) -> list[Message]:
        """The latest messages, newest first, of everyone or of one sender, by any part of the name or address."""
        return finding.newest(self._db, _from(Query(), sender), count, skip)

    def heads(self, limit: int, after: MessageHead | None = None, *, thread_of: int | None = None) -> list[MessageHead]:
        """The latest messages as lines of a list, newest first, or those that follow one; no text is read in full.

        `thread_of` a message gives those of its thread alone.
        """
        return heads(self._db, limit, after, thread_of)

    def search(
        self,
        query: str,
        sender: str | None = None,
        after: When | None = None,
        before: When | None = None,
        *,
        limit: int = 10,
    ) -> list[FoundMessage]:
        """The messages that fit best, those with all of the words first; without words the latest ones.

        `query` may hold conditions itself: `from:NAME`, `after:` and `before:` a time, `has:attachment`; a value of
        several words stands in double quotes. What `after` says is included, what `before` says is not.
        """
        asked = _from(parse(query, self._dates), sender)
        if after is not None and after != "":
            asked = asked.since(moment(after, self._dates))
        if before is not None and before != "":
            asked = asked.until(moment(before, self._dates))
        return finding.search(self._db, asked, limit)

    def select(self, count: int | None = None, sender: str | None = None, when: str | None = None) -> list[Message]:
        """The messages that a digest or a list of action items is about, newest first.

        The latest ten unless it is said how many, or of which time; never more than 200.
        """
        asked = _from(Query(), sender)
        if when and when.strip():
            span = self._dates.span(when, tense="past")
            asked = asked.since(span.start.timestamp()).until(span.end.timestamp())
            count = count or MOST_SELECTED
        return finding.newest(self._db, asked, max(0, min(count or USUAL_COUNT, MOST_SELECTED)))

    def find(self, words: str) -> Found:
        """The message that a person means by `words`, or those between which to ask."""
        if words.strip().removeprefix("#").isdecimal():
            message = self.store.get(min(int(words.strip().removeprefix("#")), 2**62))
            return Found((), message)
        asked = read_reference(words, self._dates)
        within = Query()
        if asked.when is not None:
            within = within.since(asked.when.start.timestamp()).until(asked.when.end.timestamp())
        fitting = replace(within, words=" ".join(asked.words))
        found = [hit.message for hit in finding.search(self._db, fitting, MOST_CANDIDATES)] if asked.words else []
        candidates = {message.id: message for message in [*found, *finding.newest(self._db, within, MOST_CANDIDATES)]}
        return best_matches(asked, list(candidates.values()))

    def get(self, message_id: int) -> Message:
        """Raises `InboxProblem` when there is no such message."""
        message = self.store.get(message_id)
        if message is None:
            raise InboxProblem(f"There is no message {message_id} in the inbox.")
        return message

    def thread(self, message_id: int) -> list[Message]:
        """The messages of a message's thread, oldest first. Raises `InboxProblem` when there is no such message."""
        return self.store.thread(self.get(message_id).thread_id)

    def threads(self, count: int) -> list[Thread]:
        """The threads with the latest messages, the latest first."""
        return self.store.threads(count)

    def items(self, status: ItemStatus | None = None, *, limit: int = 1000) -> list[ActionItem]:
        """The action items of the latest messages first; of one status or of both."""
        return self._items.listed(status, limit=limit)

    def items_of(self, message_id: int) -> list[ActionItem]:
        """The action items of one message."""
        return self._items.of_message(message_id)

    def open_items(self) -> int:
        """How many action items are open."""
        return self._items.open_count()

    def add_items(self, items: Iterable[ActionItem]) -> Kept:
        """Keep action items in one effect; one that is known stays as it is, also when it is done.

        What `due` says is resolved as of the day of the message. Raises `InboxProblem` for an item of no message, or
        whose quote does not stand in its message.
        """
        checked = [self._checked(item) for item in items]
        with self._db.journal.effect("inbox_action_items", summary=_summary(checked)) as effect_id:
            numbers = self._items.keep(checked, self._dates.now())
        kept = tuple(item for number in numbers if (item := self._items.get(number)) is not None)
        return Kept(effect_id if kept else None, kept)

    def set_status(self, item_id: int, status: ItemStatus) -> Kept:
        """Mark an item as done, or as open again. Raises `InboxProblem` when there is no such item."""
        item = self._items.get(item_id)
        if item is None:
            raise InboxProblem(f"There is no action item {item_id}.")
        if item.status == status:
            return Kept(None, (item,))
        said = f"Done: “{item.what}”" if status == "done" else f"Open again: “{item.what}”"
        with self._db.journal.effect("inbox_done", summary=said) as effect_id:
            self._items.set_status(item_id, status)
        return Kept(effect_id, (replace(item, status=status),))

    def import_path(
        self,
        path: Path,
        *,
        text_of: TextOf | None = None,
        progress: Progress | None = None,
        report: ImportReport | None = None,
    ) -> ImportReport:
        """Bring the messages of a file or a folder into the inbox; see `tools.inbox.import_path`."""
        now = self._dates.now()
        return import_path(self._db, path, zone=now.tzinfo, now=now, text_of=text_of, progress=progress, report=report)

    def forget_source(self, path: Path) -> int:
        """Remove the messages that came from a file or a folder alone, with all that was made of them; how many.

        No undo brings them back. Raises `InboxProblem` when nothing came from there.
        """
        removed = sources.forget(self._db, path)
        if removed is None:
            raise InboxProblem(f"No messages came from {sanitise(str(path))}.", hint="Name a path that was imported.")
        return removed

    def _checked(self, item: ActionItem) -> ActionItem:
        message = self.get(item.message_id)
        said = " ".join(f"{message.subject}\n{message.body}".split())
        quote = " ".join(sanitise(item.quote).split())
        if not item.what.strip() or not quote or quote not in said:
            raise InboxProblem(f"“{item.what}” is not what message {item.message_id} says.")
        words = (" ".join(sanitise(text).split()) for text in (item.what, item.who, item.due))
        what, who, due = words
        return replace(item, what=what, who=who, due=due, quote=quote, due_on=self._due_on(due, message))

    def _due_on(self, due: str, message: Message) -> str:
        sent = message.date
        if not due or sent is None:
            return ""
        zone = self._dates.now().tzinfo
        then = Dates(lambda: sent.astimezone(zone), self._dates.languages)
        readings: tuple[Callable[[str], Moment | date], ...] = (
            then.start,
            lambda words: _last_day(then.span(words, tense="future")),
        )
        for resolve in readings:
            with suppress(DateProblem):
                return resolve(due).isoformat()
        return ""


def _from(asked: Query, sender: str | None) -> Query:
    return asked.by(sender) if sender and sender.strip() else asked


def _last_day(span: Span) -> date:
    return (span.end - timedelta(seconds=1)).date()


def _summary(items: list[ActionItem]) -> str:
    if len(items) == 1:
        return f"Keep the action item “{items[0].what}”"
    return f"Keep {len(items)} action items"
