"""Days and times in words, and the week that they stand in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.calendar_wording import answers_said, last_day, short_times, when_said
from app.day_words import days_between, short_day, short_moment
from app.tui.week import Week
from tools.calendar import Attendee, Event, Occurrence, Series, Window, new_event
from tools.calendar.occurrences import expand, occurrence

ZURICH = ZoneInfo("Europe/Zurich")
TODAY = date(2026, 11, 25)
MONDAY = date(2026, 11, 23)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZURICH)


def once(event: Event) -> Occurrence:
    return occurrence(event, event.start, ZURICH)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (TODAY, "today"),
        (date(2026, 11, 24), "yesterday"),
        (date(2026, 11, 26), "tomorrow"),
        (date(2026, 11, 27), "Fri 27 Nov"),
        (date(2025, 11, 27), "27 Nov 2025"),
    ],
)
def test_a_day_in_few_words(day, words):
    assert short_day(day, TODAY) == words
    assert len(words) <= 11


def test_a_moment_is_said_on_the_readers_clock():
    assert short_moment(datetime(2026, 11, 25, 23, 30, tzinfo=UTC), at(25, 10)) == "tomorrow 00:30"


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (MONDAY, date(2026, 11, 29), "23 – 29 November 2026"),
        (date(2026, 11, 30), date(2026, 12, 6), "30 November – 6 December 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 December 2026 – 3 January 2027"),
    ],
)
def test_a_week_as_a_title(first, last, words):
    assert days_between(first, last) == words


@pytest.mark.parametrize(
    ("event", "short", "long"),
    [
        (new_event("a", at(27, 15), duration=timedelta(minutes=30)), "15:00–15:30", "Friday 27 November, 15:00–15:30"),
        (new_event("a", at(27, 15), at(27, 15)), "15:00", "Friday 27 November, 15:00"),
        (
            new_event("a", at(27, 22), at(28, 2)),
            "22:00",
            "Friday 27 November, 22:00 – Saturday 28 November, 02:00",
        ),
        (new_event("a", date(2026, 11, 27)), "all day", "Friday 27 November, all day"),
        (
            new_event("a", date(2026, 11, 27), date(2026, 11, 30)),
            "all day",
            "Friday 27 November – Sunday 29 November, all day",
        ),
        (
            new_event("a", datetime(2027, 1, 4, 9, tzinfo=ZoneInfo("Asia/Bangkok"))),
            "03:00–04:00",
            "Monday 4 January 2027, 03:00–04:00 (09:00 in Asia/Bangkok)",
        ),
    ],
)
def test_when_an_event_is(event, short, long):
    assert short_times(once(event)) == short
    assert when_said(once(event), TODAY) == long


def test_an_event_until_midnight_ends_on_its_day():
    assert last_day(once(new_event("a", at(27, 22), at(28, 0)))) == date(2026, 11, 27)


def test_guests_with_their_answers():
    guests = (Attendee("ana@example.org", "Ana", "accepted"), Attendee("ben@example.org"))
    assert answers_said(guests) == "Ana (accepted), ben@example.org"


def week_of(*found: Event) -> Week:
    window = Window(at(23, 0), at(30, 0))
    shown = [one for event in found for one in expand(Series(event), window, ZURICH).occurrences]
    return Week(MONDAY, tuple(sorted(shown, key=lambda one: one.begins)))


def test_an_event_of_several_days_stands_on_each():
    week = week_of(new_event("a", date(2026, 11, 27), date(2026, 12, 2)), new_event("b", at(22, 22), at(23, 2)))
    assert [[one.event.title for one in here] for here in week.by_day] == [["b"], [], [], [], ["a"], ["a"], ["a"]]


def test_only_what_takes_the_same_time_collides():
    first, second = new_event("a", at(27, 15)), new_event("b", at(27, 15, 30))
    after, free = new_event("c", at(27, 16, 30)), new_event("d", at(27, 15), busy=False)
    week = week_of(first, second, after, free)
    found = {one.event.title: [other.event.title for other in week.collisions(one)] for one in week.occurrences}
    assert found == {"a": ["b"], "b": ["a"], "c": [], "d": []}


def test_steps_go_over_empty_days_and_end_with_the_week():
    week = week_of(new_event("a", at(24, 9)), new_event("b", at(24, 10)), new_event("c", at(29, 9)))
    assert week.selected is None
    seen = []
    while week.step(1):
        seen.append((week.day, week.selected.event.title))
    assert seen == [(1, "a"), (1, "b"), (6, "c")]
    back = []
    while week.step(-1):
        back.append(week.selected.event.title)
    assert back == ["b", "a"]
    assert week.select(week.by_day[6][0])
    assert (week.day, week.position) == (6, 0)
