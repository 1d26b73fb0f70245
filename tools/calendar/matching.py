"""Which event a person means: "my dentist appointment" is the one called "Dr Weber, dentist"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import log

from tools.calendar.event import Event
from tools.calendar.occurrences import Occurrence
from tools.likeness import likeness
from tools.words import content_words, stem

_GENERIC = frozenset(
    stem(word)
    for word in (
        *(
            "appointment",
            "meeting",
            "event",
            "entry",
            "call",
            "calendar",
            "termin",
            "treffen",
            "besprechung",
            "sitzung",
        ),
        *("rendez", "reunion", "evenement", "entrevue", "seance", "cita", "evento", "compromiso", "appuntamento"),
        *("riunione", "incontro", "compromisso", "reuniao", "consulta", "encontro"),
    )
)
"""Words for any event: they help where a title has them, and are no reason to find nothing where none has."""

_FIELDS = (("title", 1.0), ("attendees", 0.9), ("location", 0.6), ("description", 0.3))
_CLEAR = 0.85
"""A second event with this share of the best one's score makes the words ambiguous."""
_MIN_SCORE = 0.34


@dataclass(frozen=True, slots=True)
class Match:
    """An occurrence, and from 0 to 1 how well it fits the words."""

    occurrence: Occurrence
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What fits, best first. `clear` is the one that was meant, or None when one must ask."""

    matches: tuple[Match, ...]

    @property
    def clear(self) -> Occurrence | None:
        if not self.matches:
            return None
        best, *others = self.matches
        return best.occurrence if not others or others[0].score < _CLEAR * best.score else None

    @property
    def ambiguous(self) -> tuple[Occurrence, ...]:
        """Those between which to ask; empty when one is clear or none fits."""
        if not self.matches or self.clear is not None:
            return ()
        least = _CLEAR * self.matches[0].score
        return tuple(match.occurrence for match in self.matches if match.score >= least)


def best_matches(words: str, occurrences: Iterable[Occurrence], now: datetime) -> Found:
    """Rank occurrences by the words; of each series the next one, or the last if all are over."""
    candidates = _one_of_each(occurrences, now)
    described = [(one, _described(one.event)) for one in candidates]
    asked = list(dict.fromkeys(content_words(words)))
    strengths = [[_strength(word, fields) for word in asked] for _, fields in described]
    heard = Counter(place for row in strengths for place, strength in enumerate(row) if strength)
    weights = [
        0.0 if word in _GENERIC and not heard[place] else log(1 + len(described) / max(1, heard[place])) + 0.1
        for place, word in enumerate(asked)
    ]
    total = sum(weights)
    matches = []
    for (one, fields), row in zip(described, strengths, strict=True):
        fit = sum(weight * strength for weight, strength in zip(weights, row, strict=True)) / total if total else 1.0
        if fit >= _MIN_SCORE:
            matches.append(Match(one, round(fit * _closeness(asked, row, fields["title"]) if total else fit, 4)))
    matches.sort(key=lambda match: (-match.score, match.occurrence.begins, match.occurrence.event.uid))
    return Found(tuple(matches))


def _closeness(asked: list[str], row: list[float], title: set[str]) -> float:
    """Among equals the shorter title is the nearer one, and what is called just so is meant, whatever else fits."""
    if title == set(asked):
        return 1.0
    heard = sum(1 for strength in row if strength) / max(1, len(title), len(asked))
    return (0.8 + 0.2 * min(1.0, heard)) * (_CLEAR - 0.01)


def _one_of_each(occurrences: Iterable[Occurrence], now: datetime) -> list[Occurrence]:
    chosen: dict[str, Occurrence] = {}
    for one in sorted(occurrences, key=lambda each: each.begins):
        if one.event.uid not in chosen or chosen[one.event.uid].ends <= now:
            chosen[one.event.uid] = one
    return list(chosen.values())


def _described(event: Event) -> dict[str, set[str]]:
    people = " ".join(f"{person.name} {person.address.partition('@')[0]}" for person in event.attendees)
    texts = {"title": event.title, "attendees": people, "location": event.location, "description": event.description}
    return {name: set(content_words(text[:5_000])) for name, text in texts.items()}


def _strength(word: str, fields: dict[str, set[str]]) -> float:
    return max(weight * likeness(word, fields[name]) for name, weight in _FIELDS)
