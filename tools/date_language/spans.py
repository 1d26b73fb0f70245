"""Meanings that are spans, half open, with whole days from midnight to midnight of the user's zone.

Rolling spans count days: "the last three days" begin at midnight three days ago and end now, "the next three days"
begin now and end with the third day after today. The beginning, middle and end of a span are its thirds.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from tools.date_language.clocks import Clock, Part
from tools.date_language.context import Context, Impossible, Readings, meaning, one, together
from tools.date_language.days import Days, date_, era
from tools.date_language.lengths import Length
from tools.date_language.moment import Span
from tools.date_language.starts import PartDays

type Spans = Readings[Span]


@meaning
def day_span(context: Context, day: Days) -> Spans:
    return day.map(lambda value: _days(context, value, 1))


@meaning
def days_from(context: Context, day: Days, count: int) -> Spans:
    return day.map(lambda value: _days(context, value, count))


@meaning
def part_span(context: Context, days: PartDays) -> Spans:
    return days.map(lambda pair: _part(context, *pair))


@meaning
def clock_span(context: Context, clock: Clock, day: Days | None = None) -> Spans:
    """A time, as a span of one minute. Without a day it is of today, over or to come as the tense has it."""
    values = clock.values
    if day is None:
        now = context.now.hour * 60 + context.now.minute
        values = tuple(at for at in values if (at <= now) == context.past) or values
    times = (context.at(value, at) for value in (day.values if day else (context.today,)) for at in values)
    minutes = (each.map(lambda at: Span(at, context.instant(at + timedelta(minutes=1)))) for each in times)
    return together(minutes, clock.why or (day.why if day else ""))


@meaning
def period(context: Context, unit: str, count: int) -> Spans:
    """A week, month, quarter or year so many from this one."""
    today = context.today
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=count)
        return one(_days(context, monday, 7))
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = today.replace(day=1, month=today.month - (today.month - 1) % months)
    begin = first + relativedelta(months=count * months)
    return one(_between(context, begin, begin + relativedelta(months=months)))


@meaning
def weekend(context: Context, count: int) -> Spans:
    """Saturday and Sunday of this week or another; the last one past if nothing else is said of the past."""
    weeks = count - 1 if count == 0 and context.past and context.today.weekday() < 5 else count
    saturday = context.today - timedelta(days=context.today.weekday() - 5) + timedelta(weeks=weeks)
    return one(_days(context, saturday, 2))


@meaning
def next_weekend(context: Context) -> Spans:
    """The coming one, or that of the next week."""
    return together((weekend(context, 0), weekend(context, 1)))


@meaning
def month(context: Context, number: int) -> Spans:
    """A month: this one, the next one of that name, or the last one in the past."""
    now, step = context.today, 0
    if number != now.month:
        step = (-1 if number > now.month else 0) if context.past else (1 if number < now.month else 0)
    return month_of(context, number, step)


@meaning
def month_of(context: Context, number: int, years: int) -> Spans:
    """The same of this year, last year, next year."""
    return month_in(context, number, context.today.year + years)


@meaning
def month_in(context: Context, number: int, year: int) -> Spans:
    begins = (date(full, number, 1) for full in era(context, year))
    return together(one(_between(context, begin, begin + relativedelta(months=1))) for begin in begins)


@meaning
def last_month(context: Context, number: int) -> Spans:
    """ "Last May": the latest one that is over, and that of last year."""
    both = (0, -1) if number < context.today.month else (-1,)
    return together(month_of(context, number, years) for years in both)


@meaning
def year(context: Context, number: int) -> Spans:
    return together(one(_between(context, date(full, 1, 1), date(full + 1, 1, 1))) for full in era(context, number))


@meaning
def third(context: Context, spans: Spans, which: int) -> Spans:
    """The beginning, middle or end (0, 1, 2) of a span: its thirds, in whole days."""

    def cut(span: Span) -> Span:
        first, last = span.start.date(), span.end.date()
        days = (last - first).days // 3
        begin = first + timedelta(days=days * which)
        return _between(context, begin, last if which == 2 else begin + timedelta(days=days))

    return spans.map(cut)


@meaning
def half(context: Context, spans: Spans, which: int) -> Spans:
    def cut(span: Span) -> Span:
        first, last = span.start.date(), span.end.date()
        middle = first + (last - first) // 2
        return _between(context, *((first, middle), (middle, last))[which])

    return spans.map(cut)


@meaning
def nth_week(context: Context, count: int, spans: Spans) -> Spans:
    """The first week of a month: its first seven days or the first calendar week in it."""

    def both(span: Span) -> Spans:
        first = span.start.date()
        monday = first - timedelta(days=first.weekday())
        weeks = timedelta(weeks=count - 1)
        return together((one(_days(context, first + weeks, 7)), one(_days(context, monday + weeks, 7))))

    return spans.then(both)


@meaning
def week_of(context: Context, day: Days) -> Spans:
    return day.map(lambda value: _days(context, value - timedelta(days=value.weekday()), 7))


@meaning
def past(context: Context, unit: str, count: int) -> Spans:
    """The last so many days, weeks, months, years until now."""
    begin = context.today - relativedelta(**{unit: count})  # type: ignore[arg-type]
    return one(Span(context.begin(begin), context.now))


@meaning
def ahead(context: Context, unit: str, count: int) -> Spans:
    """The next so many days, weeks, months, years."""
    end = context.today + relativedelta(**{unit: count})  # type: ignore[arg-type]
    return one(Span(context.now, context.begin(end, 1440)))


@meaning
def past_hours(context: Context, length: Length) -> Spans:
    return length.map(lambda value: _ordered(Span(context.later(-value), context.now)))


@meaning
def ahead_hours(context: Context, length: Length) -> Spans:
    return length.map(lambda value: _ordered(Span(context.now, context.later(value))))


@meaning
def few(context: Context, direction: int) -> Spans:
    """ "The next few days": three or seven."""
    spans = [(ahead if direction > 0 else past)(context, "days", count) for count in (3, 7)]
    return Readings(together(spans).values, "it is not said how many days")


@meaning
def these(context: Context, count: int) -> Spans:
    """So many days around today: Thai สองวันนี้."""
    begins = context.today, context.today - timedelta(days=count - 1)
    both = [one(_days(context, begin, count)) for begin in begins]
    return both[context.past] if context.tense else together(both)


@meaning
def rest(context: Context, spans: Spans) -> Spans:
    """What is left of a span."""
    return spans.map(lambda span: _ordered(Span(max(span.start, context.now), span.end)))


@meaning
def onward(context: Context, spans: Spans) -> Spans:
    """From the beginning of a day or a span until now; what is to come has no end, which is asked back."""

    def until_now(span: Span) -> Spans:
        if span.start < context.now:
            return one(Span(span.start, context.now))
        return _open(context, span.start)

    return spans.then(until_now)


@meaning
def since(context: Context, spans: Spans) -> Spans:
    """The same, of what is over."""
    return onward(context, spans)


@meaning
def after(context: Context, spans: Spans) -> Spans:
    """The same from the end of a day or a span."""

    def until_now(span: Span) -> Spans:
        return one(Span(span.end, context.now)) if span.end < context.now else _open(context, span.end)

    return spans.then(until_now)


@meaning
def until(context: Context, spans: Spans) -> Spans:
    return spans.map(lambda span: _ordered(Span(context.now, span.end)))


@meaning
def between(context: Context, first: Days, last: Days) -> Spans:
    """From a day to another, both within. A weekday ends at its next coming after the first."""

    def upto(begin: date) -> Spans:
        ends = (end + timedelta(days=7 if end < begin <= end + timedelta(days=6) else 0) for end in last.values)
        return Readings(tuple(_between(context, begin, end + timedelta(days=1)) for end in ends), last.why)

    return first.then(upto)


@meaning
def weekdays(context: Context, first: int, last: int) -> Spans:
    """From a weekday to another: those of this week or, once they are over, the next; in the past the last ones."""
    length = (last - first) % 7 + 1
    monday = context.today - timedelta(days=context.today.weekday())
    begin = monday + timedelta(days=first)
    if context.past:
        begin -= timedelta(weeks=begin > context.today)
    elif begin + timedelta(days=length) <= context.today:
        begin += timedelta(weeks=1)
    return one(_days(context, begin, length))


@meaning
def month_days(context: Context, first: int, last: int, number: int) -> Spans:
    """ "From 5 to 20 May"."""
    end = date_(context, last, number).values[0]
    return one(_between(context, end.replace(day=first), end + timedelta(days=1)))


@meaning
def season(context: Context, month: int, years: int) -> Spans:
    """Three months from `month` on, as meteorologists count; said vaguely, so asked back."""
    begin = date(context.today.year + years, month, 1)
    while years < 0 and begin + relativedelta(years=1, months=3) <= context.today:
        begin += relativedelta(years=1)
    return Readings((_between(context, begin, begin + relativedelta(months=3)),), "a season has no certain days")


def _open(context: Context, start: datetime) -> Spans:
    ends = (context.begin(start.date() + timedelta(days=count)) for count in (7, 31))
    return Readings(tuple(Span(start, end) for end in ends), "no end was said")


def _part(context: Context, day: date, part: Part) -> Span:
    return Span(context.begin(day, part.start * 60), context.begin(day, part.end * 60))


def _days(context: Context, first: date, count: int) -> Span:
    return _between(context, first, first + timedelta(days=count))


def _between(context: Context, first: date, last: date) -> Span:
    return _ordered(Span(context.begin(first), context.begin(last)))


def _ordered(span: Span) -> Span:
    if span.start >= span.end:
        raise Impossible
    return span
