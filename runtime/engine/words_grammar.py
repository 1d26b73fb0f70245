"""The grammar of a text that takes all of its words from another one: it may drop and copy, and cannot invent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

_WORD = re.compile(r"\w(?:[^\s\x00-\x1f]*\w)?")
"""A word with what stands inside it: `3.5`, `don't`, `~/notes` without its first signs."""
_SIGN = re.compile(r"[^\w\s\x00-\x1f\x7f]")
_MOST_WORDS = 4000
_SIGNS = " ,;:.!?()\"'«»“”/\n—–-"
_FORM = r"""
root ::= [("'«“]* word (between word)* end?
end ::= [.!?…।)"'»”]+
"""


def words_grammar(source: str) -> str | None:
    """The GBNF text, or None for a source without words. A word may begin with a capital where it has none there.

    Between words may stand the usual signs and those of the source: "message/* types".
    """
    words = dict.fromkeys(islice(_words(source), _MOST_WORDS))
    words |= dict.fromkeys(word[0].upper() + word[1:] for word in words)
    if not words:
        return None
    signs = dict.fromkeys(_SIGNS + "".join(sign for sign in _SIGN.findall(source) if not _is_mark(sign)))
    between = "".join(f"\\x{ord(sign):02X}" if ord(sign) < 128 else sign for sign in signs)
    return f"word ::= {' | '.join(map(_literal, words))}\nbetween ::= [{between}]+{_FORM}"


def _words(source: str) -> Iterator[str]:
    """Each word with the vowel signs and tones that it ends with, as in Hindi and Thai."""
    for word in _WORD.finditer(source):
        end = word.end()
        while end < len(source) and _is_mark(source[end]):
            end += 1
        yield source[word.start() : end]


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign).startswith("M")


def _literal(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
