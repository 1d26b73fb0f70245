"""The one screen: places and files, the conversation or another place, and sources; over each other if need be."""

from __future__ import annotations

from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Footer

from app.desk_api import Desk, EngineState
from app.folder_summary.report import FileReport
from app.start_trace import mark
from app.summary_options import SummaryOptions
from app.tui.activity_pane import ActivityPane
from app.tui.answer_entry import EVERYWHERE, AnswerEntry
from app.tui.branches import Branches
from app.tui.calendar_pane import CalendarPane
from app.tui.call_card import CallCard
from app.tui.chats_pane import ChatsPane
from app.tui.conversation_view import ConversationView
from app.tui.entries import ProblemNote, Question, Welcome
from app.tui.file_list import FileList
from app.tui.folder_state import FolderState
from app.tui.header import Header
from app.tui.inbox_pane import InboxPane
from app.tui.jobs import Jobs
from app.tui.models_pane import ModelsPane
from app.tui.panes import COLUMNS_FROM, SOURCES_FROM, Panes
from app.tui.place_list import PlaceList
from app.tui.place_pane import PlacePane
from app.tui.places import Places
from app.tui.problems import Problem
from app.tui.prompt import Prompt
from app.tui.prompt_bar import PromptBar
from app.tui.sentence_list import SentenceRow
from app.tui.side_column import SideColumn
from app.tui.sources_pane import SourcesPane
from app.tui.summary_entry import SummaryEntry


