"""Foreign text made safe to store, to show in a terminal and to hand to a model."""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"

# Scripts in which a zero-width joiner or non-joiner between two letters is spelling: Arabic and Syriac, the Indic
# scripts and Tibetan, Myanmar, Khmer and Mongolian, and Arabic's presentation forms.
_JOINING = (
    "\u0600-\u0605\u0608-\u061b\u061d-\u08ff\u0900-\u0fff\u1000-\u109f\u1780-\u17b3\u17b6-\u180a\u1820-\u18af"
    "\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
)

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")

# What a terminal may act on, and code points that are not characters: replaced, so that a reader sees that something
# stood there.
_ACTING = "\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}-{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17)
)

# What shows nothing and lies about order, width or content (bidi controls, zero-width and filler characters, tags,
# variation selectors other than the emoji pair): dropped.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_JOINER = f"(?<![{_JOINING}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINING}])"
_UNSAFE_ASCII = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_UNSAFE = re.compile(f"(?P<acting>[{_ACTING}])|[{_INVISIBLE}]|{_JOINER}")


def sanitise(text: str) -> str:
    """`text` with "\\n" as its only line end and without anything that acts on a terminal or hides from a reader.

    Control characters (all but line feed and tab), lone surrogates and noncharacters become U+FFFD. Bidi controls,
    zero-width characters, soft hyphens and tag characters are dropped; joiners stay where a script spells with them.
    The result is a fixed point: sanitising it again changes nothing.
    """
    text = _LINE_ENDS.sub("\n", text)
    if not _has_unsafe(text):
        return text
    return _UNSAFE.sub(lambda match: REPLACEMENT if match["acting"] else "", text)


def is_clean(text: str) -> bool:
    """Whether `sanitise` would leave `text` as it is."""
    return _LINE_ENDS.search(text) is None and not _has_unsafe(text)


def _has_unsafe(text: str) -> bool:
    return (_UNSAFE_ASCII if text.isascii() else _UNSAFE).search(text) is not None
