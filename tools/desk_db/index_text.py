"""Text as the full-text index sees it.

SQLite's unicode61 tokenizer takes a run of letters for a word. Scripts written without spaces between words have no
such words, so each of their characters, with the vowel signs and tone marks on it, becomes a word of its own, and a
search for several of them becomes a search for a phrase.
"""

from __future__ import annotations

import re
import unicodedata

# Thai, Lao, Tibetan, Myanmar, Khmer; kana, bopomofo, Han, Hangul (which has spaces, but glues its particles on).
_LETTERS = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0f40-\u0f6c\u1000-\u102a\u103f"
    "\u1050-\u1055\u1780-\u17b3\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_MARKS = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u0f71-\u0f84\u0f90-\u0fbc\u102b-\u103e"
    "\u1056-\u1059\u17b4-\u17d3\u3099\u309a"
)
_JOINERS = re.compile("[\u00ad\u200b-\u200d\u2060]")
"""Signs without width, which one person types inside a word and the next does not: soft hyphens, Hindi's joiners."""
_UNSPACED = re.compile(f"[{_LETTERS}][{_MARKS}]*")


def index_text(text: str) -> str:
    """`text` with compatibility forms folded (full-width letters, ligatures) and unspaced scripts spaced out.

    Signs without width are left out.
    """
    if text.isascii():
        return text
    return _UNSPACED.sub(r" \g<0> ", unicodedata.normalize("NFKC", _JOINERS.sub("", text)))
