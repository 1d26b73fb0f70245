"""What a user can tell the screen: a line at the prompt, a key, a command of the palette."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from app.tui.cited_text import as_markdown
from app.tui.commands import COMMANDS
from app.tui.desk_screen import DeskScreen
from app.tui.folder_picker import FolderPicker
from app.tui.header import Header
from app.tui.help_screen import HelpScreen
from app.tui.intent import (
    Answerer,
    Ask,
    Entitle,
    GoTo,
    Misunderstood,
    OpenSource,
    Perform,
    Summarise,
    Undo,
    UseAdapter,
    UseModel,
    understand,
)
from app.tui.model_picker import ModelPicker
from app.tui.place_list import Place
from app.tui.privacy_screen import PrivacyScreen
from app.tui.prompt import Prompt
from app.tui.prompt_bar import PromptBar


class CommandScreen(DeskScreen):
    """Has an action for each of `app.tui.commands`, and carries out what is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(command.key, command.action, command.footer or command.title, bool(command.footer), command.key_label)
        for command in COMMANDS
        if command.key and not command.action.startswith("app.")
    ]

    @on(Input.Submitted, "Prompt")
    async def _submitted(self, event: Input.Submitted) -> None:
        if line := self.query_one(Prompt).take(event.value):
            await self._carry_out(line)

    async def _carry_out(self, line: str) -> None:
        match understand(line, folder_open=self.folder is not None or self.asks_about is not None):
            case Summarise(path=path, options=options):
                await self.summarise(path, options)
            case Ask(question=question):
                await self.ask(question)
            case OpenSource(number=number):
                await self._open_numbered(number)
            case GoTo(place=place, words=words):
                self.places.look(place, words)
            case Entitle(title=title):
                self.branches.entitle(title)
            case Answerer(persona=persona):
                await self.action_new_conversation(persona)
            case UseModel(wanted=wanted):
                self.jobs.use_model(wanted)
            case UseAdapter(wanted=wanted):
                self.jobs.use_adapter(wanted)
            case Undo(effect_id=effect_id):
                self.places.undo(effect_id)
            case Perform(action=action):
                await self.run_action(action)
            case Misunderstood(sentence=sentence):
                await self.places.say(sentence)

    async def _open_numbered(self, number: int) -> None:
        if not self.conversation.open_number(number):
            await self.places.say(f"There is no source [{number}] in this conversation.")

    def action_privacy(self) -> None:
        self.app.push_screen(PrivacyScreen(self.desk))

    @on(Prompt.HelpWanted)
    def action_help(self) -> None:
        self.app.push_screen(HelpScreen())

    def action_go(self, place: Place) -> None:
        self.places.go(place)

    def action_undo_latest(self) -> None:
        self.places.undo()

    def action_thread(self) -> None:
        self.places.go("inbox")
        self.places.inbox.action_thread()

    def action_to_do(self) -> None:
        self.places.go("inbox")
        self.places.inbox.show_items()

    def action_tick(self) -> None:
        self.places.go("inbox")
        self.places.inbox.action_tick()

    def action_calendar_week(self, step: int) -> None:
        self.places.go("calendar")
        self.places.calendar.action_week(step)

    def action_cancel_event(self) -> None:
        """Of the calendar, which is shown first: what would be cancelled must be seen."""
        if self.places.here == "calendar":
            self.places.calendar.action_cancel_selected()
        else:
            self.places.go("calendar")

    async def action_new_conversation(self, persona: str = "") -> None:
        self.jobs.stop_all()
        self.places.show_conversation()
        self.folder = self.asks_about = None
        self.panes.files.show_none()
        self.query_one(PromptBar).invite(None)
        await self.conversation.clear()
        if (state := self.query_one(Header).engine) is not None:
            self.show_engine(state)
        self.query_one(Prompt).focus()
        self.jobs.forget_conversation(persona)

    def action_pick_folder(self) -> None:
        start = self.folder.root if self.folder is not None else Path.cwd()
        self.app.push_screen(FolderPicker(start if start.is_dir() else start.parent), self._picked)

    async def _picked(self, folder: Path | None) -> None:
        if folder is not None:
            await self.summarise(folder)

    def action_pick_model(self) -> None:
        def picked(wanted: str | None) -> None:
            if wanted is not None:
                self.jobs.use_model(wanted)

        self.app.push_screen(ModelPicker(self.desk), picked)

    def action_stop(self) -> None:
        """Close what lies over the conversation, or else stop the work, or else go back to the prompt."""
        left = self.branches.leave_edited() or self.panes.close_overlay() or self.places.leave()
        if not left and not self.jobs.stop_one():
            self.query_one(Prompt).focus()

    def action_begin(self, text: str) -> None:
        self.query_one(Prompt).put(text)

    def action_step_sentence(self, rows: int) -> None:
        self.places.show_conversation()
        self.conversation.step(rows, then_open=True)

    def action_edit_question(self) -> None:
        self.branches.edit()

    async def action_answer_again(self) -> None:
        await self.branches.answer_again()

    def action_other_version(self, step: int) -> None:
        self.branches.show_other(step)

    def action_toggle_files(self) -> None:
        self.panes.toggle_files()

    def action_toggle_sources(self) -> None:
        self.places.show_conversation()
        self.panes.toggle_sources()

    def action_toggle_problems(self) -> None:
        self.panes.files.toggle_problems(self.folder)

    def action_copy_last(self) -> None:
        sentences = self.conversation.last_sentences()
        if sentences is None:
            self.notify("There is no summary or answer to copy yet.", markup=False)
            return
        self.app.copy_to_clipboard(as_markdown(sentences.numbered_sentences))
        self.notify("Copied, with its sources.", markup=False)
