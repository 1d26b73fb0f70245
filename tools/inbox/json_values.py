"""Values of JSON that somebody else wrote: of the kind that is expected, or empty."""

from __future__ import annotations

import json
from typing import Any

from tools.extraction.encodings import decode
from tools.inbox.records import InboxProblem

LARGEST_EXPORT = 256 * 2**20
"""Bytes; in memory the values take several times as much."""


def parsed(data: bytes) -> Any:
    """Raises `InboxProblem` when it is no JSON."""
    try:
        return json.loads(decode(data))
    except RecursionError:
        raise InboxProblem("is nested too deep to be read.") from None
    except ValueError:
        raise InboxProblem("is damaged: it is not valid JSON.") from None


def text(value: Any) -> str:
    """A text; a number is written out."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def number(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            return float(value[:40])
        except ValueError:
            return None
    return float(value) if isinstance(value, int | float) and abs(value) < 1e300 else None


def whole(value: Any) -> int | None:
    """A size in bytes."""
    size = number(value)
    return int(size) if size is not None and 0 <= size < 2**62 else None


def fields(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [item for item in items(value) if isinstance(item, dict)]
