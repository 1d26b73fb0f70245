"""How like a word is to the words of a text, as `tools.words.content_words` gives both."""

from __future__ import annotations

from collections.abc import Set
from difflib import SequenceMatcher


def likeness(word: str, words: Set[str]) -> float:
    """1 for the word itself, less for a compound or an inflection of it, still less for a slip of the keyboard."""
    if word in words:
        return 1.0
    if len(word) < 4:
        return 0.0
    if any(other.startswith(word) or (len(other) >= 4 and word.startswith(other)) for other in words):
        return 0.85
    near = (other for other in words if len(other) >= 5 and other[0] == word[0] and abs(len(other) - len(word)) <= 2)
    return 0.7 if any(SequenceMatcher(None, word, other).ratio() >= 0.8 for other in near) else 0.0
