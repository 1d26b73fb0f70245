"""Meanings that are when something starts: a day, or a time on a day.

What lacks something is asked back with the likeliest offers: a part of the day without a time ("tomorrow morning"), a
week without a day. A time without a day is today's if it is still to come, else it is asked back as tomorrow's.
"""

from __future__ import annotations

from datetime import date, timedelta

from tools.date_language.clocks import Clock, Part, default_times, fitting
from tools.date_language.context import Context, Impossible, Readings, meaning, together
from tools.date_language.days import Days
from tools.date_language.moment import Moment, Span

MORNING = 7 * 60
"""Minutes; "at three" said at ten is this afternoon, but "at nine" may be tomorrow morning."""

type Moments = Readings[Moment]
type PartDays = Readings[tuple[date, Part]]


@meaning
def start(_: Context, day: Days) -> Moments:
    return day.map(Moment)


@meaning
def start_at(context: Context, day: Days, clock: Clock) -> Moments:
    return together((_at(context, value, clock) for value in day.values), day.why or clock.why)


@meaning
def start_clock(context: Context, clock: Clock) -> Moments:
    """A time without a day."""
    ahead = _ahead(context, context.today, clock)
    today = [_at(context, context.today, Readings((at,))) for at in ahead]
    over = Readings(tuple(at for at in clock.values if at not in ahead))
    if today and not clock.why and all(at < MORNING for at in over.values):
        return together(today)
    tomorrow = [_at(context, context.today + timedelta(days=1), over)] if over.values else []
    return together(today + tomorrow, clock.why or "that time of today is over")


@meaning
def partday(_: Context, day: Days, part: Part) -> PartDays:
    return day.map(lambda value: (value, part))


@meaning
def start_part(context: Context, days: PartDays) -> Moments:
    return days.then(lambda pair: _at(context, pair[0], default_times(context, pair[1])))


@meaning
def start_part_at(context: Context, days: PartDays, clock: Clock) -> Moments:
    return days.then(lambda pair: _at(context, pair[0], fitting(clock, pair[1])))


@meaning
def later(context: Context, length: Readings[timedelta]) -> Moments:
    """ "In two hours": to the minute."""

    def moment(value: timedelta) -> Moment:
        at = context.later(value).replace(second=0, microsecond=0)
        return Moment(at.date(), at)

    return length.map(moment)


@meaning
def which_day(context: Context, period: Readings[Span], clock: Clock | None = None) -> Moments:
    """A span where a day is needed: its first days are offered."""

    def offered(span: Span) -> Days:
        if clock and span.end - span.start > timedelta(days=12):
            raise Impossible  # "à 22h 26 février" is no 22:26 of some day in February
        first = max(span.start.date(), context.today) if span.end > context.now else span.start.date()
        days = min(7, max(1, (span.end.date() - first).days))
        return Readings(tuple(first + timedelta(days=count) for count in range(days)))

    days = Readings(period.then(offered).values, "no day was said")
    return start_at(context, days, clock) if clock else start(context, days)


def _at(context: Context, day: date, clock: Clock) -> Moments:
    """The times of a day. Those of today that are over fall away if others are still to come."""
    values = clock.values
    if day == context.today and not clock.why:
        values = _ahead(context, day, clock) or values

    def moments(at: int) -> Moments:
        return context.at(day, at).map(lambda value: Moment(value.date(), value))

    return together((moments(at) for at in values), clock.why)


def _ahead(context: Context, day: date, clock: Clock) -> tuple[int, ...]:
    return tuple(at for at in clock.values if any(value > context.now for value in context.at(day, at).values))
