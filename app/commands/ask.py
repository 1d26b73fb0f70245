"""`llama-desk ask "QUESTION"`"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import click
from pydantic import BaseModel

from app.commands.output import echo_json, echo_markdown
from app.conversation.events import Answered, AnswerNotice, AnswerText
from app.desk import LocalDesk
from app.errors import Exit
from app.folder_summary.render import answer_to_markdown
from app.folder_summary.report import CitedSentence
from app.folder_summary.sources import sources_of
from app.locations import locations
from app.summary_options import SummaryOptions


class Answer(BaseModel):
    """What `ask --json` prints. `calls` lists the tools that ran; questions about files need none."""

    answer: list[CitedSentence] = []
    calls: list[dict[str, str]] = []
    model: str | None = None


@click.command()
@click.argument("question")
@click.option("--in", "folder", type=click.Path(path_type=Path), help="Answer from this folder; it is read first.")
@click.option("--model", metavar="ID|FILE", help="The model to use: a GGUF file, or one in the models folder.")
@click.option("--no-model", is_flag=True, help="Answer with the best matching sentences, without a model.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def ask(question: str, folder: Path | None, model: str | None, no_model: bool, as_json: bool) -> int:
    """Answer a question from the files that were read; every sentence shows its source."""
    if not question.strip():
        raise click.UsageError("The question is empty.")
    root = sources_of([folder])[0].root if folder else None
    desk = LocalDesk.open(locations(), model=model, use_model=not no_model)
    answered = asyncio.run(_ask(desk, question, root))
    if answered is None:
        click.echo("Stopped.", err=True)
        return Exit.INTERRUPTED
    if as_json:
        echo_json(Answer(answer=list(answered.sentences), model=answered.model))
    else:
        echo_markdown(answer_to_markdown(answered.sentences))
    return Exit.DONE


async def _ask(desk: LocalDesk, question: str, folder: Path | None) -> Answered | None:
    try:
        if folder is not None:
            async for _ in desk.summarise([folder], SummaryOptions(use_model=False)):
                pass
        async with contextlib.aclosing(desk.ask(question, folder)) as events:
            async for event in events:
                match event:
                    case AnswerNotice():
                        click.echo(event.text, err=True)
                    case Answered():
                        return event
                    case AnswerText():
                        continue
    except asyncio.CancelledError:
        return None
    finally:
        await desk.close()
    return None
