"""Properties that hold for any text: only own errors, no part left over, what is resolved reads back as itself."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.date_language import (
    DateProblem,
    Moment,
    NotUnderstood,
    Unclear,
    resolve_duration,
    resolve_end,
    resolve_repeats,
    resolve_span,
    resolve_start,
)
from tools.date_language.context import MEANINGS
from tools.date_language.grammar import TERMINALS, Slot, Term, alternatives, expression, pieces
from tools.date_language.language import LANGUAGES

ZONES = ["Europe/Berlin", "America/Santiago", "Asia/Kolkata", "Asia/Bangkok", "Australia/Lord_Howe", "UTC"]
PHRASES = sorted(
    phrase
    for code in LANGUAGES
    for section in tomllib.loads((Path(__file__).parent / "phrases" / f"{code}.toml").read_text("utf-8")).values()
    for phrase in section
)
WORDS = sorted({word for phrase in PHRASES for word in phrase.split()})
nows = st.builds(
    lambda at, zone: at.replace(tzinfo=ZoneInfo(zone), microsecond=0),
    st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)),
    st.sampled_from(ZONES),
)
texts = st.one_of(
    st.text(max_size=60),
    st.sampled_from(PHRASES),
    st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join),
    st.from_regex(r"[0-9]{1,4}[/.: -][0-9]{1,3}([/.: -][0-9]{1,4})?( (am|pm|Uhr|h|บ่าย|बजे))?", fullmatch=True),
)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(texts, nows, st.sampled_from(["past", "future", None]))
def test_nothing_but_its_own_errors(text, now, tense):
    start = Moment(now.date(), now)
    for resolve in (
        lambda: resolve_start(text, now),
        lambda: resolve_end(text, start),
        lambda: resolve_end(text, Moment(now.date())),
        lambda: resolve_span(text, now, tense=tense),
        lambda: resolve_duration(text),
        lambda: resolve_repeats(text),
    ):
        try:
            resolve()
        except Unclear as unclear:
            assert unclear.readings
            assert unclear.sentence()
        except DateProblem as problem:
            assert problem.sentence()


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.sampled_from(PHRASES), nows)
def test_what_is_resolved_reads_back_as_itself(phrase, now):
    try:
        moment = resolve_start(phrase, now)
        assert resolve_start(moment.isoformat(), now).isoformat() == moment.isoformat()
        assert moment.at is None or moment.at.tzinfo is now.tzinfo
    except DateProblem:
        pass
    try:
        span = resolve_span(phrase, now)
        assert span.start.timestamp() < span.end.timestamp()
        assert resolve_span(span.isoformat(), now).isoformat() == span.isoformat()
    except DateProblem:
        pass


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(0, 9999), st.integers(0, 59))
def test_durations_are_read_back(hours, minutes):
    assert resolve_duration(f"PT{hours}H{minutes}M") == timedelta(hours=hours, minutes=minutes)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.sampled_from(PHRASES), st.sampled_from(["Zebra", "ब्लाह", "xx", "!?x", "€", "+"]), st.booleans())
def test_nothing_is_understood_in_part(phrase, stranger, first):
    text = f"{stranger} {phrase}" if first else f"{phrase} {stranger}"
    now = datetime(2026, 11, 25, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    for resolve in (
        lambda: resolve_start(text, now),
        lambda: resolve_span(text, now),
        lambda: resolve_duration(text),
        lambda: resolve_repeats(text),
    ):
        with pytest.raises(NotUnderstood):
            resolve()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.sampled_from(PHRASES), nows)
def test_spelling_does_not_matter(phrase, now):
    def outcome(text):
        try:
            return resolve_start(text, now).isoformat()
        except Unclear as unclear:
            return sorted(reading.isoformat() for reading in unclear.readings)
        except NotUnderstood:
            return None

    assert outcome(phrase) == outcome(f"  {phrase.upper()} ") == outcome(phrase.replace(" ", "\u00a0 "))


SYMBOLS = {"days", "weeks", "months", "years", "week", "month", "quarter", "year", "diwali", "holi"}


def unknown_names(meaning, slots):
    """Names in a meaning that are neither a slot of its pattern, nor a symbol, nor a meaning that exists."""
    if isinstance(meaning, Term):
        args = meaning.args[:1] if meaning.name == "about" else meaning.args
        named = [] if meaning.name in MEANINGS else [meaning.name]
        return named + [name for arg in args for name in unknown_names(arg, slots)]
    return [meaning] if isinstance(meaning, str) and meaning not in slots | SYMBOLS else []


@pytest.mark.parametrize("code", [*LANGUAGES, "every"])
def test_each_pattern_fits_its_meaning(code):
    folder = resources.files("tools.date_language") / "languages"
    data = {name: tomllib.loads((folder / f"{name}.toml").read_text("utf-8")) for name in (*LANGUAGES, "every")}
    categories = {*TERMINALS, "weekday", "month", *data["every"], *(data[code] if code != "every" else data["en"])}
    for meanings in data[code].values():
        for meaning, patterns in meanings.items():
            for flat in (flat for pattern in patterns for flat in alternatives(pattern)):
                slots = [piece for piece in pieces(flat, spaced=True) if isinstance(piece, Slot)]
                assert pieces(flat, spaced=True)
                assert not unknown_names(expression(meaning), {slot.name for slot in slots}), (meaning, flat)
                assert {slot.category for slot in slots} <= categories, flat
