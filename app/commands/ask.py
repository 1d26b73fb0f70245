"""`llama-desk ask "QUESTION"`"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any, Literal

import click
from pydantic import BaseModel

from app.commands.output import echo_json, echo_markdown
from app.conversation.events import Answered, AnswerNotice, AnswerText, PassagesFound, Proposed, Said
from app.desk import LocalDesk
from app.errors import Exit
from app.folder_summary.render import answer_to_markdown
from app.folder_summary.report import CitedSentence
from app.folder_summary.sources import sources_of
from app.locations import locations
from app.summary_options import SummaryOptions
from tools.sanitise import sanitise


class CalledTool(BaseModel):
    """A tool that the model asked for, with the arguments as it copied them from the request."""

    tool: str
    arguments: dict[str, Any]
    resolved: dict[str, Any] | None = None
    status: Literal["done", "proposed", "refused", "failed"]


class Answer(BaseModel):
    """What `ask --json` prints: sentences with their sources, or `reply`, plain words of the model, or calls."""

    answer: list[CitedSentence] = []
    reply: str = ""
    calls: list[CalledTool] = []
    model: str | None = None


@click.command()
@click.argument("question")
@click.option("--in", "folder", type=click.Path(path_type=Path), help="Answer from this folder; it is read first.")
@click.option("--model", metavar="ID|FILE", help="The model to use: a GGUF file, or one in the models folder.")
@click.option("--no-model", is_flag=True, help="Answer with the best matching sentences, without a model.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def ask(question: str, folder: Path | None, model: str | None, no_model: bool, as_json: bool) -> int:
    """Answer a question from the files that were read, every sentence with its source; or see what a request would do.

    A request such as "Schedule a budget review with Ana tomorrow at 3pm" shows the call that the model makes of it;
    this version carries out no calls yet, it only searches the files.
    """
    if not question.strip():
        raise click.UsageError("The question is empty.")
    root = sources_of([folder])[0].root if folder else None
    desk = LocalDesk.open(locations(), model=model, use_model=not no_model)
    answer = asyncio.run(_ask(desk, question, root))
    if answer is None:
        click.echo("Stopped.", err=True)
        return Exit.INTERRUPTED
    if as_json:
        echo_json(answer)
    else:
        _print(answer)
    return Exit.DONE


def _print(answer: Answer) -> None:
    for call in answer.calls:
        click.echo(f"{call.tool} ({call.status})")
        for name, value in call.arguments.items():
            click.echo(f"  {name:<10} {', '.join(map(str, value)) if isinstance(value, list) else value}")
    if answer.calls:
        click.echo("Nothing was changed: this version shows calls and cannot carry them out yet.", err=True)
    if answer.reply:
        click.echo(answer.reply)
    echo_markdown(answer_to_markdown(answer.answer))


async def _ask(desk: LocalDesk, question: str, folder: Path | None) -> Answer | None:
    answer = Answer()
    try:
        if folder is not None:
            async for _ in desk.summarise([folder], SummaryOptions(use_model=False)):
                pass
        async with contextlib.aclosing(desk.ask(question, folder)) as events:
            async for event in events:
                match event:
                    case AnswerNotice():
                        click.echo(event.text, err=True)
                    case Proposed(call=call):
                        arguments = {name: _clean(value) for name, value in call.arguments().items()}
                        answer.calls.append(CalledTool(tool=call.tool, arguments=arguments, status="proposed"))
                    case Said(text=text):
                        answer.reply = text
                    case Answered():
                        answer.answer, answer.model = list(event.sentences), event.model
                        return answer
                    case AnswerText() | PassagesFound():
                        continue
    except asyncio.CancelledError:
        return None
    finally:
        await desk.close()
    return None


def _clean(value: Any) -> Any:
    """An argument without what would move a terminal's cursor."""
    if isinstance(value, list):
        return [_clean(part) for part in value]
    return sanitise(value) if isinstance(value, str) else value
