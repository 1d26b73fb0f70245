"""From a person's words to an event, a window, or the one event that is meant; what is not clear is asked back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tools.calendar.attendee import attendee
from tools.calendar.desk_calendar import Calendar
from tools.calendar.event import Event, new_event
from tools.calendar.moments import Moment, is_day, shifted, zone_of
from tools.calendar.occurrences import Occurrence, Window
from tools.calendar.problems import CalendarProblem
from tools.calendar.rules import SearchedTooLong, readings
from tools.date_language import Dates, NotUnderstood
from tools.date_language import Moment as SaidMoment
from tools.date_language.moment import doubled, said

_MOST_CHOICES = 5


class WhichEvent(CalendarProblem):
    """Words that fit several events; `choices` are those between which to ask."""

    def __init__(self, words: str, choices: Sequence[Occurrence]) -> None:
        self.choices = tuple(choices)
        named = [f"“{one.event.title}” ({when(one)})" for one in self.choices[:_MOST_CHOICES]]
        more = len(self.choices) - len(named)
        named += [f"{more} others"] if more > 0 else []
        listed = " or ".join([", ".join(named[:-1]), named[-1]])
        super().__init__(f"“{words}” can mean {listed}.", hint="Say which one, by its title or its day.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidEvent:
    """A new event in the words of a person."""

    title: str
    start: str
    end: str | None = None
    duration: str | None = None
    location: str = ""
    attendees: Sequence[str] = ()
    repeats: str | None = None
    reminders: Sequence[int] = ()
    """Minutes before the start."""


def when(one: Occurrence) -> str:
    """ "Friday 27 November 2026, 15:00" """
    return said(one.begins.date() if is_day(one.start) else one.begins)


def spoken_event(words: SaidEvent, dates: Dates) -> Event:
    """The event that the words ask for. Raises `DateProblem` or `CalendarProblem` when they say none, or several."""
    if words.end is not None and words.duration is not None:
        raise CalendarProblem("An event has an end or a duration, not both.", hint="Leave one of them out.")
    begin = dates.start(words.start)
    start = _moment(begin)
    end = _end_of(dates.end(words.end, begin)) if words.end is not None else None
    duration = dates.duration(words.duration) if words.duration is not None else None
    if duration is not None and is_day(start) and duration % timedelta(days=1):
        raise CalendarProblem(f"“{words.start}” is a whole day.", hint="Say at what time it starts.")
    event = new_event(
        words.title,
        start,
        end,
        duration=duration,
        location=words.location,
        attendees=tuple(map(attendee, words.attendees)),
        reminders=tuple(words.reminders),
        rrule=dates.repeats(words.repeats) if words.repeats is not None else "",
    )
    if event.rrule:
        _check_first(event, words.repeats or "")
    return event


def spoken_window(words: str, dates: Dates) -> Window:
    """The window of time that the words name."""
    span = dates.span(words)
    return Window(span.start, span.end)


def one_meant(calendar: Calendar, words: str, window: Window | None = None) -> Occurrence:
    """The occurrence that is meant by a title, by words about it, or by a UID; in `window` if one is given.

    Raises `WhichEvent` when several fit, `CalendarProblem` when none does.
    """
    found = calendar.find(words, window)
    named = calendar.next_of(words.strip(), window) or found.clear
    if named is not None:
        return named
    if found.ambiguous:
        raise WhichEvent(words, found.ambiguous)
    where = "at that time" if window else "of the coming year"
    raise CalendarProblem(f"No event {where} fits “{words}”.", hint="Name it as the calendar does, or say its day.")


def spoken_move(words: str, target: Occurrence, dates: Dates) -> Moment:
    """Where the words put `target`: a day alone keeps its time of day, and a time alone its day."""
    day = target.begins.date()
    try:
        moment = dates.time_on(day, words)
    except NotUnderstood:
        moment = dates.start(words)
    start = _moment(moment)
    if is_day(start) and not is_day(target.start):
        start = datetime.combine(moment.day, target.begins.time(), target.begins.tzinfo)
        if doubled(start):
            raise CalendarProblem(f"{start:%H:%M} is no certain time in that night.", hint="Say the time too.")
    floating = isinstance(target.start, datetime) and zone_of(target.start) is None
    return start.replace(tzinfo=None) if floating and isinstance(start, datetime) else start


def _moment(moment: SaidMoment) -> Moment:
    return moment.at or moment.day


def _end_of(moment: SaidMoment) -> Moment:
    """A last day is part of the event."""
    return moment.at or shifted(moment.day, timedelta(days=1))


def _check_first(event: Event, words: str) -> None:
    """A series begins on one of its own days: a start beside them may be a mistake in either."""
    try:
        first = next(readings(event.rrule, event.start), None)
    except SearchedTooLong:
        first = None
    begins = event.start.replace(tzinfo=None) if isinstance(event.start, datetime) else event.start
    if first is not None and (first.date() if is_day(event.start) else first) != begins:
        raise CalendarProblem(
            f"The start, {said(event.start)}, is not one of the days of “{words}”.",
            hint=f"Start on {said(first.date())}, or say other days.",
        )
