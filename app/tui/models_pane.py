"""The models: those here and those to be had; the one at the cursor used, downloaded after a question, or verified."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker

from app.desk_api import Desk, ModelRow
from app.model_verification import Verified
from app.tui.ask_first import AskFirst
from app.tui.download_line import DownloadLine
from app.tui.model_detail import download_question, model_detail
from app.tui.model_lines import ModelLines
from app.tui.place_pane import PlacePane
from app.tui.problems import problem_of
from app.tui.terminal_safety import one_line
from app.tui.workers import only_latest
from app.wording import count, joined
from runtime.fetch.events import Fetched, Progress
from runtime.manifest import WRITING_ROLES

SPLIT_FROM = 100
"""Cells from which a model is described beside the list, else under it."""
_STOPPED = "Stopped. What arrived is kept: d goes on from there."


class ModelsPane(PlacePane):
    """One download or one verification at a time, beside whatever else goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "download", "Download", show=False),
        Binding("v", "verify", "Verify", show=False),
    ]
    KEYS = "enter use · d download · v verify · esc stop, back"
    EMPTY = Content("The models are being looked for.")
    DEFAULT_CSS = """
    ModelsPane {
        & > .outcome { padding: 0 1; margin-bottom: 1; display: none; height: auto; }
        & > #models { height: 1fr; layout: vertical; }
        & ModelLines { width: 1fr; height: 1fr; min-height: 3; }
        & VerticalScroll { width: 100%; height: auto; max-height: 60%; padding: 0 1; border-top: solid $line; }
        &.-split > #models { layout: horizontal; }
        &.-split VerticalScroll {
            width: 40%; height: 1fr; max-height: 100%; border-top: none; border-left: solid $line;
        }
        & VerticalScroll > Static { height: auto; }
    }
    """

    @dataclass
    class Chosen(Message):
        """The model is to answer from now on."""

        wanted: str

    @dataclass
    class Moved(Message):
        """How far the work here is, in a word; "" when there is none."""

        words: str

    @dataclass
    class Told(Message):
        """What came of a download or a verification."""

        sentence: str

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._work: Worker[None] | None = None

    def contents(self) -> ComposeResult:
        yield DownloadLine()
        yield Static("", classes="outcome", markup=False)
        with Container(id="models"):
            yield ModelLines()
            with VerticalScroll():
                yield Static("", classes="about", markup=False)

    @property
    def lines(self) -> ModelLines:
        return self.query_one(ModelLines)

    @property
    def _working(self) -> bool:
        return self._work is not None and not self._work.is_finished

    def on_mount(self) -> None:
        self.entitle("Models")

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= SPLIT_FROM, "-split")

    def enter(self) -> None:
        self.lines.focus()
        self.read_again()

    def read_again(self) -> None:
        only_latest(self, "models", self._read)

    def back(self) -> bool:
        """Stop what is under way here; False when nothing is."""
        if not self._working or self._work is None:
            return False
        self._work.cancel()
        return True

    def action_download(self) -> None:
        row = self.lines.at_cursor()
        if row is not None and self._free():
            if row.model.installed:
                self._say(f"{one_line(row.model.name)} is on this machine already: enter uses it, v verifies it.")
            else:
                only_latest(self, "question", partial(self._ask, row))

    def action_verify(self) -> None:
        row = self.lines.at_cursor()
        if row is not None and self._free():
            if not row.model.installed:
                self._say(f"{one_line(row.model.name)} is not on this machine yet: d downloads it.")
            else:
                self._work = only_latest(self, "work", partial(self._verify, row))

    def on_model_lines_chosen(self, event: ModelLines.Chosen) -> None:
        event.stop()
        row, name = event.row, one_line(event.row.model.name)
        if row.in_use:
            self._say(f"{name} is the one in use.")
        elif not row.model.runs:
            self._say(f"{name} {one_line(row.model.why)}.")
        elif not row.model.installed:
            self._say(f"{name} is not on this machine yet: d downloads it.")
        elif row.model.role not in WRITING_ROLES:
            self._say(f"{name} does not write answers: it is a model for the role {row.model.role}.")
        else:
            self.post_message(self.Chosen(row.wanted))

    def on_model_lines_highlighted(self, event: ModelLines.Highlighted) -> None:
        event.stop()
        row = self.lines.at_cursor()
        self.query_one(".about", Static).update(Content("") if row is None else model_detail(row))
        self.query_one(VerticalScroll).scroll_home(animate=False)

    async def _read(self) -> None:
        rows = await self._desk.model_list()
        here = sum(row.model.installed for row in rows)
        self.entitle(joined("Models", f"{count(here, 'model')} here", f"{len(rows) - here} to be had"))
        self.lines.show(rows)

    async def _ask(self, row: ModelRow) -> None:
        try:
            terms = await self._desk.download_terms(row.model.id)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is said in a sentence
            self._say(problem_of(error).sentence)
            return
        choices = {"y": "download it"} if terms.hash_known else {"u": "download it unchecked"}

        def answered(choice: str | None) -> None:
            if choice and self._free():
                self._work = only_latest(self, "work", partial(self._fetch, row, unverified=choice == "u"))

        self.app.push_screen(AskFirst("Download this model?", download_question(terms), choices), answered)

    async def _fetch(self, row: ModelRow, *, unverified: bool) -> None:
        done = await self._follow(row, self._desk.download(row.model.id, unverified=unverified), _STOPPED)
        if isinstance(done, Fetched):
            self.read_again()
            checked = "its SHA-256 is the listed one" if done.verified else "its SHA-256 is kept, to compare it with"
            more = f" To read pictures it needs {row.model.projector} too." if row.model.projector else ""
            self._say(f"{one_line(row.model.name)} is here, {checked}: enter uses it.{more}", told=True)

    async def _verify(self, row: ModelRow) -> None:
        done = await self._follow(row, self._desk.verify_model(row.wanted), "Stopped: it was not read to its end.")
        if isinstance(done, Verified):
            self._say(f"{one_line(done.words()).rstrip('.')}.", told=True)

    async def _follow[T](self, row: ModelRow, steps: AsyncGenerator[Progress | T], stopped: str) -> T | None:
        """Show the progress; the result, or None when it was stopped or failed, which is said."""
        line = self.query_one(DownloadLine)
        line.model_name, line.progress = row.model.name, Progress(state="checking")
        self._say("")
        words = stopped
        try:
            async with aclosing(steps):
                async for step in steps:
                    if not isinstance(step, Progress):
                        words = ""
                        return step
                    line.progress = step
                    self.post_message(self.Moved(_percent(step)))
        except Exception as error:  # noqa: BLE001 - a failure is a sentence where the progress was
            words = problem_of(error).sentence
        finally:
            line.progress = None
            self.post_message(self.Moved(""))
            self._say(words, told=True)
        return None

    def _free(self) -> bool:
        if self._working:
            self._say("One thing at a time: esc stops what is under way.")
        return not self._working

    def _say(self, sentence: str, *, told: bool = False) -> None:
        """Say it here; `told` also elsewhere, for the user may have gone on to another place."""
        for line in self.query(".outcome").results(Static):
            line.display = bool(sentence)
            line.update(Content(one_line(sentence)))
        if told and sentence:
            self.post_message(self.Told(one_line(sentence)))


def _percent(step: Progress) -> str:
    return f"{100 * step.done // step.total} %" if step.total else "…"
