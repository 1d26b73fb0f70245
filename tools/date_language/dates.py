"""The date language as one user speaks it: first in their own languages, then in all that are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from tools.date_language.finding import numbers_in, times_in
from tools.date_language.language import LANGUAGES
from tools.date_language.moment import Moment, NotHeard, NotUnderstood, Span, Tense
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
        now = self.now()
        return self._heard(lambda languages: resolve_end(text, start, languages, now=now))

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

    def starts_in(self, text: str) -> tuple[str, ...]:
        """The words of `text` that `start` understands, those for a day joined with those for an hour elsewhere."""
        return self._found(lambda tags: times_in(text, ("start", "end"), tags, self.start, apart=True))

    def ends_in(self, text: str) -> tuple[str, ...]:
        today = self.now().date()
        noon = Moment(today, datetime.combine(today, time(12), tzinfo=self.zone))
        return self._found(lambda tags: times_in(text, ("start", "end"), tags, lambda said: self.end(said, noon)))

    def spans_in(self, text: str) -> tuple[str, ...]:
        """The words that `span` understands, with those at the end of others: "since Monday", and "Monday"."""
        return self._found(lambda tags: times_in(text, ("span",), tags, self.span, ends=True))

    def durations_in(self, text: str) -> tuple[str, ...]:
        return self._found(lambda tags: times_in(text, ("length",), tags, self.duration))

    def repeats_in(self, text: str) -> tuple[str, ...]:
        return self._found(lambda tags: times_in(text, ("repeats",), tags, self.repeats))

    def numbers_in(self, text: str) -> tuple[int, ...]:
        """The numbers that `text` names, in digits or in words."""
        return numbers_in(text, LANGUAGES)

    def _found[T](self, find: Callable[[Sequence[str]], tuple[T, ...]]) -> tuple[T, ...]:
        """What is found in the user's languages, or else in the others."""
        return find(self.languages) or find(self._others())

    def _others(self) -> tuple[str, ...]:
        return tuple(code for code in LANGUAGES if code not in {tag[:2] for tag in self.languages})

    def _heard[T](self, resolve: Callable[[Sequence[str]], T]) -> T:
        try:
            return resolve(self.languages)
        except NotUnderstood as problem:
            others = self._others()
            if not others:
                raise
            try:
                return resolve(others)
            except NotHeard:
                raise problem from None
