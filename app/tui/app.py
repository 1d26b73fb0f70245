"""The Textual app around the one screen: themes, the palette, the terminal's safety and the report of failures."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import ClassVar, cast

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.worker import WorkerFailed

from app.desk_api import Desk
from app.tui.command_screen import CommandScreen
from app.tui.commands import COMMANDS
from app.tui.desk_screen import DeskScreen
from app.tui.problems import problem_of
from app.tui.terminal_input import take_any_bytes, terminal_is_gone
from app.tui.terminal_safety import TerminalSafety, one_line
from app.tui.themes import DARK, LIGHT

TERMINAL_SECONDS = 1.0
"""How often it is seen whether the terminal is still there."""


class LlamaDeskApp(App[None]):
    """The screen of llama-desk over a `Desk`, which it closes when it ends."""

    TITLE = "llama-desk"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", "Quit", show=False, priority=True)]
    DEFAULT_CSS = """
    Toast { background: $panel; max-width: 80%; }
    """

    def __init__(self, desk: Desk, *, folder: Path | None = None) -> None:
        take_any_bytes()
        super().__init__()
        self.desk = desk
        self._start_with = folder
        # Textual has no public way to add a filter; a test holds that this one works.
        self._filters.append(TerminalSafety())
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name

    def get_default_screen(self) -> Screen[None]:
        return CommandScreen(self.desk, self._start_with)

    def on_mount(self) -> None:
        if sys.stdin is not None and sys.stdin.isatty():
            self.set_interval(TERMINAL_SECONDS, self._end_without_terminal)

    def _end_without_terminal(self) -> None:
        if terminal_is_gone():
            self.exit(return_code=1)

    async def on_unmount(self) -> None:
        self.workers.cancel_all()
        await self.desk.close()

    @property
    def desk_screen(self) -> DeskScreen:
        return cast(DeskScreen, self.screen_stack[0])

    def get_system_commands(self, screen: Screen[None]) -> Iterable[SystemCommand]:
        """Every action of the table, for the command palette."""
        for command in COMMANDS:
            label = f"{command.title}  ({command.key_label})" if command.key_label else command.title
            yield SystemCommand(label, command.help, partial(self.desk_screen.run_action, command.action))

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """What Textual calls for a link. No address is opened: it is shown, for who wants it to take elsewhere."""
        del new_tab
        self.notify(one_line(url), title="Not opened", severity="warning", markup=False)

    def action_toggle_theme(self) -> None:
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def _handle_exception(self, error: Exception) -> None:
        """A failed worker is said in a sentence and the screen goes on; anything else ends the program."""
        if isinstance(error, WorkerFailed) and self.screen_stack:
            problem = problem_of(error.error)
            self.notify(problem.sentence, title=problem.title, severity="error", markup=False)
            self.call_later(self.desk_screen.report, problem)
        else:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End with a sentence where Textual would print a traceback, which is shown in its debug mode only."""
        if self.debug or self._exception is None:
            super()._fatal_error()
            return
        problem = problem_of(self._exception)
        self.panic(Content(f"{problem.title}. {problem.sentence}"))
