"""The values of a proposed call, for its user to write other ones."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from app.tui.terminal_safety import one_line
from tools.registry import Call


class CallEditor(ModalScreen[dict[str, Any] | None]):
    """One line for each argument; gives what was written, without the empty ones, or None when it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Leave it"),
        Binding("down", "app.focus_next", "Next", show=False),
        Binding("up", "app.focus_previous", "Previous", show=False),
    ]
    DEFAULT_CSS = """
    CallEditor {
        align: center middle;
        & > Vertical {
            width: 72; max-width: 100%; height: auto; max-height: 100%; overflow-y: auto;
            background: $background; border: round $accent; border-title-color: $accent; padding: 0 1;
        }
        & Label { color: $quiet; }
        & Input { border: none; height: 1; padding: 0 1; margin-bottom: 1; }
        & Input:focus { border: none; background: $surface; }
        & Static { color: $quiet; }
    }
    """

    def __init__(self, call: Call) -> None:
        super().__init__()
        self._call = call

    def compose(self) -> ComposeResult:
        values = self._call.arguments()
        with Vertical() as box:
            box.border_title = Content(self._call.tool)
            for name in type(self._call).model_fields:
                yield Label(name, markup=False)
                yield Input(one_line(_text(values.get(name, ""))), name=name)
            yield Static("Enter shows it again with these values; esc leaves it as it was.", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        written = {one.name or "": one.value.strip() for one in self.query(Input)}
        self.dismiss({name: self._value(name, text) for name, text in written.items() if text})

    def _value(self, name: str, text: str) -> Any:
        """What was written, as the argument is kept: a list is written with commas between."""
        kinds = str(type(self._call).model_fields[name].annotation)
        if "list[" in kinds:
            return [part.strip() for part in text.split(",") if part.strip()]
        return int(text) if "int" in kinds and text.isdecimal() else text


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
