"""`llama-desk inbox digest`"""

from __future__ import annotations

import asyncio
import contextlib

import click
from pydantic import BaseModel

from app.commands.model_options import adapter_option, model_option
from app.commands.output import echo_json, echo_markdown
from app.conversation.events import Answered, AnswerNotice, PassagesFound
from app.desk import LocalDesk
from app.errors import Exit
from app.folder_summary.render import answer_to_markdown
from app.folder_summary.report import CitedSentence
from app.locations import locations


class DigestResult(BaseModel):
    """What `inbox digest --json` prints; a citation's path is "inbox/" and the message's number."""

    summary: list[CitedSentence]
    model: str | None


@click.command()
@click.option("--count", type=click.IntRange(1, 200), help="How many of the latest messages.  [default: 10]")
@click.option("--from", "sender", metavar="WHO", help="Only of this sender: a part of the name or address.")
@click.option("--when", metavar="WHEN", help='Only of this time: "this week", "since Monday".')
@model_option
@adapter_option
@click.option("--no-model", is_flag=True, help="The messages' own sentences that carry them, without a model.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def digest(  # noqa: PLR0913, PLR0917 - one for each option
    count: int | None,
    sender: str | None,
    when: str | None,
    model: str | None,
    adapters: tuple[str, ...],
    no_model: bool,
    as_json: bool,
) -> int:
    """Summarise messages, each sentence with the message it rests on."""
    desk = LocalDesk.open(locations(), model=model, adapters=adapters, use_model=not no_model)
    result = asyncio.run(_digest(desk, count, sender, when))
    if result is None:
        click.echo("Stopped.", err=True)
        return Exit.INTERRUPTED
    if as_json:
        echo_json(result)
    elif result.summary:
        echo_markdown(answer_to_markdown(result.summary))
    return Exit.DONE


async def _digest(desk: LocalDesk, count: int | None, sender: str | None, when: str | None) -> DigestResult | None:
    any_message = False
    try:
        async with contextlib.aclosing(desk.digest(count, sender, when)) as events:
            async for event in events:
                match event:
                    case PassagesFound():
                        any_message = True
                    case AnswerNotice(text=text):
                        click.echo(text, err=True)
                    case Answered():
                        if not any_message:
                            click.echo("No message fits. Bring some in with llama-desk inbox import PATH.", err=True)
                        return DigestResult(summary=list(event.sentences), model=event.model)
                    case _:
                        continue
    except asyncio.CancelledError:
        return None
    finally:
        await desk.close()
    return None


COMMANDS = (digest,)
