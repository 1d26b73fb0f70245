"""The calendar, as the assistant may use it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Annotated

from pydantic import Field

from tools.calendar import Attendee, CalendarProblem, Event, Moment, Occurrence, Window, new_event
from tools.date_language import Moment as Said
from tools.desk_tools.hearing import heard
from tools.desk_tools.wording import end_text, moment_text, occurrence_text
from tools.registry import (
    Choice,
    Choose,
    Data,
    Done,
    Found,
    Outcome,
    Plan,
    Source,
    ToolDesk,
    Unsettled,
    WrongCall,
    tool,
)

LISTED = 50
"""Events in one result: more would fill a small model's context."""


@tool(effect="write", sinks=("title", "start", "duration", "end", "location", "attendees", "repeats"))
def calendar_create(  # noqa: PLR0913, PLR0917 - the tool has these arguments
    desk: ToolDesk,
    title: str,
    start: Annotated[str, Field(description="day and time as the user said it")],
    duration: str | None = None,
    end: str | None = None,
    location: str | None = None,
    attendees: list[str] | None = None,
    repeats: str | None = None,
) -> Outcome:
    """Put an event into the calendar."""
    if not title.strip():
        raise WrongCall("An event needs a title.", hint="Ask the user what it is.")
    with heard("start"):
        begins = desk.dates.start(start)
    with heard("duration"):
        length = desk.dates.duration(duration) if duration else None
    with heard("end"):
        ends = _moment(desk.dates.end(end, begins)) if end else None
    with heard("repeats"):
        rule = desk.dates.repeats(repeats) if repeats else ""
    people = tuple(map(_attendee, attendees or ()))
    event = new_event(
        title, _moment(begins), ends, duration=length, location=location or "", attendees=people, rrule=rule
    )
    conflicts = desk.calendar.conflicts(event)
    zone = desk.zone

    def run() -> Done:
        written = desk.calendar.create(event)
        return Done({"created": _told(written.event, zone)}, written.effect_id)

    return Plan(f"Create “{event.title}”", _resolved(event), _shown(event, zone), run, _conflicts(conflicts, zone))


@tool()
def calendar_list(desk: ToolDesk, when: str) -> Outcome:
    """List the events of a day or a span of days."""
    with heard("when"):
        span = desk.dates.span(when)
    occurrences = desk.calendar.list_events(Window(span.start, span.end)).occurrences
    shown = occurrences[:LISTED]
    return Found({"events": [_listed(one, desk.zone) for one in shown]}, _sources(shown))


@tool()
def calendar_find_free(desk: ToolDesk, when: str, duration: str) -> Outcome:
    """Find free time of a length within a span of days."""
    with heard("when"):
        span = desk.dates.span(when, tense="future")
    with heard("duration"):
        length = desk.dates.duration(duration)
    zone = desk.zone
    free = desk.calendar.find_free(Window(span.start, span.end), length)
    times = [f"{moment_text(one.start, zone)} - {end_text(one.start, one.end, zone)}" for one in free[:LISTED]]
    return Found({"free": times})


@tool(effect="write", sinks=("event", "start"))
def calendar_move(
    desk: ToolDesk,
    event: str,
    start: Annotated[str, Field(description="the new day and time as the user said it")],
) -> Outcome:
    """Move an event to another time."""
    target = _meant(desk, event)
    with heard("start"):
        to = _on_its_day(desk.dates.start(start), target)
    zone = desk.zone
    moved = {"title": target.event.title, "from": moment_text(target.start, zone), "to": moment_text(to, zone)}

    def run() -> Done:
        written = desk.calendar.move(target, to)
        return Done({"moved": moved}, written.effect_id)

    resolved: Data = {"event": target.event.title, "from": target.start.isoformat(), "start": to.isoformat()}
    shown = {"event": moved["title"], "from": moved["from"], "start": moved["to"]}
    return Plan(f"Move “{target.event.title}”", resolved, shown, run, _series(target, "moves"))