class DeskScreen(Screen[None]):
    """Turns what the user does into work for the desk, and shows what comes of it."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - declared by Textual
        (0, "-narrow"),
        (COLUMNS_FROM, "-columns"),
        (SOURCES_FROM, "-sources"),
        (160, "-roomy"),
    ]
    DEFAULT_CSS = """
    DeskScreen {
        background: $background;
        & > #body { height: 1fr; layers: base overlay; border-top: solid $line; }
        & > Footer { padding: 0 1; }

        & SideColumn { dock: left; width: 28; height: 1fr; border-right: solid $line; }
        & ConversationView { width: 1fr; height: 1fr; }
        & SourcesPane { width: 36; height: 1fr; border-left: solid $line; }
        & SideColumn.-hidden, & SourcesPane.-hidden { display: none; }

        &.-roomy SideColumn { width: 40; }
        &.-roomy SourcesPane { width: 64; }

        &.-narrow SideColumn { layer: overlay; width: 100%; display: none; border-right: none; }
        &.-narrow SourcesPane, &.-columns SourcesPane {
            layer: overlay; dock: right; width: 100%; display: none; border-left: none;
        }
        &.-narrow SideColumn.-shown, &.-narrow SourcesPane.-shown, &.-columns SourcesPane.-shown { display: block; }
        &.-elsewhere ConversationView, &.-elsewhere SourcesPane { display: none !important; }
    }
    """

    def __init__(self, desk: Desk, start_with: Path | None = None) -> None:
        """`start_with` is a folder or file to summarise at once."""
        super().__init__()
        self.desk = desk
        self._start_with = start_with
        self.folder: FolderState | None = None
        self.asks_about: Path | None = None
        """The folder of a kept conversation that was opened; a folder that is open comes first."""
        self.jobs = Jobs(self)
        self.branches = Branches(self)
        self.panes = Panes(self)
        self.places = Places(self)
        self._at_work = 0

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal(id="body"):
            yield ConversationView()
            yield ChatsPane(self.desk)
            yield ActivityPane(self.desk)
            yield InboxPane(self.desk)
            yield CalendarPane(self.desk)
            yield ModelsPane(self.desk)
            yield SideColumn()
            yield SourcesPane()
        yield PromptBar()
        yield Footer()

    async def on_mount(self) -> None:
        self.query_one(PromptBar).invite(None)
        self.query_one(Prompt).focus()
        mark("the screen is laid out")
        self.jobs.start_engine()
        self.jobs.watch_engine()
        self.jobs.watch_folders()
        self.places.count()
        if self._start_with is not None:
            await self.summarise(self._start_with)

    @property
    def conversation(self) -> ConversationView:
        return self.query_one(ConversationView)

    async def summarise(self, path: Path, options: SummaryOptions | None = None) -> None:
        """Open `path` and summarise it; a summary in progress is stopped first."""
        self.places.show_conversation()
        self.panes.uncover()
        self.folder, self.asks_about = FolderState(path), None
        self.panes.files.show_folder(self.folder)
        self.query_one(PromptBar).invite(self.folder.name)
        entry = SummaryEntry(self.folder)
        await self.conversation.add(entry)
        self.jobs.summarise(self.folder, options or SummaryOptions(), entry)

    async def ask(self, question: str) -> None:
        """Answer from the open folder, or ask the assistant; an answer in progress is stopped first."""
        self.places.show_conversation()
        self.panes.uncover()
        instead_of = await self.branches.take_edited()
        await self.conversation.add(Question(question))
        root = self.folder.root if self.folder else self.asks_about
        entry = AnswerEntry(root or EVERYWHERE)
        await self.conversation.add(entry)
        if instead_of is None:
            self.jobs.answer(self.desk.request(question, root, entry.confirm), entry)
        else:
            self.jobs.answer(self.branches.asked_instead(instead_of, question, root, entry.confirm), entry)

    def ask_about(self, root: Path | None) -> None:
        """The next questions are about `root`, or about no folder; another one that is open is closed."""
        if self.folder is None or self.folder.root != root:
            self.folder, self.asks_about = None, root
            self.panes.files.show_none()
            self.query_one(PromptBar).invite(root.name if root else None)

    async def report(self, problem: Problem) -> None:
        """Say what went wrong in the conversation, where it stays."""
        # Work fails with the screen, too, when its widgets may be gone.
        for conversation in self.query(ConversationView):
            await conversation.add(ProblemNote(problem))

    def show_engine(self, state: EngineState) -> None:
        # The watch goes on until the screen has gone, its widgets before it.
        for header in self.query(Header):
            header.engine = state
        for welcome in self.query(Welcome):
            welcome.say(state.hint)

    def show_changes(self, folder: FolderState, rows: list[FileReport]) -> None:
        """Files of a summary in progress changed; another folder may be open by now."""
        if folder is self.folder:
            self.panes.files.show_changes(folder, rows)
            self.query_one(Header).tokens_per_second = folder.progress.tokens_per_second if folder.progress else 0.0

    def work_changed(self, difference: int) -> None:
        """So many more, or fewer, pieces of work are going on."""
        self._at_work += difference
        # Work ends with the screen, too, when its widgets may be gone.
        for bar in self.query(PromptBar):
            bar.show_work("esc stops" if self._at_work else "")
        if not self._at_work:
            for header in self.query(Header):
                header.tokens_per_second = 0.0
            # An answer may have had effects.
            if self.query(PlaceList):
                self.places.read_again()

    @on(SentenceRow.SourceWanted)
    def _open_source(self, event: SentenceRow.SourceWanted) -> None:
        source = event.source
        self.places.show_conversation()
        self.panes.show_sources()
        self.jobs.open_document(
            source.root, source.citation.path, lambda found: self.panes.sources.show_source(source, found)
        )

    @on(FileList.Opened)
    def _open_file(self, event: FileList.Opened) -> None:
        if self.folder is None:
            return
        root, row = self.folder.root, event.row
        self.places.show_conversation()
        self.panes.show_sources()
        self.jobs.open_document(root, row.path, lambda found: self.panes.sources.show_file(row, root, found))

    @on(CallCard.Settled)
    def _decided(self) -> None:
        self.query_one(Prompt).focus()

    @on(AnswerEntry.FolderAsked)
    async def _summarise_asked(self, event: AnswerEntry.FolderAsked) -> None:
        await self.summarise(event.folder, event.options)

    @on(AnswerEntry.FileAsked)
    def _show_asked(self, event: AnswerEntry.FileAsked) -> None:
        self.places.show_conversation()
        self.panes.show_sources()
        self.jobs.open_document(event.root, event.path, self.panes.sources.show_document)

    @on(PlaceList.Wanted)
    def _go_there(self, event: PlaceList.Wanted) -> None:
        self.places.go(event.place)

    @on(PlacePane.Effected)
    async def _effected(self, event: PlacePane.Effected) -> None:
        await self.places.say(event.sentence)
        for card in self.query(CallCard):
            card.undone(event.undone)
        self.places.read_again()

    @on(ChatsPane.Opened)
    def _open_chat(self, event: ChatsPane.Opened) -> None:
        self.places.go("conversation")
        self.branches.open(event.line.conversation_id, event.line.turn_id)

    @on(ChatsPane.Unwanted)
    def _remove_chat(self, event: ChatsPane.Unwanted) -> None:
        self.branches.remove(event.conversation_id)

    @on(ModelsPane.Chosen)
    def _use_chosen(self, event: ModelsPane.Chosen) -> None:
        self.jobs.use_model(event.wanted)

    @on(ModelsPane.Moved)
    def _show_download(self, event: ModelsPane.Moved) -> None:
        self.query_one(PlaceList).show_counts({"models": event.words})

    @on(ModelsPane.Told)
    async def _tell_of_model(self, event: ModelsPane.Told) -> None:
        """The place itself has said it already."""
        if self.places.here != "models":
            await self.places.say(event.sentence)

    @on(CallCard.Waits)
    async def _asked_elsewhere(self) -> None:
        if self.places.here != "conversation":
            await self.places.say("The assistant waits for your yes or no: esc goes back to the conversation.")
