"""The calendar: events with zones and recurrence, kept in the desk database, shared with other programs as files."""

from __future__ import annotations

from tools.calendar.attendee import Attendee, attendee, with_people
from tools.calendar.desk_calendar import Calendar, Listing, Written
from tools.calendar.event import Event, Series, new_event
from tools.calendar.exporting import export_file, export_folder, write_invitation
from tools.calendar.free_time import WorkingHours
from tools.calendar.ics_write import calendar_bytes, invitation
from tools.calendar.importing import FailedSource, ImportReport, import_path
from tools.calendar.matching import Found, Match
from tools.calendar.moments import Moment, named_zone
from tools.calendar.occurrences import Occurrence, Window
from tools.calendar.problems import CalendarProblem
from tools.calendar.spoken import (
    SaidEvent,
    WhichEvent,
    one_meant,
    spoken_event,
    spoken_move,
    spoken_window,
    when,
)

__all__ = [
    "Attendee",
    "Calendar",
    "CalendarProblem",
    "Event",
    "FailedSource",
    "Found",
    "ImportReport",
    "Listing",
    "Match",
    "Moment",
    "Occurrence",
    "SaidEvent",
    "Series",
    "WhichEvent",
    "Window",
    "WorkingHours",
    "Written",
    "attendee",
    "calendar_bytes",
    "export_file",
    "export_folder",
    "import_path",
    "invitation",
    "named_zone",
    "new_event",
    "one_meant",
    "spoken_event",
    "spoken_move",
    "spoken_window",
    "when",
    "with_people",
    "write_invitation",
]
