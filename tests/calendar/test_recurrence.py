"""Recurrence: the expansion agrees with recurring-ical-events, and no rule makes it run on."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.calendar import CalendarProblem, Event, Series, Window, calendar_bytes, new_event
from tools.calendar.ics_lines import split_file
from tools.calendar.ics_read import read_event
from tools.calendar.occurrences import expand
from tools.calendar.rules import MAX_OCCURRENCES

NEW_YORK = ZoneInfo("America/New_York")

# The examples of RFC 5545, 3.8.5.3, from 2 September 1997 at 9:00 in New York, unless they begin on another day, and
# what calendars hold besides: DST nights, whole days, dates left out and added, other zones.
RULES = [
    "RRULE:FREQ=DAILY;COUNT=10",
    "RRULE:FREQ=DAILY;UNTIL=19971224T000000Z",
    "RRULE:FREQ=DAILY;INTERVAL=2",
    "RRULE:FREQ=DAILY;INTERVAL=10;COUNT=5",
    "DTSTART;TZID=America/New_York:19980101T090000\nRRULE:FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
    "DTSTART;TZID=America/New_York:19980101T090000\nRRULE:FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
    "RRULE:FREQ=WEEKLY;COUNT=10",
    "RRULE:FREQ=WEEKLY;UNTIL=19971224T000000Z",
    "RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU",
    "RRULE:FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
    "RRULE:FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
    "DTSTART;TZID=America/New_York:19970901T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
    "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
    "DTSTART;TZID=America/New_York:19970905T090000\nRRULE:FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
    "DTSTART;TZID=America/New_York:19970905T090000\nRRULE:FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
    "DTSTART;TZID=America/New_York:19970907T090000\nRRULE:FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
    "DTSTART;TZID=America/New_York:19970922T090000\nRRULE:FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
    "DTSTART;TZID=America/New_York:19970928T090000\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-3",
    "RRULE:FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
    "DTSTART;TZID=America/New_York:19970930T090000\nRRULE:FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
    "DTSTART;TZID=America/New_York:19970910T090000\nRRULE:FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
    "RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
    "DTSTART;TZID=America/New_York:19970610T090000\nRRULE:FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
    "DTSTART;TZID=America/New_York:19970310T090000\nRRULE:FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
    "DTSTART;TZID=America/New_York:19970101T090000\nRRULE:FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
    "DTSTART;TZID=America/New_York:19970519T090000\nRRULE:FREQ=YEARLY;BYDAY=20MO",
    "DTSTART;TZID=America/New_York:19970512T090000\nRRULE:FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
    "DTSTART;TZID=America/New_York:19970313T090000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
    "DTSTART;TZID=America/New_York:19970605T090000\nRRULE:FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
    "EXDATE;TZID=America/New_York:19970902T090000\nRRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
    "DTSTART;TZID=America/New_York:19970913T090000\nRRULE:FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
    "DTSTART;TZID=America/New_York:19961105T090000\nRRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
    "DTSTART;TZID=America/New_York:19970904T090000\nRRULE:FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
    "DTSTART;TZID=America/New_York:19970929T090000\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
    "RRULE:FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z",
    "RRULE:FREQ=MINUTELY;INTERVAL=15;COUNT=6",
    "RRULE:FREQ=MINUTELY;INTERVAL=90;COUNT=4",
    "RRULE:FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40;COUNT=200",
    "DTSTART;TZID=America/New_York:19970805T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
    "DTSTART;TZID=America/New_York:20070115T090000\nRRULE:FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
    "DTSTART;TZID=Europe/Berlin:20260322T023000\nRRULE:FREQ=WEEKLY;COUNT=30",
    "DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY",
    "DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=WEEKLY;BYDAY=MO\nEXDATE;VALUE=DATE:20260119,20260202",
    "DTSTART:20260105T080000Z\nRRULE:FREQ=DAILY;COUNT=20\nRDATE:20260301T100000Z,20260302T110000Z\nEXDATE:20260107T080000Z",
    "DTSTART:20260131T080000\nRRULE:FREQ=MONTHLY",
]


def ics(lines: str) -> bytes:
    start = "" if "DTSTART" in lines else "DTSTART;TZID=America/New_York:19970902T090000\n"
    event = f"BEGIN:VEVENT\nUID:one\nDTSTAMP:20260101T000000Z\nSUMMARY:One\n{start}DURATION:PT30M\n{lines}\nEND:VEVENT"
    if "VALUE=DATE" in lines:
        event = event.replace("DURATION:PT30M\n", "")
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n{event}\nEND:VCALENDAR\n".replace("\n", "\r\n").encode()


def ours(data: bytes, window: Window) -> list[tuple[datetime, datetime]]:
    file = split_file(data)
    events = [event for lines in file.events for event in read_event(lines, file.zones)]
    changed = tuple(event for event in events if event.recurrence_id is not None)
    series = Series(next(event for event in events if event.recurrence_id is None), changed)
    found = expand(series, window, UTC).occurrences
    return [(one.begins.astimezone(UTC), one.ends.astimezone(UTC)) for one in found]


def theirs(data: bytes, window: Window) -> list[tuple[datetime, datetime]]:
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(data)).between(window.start, window.end)

    def instant(moment):
        if not isinstance(moment, datetime):
            moment = datetime(moment.year, moment.month, moment.day)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    times = ((instant(event.start), instant(event.end)) for event in found)
    # The library lets an event end before it begins when the clock skips its start.
    return sorted((start, end if end > start else start + timedelta(minutes=30)) for start, end in times)


@pytest.mark.parametrize("lines", RULES)
def test_agrees_with_the_library(lines):
    data = ics(lines)
    year = 1997 if "DTSTART" not in lines else int(lines.split("DTSTART")[1].split(":")[1][:4])
    for window in (
        Window(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 6, 1, tzinfo=UTC)),
        Window(datetime(year + 3, 2, 10, 12, tzinfo=UTC), datetime(year + 3, 12, 31, tzinfo=UTC)),
    ):
        assert ours(data, window) == theirs(data, window)
    assert ours(data, Window(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 12, 1, 1, tzinfo=UTC)))


def test_changed_occurrences_agree_with_the_library():
    data = ics("RRULE:FREQ=WEEKLY;COUNT=5").replace(
        b"END:VCALENDAR",
        b"BEGIN:VEVENT\r\nUID:one\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Moved\r\nSEQUENCE:1\r\n"
        b"RECURRENCE-ID;TZID=America/New_York:19970909T090000\r\nDTSTART;TZID=America/New_York:19970910T140000\r\n"
        b"DTEND;TZID=America/New_York:19970910T150000\r\nEND:VEVENT\r\nEND:VCALENDAR",
    )
    window = Window(datetime(1997, 1, 1, tzinfo=UTC), datetime(1998, 1, 1, tzinfo=UTC))
    assert ours(data, window) == theirs(data, window)
    assert (datetime(1997, 9, 10, 18, tzinfo=UTC), datetime(1997, 9, 10, 19, tzinfo=UTC)) in ours(data, window)


@settings(max_examples=60, deadline=None)
@given(
    rule=st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY", "FREQ=HOURLY"]),
    interval=st.integers(1, 9),
    by=st.sampled_from(["", ";BYDAY=MO,TH", ";BYMONTH=2,7,11", ";BYMONTHDAY=29,30"]),
    start=st.datetimes(datetime(1999, 1, 1), datetime(2004, 1, 1)),
    after=st.integers(0, 3000),
)
def test_far_ahead_the_same_is_found_as_from_the_start(rule, interval, by, start, after):
    start = start.replace(second=0, microsecond=0)
    rule = f"{rule};INTERVAL={interval}{by}"
    begin = start.replace(tzinfo=UTC) + timedelta(days=after)
    window = Window(begin, begin + timedelta(days=40))
    try:
        event = new_event("One", start, rrule=rule, uid="one")
    except CalendarProblem:
        return
    assert [one.begins for one in expand(Series(event), window, UTC).occurrences] == [
        begins for begins, _ in theirs(calendar_bytes([Series(event)]), window)
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;BYHOUR=3;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=31;INTERVAL=7",
        "FREQ=YEARLY;BYYEARDAY=366;BYWEEKNO=10",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=3;UNTIL=20300101T000000Z",
        "FREQ=DAILY;BYEASTER=0",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=DAILY;UNTIL=never",
        "FREQ=OFTEN",
        "BYDAY=MO",
        "FREQ=DAILY;BYHOUR="
        + ",".join(map(str, range(24)))
        + ";BYMINUTE="
        + ",".join(map(str, range(60)))
        + ";BYSECOND=1,2",
        "nonsense",
    ],
)
def test_rules_that_cannot_or_must_not_be_followed_are_refused(rule):
    started = time.process_time()
    with pytest.raises(CalendarProblem, match="recurrence rule"):
        new_event("One", datetime(2026, 1, 5, 9), rrule=rule)
    # Not a speed: the difference between an end and none.
    assert time.process_time() - started < 20


def test_very_many_occurrences_are_cut_and_said():
    event = new_event("Tick", datetime(2020, 1, 1, 9), rrule="FREQ=MINUTELY", duration=timedelta(seconds=30))
    found = expand(Series(event), Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)), UTC)
    assert found.cut
    assert 100 < len(found.occurrences) <= MAX_OCCURRENCES


def test_a_night_in_which_the_clock_is_changed_keeps_the_reading():
    berlin = ZoneInfo("Europe/Berlin")
    event = Event(
        uid="1",
        title="Night shift",
        start=datetime(2026, 10, 23, 22, tzinfo=berlin),
        end=datetime(2026, 10, 24, 6, tzinfo=berlin),
        rrule="FREQ=DAILY;COUNT=3",
    )
    window = Window(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
    found = expand(Series(event), window, berlin).occurrences
    assert [(one.begins.hour, one.ends.hour) for one in found] == [(22, 6)] * 3
    assert found[1].ends - found[1].begins == timedelta(hours=8)
    assert found[1].ends.astimezone(UTC) - found[1].begins.astimezone(UTC) == timedelta(hours=9)
