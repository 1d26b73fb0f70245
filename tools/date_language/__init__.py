"""Times as people say them in eight languages, resolved by code against a given now: never by a guess.

A text is read whole by a grammar (`grammar`), whose patterns are data: one file for each language in `languages/`. Each
way to read it has a meaning, and each meaning one or several readings (`days`, `clocks`, `starts`, `spans`, `lengths`,
`repeats`). One reading is the answer; several are an `Unclear` that offers them; words that say no time are
`NotUnderstood`. Nothing is understood in part.
"""

from tools.date_language.dates import Dates
from tools.date_language.language import LANGUAGES
from tools.date_language.moment import DateProblem, Moment, NotUnderstood, Span, Tense, Unclear
from tools.date_language.resolve import (
    resolve_duration,
    resolve_end,
    resolve_repeats,
    resolve_span,
    resolve_start,
    resolve_time,
)

__all__ = [
    "LANGUAGES",
    "DateProblem",
    "Dates",
    "Moment",
    "NotUnderstood",
    "Span",
    "Tense",
    "Unclear",
    "resolve_duration",
    "resolve_end",
    "resolve_repeats",
    "resolve_span",
    "resolve_start",
    "resolve_time",
]
