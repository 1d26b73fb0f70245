"""The calendar, as the assistant may use it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import Annotated

from pydantic import Field

from tools.calendar import (
    Event,
    Occurrence,
    SaidEvent,
    WhichEvent,
    Window,
    one_meant,
    spoken_event,
    spoken_move,
    spoken_window,
)
from tools.desk_tools.hearing import heard
from tools.desk_tools.wording import cut_notice, end_text, moment_text, occurrence_text
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
    words = SaidEvent(
        title=title,
        start=start,
        end=end,
        duration=duration,
        location=location or "",
        attendees=attendees or (),
        repeats=repeats,
    )
    with heard(start=start, end=end, duration=duration, repeats=repeats):
        event = spoken_event(words, desk.dates)
    conflicts = desk.calendar.conflicts(event)
    zone = desk.zone

    def run() -> Done:
        written = desk.calendar.create(event)
        return Done({"created": _told(written.event, zone)}, written.effect_id)

    return Plan(f"Create “{event.title}”", _resolved(event), _shown(event, zone), run, _conflicts(conflicts, zone))


@tool()
def calendar_list(desk: ToolDesk, when: str) -> Outcome:
    """List the events of a day or a span of days."""
    with heard(when=when):
        window = spoken_window(when, desk.dates)
    occurrences = desk.calendar.list_events(window).occurrences
    shown = occurrences[:LISTED]
    notice = cut_notice(len(occurrences), len(shown), "events")
    return Found({"events": [_listed(one, desk.zone) for one in shown]}, _sources(shown), notice)


@tool()
def calendar_find_free(desk: ToolDesk, when: str, duration: str) -> Outcome:
    """Find free time of a length within a span of days."""
    with heard(when=when, duration=duration):
        span = desk.dates.span(when, tense="future")
        length = desk.dates.duration(duration)
    zone = desk.zone
    free = desk.calendar.find_free(Window(span.start, span.end), length)
    times = [f"{moment_text(one.start, zone)} - {end_text(one.start, one.end, zone)}" for one in free[:LISTED]]
    return Found({"free": times}, notice=cut_notice(len(free), len(times), "free times"))


@tool(effect="write", sinks=("event", "start"))
def calendar_move(
    desk: ToolDesk,
    event: str,
    start: Annotated[str, Field(description="the new day and time as the user said it")],
) -> Outcome:
    """Move an event to another time."""
    target = _meant(desk, event)
    with heard(start=start):
        to = spoken_move(start, target, desk.dates)
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
    try:
        return one_meant(desk.calendar, words)
    except WhichEvent as which:
        choices = tuple(Choice(occurrence_text(one, desk.zone), one.event.uid) for one in which.choices[:5])
        raise Unsettled(Choose(f"Which event is meant by “{words}”?", "event", choices)) from which


def _resolved(event: Event) -> Data:
    resolved: Data = {"title": event.title, "start": event.start.isoformat(), "end": event.end.isoformat()}
    if event.location:
        resolved["location"] = event.location
    if event.attendees:
        resolved["attendees"] = [one.said for one in event.attendees]
    if event.rrule:
        resolved["repeats"] = event.rrule
    return resolved


def _shown(event: Event, zone: tzinfo) -> dict[str, str]:
    shown = {
        "title": event.title,
        "start": moment_text(event.start, zone),
        "end": end_text(event.start, event.end, zone),
        "location": event.location,
        "attendees": ", ".join(one.said for one in event.attendees),
        "repeats": event.rrule,
    }
    return {name: text for name, text in shown.items() if text}


def _told(event: Event, zone: tzinfo) -> Data:
    """A new event as the model reads it."""
    said: Data = dict(_shown(event, zone))
    if event.attendees:
        said["attendees"] = [one.said for one in event.attendees]
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
