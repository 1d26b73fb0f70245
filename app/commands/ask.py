"""`llama-desk ask "QUESTION"`"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Literal

import click
from pydantic import BaseModel

from app.commands.model_options import adapter_option, model_option
from app.commands.output import echo_json, echo_markdown
from app.conversation.events import (
    Answered,
    AnswerEvent,
    AnswerNotice,
    CallEnded,
    Decision,
    FileWanted,
    FolderWanted,
    Proposed,
    Said,
)
from app.conversation.policy import Preview
from app.conversation.telling import tell
from app.desk import LocalDesk
from app.errors import DeskError, Exit
from app.folder_summary.events import Finished
from app.folder_summary.render import answer_to_markdown
from app.folder_summary.report import CitedSentence, Report
from app.folder_summary.sources import sources_of
from app.locations import locations
from app.summary_options import SummaryOptions
from tools.sanitise import sanitise

LONGEST_INPUT = 1_000_000
"""Characters that are read from standard input."""
INPUT_NAME = "standard input"


class CalledTool(BaseModel):
    """A tool that the model called: the arguments as it wrote them, and the values that code made of them."""

    tool: str
    arguments: dict[str, Any]
    resolved: dict[str, Any] | None = None
    status: Literal["done", "proposed", "refused", "failed"]
    result: dict[str, Any] | None = None
    reason: str = ""
    effect: int | None = None
    """What `llama-desk undo` takes to take it back."""
    shown: dict[str, str] = {}
    """For a write, what it was previewed as, for a person."""
    marked: dict[str, str] = {}
    """For a write, the arguments that are not the user's own words, with where they came from."""


class Answer(BaseModel):
    """What `ask --json` prints: sentences with their sources, or `reply`, plain words, or calls; or several of them."""

    answer: list[CitedSentence] = []
    reply: str = ""
    calls: list[CalledTool] = []
    chat: int | None = None
    """The kept conversation that this is part of."""
    model: str | None = None


@click.command()
@click.argument("question")
@click.option(
    "--in", "folder", type=click.Path(path_type=Path, readable=False), help="Answer from this folder; it is read first."
)
@model_option
@adapter_option
@click.option("--no-model", is_flag=True, help="Answer with the best matching sentences, without a model.")
@click.option(
    "--yes-to", "yes_to", metavar="TOOL", multiple=True, help="Carry out the writes of this tool; may be repeated."
)
@click.option(
    "--chat", metavar="ID|new", help="Go on in a kept conversation, or begin one; without this nothing is kept."
)
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def ask(  # noqa: PLR0913, PLR0917 - one for each option
    question: str,
    folder: Path | None,
    model: str | None,
    adapters: tuple[str, ...],
    no_model: bool,
    yes_to: tuple[str, ...],
    chat: str | None,
    as_json: bool,
) -> int:
    """Answer a question from the files that were read, every sentence with its source; or carry out a request.

    A request such as "Schedule a budget review with Ana tomorrow at 3pm" becomes a call of a tool. What only reads is
    done at once; what writes is shown and left undone, unless --yes-to names its tool. `llama-desk undo` takes it
    back. Text on standard input is what the question is about: git log | llama-desk ask "what changed?"
    """
    if not question.strip():
        raise click.UsageError("The question is empty.")
    root = sources_of([folder])[0].root if folder else None
    if chat is not None and chat != "new" and not chat.isdecimal():
        raise click.UsageError("--chat takes the number of a conversation (llama-desk chats list), or new.")
    desk = LocalDesk.open(
        locations(), model=model, adapters=adapters, use_model=not no_model, keep_chats=chat is not None
    )
    asking = _Asking(desk, frozenset(yes_to), int(chat) if chat and chat != "new" else None)
    if unknown := asking.yes_to - set(desk.tool_names):
        raise click.UsageError(f"There is no tool {min(unknown)}; there are {', '.join(desk.tool_names)}.")
    answer = asyncio.run(asking.ask(question, root, _piped()))
    if answer is None:
        click.echo("Stopped.", err=True)
        return Exit.INTERRUPTED
    if as_json:
        echo_json(answer)
    else:
        _print(answer)
    return Exit.FAILED if any(call.status == "failed" for call in answer.calls) else Exit.DONE


def _piped() -> str:
    """The text on standard input; empty when it is a terminal or closed.

    Raises DeskError when it is no text.
    """
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        return ""
    try:
        data = sys.stdin.buffer.read(LONGEST_INPUT * 4)
    except OSError:  # there is none to read, as in a program that runs in the background
        return ""
    try:
        return sanitise(data.decode("utf-8", errors="ignore" if len(data) == LONGEST_INPUT * 4 else "strict"))
    except UnicodeDecodeError as error:
        raise DeskError(
            "What is on standard input is not text.", hint="Give a file to read with --in FILE instead."
        ) from error


