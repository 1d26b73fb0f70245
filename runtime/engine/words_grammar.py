"""The grammar of a text that takes all of its words from another one: it may drop and copy, and cannot invent."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w(?:[^\s\x00-\x1f]*\w)?")
"""A word with what stands inside it: `3.5`, `don't`, `~/notes` without its first signs."""
_MOST_WORDS = 4000
_FORM = r"""
root ::= [("'«“]* word (between word)* end?
between ::= [ ,;:.!?()"'«»“”/\n—–-]+
end ::= [.!?…।)"'»”]+
"""


def words_grammar(source: str) -> str | None:
    """The GBNF text, or None for a source without words. A word may begin with a capital where it has none there."""
    words = dict.fromkeys(_WORD.findall(source)[:_MOST_WORDS])
    words |= dict.fromkeys(word[0].upper() + word[1:] for word in words)
    if not words:
        return None
    return f"word ::= {' | '.join(map(_literal, words))}{_FORM}"


def _literal(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
