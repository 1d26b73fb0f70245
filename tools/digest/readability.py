"""How well a sentence reads on its own: whole, in prose, about its matter and not about the page it stands on."""

from __future__ import annotations

import re
from itertools import pairwise

SHORTEST, LONGEST = 24, 500
"""Characters as wide as Latin letters; a Chinese character says as much as two and a half."""
_GOOD_FROM, _GOOD_TO = 60, 260

_DIGITS = re.compile(r"\d")
_SIGNS = re.compile(r"[\"|{}<>=\[\]\\/_#*^~$@+`•→\t]")
_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# Chinese, Japanese and Korean; Thai and its neighbours, which have no full stop.
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NO_FULL_STOP = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_ENDED = re.compile(r"[.!?…‼⁇⁈⁉。！？｡।॥۔؟።][\"'”’»›)\]」』】）》]*\Z")
_LAST_SIGNS = 8
_SPEAKER = re.compile(r"[^\W\d_][^\s:]{0,20}(?: [^\s:]{1,20}){0,3}: ")
_NEXT_SPEAKER = re.compile(rf"\n{_SPEAKER.pattern}")

# Words that lean on the sentence before, in English, German, French, Italian, Spanish and Portuguese.
_LEANING_WORDS = """
    this that these those it he she they his her their but and so or however therefore thus also then moreover
    furthermore er sie dies diese dieser dieses aber und doch jedoch daher dennoch außerdem il elle ils elles cela ceci
    mais donc cependant egli essa questo questa ma però quindi inoltre esto eso pero además ella isto isso mas porém
    também
"""
_LEANING = frozenset(_LEANING_WORDS.split())
_HESITATING = frozenset(("um", "umm", "uh", "uhm", "hmm", "mm", "mm-hmm", "yeah", "okay", "äh", "ähm", "euh"))
_ABOUT_THE_PAGE = (
    "©", "copyright", "permission is hereby", "all rights reserved", "cookies", "licensed under", "without warrant",
    "subscribe", "click here", "read more", "sign in", "sign up", "log in", "alle rechte vorbehalten",
    "tous droits réservés", "todos los derechos", "tutti i diritti", "http://", "https://", "www.", "doi:", "arxiv",
    "proceedings of",
)  # fmt: skip


def readability(sentence: str) -> float:
    """From 0 for what nobody should be shown to 1 for a sentence that stands alone."""
    sentence = without_speaker(sentence)
    length = len(sentence) + (0 if sentence.isascii() else 1.5 * len(_WIDE.findall(sentence)))
    if not SHORTEST <= length <= LONGEST:
        return 0.0
    words = _WORDS.findall(sentence)
    return _length(length) * _shape(sentence) * _wording(sentence, words) * _independence(sentence, words)


def without_speaker(sentence: str) -> str:
    """The sentence without the name of who says it, as transcripts have it."""
    match = _SPEAKER.match(sentence)
    return sentence[match.end() :] if match else sentence


def _length(length: float) -> float:
    if length < _GOOD_FROM:
        return 0.55 + 0.45 * (length - SHORTEST) / (_GOOD_FROM - SHORTEST)
    return 1.0 if length <= _GOOD_TO else 1.0 - 0.4 * (length - _GOOD_TO) / (LONGEST - _GOOD_TO)


def _shape(sentence: str) -> float:
    """Below 1 for tables, code and what does not end."""
    score = 1.0
    signs = len(_SIGNS.findall(sentence)) / len(sentence)
    digits = len(_DIGITS.findall(sentence)) / len(sentence)
    if signs > 0.02:
        score *= 0.6 if signs < 0.05 else 0.2
    if digits > 0.12:
        score *= 0.6 if digits < 0.25 else 0.2
    if not _ENDED.search(sentence[-_LAST_SIGNS:]) and not _NO_FULL_STOP.match(sentence[-1]):
        score *= 0.35
    return score


def _wording(sentence: str, words: list[str]) -> float:
    """Below 1 for headings, menus, notes about the page, and speech in search of its words."""
    score = 1.0
    if len(words) >= 4:
        capitals = sum(word[0].isupper() for word in words) / len(words)
        score *= 1.0 if capitals < 0.6 else 0.3
    elif sentence.isascii() or not (_NO_FULL_STOP.search(sentence) or _WIDE.search(sentence)):
        score *= 0.4
    lowered = sentence.lower()
    if any(mark in lowered for mark in _ABOUT_THE_PAGE):
        score *= 0.2
    hesitations = sum(word.lower() in _HESITATING for word in words) + sentence.count("{")
    repetitions = sum(word == following for word, following in pairwise(words))
    return score * max(0.3, 1 - 0.25 * (hesitations + repetitions))


def _independence(sentence: str, words: list[str]) -> float:
    """Below 1 for fragments, answers, questions, and what needs the sentence before it."""
    score = 0.5 if sentence[0].islower() else 1.0
    if words and words[0].lower() in _LEANING:
        score *= 0.7
    if "?" in sentence[-3:] or sentence[-1] in "？؟":
        score *= 0.6
    if "\n" in sentence and _NEXT_SPEAKER.search(sentence):
        score *= 0.3
    return score
