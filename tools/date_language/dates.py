"""The date language as one user speaks it: first in their own languages, then in all that are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from tools.date_language.language import LANGUAGES
from tools.date_language.moment import Moment, NotUnderstood, Span, Tense
from tools.date_language.resolve import (
    resolve_duration,
    resolve_end,
    resolve_repeats,
    resolve_span,
    resolve_start,
    resolve_time,
)


@dataclass(frozen=True, slots=True)
class Dates:
    """Resolves what is said at `now()`, aware and in the user's zone.

    `languages` are tried together; words that none of them understands may be of any other. All methods raise
    `NotUnderstood` for words that say no time, and `Unclear` for those that say several.
    """

    now: Callable[[], datetime]
    languages: tuple[str, ...] = LANGUAGES

    @property
    def zone(self) -> tzinfo:
        """The user's. Raises ValueError when the clock has none."""
        zone = self.now().tzinfo
        if zone is None:
            raise ValueError("now needs a zone")
        return zone

    def start(self, text: str) -> Moment:
        now = self.now()
        return self._heard(lambda languages: resolve_start(text, now, languages))

    def end(self, text: str, start: Moment) -> Moment:
        return self._heard(lambda languages: resolve_end(text, start, languages))

    def time_on(self, day: date, text: str) -> Moment:
        """A time said alone, "4pm", on `day`."""
        now = self.now()
        return self._heard(lambda languages: resolve_time(text, day, now, languages))

    def duration(self, text: str) -> timedelta:
        return self._heard(lambda languages: resolve_duration(text, languages))

    def span(self, text: str, *, tense: Tense | None = None) -> Span:
        now = self.now()
        return self._heard(lambda languages: resolve_span(text, now, languages, tense=tense))

    def repeats(self, text: str) -> str:
        """A rule of iCalendar (RRULE)."""
        return self._heard(lambda languages: resolve_repeats(text, languages))

    def _heard[T](self, resolve: Callable[[Sequence[str]], T]) -> T:
        try:
            return resolve(self.languages)
        except NotUnderstood:
            others = tuple(code for code in LANGUAGES if code not in {tag[:2] for tag in self.languages})
            if not others:
                raise
        return resolve(others)
