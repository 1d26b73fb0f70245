"""What the tools do to the calendar: create, list, find, move, cancel, find free time, each undone exactly."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from tests.calendar.conftest import BERLIN, NOW
from tools.calendar import Attendee, CalendarProblem, Event, Window, WorkingHours, attendee, new_event
from tools.calendar.moments import normalised, read, written


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


def week(first: int = 23, days: int = 7) -> Window:
    return Window(at(first, 0), at(first, 0) + timedelta(days=days))


def shown(calendar, window: Window) -> list[tuple[str, str]]:
    return [(f"{one.begins:%d %H:%M}", one.event.title) for one in calendar.list_events(window).occurrences]


def rows(db) -> list[tuple[object, ...]]:
    return db.rows("SELECT rowid, * FROM calendar_events ORDER BY rowid")


@pytest.fixture
def standup(calendar) -> Event:
    return calendar.create(new_event("Standup", at(23, 9), rrule="FREQ=WEEKLY;BYDAY=MO,WE", uid="standup")).event


class TestCreating:
    def test_an_event_is_listed_as_it_was_made(self, calendar):
        made = new_event(
            "Hand over the keys",
            at(27, 15),
            duration=timedelta(minutes=30),
            location="Kanzlei",
            description="Bring both.\nAnd the letter.",
            attendees=(Attendee("ana@example.org", "Ana"),),
            reminders=(10, 60, 10),
            uid="keys",
        )
        written_event = calendar.create(made).event
        (one,) = calendar.list_events(week()).occurrences
        assert one.event == written_event
        assert (one.begins, one.ends) == (at(27, 15), at(27, 15, 30))
        assert one.event.reminders == (10, 60)
        assert one.event.modified == NOW

    def test_conflicts_are_said_and_not_prevented(self, calendar):
        calendar.create(new_event("Dentist", at(27, 15)))
        calendar.create(new_event("Holiday", date(2026, 11, 27)))
        late = calendar.create(new_event("Call", at(27, 15, 30)))
        assert [one.event.title for one in late.conflicts] == ["Dentist"]
        assert calendar.create(new_event("After", at(27, 16, 30))).conflicts == ()
        weekly = calendar.create(new_event("Weekly", at(20, 15), rrule="FREQ=WEEKLY"))
        assert [one.event.title for one in weekly.conflicts] == ["Dentist", "Call"]

    def test_the_same_event_twice_is_refused(self, calendar, standup):
        with pytest.raises(CalendarProblem, match="already"):
            calendar.create(standup)

    @pytest.mark.parametrize(
        ("start", "end", "said"),
        [
            (at(27, 15), at(27, 14), "ends before it begins"),
            (at(27, 15), date(2026, 11, 28), "either on days or at times"),
            (datetime(2026, 11, 27, 15), at(27, 16), "either on days or at times"),
            (date(9999, 1, 1), None, "9999"),
            (date(2026, 1, 1), date(2200, 1, 1), "longer than 20 years"),
        ],
    )
    def test_impossible_times_are_refused_in_a_sentence(self, start, end, said):
        with pytest.raises(CalendarProblem, match=said):
            new_event("Impossible", start, end)

    def test_titles_cannot_act_on_a_terminal(self):
        assert new_event("Lunch\x1b]52;c;x\x07\nwith Ana", at(27, 12)).title == "Lunch\ufffd]52;c;x\ufffd with Ana"

    @pytest.mark.parametrize(
        "moment",
        [
            date(2026, 11, 27),
            datetime(2026, 11, 27, 9),
            at(27, 9),
            normalised(datetime.fromisoformat("2026-11-27T09:00+05:30")),
            normalised(datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)),
        ],
    )
    def test_moments_come_back_as_they_were(self, moment):
        back = read(written(moment))
        assert back == moment
        assert written(back) == written(moment)


class TestListing:
    def test_occurrences_come_in_order_and_within_the_window(self, calendar, standup):
        calendar.create(new_event("Review", at(25, 9)))
        calendar.create(new_event("Fair", date(2026, 11, 24), date(2026, 11, 26)))
        assert shown(calendar, week()) == [
            ("23 09:00", "Standup"),
            ("24 00:00", "Fair"),
            ("25 09:00", "Review"),
            ("25 09:00", "Standup"),
        ]
        assert shown(calendar, Window(at(25, 23), at(26, 0))) == [("24 00:00", "Fair")]
        assert shown(calendar, Window(at(26, 0), at(27, 0))) == []

    def test_a_time_of_no_zone_is_the_users(self, calendar):
        calendar.create(new_event("Pill", datetime(2026, 11, 24, 8)))
        assert shown(calendar, week()) == [("24 08:00", "Pill")]


class TestMoving:
    def test_an_event_keeps_its_length(self, calendar):
        calendar.create(new_event("Dentist", at(27, 15), duration=timedelta(minutes=45)))
        (one,) = calendar.list_events(week()).occurrences
        moved = calendar.move(one, at(26, 10)).event
        assert (moved.start, moved.end, moved.sequence) == (at(26, 10), at(26, 10, 45), 1)

    def test_one_occurrence_leaves_the_others(self, calendar, standup):
        first, second = calendar.list_events(week()).occurrences
        calendar.move(second, at(26, 14))
        assert shown(calendar, week()) == [("23 09:00", "Standup"), ("26 14:00", "Standup")]
        moved = calendar.list_events(week()).occurrences[1]
        calendar.move(moved, at(27, 8))
        assert shown(calendar, week()) == [("23 09:00", "Standup"), ("27 08:00", "Standup")]
        assert len(shown(calendar, week(30))) == 2
        assert first.recurrence_id == at(23, 9)

    def test_a_series_moves_with_the_days_of_its_rule(self, calendar, standup):
        calendar.cancel(calendar.list_events(week(30)).occurrences[0])
        second = calendar.list_events(week()).occurrences[1]
        moved = calendar.move(second, at(26, 8, 30), whole_series=True).event
        assert moved.rrule == "FREQ=WEEKLY;BYDAY=TU,TH"
        assert shown(calendar, week()) == [("24 08:30", "Standup"), ("26 08:30", "Standup")]
        assert shown(calendar, week(30)) == [("03 08:30", "Standup")]

    def test_a_series_whose_rule_names_other_days_is_refused(self, calendar):
        calendar.create(new_event("Board", at(10, 9), rrule="FREQ=MONTHLY;BYDAY=2TU"))
        (one,) = calendar.list_events(Window(at(8, 0, month=12), at(9, 0, month=12))).occurrences
        with pytest.raises(CalendarProblem, match="cannot be moved as a whole"):
            calendar.move(one, at(9, 9, month=12), whole_series=True)
        calendar.move(one, at(8, 11, month=12), whole_series=True)

    def test_what_is_gone_is_refused(self, calendar):
        calendar.create(new_event("Dentist", at(27, 15)))
        (one,) = calendar.list_events(week()).occurrences
        calendar.move(one, at(26, 10))
        with pytest.raises(CalendarProblem, match="no longer in the calendar"):
            calendar.move(one, at(25, 10))


class TestPeople:
    def test_are_added_to_the_series_or_to_the_occurrence_that_was_changed(self, calendar, db, standup):
        moved = calendar.move(calendar.list_events(week()).occurrences[0], at(24, 9)).event
        before = rows(db)
        first, second = calendar.list_events(week()).occurrences
        calendar.add_people(first, [attendee("Ana")])
        calendar.add_people(second, [attendee("Ben"), attendee("Ben")])
        assert [one.event.attendees for one in calendar.list_events(week()).occurrences] == [
            (Attendee("", "Ana"),),
            (Attendee("", "Ben"),),
        ]
        assert calendar.store.get("standup").changed[0].recurrence_id == moved.recurrence_id
        db.journal.undo()
        db.journal.undo()
        assert rows(db) == before


class TestCancelling:
    def test_one_occurrence(self, calendar, standup):
        calendar.cancel(calendar.list_events(week()).occurrences[0])
        assert shown(calendar, week()) == [("25 09:00", "Standup")]

    def test_an_occurrence_that_was_moved(self, calendar, standup):
        calendar.move(calendar.list_events(week()).occurrences[0], at(24, 9))
        calendar.cancel(calendar.list_events(week()).occurrences[0])
        assert shown(calendar, week()) == [("25 09:00", "Standup")]

    def test_the_series(self, calendar, standup):
        calendar.move(calendar.list_events(week()).occurrences[0], at(24, 9))
        calendar.cancel(calendar.list_events(week()).occurrences[1], whole_series=True)
        assert shown(calendar, week()) == []


def test_every_write_is_undone_exactly(calendar, db, standup):
    states = [rows(db)]
    steps = (
        lambda: calendar.create(new_event("Dentist", at(27, 15))),
        lambda: calendar.move(calendar.list_events(week()).occurrences[0], at(24, 9)),
        lambda: calendar.cancel(calendar.list_events(week()).occurrences[1]),
        lambda: calendar.cancel(calendar.list_events(week()).occurrences[0], whole_series=True),
        lambda: calendar.move(calendar.list_events(week()).occurrences[0], date(2026, 11, 28)),
    )
    for step in steps:
        step()
        states.append(rows(db))
    assert [effect.tool for effect in db.journal.history()] == [
        "calendar_move",
        "calendar_cancel",
        "calendar_cancel",
        "calendar_move",
        "calendar_create",
        "calendar_create",
    ]
    while len(states) > 1:
        states.pop()
        db.journal.undo()
        assert rows(db) == states[-1]


class TestFreeTime:
    def test_is_what_the_working_hours_leave(self, calendar, standup):
        calendar.create(new_event("Lunch", at(23, 12), duration=timedelta(minutes=90)))
        calendar.create(new_event("Long", at(23, 11, 30), duration=timedelta(hours=1)))
        calendar.create(new_event("Birthday", date(2026, 11, 24)))
        slots = calendar.find_free(Window(at(21, 0), at(25, 0)), timedelta(hours=2))
        assert [(slot.start, slot.end) for slot in slots] == [
            (at(23, 13, 30), at(23, 18)),
            (at(24, 9), at(24, 18)),
        ]

    def test_is_in_the_future(self, calendar):
        slots = calendar.find_free(Window(at(19, 0), at(21, 0)), timedelta(hours=1), WorkingHours(time(7), time(12)))
        assert [(slot.start, slot.end) for slot in slots] == [(at(20, 8), at(20, 12))]

    @pytest.mark.parametrize("hours", [WorkingHours(time(18), time(9)), WorkingHours(weekdays=frozenset())])
    def test_impossible_wishes_are_refused(self, calendar, hours):
        with pytest.raises(CalendarProblem, match="working hours"):
            calendar.find_free(week(), timedelta(hours=1), hours)
        with pytest.raises(CalendarProblem, match="no length"):
            calendar.find_free(week(), timedelta())


class TestFinding:
    @pytest.fixture(autouse=True)
    def events(self, calendar, standup):
        for title, day, hour, people in (
            ("Dentist Dr. Weber", 27, 15, ()),
            ("Lunch with Ana", 24, 12, ()),
            ("Budget review", 24, 15, (Attendee("ana.costa@example.org", "Ana Costa"),)),
            ("Budget planning", 26, 10, ()),
            ("Zahnärztliche Kontrolle", 25, 8, ()),
            ("会議 東京", 26, 9, ()),
        ):
            calendar.create(new_event(title, at(day, hour), attendees=people))

    @pytest.mark.parametrize(
        ("words", "title"),
        [
            ("my dentist appointment", "Dentist Dr. Weber"),
            ("dentsit", "Dentist Dr. Weber"),
            ("the lunch with Ana", "Lunch with Ana"),
            ("the budget review", "Budget review"),
            ("standup meeting", "Standup"),
            ("Termin zahnarztliche kontrolle", "Zahnärztliche Kontrolle"),
            ("東京の会議", "会議 東京"),
        ],
    )
    def test_the_event_that_is_meant(self, calendar, words, title):
        found = calendar.find(words)
        assert found.clear is not None
        assert found.clear.event.title == title

    def test_between_two_one_must_ask(self, calendar):
        found = calendar.find("budget")
        assert found.clear is None
        assert {one.event.title for one in found.ambiguous} == {"Budget review", "Budget planning"}

    def test_what_is_called_just_so_is_meant(self, calendar):
        calendar.create(new_event("Lunch", at(25, 12)))
        assert calendar.find("the lunch").clear.event.title == "Lunch"
        calendar.create(new_event("Lunch", at(26, 12)))
        assert [one.begins for one in calendar.find("lunch").ambiguous] == [at(25, 12), at(26, 12)]

    @pytest.mark.parametrize("title", ["Y", "🎉"])
    def test_a_title_without_a_word_is_found_too(self, calendar, title):
        calendar.create(new_event(title, at(25, 12)))
        assert calendar.find(title.lower()).clear.event.title == title

    def test_a_uid_names_its_event(self, calendar):
        assert calendar.next_of("standup").begins == at(23, 9)
        assert calendar.next_of("standup", Window(at(24, 0), at(26, 0))).begins == at(25, 9)
        assert calendar.next_of("standup", Window(at(24, 0), at(25, 0))) is None
        assert calendar.next_of("Standup") is None

    def test_a_window_decides(self, calendar):
        found = calendar.find("budget", Window(at(26, 0), at(27, 0)))
        assert found.clear is not None
        assert found.clear.event.title == "Budget planning"
        only = calendar.find("my appointment", Window(at(27, 0), at(28, 0)))
        assert only.clear is not None
        assert only.clear.event.title == "Dentist Dr. Weber"

    def test_of_a_series_the_next_one_stands_for_all(self, calendar):
        found = calendar.find("standup")
        assert [match.occurrence.begins for match in found.matches] == [at(23, 9)]

    def test_words_that_fit_nothing_find_nothing(self, calendar):
        found = calendar.find("haircut")
        assert found.matches == ()
        assert found.clear is None
        assert found.ambiguous == ()