class _Asking:
    """One question, from its events to the answer that is printed."""

    def __init__(self, desk: LocalDesk, yes_to: frozenset[str], chat: int | None) -> None:
        """`chat` is the kept conversation to go on in."""
        self._desk = desk
        self._chat = chat
        self.yes_to = yes_to
        self._answer = Answer()
        self._previews: dict[int, Preview] = {}

    async def ask(self, question: str, folder: Path | None, piped: str) -> Answer | None:
        """The answer; None when it was stopped."""
        try:
            if folder is not None:
                async for _ in self._desk.summarise([folder], SummaryOptions(use_model=False)):
                    pass
            if self._chat is not None:
                await self._desk.chats.open(self._chat)
            asked = self._asked(question, folder, piped)
            async with contextlib.aclosing(asked) as events:
                async for event in events:
                    await self._take(event)
        except asyncio.CancelledError:
            return None
        finally:
            await self._desk.close()
        if self._desk.chats.current is not None:
            self._answer.chat = self._desk.chats.current.id
        return self._answer

    def _asked(self, question: str, folder: Path | None, piped: str) -> AsyncGenerator[AnswerEvent]:
        if folder is not None:
            return self._desk.ask(question, folder)
        if piped.strip():
            return self._desk.ask_about(question, INPUT_NAME, piped)
        return self._desk.request(question, confirm=self._confirm)

    async def _take(self, event: AnswerEvent) -> None:
        match event:
            case AnswerNotice():
                click.echo(event.text, err=True)
            case Proposed():
                self._previews[event.number] = event.preview
            case CallEnded():
                self._answer.calls.append(self._called(event))
            case Said(text=text):
                self._say(text)
            case FolderWanted(folder=folder, levels=levels):
                await self._summarise(folder, SummaryOptions(levels=levels))
            case FileWanted(root=root, path=path):
                await self._open(root, path)
            case Answered():
                self._answer.answer += event.sentences
                self._answer.model = event.model
            case _:
                pass

    def _say(self, text: str) -> None:
        self._answer.reply = f"{self._answer.reply}\n\n{text}".strip()

    async def _confirm(self, proposed: Proposed) -> Decision:
        allowed = proposed.preview.call.tool in self.yes_to
        return Decision(agreed=allowed, undecided=not allowed)

    async def _summarise(self, folder: Path, options: SummaryOptions) -> None:
        report = Report()
        async for event in self._desk.summarise([folder], options):
            if isinstance(event, Finished):
                report = event.report
        self._answer.answer += report.summary
        self._say(f"{report.coverage.sentence()}.")

    async def _open(self, root: Path, path: str) -> None:
        document = await self._desk.open_document(root, path)
        if document is not None:
            self._say(document.text)

    def _called(self, ended: CallEnded) -> CalledTool:
        preview = self._previews.get(ended.number)
        return CalledTool(
            tool=ended.call.tool,
            arguments=_clean(ended.call.arguments()),
            resolved=_clean(dict(ended.resolved)) or None,
            status=ended.status,
            result=_clean(dict(ended.data)) or None,
            reason=sanitise(ended.reason),
            effect=ended.effect_id,
            shown={line.name: sanitise(line.shown) for line in preview.lines} if preview else {},
            marked={line.name: sanitise(line.mark) for line in preview.lines if line.mark} if preview else {},
        )


def _print(answer: Answer) -> None:
    for call in answer.calls:
        _print_call(call)
    untold = [] if answer.reply or answer.answer else [tell(call.result) for call in answer.calls if call.result]
    if words := "\n\n".join(filter(None, [*untold, answer.reply])):
        click.echo(words)
    echo_markdown(answer_to_markdown(answer.answer))
    if answer.chat is not None:
        click.echo(f"To go on: llama-desk ask --chat {answer.chat}.", err=True)


def _print_call(call: CalledTool) -> None:
    click.echo(f"{call.tool} ({call.status})")
    for name, value in (call.shown or call.arguments).items():
        said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        click.echo(f"  {name:<10} {said}" + (f"  ! {call.marked[name]}" if name in call.marked else ""))
    if call.reason:
        click.echo(call.reason, err=True)
    if call.status == "proposed":
        click.echo(f"Nothing was changed. To do it, ask again with --yes-to {call.tool}.", err=True)
    if call.effect is not None:
        click.echo(f"llama-desk undo {call.effect} takes it back.", err=True)


def _clean(value: Any) -> Any:
    """A value without what would move a terminal's cursor."""
    if isinstance(value, dict):
        return {name: _clean(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_clean(part) for part in value]
    return sanitise(value) if isinstance(value, str) else value
