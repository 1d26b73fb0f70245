"""A tenant's calendar in Zurich on a Wednesday morning, in a real database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app.desk import LocalDesk
from app.locations import locations
from tools.calendar import Attendee, Calendar, Event, new_event
from tools.desk_db import DeskDatabase

ZURICH = ZoneInfo("Europe/Zurich")
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=ZURICH)


def at(day: int, hour: int, minute: int = 0, zone: ZoneInfo = ZURICH) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=zone)


EVENTS: tuple[Event, ...] = (
    new_event("Team meeting", at(23, 9, 30), duration=timedelta(minutes=45), rrule="FREQ=WEEKLY;BYDAY=MO,WE;COUNT=12"),
    new_event("Dentist", at(27, 15, 15), location="Bahnhofstrasse 12"),
    new_event(
        "Hand over the keys",
        at(27, 15),
        duration=timedelta(minutes=30),
        location="14 Mill Lane",
        attendees=(
            Attendee("ana@example.org", "Ana Keller", "accepted"),
            Attendee("tomas@example.org", "Tomás Ferreira"),
        ),
        description="Bring the deposit receipt\nand the second key.",
    ),
    new_event("Anniversary of Grandmother and Grandfather", date(2026, 11, 28)),
    new_event("Moving to the new flat", date(2026, 11, 26), date(2026, 11, 28)),
    new_event("Call with New York", at(26, 10, zone=ZoneInfo("America/New_York")), status="tentative"),
    new_event("東京の会議について話す", at(24, 8)),
)


def fill(home: Path, events: tuple[Event, ...] = EVENTS) -> None:
    """Make the database of a home with these events, each one effect a minute after the one before."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "settings.toml").write_text('zone = "Europe/Zurich"\nlanguages = ["en"]\n')
    moments = (NOW - timedelta(days=2) + timedelta(minutes=number) for number in range(1_000_000))
    with DeskDatabase.open(locations().make().database, clock=lambda: next(moments).timestamp()) as db:
        calendar = Calendar(db, ZURICH, lambda: NOW)
        for event in events:
            calendar.create(event)


def open_desk() -> LocalDesk:
    return LocalDesk.open(locations(), use_model=False)


def titles(home: Path) -> list[str]:
    """What stands in the calendar, read by a connection of its own."""
    with DeskDatabase.open(home / "desk.sqlite") as db:
        series = Calendar(db, ZURICH, lambda: NOW).store.all().values()
    return sorted(one.event.title for one in series if one.event is not None and one.event.status != "cancelled")
