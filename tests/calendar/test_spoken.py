"""Events, windows and moves in words: resolved, or asked back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests.calendar.conftest import BERLIN, NOW
from tools.calendar import (
    CalendarProblem,
    SaidEvent,
    WhichEvent,
    new_event,
    one_meant,
    spoken_event,
    spoken_move,
    spoken_window,
)
from tools.date_language import Dates, NotUnderstood, Unclear

DATES = Dates(lambda: NOW, ("en", "de"))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


def times(**words):
    event = spoken_event(SaidEvent(title="One", **words), DATES)
    return event.start, event.end


def test_an_event_in_words():
    event = spoken_event(
        SaidEvent(
            title="Review",
            start="23 November at 3pm",
            duration="45 minutes",
            location="Kanzlei",
            attendees=["Ana", "Ben <ben@example.org>"],
            repeats="every Monday",
            reminders=[10],
        ),
        DATES,
    )
    assert (event.start, event.end) == (at(23, 15), at(23, 15, 45))
    assert (event.rrule, event.reminders, event.location) == ("FREQ=WEEKLY;BYDAY=MO", (10,), "Kanzlei")
    assert [person.said for person in event.attendees] == ["Ana", "Ben"]


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ({"start": "tomorrow at 3pm"}, at(21, 15), at(21, 16)),
        ({"start": "morgen um 15 Uhr", "end": "16:30"}, at(21, 15), at(21, 16, 30)),
        ({"start": "tomorrow"}, date(2026, 11, 21), date(2026, 11, 22)),
        ({"start": "tomorrow", "duration": "two days"}, date(2026, 11, 21), date(2026, 11, 23)),
        ({"start": "24 November", "end": "26 November"}, date(2026, 11, 24), date(2026, 11, 27)),
        ({"start": "tomorrow at 3pm", "end": "tomorrow at 5pm"}, at(21, 15), at(21, 17)),
        ({"start": "tomorrow", "end": "tomorrow"}, date(2026, 11, 21), date(2026, 11, 22)),
        ({"start": "Monday at 3pm", "end": "Monday at 5pm"}, at(23, 15), at(23, 17)),
        ({"start": "24 November at 3pm", "end": "Friday at 5pm"}, at(24, 15), at(27, 17)),
    ],
)
def test_ends_and_lengths(words, start, end):
    assert times(**words) == (start, end)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"start": "blue"}, "not understood"),
        ({"start": "3/4"}, "can mean"),
        ({"start": "tomorrow", "duration": "one hour"}, "is a whole day"),
        ({"start": "tomorrow at 3pm", "end": "4pm", "duration": "one hour"}, "not both"),
        ({"start": "24 November at 9am", "repeats": "every Monday"}, "not one of the days of “every Monday”"),
        ({"start": "24 November", "repeats": "every Monday"}, "not one of the days of “every Monday”"),
        ({"start": "tomorrow at 3pm", "end": "yesterday"}, "19 November 2026, which is before the start"),
        ({"start": "tomorrow at 3pm", "end": "blue"}, "not understood as a time"),
    ],
)
def test_what_is_not_clear_is_asked_back(words, said):
    with pytest.raises((CalendarProblem, NotUnderstood, Unclear), match=said):
        times(**words)


def test_a_window_in_words():
    window = spoken_window("nächste Woche", DATES)
    assert (window.start, window.end) == (at(23, 0), at(30, 0))


class TestMoving:
    @pytest.mark.parametrize(
        ("words", "start"),
        [
            ("25 November at 9am", at(25, 9)),
            ("25 November", at(25, 15)),
            ("4pm", at(27, 16)),
            ("tomorrow at 16:00", at(21, 16)),
        ],
    )
    def test_a_day_keeps_the_time_and_a_time_the_day(self, calendar, words, start):
        calendar.create(new_event("Dentist", at(27, 15)))
        assert spoken_move(words, one_meant(calendar, "dentist"), DATES) == start

    def test_whole_days_and_times_without_a_zone_stay_what_they_are(self, calendar):
        calendar.create(new_event("Fair", date(2026, 11, 24)))
        calendar.create(new_event("Pill", datetime(2026, 11, 24, 8)))
        assert spoken_move("25 November", one_meant(calendar, "fair"), DATES) == date(2026, 11, 25)
        assert spoken_move("25 November", one_meant(calendar, "pill"), DATES) == datetime(2026, 11, 25, 8)
        assert spoken_move("9:30 am", one_meant(calendar, "pill"), DATES) == datetime(2026, 11, 24, 9, 30)

    @pytest.mark.parametrize("day", ["28 March 2027", "31 October 2027"])
    def test_a_time_that_a_night_skips_or_shows_twice_is_asked_back(self, calendar, day):
        calendar.create(new_event("Backup", at(27, 2, 30)))
        with pytest.raises(CalendarProblem, match="02:30 is no certain time"):
            spoken_move(day, one_meant(calendar, "backup"), DATES)


class TestMeaning:
    def test_choices_are_listed(self, calendar):
        for title, day in (("Budget review", 24), ("Budget planning", 26)):
            calendar.create(new_event(title, at(day, 9)))
        with pytest.raises(WhichEvent) as asked:
            one_meant(calendar, "budget")
        assert asked.value.message == (
            "“budget” can mean “Budget review” (Tuesday 24 November 2026, 09:00)"
            " or “Budget planning” (Thursday 26 November 2026, 09:00)."
        )
        assert one_meant(calendar, "budget", spoken_window("26 November", DATES)).event.title == "Budget planning"

    def test_many_choices_are_counted(self, calendar):
        for day in range(21, 29):
            calendar.create(new_event("Lunch", date(2026, 11, day), duration=timedelta(days=1)))
        with pytest.raises(WhichEvent, match=r"\(Wednesday 25 November 2026\) or 3 others\."):
            one_meant(calendar, "lunch")

    def test_a_uid_is_understood(self, calendar):
        for uid in ("a", "b"):
            calendar.create(new_event("Lunch", at(24, 12), uid=uid))
        assert one_meant(calendar, "b").event.uid == "b"

    def test_nothing_that_fits_is_said(self, calendar):
        with pytest.raises(CalendarProblem, match="fits “haircut”"):
            one_meant(calendar, "haircut")
