"""Events, and what makes one that can be kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

from tools.calendar.attendee import Attendee
from tools.calendar.moments import Moment, aware, is_day, kind_of, length, named_zone, normalised, shifted, written
from tools.calendar.problems import CalendarProblem
from tools.calendar.rules import checked_rule
from tools.sanitise import sanitise

type Status = Literal["confirmed", "tentative", "cancelled"]

MAX_TITLE, MAX_TEXT, MAX_LISTED = 1_000, 200_000, 2_000
_UTC = named_zone("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event or a series of them (RFC 5545, 3.6.1), or one occurrence of a series that was changed alone.

    Checked when made: whatever is wrong raises `CalendarProblem`. Texts are made safe to show.
    """

    uid: str
    title: str
    start: Moment
    end: Moment
    """The first moment after the event; for an all-day one the day after its last."""
    location: str = ""
    description: str = ""
    rrule: str = ""
    """A recurrence rule without its name: "FREQ=WEEKLY;BYDAY=MO"."""
    rdates: tuple[Moment, ...] = ()
    exdates: tuple[Moment, ...] = ()
    organizer: Attendee | None = None
    attendees: tuple[Attendee, ...] = ()
    reminders: tuple[int, ...] = ()
    """Minutes before the start."""
    status: Status = "confirmed"
    busy: bool = True
    sequence: int = 0
    modified: datetime | None = None
    recurrence_id: Moment | None = None
    """In a changed occurrence: when it would have been."""
    extra: str = ""
    """Lines of the file it came from that say more than the above, kept for export."""

    def __post_init__(self) -> None:
        for name in ("uid", "title", "location", "description", "extra"):
            object.__setattr__(self, name, _checked_text(name, getattr(self, name)))
        for name in ("start", "end", "recurrence_id", "modified"):
            moment = getattr(self, name)
            object.__setattr__(self, name, None if moment is None else normalised(moment))
        for name in ("rdates", "exdates"):
            unique = {written(moment): moment for moment in map(normalised, getattr(self, name))}
            object.__setattr__(self, name, tuple(unique[key] for key in sorted(unique)))
        object.__setattr__(self, "reminders", tuple(sorted(set(self.reminders))))
        self._check_times()
        object.__setattr__(self, "rrule", checked_rule(self.rrule, self.start) if self.rrule else "")
        if max(map(len, (self.rdates, self.exdates, self.attendees, self.reminders))) > MAX_LISTED:
            raise CalendarProblem(f"An event has at most {MAX_LISTED:,} dates, attendees or reminders.")

    def _check_times(self) -> None:
        if kind_of(self.start) != kind_of(self.end):
            raise CalendarProblem("An event begins and ends either on days or at times, not one of each.")
        if (aware(self.end, _UTC), is_day(self.start)) < (aware(self.start, _UTC), False):
            raise CalendarProblem("The event ends before it begins.")
        if is_day(self.start) and self.end == self.start:
            object.__setattr__(self, "end", shifted(self.start, timedelta(days=1)))
        if length(self.start, self.end) > timedelta(days=366 * 20):
            raise CalendarProblem("The event is longer than 20 years.")
        if not 0 <= self.sequence < 2**31:
            raise CalendarProblem("The event's sequence number is out of range.")
        if any(abs(minutes) > 60 * 24 * 3660 for minutes in self.reminders):
            raise CalendarProblem("A reminder is more than ten years away from its event.")

    @property
    def recurring(self) -> bool:
        return bool(self.rrule or self.rdates)

    def fingerprint(self) -> str:
        """Equal for events that say the same, whenever they were written."""
        said = {name: _plain(getattr(self, name)) for name in _FINGERPRINTED}
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


_FINGERPRINTED = tuple(field.name for field in fields(Event) if field.name != "modified")


_SETTERS = tuple(getattr(Event, field.name).__set__ for field in fields(Event))


def kept_event(*values: Any) -> Event:
    """An event as it was kept: all its fields in order, checked when they were written and not again by each reader."""
    event = object.__new__(Event)
    for put, value in zip(_SETTERS, values, strict=True):
        put(event, value)
    return event


@dataclass(frozen=True, slots=True)
class Series:
    """What shares a UID: the event, and its occurrences that were changed alone, by when they would have been.

    A file may hold a changed occurrence without its series; then there is no `event`.
    """

    event: Event | None
    changed: tuple[Event, ...] = ()

    def __iter__(self) -> Iterator[Event]:
        if self.event is not None:
            yield self.event
        yield from self.changed

    @property
    def uid(self) -> str:
        return next(iter(self)).uid

    def fingerprint(self) -> str:
        return "".join(sorted(event.fingerprint() for event in self))


def new_event(
    title: str,
    start: Moment,
    end: Moment | None = None,
    *,
    duration: timedelta | None = None,
    uid: str = "",
    **details: object,
) -> Event:
    """An event as a person asks for it: an hour or a day long unless said otherwise. A whole day blocks no time."""
    if end is None:
        usual = timedelta(days=1) if is_day(start) else timedelta(hours=1)
        end = shifted(start, duration or usual)
    details.setdefault("busy", not is_day(start))
    return replace(Event(uid=uid or f"{uuid4()}@llama-desk", title=title, start=start, end=end), **details)  # type: ignore[arg-type]


def _plain(value: object) -> object:
    if isinstance(value, date):
        return written(value)
    if isinstance(value, Attendee):
        return asdict(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _checked_text(name: str, text: str) -> str:
    text = sanitise(text)
    if name in ("uid", "title", "location"):
        text = " ".join(text.split())
    if name == "uid" and not text:
        raise CalendarProblem("The event has no UID.")
    if len(text) > (MAX_TITLE if name in ("uid", "title") else MAX_TEXT):
        raise CalendarProblem(f"The event's {name} is too long.")
    return text
