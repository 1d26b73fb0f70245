"""A call of a tool in the conversation: what would be done with which values, then what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from app.conversation.events import CallEnded, Decision, Proposed
from app.tui.call_editor import CallEditor
from app.tui.terminal_safety import one_line

DECIDE = "y do it · e edit · n no (default)"
STATES = {"done": "done", "proposed": "not done", "refused": "not done", "failed": "failed"}

type Line = tuple[str, str, str]
"""A name, its value, and what a person should know of it."""


class CallCard(Static, can_focus=True):
    """A frame with the tool's name and state on it, one line for each value, and a mark where one needs a look."""

    class Waits(Message):
        """The user's word is waited for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "decide(True)", "Do it"),
        Binding("e", "edit", "Edit"),
        Binding("n,enter,escape", "decide(False)", "No"),
    ]
    DEFAULT_CSS = """
    CallCard {
        height: auto; border: round $line; border-title-color: $accent; border-subtitle-color: $quiet;
        padding: 0 1; margin-bottom: 1; max-width: 72;
    }
    CallCard:focus { border: round $accent; }
    """

    class Settled(Message):
        """The card asks nothing any more."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self._proposed: Proposed | None = None
        self._decision: asyncio.Future[Decision] | None = None
        self._lines: Sequence[Line] = ()
        self._effect_id: int | None = None

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Keys that decide are offered only while there is something to decide."""
        return self._decision is not None if action in {"decide", "edit"} else True

    @property
    def waits(self) -> bool:
        """Whether it waits for the user's word."""
        return self._decision is not None

    async def decide(self, proposed: Proposed) -> Decision:
        """Show what would be done, and wait until the user says yes or no, or writes other values."""
        preview = proposed.preview
        self._proposed = proposed
        self._show(
            preview.call.tool, [(one.name, one.shown, one.mark) for one in preview.lines], preview.warnings, DECIDE
        )
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
            self.post_message(self.Settled())

    def end(self, ended: CallEnded) -> None:
        """Show what became of it: a write with the values that it was agreed to with."""
        lines = self._lines or _lines(ended.call.arguments())
        self._effect_id = ended.effect_id
        undo = " · ^z undoes it" if ended.effect_id is not None else ""
        warnings = (ended.reason,) if ended.reason else ()
        self._show(ended.call.tool, lines, warnings, STATES[ended.status] + undo)

    def undone(self, effect_id: int | None) -> None:
        """An effect was taken back; the card says so if it is its own."""
        if effect_id is not None and effect_id == self._effect_id:
            self.border_subtitle = Content("undone")

    def recall(self, tool: str, arguments: Mapping[str, Any], status: str) -> None:
        """Show a call of a kept conversation."""
        self._show(one_line(tool), _lines(arguments), (), STATES.get(status, "not done"))

    def action_decide(self, agreed: bool) -> None:
        self._settle(Decision(agreed=agreed))

    def action_edit(self) -> None:
        if self._proposed is not None:
            self.app.push_screen(CallEditor(self._proposed.preview.call), self._edited)

    def _edited(self, arguments: dict[str, Any] | None) -> None:
        if arguments is not None:
            self._settle(Decision(arguments=arguments))

    def _settle(self, decision: Decision) -> None:
        if self._decision is not None and not self._decision.done():
            self._decision.set_result(decision)

    def _show(self, tool: str, lines: Sequence[Line], warnings: Sequence[str], state: str) -> None:
        self._lines = lines
        self.border_title = Content(tool)
        self.border_subtitle = Content(state)
        self.update(_content(lines, warnings))


def _lines(arguments: Mapping[str, Any]) -> list[Line]:
    return [(name, _text(value), "") for name, value in arguments.items()]


def _content(lines: Sequence[Line], warnings: Sequence[str]) -> Content:
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
