"""An answer in the conversation: streamed as it is written, then sentence by sentence with its sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from app.conversation.chats import ShownTurn
from app.conversation.events import (
    Answered,
    AnswerEvent,
    AnswerNotice,
    AnswerText,
    CallEnded,
    Decision,
    FileWanted,
    FolderWanted,
    PassagesFound,
    Proposed,
    Said,
)
from app.conversation.transcript import said_beside
from app.folder_summary.report import CitedSentence
from app.summary_options import SummaryOptions
from app.tui.call_card import CallCard
from app.tui.entries import Entry, Placed, place_of
from app.tui.sentence_list import SentenceList
from app.tui.terminal_safety import one_line
from app.wording import count
from tools.sanitise import sanitise

EVERYWHERE = Path("/")
"""Stands for all folders that were read: the paths of such an answer are whole."""
STOPPED = "Stopped."


class AnswerEntry(Entry):
    """Fed with the events of an answer in batches; each batch is drawn once."""

    DEFAULT_CSS = """
    AnswerEntry {
        & > .state { color: $quiet; }
        & > .notice { color: $quiet; }
        & > .draft { height: auto; }
        & .-empty { display: none; }
    }
    """

    class FolderAsked(Message):
        """The assistant was asked to summarise this folder."""

        def __init__(self, folder: Path, options: SummaryOptions) -> None:
            super().__init__()
            self.folder = folder
            self.options = options

    class FileAsked(Message):
        """The assistant was asked to show this file."""

        def __init__(self, root: Path, path: str) -> None:
            super().__init__()
            self.root = root
            self.path = path

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        self.sentences: SentenceList | None = None
        self.kept: ShownTurn | None = None
        """The turn that it is kept as."""
        self._draft = ""
        self._said = ""

    def compose(self) -> ComposeResult:
        yield Static(Content.styled("Desk", "bold $accent"), classes="name")
        yield Static(
            "Thinking…" if self.root == EVERYWHERE else "Looking through the passages…", classes="state", markup=False
        )
        yield Static("", classes="draft -empty", markup=False)
        yield Static("", classes="notice -empty", markup=False)

    async def show(self, events: Sequence[AnswerEvent]) -> None:
        """Draw a batch of events; the text that came in it is drawn once."""
        for event in events:
            match event:
                case PassagesFound(passages=passages):
                    self._say(".state", f"Reading {count(len(passages), 'passage')}…" if passages else "")
                case AnswerText(text=text, restart=restart):
                    self._draft = ("" if restart else self._draft) + sanitise(text)
                case AnswerNotice(text=text):
                    self._say(".notice", one_line(text))
                case CallEnded():
                    (await self._card(event.number)).end(event)
                case FolderWanted(folder=folder, levels=levels):
                    self.post_message(self.FolderAsked(folder, SummaryOptions(levels=levels)))
                case FileWanted(root=root, path=path):
                    self.post_message(self.FileAsked(root, path))
                case Said(text=text):
                    self._said = f"{self._said}\n\n{sanitise(text)}".strip()
                    self._say(".draft", self._said)
                case Proposed():
                    continue  # `confirm` shows it
                case Answered():
                    await self._put(event.sentences)
                    self.post_message(Placed(self))
        if self.sentences is None and self._draft:
            self._say(".state", "")
            self._say(".draft", self._draft.strip())

    async def confirm(self, proposed: Proposed) -> Decision:
        """Show the proposal and wait for the user's key; whatever else ends the wait is no yes."""
        card = await self._card(proposed.number)
        self._say(".state", "Waiting for your word…")
        decision = await card.decide(proposed)
        self._say(".state", "Thinking…")
        return decision

    async def show_kept(self, kept: ShownTurn) -> None:
        """Show an answer as it was kept."""
        said = kept.turn.said
        self.mark(kept)
        self._said = said_beside(kept.turn.text, said.sentences)
        for number, call in enumerate(said.calls, 1):
            (await self._card(number)).recall(call["tool"], call["arguments"], call["status"])
        await self._put([CitedSentence.model_validate(sentence) for sentence in said.sentences])
        self.end(STOPPED if said.stopped else "")

    def mark(self, kept: ShownTurn) -> None:
        """Say what else was answered in its place."""
        self.kept = kept
        name = Content.assemble(("Desk", "bold $accent"), (place_of(kept.siblings), "$quiet"))
        self.query_one(".name", Static).update(name)

    def end(self, words: str) -> None:
        """The answer is over, in whatever way; what was written stays."""
        for card in self.query(CallCard):
            card.close()
        self._say(".state", words)

    async def _put(self, sentences: Sequence[CitedSentence]) -> None:
        self.sentences = SentenceList(sentences, self.root)
        async with self.batch():
            self._say(".draft", self._said)
            self._say(".state", "")
            await self.mount(self.sentences, after=self.query_one(".draft"))

    async def _card(self, number: int) -> CallCard:
        """The card of a call, put under those before it."""
        for card in self.query(CallCard):
            if card.number == number:
                return card
        card = CallCard(number)
        await self.mount(card, before=self.query_one(".draft"))
        return card

    def _say(self, selector: str, text: str) -> None:
        # An answer may end after its entry was taken off the screen: then there is no such line.
        for line in self.query(selector).results(Static):
            line.update(Content(text))
            line.set_class(not text, "-empty")
