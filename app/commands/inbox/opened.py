"""The inbox, opened for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo

from app.clock import user_dates
from app.locations import Locations, locations
from app.settings import load_settings
from tools.date_language import Dates
from tools.desk_db import DeskDatabase
from tools.inbox import Inbox


@dataclass(frozen=True, slots=True)
class OpenInbox:
    inbox: Inbox
    dates: Dates
    places: Locations

    @property
    def zone(self) -> tzinfo | None:
        return self.dates.now().tzinfo


@contextmanager
def open_inbox() -> Iterator[OpenInbox]:
    """The inbox of this user.

    Raises DeskError or ToolProblem when the settings or the database cannot be used.
    """
    places = locations()
    dates = user_dates(load_settings(places.settings))
    with DeskDatabase.open(places.make().database, clock=lambda: dates.now().timestamp()) as db:
        yield OpenInbox(Inbox(db, dates), dates, places)
