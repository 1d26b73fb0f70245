"""The user's calendar by their own clock and words, for callers that must not wait for the database."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta

from app.database_thread import DatabaseThread
from tools.calendar import Listing, Occurrence, Window, Written
from tools.date_language import Dates, NotUnderstood
from tools.registry import ToolDesk


class Diary:
    """Days are those of the user's zone."""

    def __init__(self, database: DatabaseThread, dates: Dates) -> None:
        self._database = database
        self._dates = dates

    def now(self) -> datetime:
        return self._dates.now()

    async def day_said(self, words: str) -> date:
        """The day that a person means. Raises `DateProblem` for words that mean none, or several."""
        # The grammars of a language are read when it is first heard.
        return await asyncio.to_thread(self._day_said, words)

    async def events(self, first: date, days: int) -> Listing:
        """What stands in the calendar on so many days from `first` on."""
        return await self._database.run(
            lambda db: ToolDesk(db, self._dates).calendar.list_events(
                Window(self._midnight(first), self._midnight(first + timedelta(days=days)))
            )
        )

    async def cancel(self, occurrence: Occurrence, *, whole_series: bool) -> Written:
        """Cancel an occurrence, or its series. Raises `CalendarProblem` when it is no longer there."""
        return await self._database.run(
            lambda db: ToolDesk(db, self._dates).calendar.cancel(occurrence, whole_series=whole_series)
        )

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._dates.zone)

    def _day_said(self, words: str) -> date:
        try:
            return self._dates.start(words).day
        except NotUnderstood:
            return self._dates.span(words).start.date()
