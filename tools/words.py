"""The words of a text that carry its meaning, in a form in which two texts can be compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from tools.stopwords import STOPWORDS

_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u00ad\u200b-\u200d]")
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Characters of scripts that put no space between words, and of Korean, as the inside of a regular expression's set."""
# Vowel signs of the Indic scripts are marks, which `\w` leaves out.
_INDIC = "\u0900-\u0963\u0966-\u0dff"
TOKEN = re.compile(
    rf"(?P<number>\d+(?:[.,'’٫٬]\d+)*)|(?P<run>[{UNSPACED}]+)|(?P<word>(?:[^\W\d_{UNSPACED}]|[{_INDIC}])+)"
)
_GROUPING = re.compile(r"[.,'’٬](?=\d{3}(?!\d))")
_VOWEL = re.compile("[aeiouy]")


def fold(text: str) -> str:
    """`text` without case, accents and the compatibility forms of characters; what is left keeps its order."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", _MARKS.sub("", plain))


_STOPWORDS = frozenset(fold(word) for word in STOPWORDS)


def content_words(text: str) -> list[str]:
    """The words of `text` in order, repeated when they are: folded, without function words, lightly stemmed.

    Numbers are kept without their thousands separators. Scripts that put no space between words (Chinese, Japanese,
    Thai) and Korean, whose words carry their particles, give pairs of neighbouring characters.
    """
    words: list[str] = []
    for match in TOKEN.finditer(fold(text)):
        token = match.group()
        kind = match.lastgroup
        if kind == "number":
            words.append(_digits(_GROUPING.sub("", token)))
        elif kind == "run":
            words.extend(_pairs(token))
        elif token not in _STOPWORDS:
            words.append(stem(token))
    return words


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """A folded word without its commonest endings, so that "decided" meets "decides" and "contratti" "contratto".

    The plural rule is that of Harman's S-stemmer (How effective is suffixing?, JASIS 42, 1991); the rest takes
    regular verb endings and a last vowel. Only words of five letters and more in Latin script change.
    """
    if len(word) < 5 or not word.isascii():
        return word
    word = _without_plural(word)
    for ending in ("ing", "ed", "en"):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 3 and _VOWEL.search(base):
            word = base[:-1] if base[-1] == base[-2] and base[-1] not in "lsz" else base
            break
    return word[:-1] if len(word) >= 5 and word[-1] in "aeio" else word


def _without_plural(word: str) -> str:
    if word.endswith(("ies", "ied")):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _pairs(run: str) -> list[str]:
    if len(run) == 1:
        return [run]
    return [run[place : place + 2] for place in range(len(run) - 1)]


def _digits(number: str) -> str:
    """ASCII digits for those of any script."""
    if number.isascii():
        return number
    return "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in number)
