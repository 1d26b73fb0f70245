"""E-mail addresses and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ADDRESS = re.compile(
    # Bounded and begun at the start of a run only, so that no text takes longer than its length.
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
    r"|(?:(?:https?|ftp)://|\bwww\.)[^\s<>\"'“”«»()\[\]{}，。、]{1,500}"
    r"|(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,5}(?:com|org|net|edu|gov|io|de|fr|es|it|pt|uk|in|th|eu|ch|at)"
    r"(?:/[^\s<>\"'()]{0,500})?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Address:
    """An address in lower case, a link without its scheme, "www." and last slash."""

    value: str


def find_addresses(text: str) -> Iterator[tuple[int, int, Address]]:
    """The addresses in `text` with their spans."""
    for match in _ADDRESS.finditer(text):
        written = match.group().rstrip(".,;:!?*_")
        value = re.sub(r"^(?:https?|ftp)://", "", written.lower()).removeprefix("www.").rstrip("/")
        yield match.start(), match.start() + len(written), Address(value)
