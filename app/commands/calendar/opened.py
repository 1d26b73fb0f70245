"""The calendar of this user, opened for one command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.clock import user_dates, user_zone
from app.locations import locations
from app.settings import Settings, load_settings
from tools.calendar import Calendar, Occurrence, Window, one_meant, spoken_window
from tools.date_language import Dates
from tools.desk_db import DeskDatabase

_DAYS_AHEAD = 7


@dataclass(frozen=True, slots=True)
class OpenCalendar:
    db: DeskDatabase
    calendar: Calendar
    dates: Dates
    settings: Settings

    def window(self, words: Sequence[str]) -> Window:
        """The time that the words name; without any today and the six days after it."""
        said = " ".join(words).strip()
        if said:
            return spoken_window(said, self.dates)
        today, zone = self.dates.now().date(), self.calendar.zone
        last = today + timedelta(days=_DAYS_AHEAD)
        return Window(datetime.combine(today, time(), zone), datetime.combine(last, time(), zone))

    def meant(self, words: str, day: str | None) -> Occurrence:
        """The event that is meant, at the time that `day` names if it does."""
        return one_meant(self.calendar, words, spoken_window(day, self.dates) if day is not None else None)


@contextmanager
def open_calendar() -> Iterator[OpenCalendar]:
    """Raises DeskError or ToolProblem when the settings or the database cannot be used."""
    places = locations()
    settings = load_settings(places.settings)
    dates = user_dates(settings)
    with DeskDatabase.open(places.make().database, clock=lambda: dates.now().timestamp()) as db:
        yield OpenCalendar(db, Calendar(db, user_zone(settings), dates.now), dates, settings)
