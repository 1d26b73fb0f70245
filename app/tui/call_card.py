"""A call of a tool in the conversation: what would be done, with which values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.content import Content
from textual.widgets import Static

from app.tui.terminal_safety import one_line


class CallCard(Static):
    """A frame with the tool's name and state on it and one line for each argument."""

    DEFAULT_CSS = """
    CallCard {
        height: auto; border: round $line; border-title-color: $accent; border-subtitle-color: $quiet;
        padding: 0 1; margin-bottom: 1; max-width: 72;
    }
    """

    def __init__(self, tool: str, arguments: Mapping[str, Any], state: str) -> None:
        super().__init__(_lines(arguments))
        self.border_title = Content(one_line(tool))
        self.border_subtitle = Content(one_line(state))


def _lines(arguments: Mapping[str, Any]) -> Content:
    if not arguments:
        return Content("everything")
    width = max(map(len, arguments)) + 2
    lines = [
        Content.assemble((f"{name:<{width}}", "$quiet"), one_line(_text(value))) for name, value in arguments.items()
    ]
    return Content("\n").join(lines)


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