@tool(effect="write", sinks=("event",))
def calendar_cancel(desk: ToolDesk, event: str) -> Outcome:
    """Take an event out of the calendar."""
    target = _meant(desk, event)
    zone = desk.zone
    cancelled = {"title": target.event.title, "start": moment_text(target.start, zone)}

    def run() -> Done:
        written = desk.calendar.cancel(target)
        return Done({"cancelled": cancelled}, written.effect_id)

    resolved: Data = {"event": target.event.title, "start": target.start.isoformat()}
    shown = {"event": cancelled["title"], "start": cancelled["start"]}
    return Plan(f"Cancel “{target.event.title}”", resolved, shown, run, _series(target, "is cancelled"))


def _meant(desk: ToolDesk, words: str) -> Occurrence:
    """The event that `words` name. Raises Unsettled to ask which, and CalendarProblem when there is none."""
    wanted, _, when = words.rpartition(_AT)
    found = desk.calendar.find(wanted or words)
    zone = desk.zone
    if wanted:
        for match in found.matches:
            if match.occurrence.start.isoformat() == when:
                return match.occurrence
    if found.clear is not None:
        return found.clear
    if found.ambiguous:
        choices = tuple(
            Choice(occurrence_text(one, zone), f"{one.event.title}{_AT}{one.start.isoformat()}")
            for one in found.ambiguous[:5]
        )
        raise Unsettled(Choose(f"Which event is meant by “{words}”?", "event", choices))
    raise CalendarProblem(f"There is no event called {words}.", hint="Ask for the list of that day.")


_AT = " @ "
"""Between an event's title and its start, where the user picked it from several."""


def _moment(said: Said) -> Moment:
    return said.at or said.day


def _on_its_day(said: Said, target: Occurrence) -> Moment:
    """Where a move goes to: only a day said means that day at the time it had."""
    if said.at is None and isinstance(target.start, datetime):
        return datetime.combine(said.day, target.start.timetz())
    return _moment(said)


def _attendee(said: str) -> Attendee:
    """Somebody by address or, as people mostly say it, by name."""
    return Attendee(said) if "@" in said else Attendee("", name=said)


def _resolved(event: Event) -> Data:
    resolved: Data = {"title": event.title, "start": event.start.isoformat(), "end": event.end.isoformat()}
    if event.location:
        resolved["location"] = event.location
    if event.attendees:
        resolved["attendees"] = [one.name or one.address for one in event.attendees]
    if event.rrule:
        resolved["repeats"] = event.rrule
    return resolved


def _shown(event: Event, zone: tzinfo) -> dict[str, str]:
    shown = {
        "title": event.title,
        "start": moment_text(event.start, zone),
        "end": end_text(event.start, event.end, zone),
        "location": event.location,
        "attendees": ", ".join(one.name or one.address for one in event.attendees),
        "repeats": event.rrule,
    }
    return {name: text for name, text in shown.items() if text}


def _told(event: Event, zone: tzinfo) -> Data:
    """A new event as the model reads it."""
    said: Data = dict(_shown(event, zone))
    if event.attendees:
        said["attendees"] = [one.name or one.address for one in event.attendees]
    return said


def _listed(one: Occurrence, zone: tzinfo) -> Data:
    place = {"location": one.event.location} if one.event.location else {}
    return {"start": moment_text(one.start, zone), "title": one.event.title} | place


def _sources(occurrences: Iterable[Occurrence]) -> tuple[Source, ...]:
    """An event's words may be somebody else's: an invitation that was imported."""
    texts = {f"{one.event.title} {one.event.location}".strip(): one.event.title for one in occurrences}
    return tuple(Source(f"the calendar, “{title}”", text) for text, title in texts.items())


def _conflicts(conflicts: tuple[Occurrence, ...], zone: tzinfo) -> tuple[str, ...]:
    return tuple(f"At the same time: {occurrence_text(one, zone)}." for one in conflicts[:3])


def _series(target: Occurrence, what: str) -> tuple[str, ...]:
    return ("It repeats: only this one " + what + ".",) if target.recurrence_id is not None else ()
