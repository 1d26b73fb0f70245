"""From what a person said to a time: a moment, a span, a length, a repetition."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tools.date_language import clocks, days, iso, lengths, repeats, spans, starts
from tools.date_language.context import Context, Impossible, Readings, key, together, value
from tools.date_language.language import LANGUAGES, language
from tools.date_language.moment import Answer, Moment, NotHeard, NotUnderstood, Span, Tense, Unclear
from tools.date_language.text import LONGEST, normalised

MODULES = (clocks, days, lengths, repeats, spans, starts)
"""The modules whose meanings the grammars name."""

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def resolve_start(text: str, now: datetime, languages: Sequence[str] = LANGUAGES) -> Moment:
    """When something starts: a day, or a time on a day, from `now` on, in the zone of `now`.

    >>> from zoneinfo import ZoneInfo
    >>> now = datetime(2026, 11, 25, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    >>> resolve_start("tomorrow at 3pm", now, ["en"]).isoformat()
    '2026-11-26T15:00:00+01:00'
    """
    return _single(text, _start(text, now, languages))


def resolve_end(
    text: str, start: Moment, languages: Sequence[str] = LANGUAGES, *, now: datetime | None = None
) -> Moment:
    """When something that began at `start` ends: a time is the first one after it, at most half a day away.

    A day is meant as of `now`, or as of the start where that would be before it: "tomorrow at 5pm" may be on the day of
    the start, and "Friday" is the one after it.
    """
    begins = start.at or datetime.combine(start.day, datetime.min.time(), tzinfo=(now or EPOCH).tzinfo)
    ends = _ends(text, start.at, languages) if start.at else None
    found = ends or _last_days(text, start, (now, begins) if now else (begins,), languages)
    if start.at is None and all(value.at is not None for value in found.values):
        raise NotUnderstood(f"“{text}” is a time, but the start is a whole day.", hint="Say at what time it starts.")
    end = _single(text, found)
    if _is_before(end, start):
        raise NotUnderstood(f"“{text}” is {end}, which is before the start.", hint="Say when it ends.")
    return end


def resolve_time(text: str, day: date, now: datetime, languages: Sequence[str] = LANGUAGES) -> Moment:
    """A time said alone, on a day that is known otherwise, in the zone of `now`: "4pm", for an event that is moved."""
    clock: Readings[int] = _read("end", text, now, languages)
    times = together((Context(now).at(day, at) for at in clock.values), clock.why)
    return _single(text, times.map(lambda at: Moment(at.date(), at)))


def resolve_duration(text: str, languages: Sequence[str] = LANGUAGES) -> timedelta:
    """How long something takes."""
    written = iso.duration(text)
    found = Readings((written,)) if written is not None else _read("length", text, EPOCH, languages)
    return _single(text, found)


def resolve_span(text: str, now: datetime, languages: Sequence[str] = LANGUAGES, *, tense: Tense | None = None) -> Span:
    """From when until just before when: "this week", "on Friday", "since Monday", "in the last three days".

    `tense` is "past" where only what was can be meant, as in searching mail, and "future" where only what comes can.
    Without one a weekday or a month is the coming one, and Hindi कल, yesterday or tomorrow, is asked back.
    """
    written = iso.span(text, now)
    found = Readings((written,)) if written else _read("span", text, now, languages, tense)
    return _single(text, found)


def resolve_repeats(text: str, languages: Sequence[str] = LANGUAGES) -> str:
    """How something repeats, as a rule of iCalendar (RRULE)."""
    written = iso.rule(text)
    found = Readings((written,)) if written else _read("repeats", text, EPOCH, languages)
    return _single(text, found)


def _start(text: str, now: datetime, languages: Sequence[str]) -> Readings[Moment]:
    written = iso.moment(text, Context(now))
    return written or _read("start", text, now, languages, "future")


def _last_days(text: str, start: Moment, moments: Sequence[datetime], languages: Sequence[str]) -> Readings[Moment]:
    """What the words mean at the first of these moments at which they mean none before the start."""
    said = [_start(text, moment, languages) for moment in moments]
    for readings in said:
        if later := tuple(value for value in readings.values if not _is_before(value, start)):
            return Readings(later, readings.why)
    return said[0]


def _is_before(end: Moment, start: Moment) -> bool:
    """Whether an end is none, for it is not after the start."""
    return end.day < start.day or (end.at is not None and start.at is not None and end.at <= start.at)


def _ends(text: str, start: datetime, languages: Sequence[str]) -> Readings[Moment] | None:
    """The time of an end: of its readings that come first after the start."""
    try:
        clock: Readings[int] = _read("end", text, start, languages)
    except NotUnderstood:
        return None
    context = Context(start)
    ends = [
        end
        for at in clock.values
        for day in (start.date(), start.date() + timedelta(days=1))
        for end in context.at(day, at).values
        if timedelta() < end.astimezone(EPOCH.tzinfo) - start.astimezone(EPOCH.tzinfo) <= timedelta(days=1)
    ]
    ends.sort(key=lambda end: end.timestamp())
    if not ends:
        return None
    moments = tuple(Moment(end.date(), end) for end in ends)
    near = ends[0].timestamp() - start.timestamp() <= 12 * 3600 or ends[0] <= context.begin(start.date(), 1440)
    why = "" if near else "that is more than half a day later"
    first = ends[0].replace(tzinfo=None)
    twice = [moment for moment in moments if moment.at and moment.at.replace(tzinfo=None) == first]
    return Readings(moments if clock.why else tuple(twice), clock.why or why)


def _read(
    category: str, text: str, now: datetime, languages: Sequence[str], tense: Tense | None = None
) -> Readings[Any]:
    """All readings of a text in all the languages."""
    if now.tzinfo is None:
        raise ValueError("now needs a zone")
    clean = normalised(text) if len(text) <= LONGEST else ""
    several: list[Readings[Any]] = []
    read = False
    for spoken in map(language, languages):
        context = Context(now, tense, spoken.month_first, spoken.clock_24, spoken.buddhist)
        for term in spoken.grammar.parse(category, clean):
            read = True
            with suppress(Impossible):
                several.append(value(context, term))
    if not several and read:
        raise NotUnderstood(f"“{text}” is no time that exists.", hint="Say another one.")
    if not several:
        raise NotHeard(f"“{text[:LONGEST]}” was not understood as a time.", hint="Say it in other words.")
    return together(several)


def _single[T: Answer](text: str, found: Readings[T]) -> T:
    """The one reading, or all of them asked back."""
    unique = {key(reading): reading for reading in found.values}
    if len(unique) > 1 or found.why:
        raise Unclear(text, tuple(unique.values()), found.why)
    return next(iter(unique.values()))
