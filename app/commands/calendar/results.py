"""What the commands of the calendar print with --json."""

from __future__ import annotations

from pydantic import BaseModel

from tools.calendar import Attendee, Occurrence
from tools.calendar.moments import is_day, written


class Person(BaseModel):
    """`address` is empty for somebody known by name only; `response` is "needs-action", "accepted", "declined", ..."""

    name: str
    address: str
    response: str


class EventResult(BaseModel):
    """One occurrence of an event. `end` is the first moment after it, of a whole day the next day.

    `repeats` is a rule of iCalendar; `recurrence_id` tells the occurrences of a series apart; `reminders` are minutes.
    """

    uid: str
    title: str
    start: str
    end: str
    all_day: bool
    location: str
    description: str
    people: list[Person]
    repeats: str
    recurrence_id: str | None
    reminders: list[int]
    status: str
    busy: bool


class TimeResult(BaseModel):
    start: str
    end: str


class ListResult(BaseModel):
    """`cut` names events that happen too often to list each time."""

    start: str
    end: str
    events: list[EventResult]
    cut: list[str]


class FreeResult(BaseModel):
    minutes: float
    free: list[TimeResult]


class WrittenResult(BaseModel):
    """What a command did; `llama-desk undo EFFECT` takes it back. `conflicts` are other events at the same time."""

    effect: int
    event: EventResult
    conflicts: list[EventResult]


class FailedResult(BaseModel):
    source: str
    reason: str


class ImportResult(BaseModel):
    """Counts of events; `effects` undo them, one for each path that changed something."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: list[FailedResult] = []
    effects: list[int] = []


class ExportResult(BaseModel):
    """`events` counts series, `written` and `unchanged` files."""

    path: str
    events: int
    written: int
    unchanged: int


class InviteResult(BaseModel):
    path: str
    event: EventResult
    people: list[Person]
    opened: bool
    effect: int | None


def event_result(one: Occurrence) -> EventResult:
    event = one.event
    all_day = is_day(one.start)
    return EventResult(
        uid=event.uid,
        title=event.title,
        start=written(one.start) if all_day else one.begins.isoformat(),
        end=written(one.end) if all_day else one.ends.isoformat(),
        all_day=all_day,
        location=event.location,
        description=event.description,
        people=[person_result(person) for person in event.attendees],
        repeats=event.rrule,
        recurrence_id=written(one.recurrence_id) if one.recurrence_id is not None else None,
        reminders=list(event.reminders),
        status=event.status,
        busy=event.busy,
    )


def person_result(person: Attendee) -> Person:
    return Person(name=person.name, address=person.address, response=person.response)
