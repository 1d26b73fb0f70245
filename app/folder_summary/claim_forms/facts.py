"""What a piece of source text says, so that claims can be looked up in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from app.folder_summary.claim_forms.addresses import Address, find_addresses
from app.folder_summary.claim_forms.amounts import ORDINAL, Amount, find_amounts
from app.folder_summary.claim_forms.moments import Clock, Date, Day, find_moments
from app.folder_summary.claim_forms.names import Name, Quotation, Token, tokens

Form = Address | Date | Clock | Amount | Name | Quotation

_SHARED_STEM = 5
"""Letters that two German nouns share when one is made of the other."""


@dataclass(frozen=True, slots=True)
class Found:
    """A form with its span."""

    start: int
    end: int
    form: Form


def find_measured(text: str) -> list[Found]:
    """Addresses, moments and amounts in `text`, in order; each character belongs to one of them at most."""
    taken = bytearray(len(text))
    found: list[Found] = []
    for find in (find_addresses, find_moments, find_amounts):
        for start, end, form in find(text):
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                found.append(Found(start, end, form))
    return sorted(found, key=lambda item: item.start)


class Facts:
    """The addresses, dates, amounts and words of a text, each found when it is first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    def _found[T](self, kind: type[T]) -> list[T]:
        return [form for form in self._forms if isinstance(form, kind)]

    @cached_property
    def _forms(self) -> list[Form]:
        return [item.form for item in find_measured(self._text)]

    @cached_property
    def _days(self) -> list[Day]:
        return [day for written in self._found(Date) for day in written.readings]

    @cached_property
    def _amounts(self) -> list[Amount]:
        return [*self._found(Amount), *_numbers_of(self._days)]

    @cached_property
    def _tokens(self) -> list[Token]:
        return list(tokens(self._text))

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """The numbers of the tokens that are this word."""
        places: dict[str, list[int]] = defaultdict(list)
        for place, token in enumerate(self._tokens):
            places[token.word].append(place)
        return places

    @cached_property
    def _common(self) -> set[str]:
        """Words that stand there without a capital, and so are no part of a name."""
        return {token.word for token in self._tokens if not token.capital}

    def hold(self, form: Form) -> bool:
        """Whether the text says it, in whatever form it says it."""
        match form:
            case Address():
                return form in self._forms
            case Date():
                return any(self._has_day(day) for day in form.readings)
            case Clock():
                return any(clock.agrees(form) for clock in self._found(Clock))
            case Amount():
                return any(amount.stands_for(form) for amount in self._amounts)
            case Name():
                return self._has_name(form)
            case Quotation():
                return self._has_run(form.words)

    def rival(self, form: Form) -> bool:
        """Whether the text has another number in the same unit, another date or time in the place of this one."""
        match form:
            case Amount():
                return any(amount.unit == form.unit and not amount.stands_for(form) for amount in self._amounts)
            case Date():
                return bool(self._days) and not self.hold(form)
            case Clock():
                return bool(self._found(Clock)) and not self.hold(form)
            case _:
                return False

    def _has_day(self, said: Day) -> bool:
        if said.weekday is not None:
            return any(day.says(said.weekday) for day in self._days)
        return any(
            said.month == day.month
            and said.day in {None, day.day}
            and (said.year in {None, day.year} or (day.year is None and self._has_year(said.year)))
            for day in self._days
        )

    def _has_year(self, year: int | None) -> bool:
        """Whether the year of a date stands apart from it: a page headed 2026 with an entry of 27 November."""
        return year is not None and Amount(frozenset({Decimal(year)})) in self._amounts

    def _has_name(self, name: Name) -> bool:
        if any(word.isdigit() for word in name.words):
            return self._has_run(name.words)
        words = [word for word in name.words if word not in self._common] or list(name.words)
        if self._has_together(words, name.length + 2):
            return True
        if len(words) == 1 and words[0] in _acronyms(self._tokens):
            return True
        return name.may_be_noun and any(word.startswith(words[0][:_SHARED_STEM]) for word in self._places)

    def _has_together(self, words: list[str], reach: int) -> bool:
        """All words near each other, in any order: "Ana Ruiz", "Ruiz, Ana", "Ana M. Ruiz"."""
        places = [self._places_of(word) for word in words]
        if not all(places):
            return False
        return any(all(any(abs(place - first) < reach for place in others) for others in places) for first in places[0])

    def _places_of(self, word: str) -> list[int]:
        """Where the word stands, or its plural or singular."""
        return [
            place
            for form in (word, f"{word}s", word.removesuffix("s") if len(word) > 3 else word)
            for place in self._places.get(form, ())
        ]

    def _has_run(self, words: tuple[str, ...]) -> bool:
        return any(
            tuple(token.word for token in self._tokens[place : place + len(words)]) == words
            for place in self._places.get(words[0], ())
        )


def _numbers_of(days: list[Day]) -> list[Amount]:
    """A date bears out a mention of its year, and of its day as an ordinal: "on the 27th"."""
    years = {Amount(frozenset({Decimal(day.year)})) for day in days if day.year is not None}
    ordinals = {Amount(frozenset({Decimal(day.day)}), ORDINAL) for day in days if day.day is not None}
    return [*years, *ordinals]


def _acronyms(words: list[Token]) -> set[str]:
    """The initials of each run of two to five capitalised words, with "of" and the like left out."""
    initials: set[str] = set()
    run = ""
    for token in words:
        if token.capital:
            run += token.word[0]
            initials.update(run[-length:] for length in range(2, min(len(run), 5) + 1))
        elif len(token.word) > 3:
            run = ""
    return initials
