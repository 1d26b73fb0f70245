"""Which message a person means: "Ana's mail about the deposit", "die letzte Nachricht von Ben"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log

from tools.date_language import DateProblem, Dates, Span
from tools.inbox.records import Message
from tools.likeness import likeness
from tools.words import content_words, fold, stem

MOST_CANDIDATES = 200
_FIELDS = (("sender", 1.0), ("subject", 0.9), ("others", 0.6), ("body", 0.4))
_CLEAR = 0.85
"""A second message with this share of the best one's score makes the words ambiguous."""
_MIN_SCORE = 0.34
_MOST_BODY = 5_000


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(fold(word)) for word in words.split())


_GENERIC = _stems(
    "message messages mail mails email emails e note letter reply answer question inbox nachricht nachrichten anfrage"
    " frage betreff brief thema courriel courriels courrier question objet messaggio messaggi posta oggetto domanda"
    " mensagem mensagens assunto pergunta mensaje mensajes correo correos asunto pregunta about regarding wegen zum"
    " sent wrote geschickt geschrieben envoyé écrit enviado escrito mandato scritto मेल ईमेल संदेश सन्देश पत्र"
    " विषय सवाल भेजा भेजी"
)
"""Words for any message: they help where a message has them, and are no reason to find nothing where none has."""
_LATEST = _stems(
    "last latest newest recent letzte letzten letzter neueste neuesten neuester jüngste jüngsten dernier dernière"
    " récent récente ultimo ultima recente último última reciente más आखिरी आख़िरी अंतिम नया नवीनतम ताज़ा पिछला पिछली"
)
_THAI_GENERIC = re.compile("อีเมลฉบับ|อีเมล|เมล|ข้อความ|เรื่อง|ของ|จาก|ที่|ส่งมา|ถาม|เกี่ยวกับ")
_THAI_LATEST = re.compile("ล่าสุด|สุดท้าย")


@dataclass(frozen=True, slots=True)
class Match:
    """A message, and from 0 to 1 how well it fits the words."""

    message: Message
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What fits, best first. `clear` is the one that was meant, or None when one must ask."""

    matches: tuple[Match, ...]
    clear: Message | None

    @property
    def ambiguous(self) -> tuple[Message, ...]:
        """Those between which to ask, the best first; empty when one is clear or none fits."""
        if not self.matches or self.clear is not None:
            return ()
        least = _CLEAR * self.matches[0].score
        return tuple(match.message for match in self.matches if match.score >= least)


@dataclass(frozen=True, slots=True)
class Reference:
    """What the words name: `words` to look for, a time, and whether the latest that fits is meant."""

    words: tuple[str, ...]
    when: Span | None
    latest: bool


def read_reference(words: str, dates: Dates) -> Reference:
    latest = _THAI_LATEST.search(words) is not None
    when: Span | None = None
    left: list[str] = []
    for word in _THAI_GENERIC.sub(" ", _THAI_LATEST.sub(" ", words)).split():
        if stem(fold(word.strip(".,:;!?\"'“”"))) in _LATEST:
            latest = True
        elif (span := _time(word, dates)) is not None:
            when = span
        else:
            left.append(re.sub(r"['’]s?$", "", word))
    return Reference(tuple(dict.fromkeys(content_words(" ".join(left)))), when, latest)


def best_matches(asked: Reference, candidates: Sequence[Message]) -> Found:
    """Rank messages by the words. Of a thread its newest message that fits best stands for all.

    Where the words name no more than a sender, or the latest, the newest of the best is the clear one.
    """
    described = [(message, _described(message)) for message in candidates if _within(message, asked.when)]
    strengths = [[_strength(word, fields) for word in asked.words] for _, fields in described]
    heard = [sum(1 for row in strengths if row[place][0]) for place in range(len(asked.words))]
    weights = [
        0.0 if word in _GENERIC and not heard[place] else log(1 + len(described) / max(1, heard[place])) + 0.1
        for place, word in enumerate(asked.words)
    ]
    total = sum(weights)
    matches: list[Match] = []
    by_sender_alone: set[int] = set()
    for (message, _), row in zip(described, strengths, strict=True):
        fit = sum(weight * strength for weight, (strength, _) in zip(weights, row, strict=True))
        score = round(fit / total if total else 1.0, 4)
        if score >= _MIN_SCORE:
            matches.append(Match(message, score))
            if total and all(field == "sender" for weight, (_, field) in zip(weights, row, strict=True) if weight):
                by_sender_alone.add(message.id)
    matches = _one_of_each_thread(sorted(matches, key=_order))
    return Found(tuple(matches), _clear(matches, by_sender_alone, asked))


def _clear(matches: list[Match], by_sender_alone: set[int], asked: Reference) -> Message | None:
    if not matches:
        return None
    best, *others = matches
    near = [best, *(match for match in others if match.score >= _CLEAR * best.score)]
    if len(near) == 1:
        return best.message
    people = {fold(match.message.sender.address or match.message.sender.name) for match in near}
    named = asked.latest or all(match.message.id in by_sender_alone for match in near)
    # Of two people of one name the newest message is of one of them, and who was meant is not known.
    if named and (len(people) == 1 or not by_sender_alone):
        return min(near, key=lambda match: _newest_first(match.message)).message
    return None


def _time(word: str, dates: Dates) -> Span | None:
    bare = word.strip(".,:;!?\"'“”")
    if not bare or bare.isdigit():
        return None
    try:
        return dates.span(re.sub(r"['’]s$", "", bare), tense="past")
    except DateProblem:
        return None


def _within(message: Message, when: Span | None) -> bool:
    return when is None or (message.date is not None and when.start <= message.date < when.end)


def _one_of_each_thread(matches: list[Match]) -> list[Match]:
    first: dict[int, Match] = {}
    for match in matches:
        first.setdefault(match.message.thread_id, match)
    return list(first.values())


def _order(match: Match) -> tuple[float, float, int]:
    return (-match.score, *_newest_first(match.message))


def _newest_first(message: Message) -> tuple[float, int]:
    return (-_seconds(message.date), -message.id)


def _seconds(moment: datetime | None) -> float:
    return float("-inf") if moment is None else moment.timestamp()


def _described(message: Message) -> dict[str, set[str]]:
    people = " ".join(f"{person.name} {person.address}" for person in message.recipients)
    texts = {
        "sender": f"{message.sender.name} {message.sender.address}",
        "subject": message.subject,
        "others": f"{people} {message.chat} {' '.join(message.attachments)}",
        "body": message.body[:_MOST_BODY],
    }
    return {name: set(content_words(text)) for name, text in texts.items()}


def _strength(word: str, fields: dict[str, set[str]]) -> tuple[float, str]:
    """How well a word fits the field that it fits best, and which that is."""
    return max(((weight * likeness(word, fields[name]), name) for name, weight in _FIELDS), key=lambda pair: pair[0])
