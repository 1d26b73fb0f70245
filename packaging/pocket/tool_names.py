"""The tools as the model sees them: names, arguments in their order, and which are required. DESIGN.md fixes them."""

from __future__ import annotations

import json
from typing import Any

REQUIRED: dict[str, tuple[str, ...]] = {
    "calendar_create": ("title", "start"),
    "calendar_list": ("when",),
    "calendar_find_free": ("when", "duration"),
    "calendar_move": ("event", "start"),
    "calendar_cancel": ("event",),
    "inbox_recent": ("count",),
    "inbox_search": ("query",),
    "inbox_digest": (),
    "inbox_action_items": (),
    "inbox_draft_reply": ("message", "points"),
    "files_search": ("query",),
    "files_summarise": ("folder",),
    "files_open": ("path",),
    "remember": ("fact",),
}
OPTIONAL: dict[str, tuple[str, ...]] = {
    "calendar_create": ("duration", "end", "location", "attendees", "repeats"),
    "inbox_recent": ("sender",),
    "inbox_search": ("sender", "after", "before"),
    "inbox_digest": ("count", "sender", "when"),
    "inbox_action_items": ("count", "sender", "when"),
    "files_search": ("folder",),
    "files_summarise": ("depth",),
}
NAMES = tuple(REQUIRED)


def arguments(tool: str) -> tuple[str, ...]:
    """All arguments of a tool in the order in which a call writes them."""
    return REQUIRED[tool] + OPTIONAL.get(tool, ())


def call(tool: str, values: dict[str, Any]) -> str:
    """A call as Llama 3.2 writes it: `{"name": ..., "parameters": {...}}`, without the values that are absent."""
    parameters = {name: values[name] for name in arguments(tool) if name in values}
    return json.dumps({"name": tool, "parameters": parameters}, ensure_ascii=False)
