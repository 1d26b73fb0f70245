"""Rules by arithmetic: the same readings as dateutil's, from wherever one looks, to the end of the calendar."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.calendar.rules import parts, readings
from tools.calendar.simple_rules import simple_readings

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKDAYS = st.lists(st.sampled_from(DAYS), min_size=1, max_size=4).map(",".join)
NTH = st.builds("{}{}".format, st.sampled_from([1, 2, 3, 4, 5, -1, -2, -5, "+2"]), st.sampled_from(DAYS))
SIMPLE = st.one_of(
    st.just("FREQ=DAILY"),
    st.builds("FREQ=WEEKLY{};WKST={}".format, st.just(""), st.sampled_from(DAYS)),
    st.builds("FREQ=WEEKLY;BYDAY={};WKST={}".format, WEEKDAYS, st.sampled_from(DAYS)),
    st.builds("FREQ=WEEKLY;BYDAY={}".format, WEEKDAYS),
    st.just("FREQ=MONTHLY"),
    st.builds("FREQ=MONTHLY;BYMONTHDAY={}".format, st.integers(1, 31)),
    st.builds("FREQ=MONTHLY;BYDAY={}".format, NTH),
    st.just("FREQ=YEARLY"),
)
LIMITS = st.sampled_from(["", ";COUNT=1", ";COUNT=7", ";UNTIL=20050301", ";UNTIL=20100615T120000"])
STARTS = st.datetimes(datetime(1999, 1, 1), datetime(2004, 12, 31)).map(lambda start: start.replace(microsecond=0))


@settings(max_examples=300, deadline=None)
@given(rule=SIMPLE, interval=st.integers(1, 14), limit=LIMITS, start=STARTS, after=st.integers(-400, 4_000))
def test_readings_are_those_of_dateutil(rule, interval, limit, start, after):
    rule = f"{rule};INTERVAL={interval}{limit}"
    since = start + timedelta(days=after, hours=after % 24)
    assert simple_readings(parts(rule.removesuffix(limit)), start, since) is not None
    # A date in UNTIL means all of its day here, and its first second to dateutil.
    theirs = rrulestr(rule.replace("20050301", "20050301T235959"), dtstart=start).xafter(since, count=12, inc=True)
    ours = (reading for reading in readings(rule, start, since) if reading >= since)
    assert list(islice(ours, 12)) == list(theirs)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYDAY=MO",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYHOUR=9",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1",
        "FREQ=YEARLY;BYMONTH=3",
        "FREQ=HOURLY",
    ],
)
def test_others_are_not_taken_for_simple(rule):
    assert simple_readings(parts(rule), datetime(2026, 1, 5, 9), datetime(2026, 1, 5, 9)) is None


@pytest.mark.parametrize(
    "rule",
    ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,SU", "FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=5FR", "FREQ=YEARLY;INTERVAL=999999"],
)
def test_they_end_with_the_calendar(rule):
    start = datetime(9997, 12, 31, 9)
    found = list(simple_readings(parts(rule), start, start))
    assert len(found) < 800
    # Some rules make dateutil fall over the last days.
    last = datetime(9999, 12, 20)
    assert [at for at in found if at <= last] == rrulestr(rule, dtstart=start).replace(until=last)[:]
