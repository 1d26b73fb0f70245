"""What a tool may use: the user's data on this machine, and their clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property

from tools.calendar import Calendar
from tools.date_language import Dates
from tools.desk_db import DeskDatabase
from tools.inbox import Inbox


@dataclass(frozen=True)
class ToolDesk:
    """Handed to every tool as its first argument."""

    db: DeskDatabase
    dates: Dates

    @property
    def zone(self) -> tzinfo:
        """The user's."""
        return self.dates.zone

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(self.db, self.zone, self.dates.now)

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self.db, self.dates)
