"""Which event a person means: "my dentist appointment" is the one called "Dr Weber, dentist"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from operator import mul

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


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that may be meant. `occurrence` gives the one that stands for it, or None when it does not happen."""

    event: Event
    occurrence: Callable[[], Occurrence | None]


def best_matches(words: str, candidates: Sequence[Candidate]) -> Found:
    """Rank events by the words. Only those that the words fit are asked when they happen, for that takes long."""
    asked = list(dict.fromkeys(content_words(words)))
    if not asked:  # a title of one letter or of signs alone: only one that is called just so can be told from others
        named = [one for one in candidates if one.event.title.strip().casefold() == words.strip().casefold()]
        candidates = named or candidates
    likenesses = [_Likeness(word) for word in asked]
    rated = [_rated(candidate.event, likenesses) for candidate in candidates]
    heard = Counter(place for one in rated for place, strength in enumerate(one.strengths) if strength)
    weights = [
        0.0 if word in _GENERIC and not heard[place] else log(1 + len(rated) / max(1, heard[place])) + 0.1
        for place, word in enumerate(asked)
    ]
    total = sum(weights)
    matches = []
    for candidate, one in zip(candidates, rated, strict=True):
        fit = sum(map(mul, weights, one.strengths)) / total if total else 1.0
        occurrence = candidate.occurrence() if fit >= _MIN_SCORE else None
        if occurrence is not None:
            matches.append(Match(occurrence, round(fit * _closeness(asked, one) if total else fit, 4)))
    matches.sort(key=lambda match: (-match.score, match.occurrence.begins, match.occurrence.event.uid))
    return Found(tuple(matches))


@dataclass(frozen=True, slots=True)
class _Rated:
    """How strongly an event fits each word, and the words of its title."""

    strengths: list[float]
    title: set[str]


def _rated(event: Event, likenesses: list[_Likeness]) -> _Rated:
    people = " ".join(f"{person.name} {person.address.partition('@')[0]}" for person in event.attendees)
    texts = {"title": event.title, "attendees": people, "location": event.location, "description": event.description}
    fields = {name: set(content_words(text[:5_000])) for name, text in texts.items() if text}
    return _Rated([_strength(likeness, fields) for likeness in likenesses], fields.get("title", set()))


def _closeness(asked: list[str], rated: _Rated) -> float:
    """Among equals the shorter title is the nearer one, and what is called just so is meant, whatever else fits."""
    if rated.title == set(asked):
        return 1.0
    heard = sum(1 for strength in rated.strengths if strength) / max(1, len(rated.title), len(asked))
    return (0.8 + 0.2 * min(1.0, heard)) * (_CLEAR - 0.01)


def _strength(likeness: _Likeness, fields: dict[str, set[str]]) -> float:
    best = 0.0
    for name, weight in _FIELDS:
        # The fields come in the order of their weights: what is left cannot fit better.
        if best >= weight:
            break
        if words := fields.get(name):
            best = max(best, weight * max(map(likeness.__getitem__, words)))
    return best


class _Likeness(dict[str, float]):
    """How much other words are like one. The words of a calendar come again and again: each is compared once."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self._word = word

    def __missing__(self, other: str) -> float:
        self[other] = found = likeness(self._word, {other})
        return found
