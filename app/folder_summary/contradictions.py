"""When a sentence says the opposite of its source, as far as that shows in the words."""

from __future__ import annotations

import re
from collections import Counter

from tools.words import content_words, fold, stem

_NEGATION = re.compile(
    r"\b(?:not|no|never|without|neither|nor|cannot|none|nobody|nothing"
    r"|nicht|kein(?:e[mnrs]?)?|nie(?:mals)?|ohne"
    r"|ne|pas|jamais|aucune?|sans|nunca|sin|ningun[ao]?|non|mai|senza|nessun[ao]?|nao|sem|nenhuma?)\b"
    r"|n['’]t\b|\bn['’](?=[aeiou])|नहीं|ไม่|[不没未]|ません|ない"
)
_NO_NEGATION = re.compile(
    r"\bnot only\b|\bnot? (?:later|earlier|more|less|fewer) than\b|\bwhether or not\b|\b(may|might) or \1 not\b"
    r"|\bno\.? (?=\d)|\bnicht nur\b|\bnon seulement\b|\bno solo\b|\bnon solo\b|\bnao so\b|不仅|不但"
)
_CLAUSE_END = re.compile(r"[,;:.!?。、，；]\s|\b(?:but|aber|sondern|mais|pero|sino|ma|mas)\b")
_AFTER = 2
"""Telling words after a negation that it may deny: "shall not be returned"."""
_AFTER_OPINION = 10
"""The same after a verb of opinion, which denies what follows it: "I do not think that people assess it"."""
_OPINION = re.compile(
    r"(?:think|believe|expect|suppose|seem|want|mean|glaub|denk|pens|croi|cre[oe]|parec|sembl|ach[oa])"
)
_BEFORE = 1
"""The same before it, as in German and Hindi: "zahlt nicht"."""
_VERB_FIRST = re.compile(r"nicht|nie|नहीं|ません|ない|pas")

_OPPOSITES = (
    ("increase rise rose risen grow grew raise", "decrease fall fell fallen drop decline reduce shrink"),
    ("more", "less fewer"),
    ("before", "after"),
    ("above", "below"),
    ("higher", "lower"),
    ("maximum", "minimum"),
    ("approve accept agree", "reject refuse decline"),
    ("allow permit", "forbid prohibit ban"),
    ("include", "exclude"),
    ("win won", "lose lost"),
    ("buy bought", "sell sold"),
    ("open", "close"),
    ("begin start", "end finish"),
    ("profit", "loss"),
    ("success succeed", "failure fail"),
    ("safe", "unsafe dangerous"),
    ("legal", "illegal"),
    ("possible", "impossible"),
    ("mandatory compulsory required", "optional voluntary"),
)


def _words(text: str) -> set[str]:
    return {stem(word) for word in re.findall(r"[^\W\d_]+", fold(text))}


_PAIRS = [(_words(one), _words(other)) for one, other in _OPPOSITES]


def contradicts(sentence: str, source: str) -> bool:
    """Whether `sentence` denies what `source` says or says what it denies, or puts a word's opposite for it.

    Both are about the same thing, or this means nothing. Looks at words alone: who did what to whom is not seen.
    """
    return _denied_otherwise(sentence, source) or _turned_round(sentence, source)


def _denied_otherwise(sentence: str, source: str) -> bool:
    here, there = Counter(content_words(sentence)), Counter(content_words(source))
    denied_here, denied_there = _denied(sentence), _denied(source)
    if 0 < len(_negations(sentence)) == len(_negations(source)):
        return False  # as in "cannot without consent" and "without consent is not allowed"
    # A word that a text both denies and affirms says nothing about the other text.
    only_here = {word for word in denied_here if denied_here[word] == here[word] and there[word]}
    only_there = {word for word in denied_there if denied_there[word] == there[word] and here[word]}
    return bool(only_here - denied_there.keys() | only_there - denied_here.keys()) and not only_here & only_there


def _negations(text: str) -> list[re.Match[str]]:
    """The negations in the folded text, each in its place."""
    plain = _NO_NEGATION.sub(lambda match: " " * len(match.group()), fold(text))
    return list(_NEGATION.finditer(plain))


def _denied(text: str) -> Counter[str]:
    """The telling words that a negation stands with, and how often each does."""
    plain = fold(text)
    denied: Counter[str] = Counter()
    for match in _negations(text):
        words = content_words(_CLAUSE_END.split(plain[match.end() : match.end() + 120], maxsplit=1)[0])
        denied.update(words[: _AFTER_OPINION if words and _OPINION.match(words[0]) else _AFTER])
        if _VERB_FIRST.fullmatch(match.group()):
            before = _CLAUSE_END.split(plain[max(0, match.start() - 60) : match.start()])[-1]
            denied.update(content_words(before)[-_BEFORE:])
    return denied


def _turned_round(sentence: str, source: str) -> bool:
    here, there = _words(sentence), _words(source)
    return any(
        (_only(here, one, other) and _only(there, other, one)) or (_only(here, other, one) and _only(there, one, other))
        for one, other in _PAIRS
    )


def _only(words: set[str], one: set[str], other: set[str]) -> bool:
    return bool(words & one) and not words & other
