"""Keys and commands, made from the same table as everything else."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from app.tui.commands import COMMANDS

_MOVING = (
    ("tab", "from the prompt to the conversation, the places, the files, the source"),
    ("↑ ↓", "sentence by sentence; file by file"),
    ("enter", "the sentence's source; again for its next one"),
    ("[ ]", "in a source: the passage before or after"),
    ("s t i", "in the inbox: search, the message's thread, what is to be done (space ticks)"),
    ("n p t g x", "in the calendar: next week, the one before, today, a date, cancel the event"),
    ("d v", "in the models: download, verify; enter uses the one at the cursor"),
    ("u", "in the activity: undo the effect at the cursor"),
    ("pgup pgdn", "scroll"),
)


class HelpScreen(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,f1,enter", "dismiss", "Close", show=False),
    ]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen > Vertical {
        width: 84; max-width: 100%; height: auto; max-height: 100%; border: round $line; padding: 0 2;
        background: $background; border-title-color: $primary; border-title-style: bold; border-subtitle-color: $quiet;
    }
    HelpScreen VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    """

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Keys and commands"
            box.border_subtitle = "esc closes"
            with VerticalScroll():
                yield Static(_commands())
                yield Static(_moving())


def _commands() -> Content:
    width = max(len(f"/{command.name}") for command in COMMANDS) + 2
    lines = [
        Content.assemble(
            (command.key_label.ljust(5), "bold $primary"), (f"/{command.name}".ljust(width), "bold"), command.help
        )
        for command in COMMANDS
    ]
    return Content("\n").join(lines)


def _moving() -> Content:
    lines = [Content.assemble((keys.ljust(11), "bold $primary"), help_text) for keys, help_text in _MOVING]
    return Content("\n").join([Content(""), *lines])
