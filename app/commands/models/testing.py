"""`llama-desk models test`"""

from __future__ import annotations

import asyncio

import click
from pydantic import BaseModel

from app.commands.output import echo_json
from app.errors import Exit


class TriedCase(BaseModel):
    request: str
    did: str
    right: bool


class SelfTest(BaseModel):
    """What `models test --json` prints."""

    model: str
    right: int
    cases: int
    writes: bool
    """Whether the model's writing tools are on after it."""
    tried: list[TriedCase]


@click.command()
@click.argument("model", metavar="[ID|FILE]", required=False)
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def test(model: str | None, as_json: bool) -> int:
    """Try how well a model calls tools: twenty requests, run here, on a desk that is thrown away.

    The score is kept. A model that understands fewer than 7 in 10 does not get to write afterwards, unless
    `writing_tools = "always"` stands in settings.toml.
    """
    result = asyncio.run(_test(model, quiet=as_json))
    if result is None:
        click.echo("Stopped. Nothing was kept.", err=True)
        return Exit.INTERRUPTED
    if as_json:
        echo_json(result)
    else:
        click.echo(f"{result.model}: {result.right} of {result.cases} right.")
        click.echo("Its writing tools are on." if result.writes else "Its writing tools are off from now on.")
    return Exit.DONE


async def _test(model: str | None, *, quiet: bool) -> SelfTest | None:
    # The model and what it is tried on are imported by this command alone.
    from app.commands.chosen_session import chosen_session
    from app.conversation.self_test import ENOUGH, try_model
    from app.locations import locations
    from app.model_choice import choose_model
    from app.settings import load_settings
    from tools.desk_db.models import ModelScore

    places = locations().make()
    settings = load_settings(places.settings)
    try:
        async with chosen_session(choose_model(model, settings.model, places), places) as (database, session):
            tried: list[TriedCase] = []
            async for one in try_model(session):
                tried.append(TriedCase(request=one.case.request, did=one.did, right=one.right))
                if not quiet:
                    click.echo(f"{'ok ' if one.right else 'NO '} {one.case.request}\n     {one.did}")
            score = ModelScore(sum(one.right for one in tried), len(tried))
            await database.run(lambda db: db.models.keep_score(session.fingerprint, score))
            writes = settings.writing_tools == "always" or score.share >= ENOUGH
            return SelfTest(model=session.name, right=score.right, cases=score.cases, writes=writes, tried=tried)
    except asyncio.CancelledError:
        return None
