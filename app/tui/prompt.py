"""The line at the bottom: a path, a command or a question, with completion and the lines typed before."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.suggester import Suggester
from textual.widgets import Input

from app.tui.commands import commands_starting_with
from app.tui.path_completion import completion

_PATH_COMMANDS = ("/summarise ", "/summarize ", "/folder ", "/open ")
_KEPT_LINES = 200


class LineSuggester(Suggester):
    """Goes on with a command's name, or with a path; both are looked up off the event loop."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        if value.startswith("/") and " " not in value and "/" not in value[1:]:
            found = commands_starting_with(value[1:]) if len(value) > 1 else []
            if found:
                return f"/{found[0].name}"
        head = next((command for command in _PATH_COMMANDS if value.startswith(command)), "")
        path = value.removeprefix(head)
        if not head and not path.startswith(("/", "~", ".")):
            return None
        completed = await asyncio.to_thread(completion, path)
        return head + completed if completed is not None and completed.isprintable() else None


class Prompt(Input):
    """An input without a frame; the arrows bring back earlier lines and Tab takes what is suggested."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "earlier", "Earlier line", show=False),
        Binding("down", "later", "Later line", show=False),
        Binding("tab", "complete_or_leave", "Complete", show=False),
    ]
    DEFAULT_CSS = """
    Prompt, Prompt:focus { background: $background; background-tint: $background 0%; }
    Prompt > .input--placeholder, Prompt > .input--suggestion { color: $quiet; }
    """

    # The line's height and width do not depend on its text: laying out the whole screen for every key would be felt.
    value: Reactive[str] = Reactive("", layout=False, init=False)
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

    @dataclass
    class HelpWanted(Message):
        """ "?" was typed on an empty line."""

    def __init__(self) -> None:
        super().__init__(compact=True, suggester=LineSuggester(), select_on_focus=False)
        self._lines: list[str] = []
        self._place = 0

    def take(self, typed: str) -> str:
        """The line in what was `typed`, which is kept for later and cleared; what was typed after it stays."""
        line = typed.strip()
        if line and (not self._lines or self._lines[-1] != line):
            self._lines = [*self._lines, line][-_KEPT_LINES:]
        self._place = len(self._lines)
        self.value = self.value.removeprefix(typed)
        return line

    def put(self, text: str) -> None:
        """Begin a line for the user, who goes on with it."""
        self.value = text
        self.cursor_position = len(text)
        # At once, unlike `focus`: the next key may have been pressed already, and is meant for this line.
        self.screen.set_focus(self)

    async def _on_key(self, event: events.Key) -> None:
        if event.character == "?" and not self.value:
            event.stop()
            event.prevent_default()
            self.post_message(self.HelpWanted())
            return
        await super()._on_key(event)

    def _on_paste(self, event: events.Paste) -> None:
        """Several lines become one; Textual would keep the first alone."""
        event.stop()
        event.prevent_default()
        super()._on_paste(events.Paste(" ".join(event.text.split("\n"))))

    def action_earlier(self) -> None:
        self._recall(self._place - 1)

    def action_later(self) -> None:
        self._recall(self._place + 1)

    def action_complete_or_leave(self) -> None:
        if self._suggestion and self._suggestion != self.value and self.cursor_at_end:
            self.value = self._suggestion
            self.cursor_position = len(self.value)
        else:
            self.screen.focus_next()

    def _recall(self, place: int) -> None:
        if not 0 <= place <= len(self._lines):
            return
        self._place = place
        self.value = self._lines[place] if place < len(self._lines) else ""
        self.cursor_position = len(self.value)
