"""What depends on the day it is said, on the zone, on the region, and on what was said before."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tools.date_language import (
    Moment,
    NotUnderstood,
    Unclear,
    resolve_duration,
    resolve_end,
    resolve_repeats,
    resolve_span,
    resolve_start,
)
from tools.errors import ToolProblem

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = datetime(2026, 11, 25, 10, tzinfo=BERLIN)


def starts(text, now, *languages):
    """What a start can be: one time, or all that are asked back."""
    try:
        return [resolve_start(text, now, languages).isoformat()]
    except Unclear as unclear:
        return [reading.isoformat() for reading in unclear.readings]


@pytest.mark.parametrize(
    ("day", "text", "language", "meant"),
    [
        (23, "next Friday", "en", ["2026-11-27", "2026-12-04"]),
        (27, "next Friday", "en", ["2026-12-04"]),
        (28, "next Friday", "en", ["2026-12-04"]),
        (28, "nächsten Montag", "de", ["2026-11-30"]),
        (28, "übernächsten Montag", "de", ["2026-12-07"]),
        (28, "Montag in zwei Wochen", "de", ["2026-12-14", "2026-12-07"]),
        (27, "on Friday", "en", ["2026-11-27", "2026-12-04"]),
        (27, "diesen Freitag", "de", ["2026-11-27"]),
        (26, "this Monday", "en", ["2026-11-30"]),
        (25, "at 3", "en", ["2026-11-25T15:00:00+01:00"]),
        (25, "um 9", "de", ["2026-11-25T21:00:00+01:00", "2026-11-26T09:00:00+01:00"]),
        (25, "at 11", "en", ["2026-11-25T11:00:00+01:00", "2026-11-25T23:00:00+01:00"]),
        (25, "today at 9", "en", ["2026-11-25T21:00:00+01:00"]),
        (25, "วันศุกร์หน้า", "th", ["2026-12-04"]),
        (29, "วันศุกร์หน้า", "th", ["2026-12-04"]),
    ],
)
def test_what_depends_on_the_day_it_is_said(day, text, language, meant):
    assert starts(text, WEDNESDAY.replace(day=day), language) == meant


@pytest.mark.parametrize(
    ("text", "language", "meant"),
    [
        ("3/4", "en", ["2027-04-03", "2027-03-04"]),
        ("3/4", "en-US", ["2027-03-04"]),
        ("3/4", "en-GB", ["2027-04-03"]),
        ("3/4", "de", ["2027-04-03"]),
        ("13/4", "en", ["2027-04-13"]),
        ("4/13", "en-US", ["2027-04-13"]),
        ("4/13", "de", ["2027-04-13"]),
        ("5/5", "en", ["2027-05-05"]),
        ("3/4/27", "en", ["2027-04-03", "2027-03-04"]),
    ],
)
def test_numbers_are_read_as_the_region_writes_them(text, language, meant):
    assert starts(text, WEDNESDAY, language) == meant


@pytest.mark.parametrize(
    ("zone", "now", "text", "meant"),
    [
        (
            "Europe/Berlin",
            datetime(2027, 3, 27, 10),
            "tomorrow at 2:30 am",
            ["2027-03-28T03:30:00+02:00", "2027-03-28T01:30:00+01:00"],
        ),
        (
            "Europe/Berlin",
            datetime(2026, 10, 24, 10),
            "tomorrow at 2:30 am",
            ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"],
        ),
        (
            "America/New_York",
            datetime(2026, 10, 31, 10),
            "tomorrow at 1:30 am",
            ["2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"],
        ),
        ("Europe/Berlin", datetime(2026, 10, 24, 10), "tomorrow at 3 pm", ["2026-10-25T15:00:00+01:00"]),
        ("Asia/Kolkata", datetime(2026, 10, 24, 10), "tomorrow at 2:30 am", ["2026-10-25T02:30:00+05:30"]),
        ("Europe/Berlin", datetime(2026, 10, 25, 1, 30), "in 2 hours", ["2026-10-25T02:30:00+01:00"]),
    ],
)
def test_nights_in_which_clocks_change(zone, now, text, meant):
    assert starts(text, now.replace(tzinfo=ZoneInfo(zone)), "en") == meant


def test_a_day_of_a_span_has_23_or_25_hours_when_clocks_change():
    spring = resolve_span("tomorrow", datetime(2027, 3, 27, 10, tzinfo=BERLIN), ["en"])
    autumn = resolve_span("tomorrow", datetime(2026, 10, 24, 10, tzinfo=BERLIN), ["en"])
    hours = [(span.end.timestamp() - span.start.timestamp()) / 3600 for span in (spring, autumn)]
    assert hours == [23, 25]


def test_a_day_can_begin_at_one_where_midnight_is_skipped():
    span = resolve_span("on 6 September 2026", datetime(2026, 9, 1, 10, tzinfo=ZoneInfo("America/Santiago")), ["en"])
    assert span.start.isoformat() == "2026-09-06T01:00:00-03:00"


@pytest.mark.parametrize("word", ["कल", "परसों"])
def test_hindi_yesterday_and_tomorrow(word):
    days = {"कल": 1, "परसों": 2}[word]
    before, after = (WEDNESDAY.date() + timedelta(days=sign * days) for sign in (-1, 1))
    assert resolve_start(word, WEDNESDAY, ["hi"]).day == after
    assert resolve_span(word, WEDNESDAY, ["hi"], tense="past").start.date() == before
    assert resolve_span(word, WEDNESDAY, ["hi"], tense="future").start.date() == after
    with pytest.raises(Unclear) as asked:
        resolve_span(word, WEDNESDAY, ["hi"])
    assert [span.start.date() for span in asked.value.readings] == [before, after]


@pytest.mark.parametrize(
    ("text", "language", "meant"),
    [
        ("Monday", "en", "2026-11-23"),
        ("Christmas", "en", "2025-12-25"),
        ("3 mai", "fr", "2026-05-03"),
        ("the 15th", "en", "2026-11-15"),
        ("Dezember", "de", "2025-12-01"),
        ("Pasqua", "it", "2026-04-05"),
        ("वीकेंड", "hi", "2026-11-21"),
    ],
)
def test_points_in_the_past(text, language, meant):
    assert str(resolve_span(text, WEDNESDAY, [language], tense="past").start.date()) == meant


@pytest.mark.parametrize(
    ("text", "language", "hour", "meant"),
    [
        ("5", "en", 15, "2026-11-26T17:00:00+01:00"),
        ("half past five", "en", 15, "2026-11-26T17:30:00+01:00"),
        ("midnight", "en", 21, "2026-11-27T00:00:00+01:00"),
        ("1", "en", 22, "2026-11-27T01:00:00+01:00"),
        ("halb vier", "de", 15, "2026-11-26T15:30:00+01:00"),
        ("12 Uhr mittags", "de", 9, "2026-11-26T12:00:00+01:00"),
        ("las 11 y media", "es", 9, "2026-11-26T11:30:00+01:00"),
        ("पौने पाँच बजे", "hi", 15, "2026-11-26T16:45:00+01:00"),
        ("บ่ายสามโมง", "th", 13, "2026-11-26T15:00:00+01:00"),
        ("Friday at 17:00", "en", 15, "2026-11-27T17:00:00+01:00"),
    ],
)
def test_an_end_is_the_first_time_after_the_start(text, language, hour, meant):
    start = WEDNESDAY.replace(day=26, hour=hour)
    assert resolve_end(text, Moment(start.date(), start), [language]).isoformat() == meant


def test_an_end_far_away_is_asked_back_and_one_before_the_start_refused():
    start = Moment(WEDNESDAY.date(), WEDNESDAY.replace(hour=15))
    with pytest.raises(Unclear):
        resolve_end("14:00", start, ["en"])
    with pytest.raises(NotUnderstood):
        resolve_end("3 May 2020", start, ["en"])
    with pytest.raises(NotUnderstood):
        resolve_end("5 pm", Moment(WEDNESDAY.date()), ["en"])
    assert resolve_end("Friday", Moment(WEDNESDAY.date()), ["en"]).isoformat() == "2026-11-27"


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "lunch", "tomorrow with Ana", "at 25:00", "30 February", "tomorrow at 15 pm", "99/99", "the 32nd"),
        *("tomorrow tomorrow", "Friday maybe", "3", "2026-13-01", "2026-02-30T10:00", "at 10:75", "\0", "x" * 10_000),
    ],
)
def test_what_says_no_time_is_refused_with_a_sentence(text):
    with pytest.raises(NotUnderstood) as refused:
        resolve_start(text, WEDNESDAY, ["en"])
    assert isinstance(refused.value, ToolProblem)
    assert refused.value.sentence().endswith(".")


def test_an_unclear_text_says_what_it_can_mean():
    with pytest.raises(Unclear) as asked:
        resolve_start("next Friday at 3pm", WEDNESDAY, ["en"])
    expected = (
        "“next Friday at 3pm” can mean Friday 27 November 2026, 15:00 or Friday 4 December 2026, 15:00."
        " Say which one is meant."
    )
    assert asked.value.sentence() == expected


@pytest.mark.parametrize(
    ("resolve", "text", "count"),
    [
        (resolve_duration, "half a day", 3),
        (resolve_repeats, "biweekly", 2),
        (resolve_repeats, "twice a month", 2),
        (resolve_repeats, "ทุกอาทิตย์", 2),
        (resolve_repeats, "cada quince días", 2),
    ],
)
def test_lengths_and_repetitions_are_asked_back_too(resolve, text, count):
    with pytest.raises(Unclear) as asked:
        resolve(text)
    assert len(asked.value.readings) == count


def test_several_languages_give_all_their_readings():
    assert starts("3/4", WEDNESDAY, "de", "en") == ["2027-04-03", "2027-03-04"]
    assert starts("domingo", WEDNESDAY, "es", "pt") == ["2026-11-29"]


def test_an_unknown_language_and_a_time_without_a_zone_are_told():
    with pytest.raises(NotUnderstood, match="fi"):
        resolve_start("huomenna", WEDNESDAY, ["fi"])
    with pytest.raises(ValueError, match="zone"):
        resolve_start("tomorrow", datetime(2026, 1, 1), ["en"])
