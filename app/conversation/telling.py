"""Results of tools in words that the program itself writes, and whether a model's words copy a result."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from tools.sanitise import sanitise

_NUMBER = re.compile(r"\d+")
_HEADS = {
    "created": "In the calendar",
    "moved": "Moved",
    "cancelled": "Cancelled",
    "remembered": "Remembered",
    "opened": "Opened",
    "digested": "Messages summarised",
}
_LISTS = {
    "events": ("Nothing is in the calendar.", "event"),
    "free": ("No free time found.", "free time"),
    "messages": ("No messages found.", "message"),
    "items": ("No action items.", "action item"),
    "hits": ("Nothing found in the files.", "place"),
}


def tell(data: Mapping[str, Any]) -> str:
    """A result as plain text: a line, or a head and one line for each entry."""
    lines = [line for key, value in data.items() for line in _told(key, value)]
    return "\n".join(" ".join(sanitise(line).split(" ")) for line in lines)


def copies(text: str, data: Mapping[str, Any]) -> bool:
    """Whether every value of the result stands in the text, letter for letter but for case and spaces.

    A number in the text that is none of theirs must be how many there are.
    """
    said, values = _plain(text), [_plain(value) for value in _values(data)]
    counts = {str(len(value)) for value in data.values() if isinstance(value, list)}
    numbers = set(_NUMBER.findall(said)) - {number for value in values for number in _NUMBER.findall(value)}
    return all(value in said for value in values) and numbers <= counts


def _told(key: str, value: Any) -> Iterator[str]:
    if key in _LISTS and isinstance(value, list):
        nothing, name = _LISTS[key]
        yield nothing if not value else f"{len(value)} {name}{'s' if len(value) != 1 else ''}:"
        for entry in value:
            yield f"- {_entry(entry)}"
    elif key == "moved":
        yield f"Moved {value['title']} from {value['from']} to {value['to']}."
    elif key == "declined":
        yield "Nothing was changed."
    elif key == "drafted":
        yield "The draft is ready; nothing was sent."
    elif key == "error":
        yield str(value)
    else:
        yield f"{_HEADS.get(key, key)}: {_entry(value)}"


def _entry(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(_entry(one) for one in value.values())
    if isinstance(value, list):
        return ", ".join(map(_entry, value))
    return str(value)


def _values(value: Any) -> Iterator[str]:
    """The values that a person must read; a bare yes is none."""
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _values(one)
    elif isinstance(value, list):
        for one in value:
            yield from _values(one)
    elif not isinstance(value, bool):
        yield str(value)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
