"""What the desk keeps, for a front end to look at and to change: the history, the calendar, the inbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from app.database_thread import DatabaseThread
from app.desk_api import InboxCounts, OpenedMessage
from tools.calendar import Calendar, Listing, Occurrence, Window, Written
from tools.date_language import Dates, NotUnderstood
from tools.desk_db import Effect
from tools.inbox import ActionItem, Inbox, ItemStatus, MessageHead
from tools.registry import ToolDesk


class DeskRecords:
    """Nothing here needs a model; all of it happens on the database's thread."""

    def __init__(self, database: DatabaseThread, dates: Dates) -> None:
        self._database = database
        self._dates = dates

    async def effects(self, before: int | None = None, limit: int = 100) -> list[Effect]:
        """What the tools did, newest first; `before` an effect's id gives the page that follows it."""
        return await self._database.run(lambda db: db.journal.history(limit, before=before))

    async def undo(self, effect_id: int | None = None) -> Effect:
        """Take an effect back, by default the latest that was not; raises `NotUndone` when that cannot be."""
        return await self._database.run(lambda db: db.journal.undo(effect_id))

    async def now(self) -> datetime:
        """The user's clock, in their zone."""
        return self._dates.now()

    async def day_said(self, words: str) -> date:
        """The day that a person means ("next Friday"). Raises `DateProblem` for none, or for several."""
        # The grammars of a language are read when it is first heard.
        return await asyncio.to_thread(self._day_said, words)

    async def events(self, first: date, days: int = 7) -> Listing:
        """What stands in the calendar on so many days of the user's zone."""
        window = Window(self._midnight(first), self._midnight(first + timedelta(days=days)))
        return await self._calendar(lambda calendar: calendar.list_events(window))

    async def cancel_event(self, occurrence: Occurrence, *, whole_series: bool = False) -> Written:
        """Cancel an occurrence, or its series: one effect. Raises `CalendarProblem` when it is no longer there."""
        return await self._calendar(lambda calendar: calendar.cancel(occurrence, whole_series=whole_series))

    async def message_heads(
        self, after: MessageHead | None = None, limit: int = 100, *, thread_of: int | None = None
    ) -> list[MessageHead]:
        """The messages newest first, or those that follow one; `thread_of` a message gives its thread alone."""
        return await self._inbox(lambda inbox: inbox.heads(limit, after, thread_of=thread_of))

    async def search_messages(self, words: str, limit: int = 100) -> list[MessageHead]:
        """The messages that fit best. Raises a `ToolProblem` for a condition that is not understood."""
        return await self._inbox(lambda inbox: [MessageHead.of(hit) for hit in inbox.search(words, limit=limit)])

    async def message(self, message_id: int) -> OpenedMessage:
        """Raises `InboxProblem` when it is no longer there."""
        return await self._inbox(lambda inbox: OpenedMessage(inbox.get(message_id), tuple(inbox.items_of(message_id))))

    async def action_items(self, limit: int = 1000) -> list[ActionItem]:
        """Open and done ones, those of the latest messages first."""
        return await self._inbox(lambda inbox: inbox.items(limit=limit))

    async def set_item_status(self, item_id: int, status: ItemStatus) -> ActionItem:
        """Mark an action item as done or as open: one effect in the journal."""
        return await self._inbox(lambda inbox: inbox.set_status(item_id, status).items[0])

    async def inbox_counts(self) -> InboxCounts:
        return await self._inbox(lambda inbox: InboxCounts(inbox.store.count(), inbox.open_items()))

    async def _calendar[T](self, work: Callable[[Calendar], T]) -> T:
        return await self._database.run(lambda db: work(ToolDesk(db, self._dates).calendar))

    async def _inbox[T](self, work: Callable[[Inbox], T]) -> T:
        return await self._database.run(lambda db: work(ToolDesk(db, self._dates).inbox))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._dates.zone)

    def _day_said(self, words: str) -> date:
        try:
            return self._dates.start(words).day
        except NotUnderstood:
            return self._dates.span(words).start.date()
