"""A call of a tool in the conversation: what would be done with which values, then what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from app.conversation.events import CallEnded, Proposed
from app.tui.terminal_safety import one_line

DECIDE = "y do it · n no (default)"
STATES = {"done": "done", "proposed": "not done", "refused": "not done", "failed": "failed"}


class CallCard(Static, can_focus=True):
    """A frame with the tool's name and state on it, one line for each value, and a mark where one needs a look."""

    class Waits(Message):
        """The user's word is waited for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "decide(True)", "Do it"),
        Binding("n,enter,escape", "decide(False)", "No"),
    ]
    DEFAULT_CSS = """
    CallCard {
        height: auto; border: round $line; border-title-color: $accent; border-subtitle-color: $quiet;
        padding: 0 1; margin-bottom: 1; max-width: 72;
    }
    CallCard:focus { border: round $accent; }
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self._decision: asyncio.Future[bool] | None = None

    @property
    def waits(self) -> bool:
        """Whether it waits for the user's word."""
        return self._decision is not None

    async def decide(self, proposed: Proposed) -> bool:
        """Show what would be done, and wait until the user says yes or no."""
        preview = proposed.preview
        self.border_title = Content(preview.call.tool)
        self.border_subtitle = Content(DECIDE)
        self.update(_content([(line.name, line.shown, line.mark) for line in preview.lines], preview.warnings))
        self._decision = asyncio.get_running_loop().create_future()
        self.focus()
        self.post_message(self.Waits())
        try:
            return await self._decision
        finally:
            self.close()

    def close(self) -> None:
        """Stop asking; nothing was done unless `end` says so."""
        if self._decision is not None:
            self._decision.cancel()
            self._decision = None
            self.border_subtitle = Content(STATES["proposed"])

    def end(self, ended: CallEnded) -> None:
        """Show what became of it."""
        self.border_title = Content(ended.call.tool)
        undo = " · ^z undoes it" if ended.effect_id is not None else ""
        self.border_subtitle = Content(STATES[ended.status] + undo)
        values: Mapping[str, Any] = ended.call.arguments()
        warnings = (ended.reason,) if ended.reason else ()
        self.update(_content([(name, _text(value), "") for name, value in values.items()], warnings))

    def action_decide(self, agreed: bool) -> None:
        if self._decision is not None and not self._decision.done():
            self._decision.set_result(agreed)


def _content(lines: list[tuple[str, str, str]], warnings: tuple[str, ...]) -> Content:
    width = max((len(name) for name, _, _ in lines), default=0) + 2
    rows = [
        Content.assemble(
            (f"{name:<{width}}", "$quiet"), one_line(shown), (f"  ⚠ {one_line(mark)}" if mark else "", "$warning")
        )
        for name, shown, mark in lines
    ]
    rows += [Content.assemble((f"⚠ {one_line(warning)}", "$warning")) for warning in warnings]
    return Content("\n").join(rows or [Content("everything")])


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
