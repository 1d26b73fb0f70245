"""What phrases come to, as tables in `phrases/`: one for each language, at least forty phrases in each."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tools.date_language import (
    Span,
    Unclear,
    resolve_duration,
    resolve_repeats,
    resolve_span,
    resolve_start,
)
from tools.date_language.language import LANGUAGES

NOW = datetime(2026, 11, 25, 10, tzinfo=ZoneInfo("Europe/Berlin"))
TABLES = {
    code: tomllib.loads((Path(__file__).parent / "phrases" / f"{code}.toml").read_text("utf-8")) for code in LANGUAGES
}


def rows(section: str) -> list[tuple[str, str, str]]:
    return [(code, phrase, meant) for code in LANGUAGES for phrase, meant in TABLES[code][section].items()]


def short(value: object) -> str:
    """A reading as the tables write it: local time to the minute, midnights of spans as days."""
    if isinstance(value, Span):
        return " | ".join(edge.strftime("%Y-%m-%dT%H:%M").removesuffix("T00:00") for edge in value)
    written = value.isoformat()  # type: ignore[attr-defined]
    return written[:16]


@pytest.mark.parametrize(("code", "phrase", "meant"), rows("start"))
def test_a_start_is_resolved(code, phrase, meant):
    assert short(resolve_start(phrase, NOW, [code])) == meant


@pytest.mark.parametrize(("code", "phrase", "meant"), rows("asked"))
def test_a_start_of_several_meanings_is_asked_back(code, phrase, meant):
    with pytest.raises(Unclear) as asked:
        resolve_start(phrase, NOW, [code])
    assert sorted(map(short, asked.value.readings)) == sorted(meant.split(" | "))


@pytest.mark.parametrize(("code", "phrase", "meant"), rows("span"))
def test_a_span_is_resolved(code, phrase, meant):
    assert short(resolve_span(phrase, NOW, [code])) == meant


@pytest.mark.parametrize(("code", "phrase", "minutes"), rows("duration"))
def test_a_duration_is_resolved(code, phrase, minutes):
    assert resolve_duration(phrase, [code]) == timedelta(minutes=int(minutes))


@pytest.mark.parametrize(("code", "phrase", "rule"), rows("repeats"))
def test_a_repetition_is_resolved(code, phrase, rule):
    assert resolve_repeats(phrase, [code]) == rule


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_language_has_forty_phrases(code):
    assert sum(len(section) for section in TABLES[code].values()) >= 40
