"""`llama-desk history`"""

from __future__ import annotations

import click

from app.commands.output import echo_json
from app.errors import Exit


@click.command()
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True, help="The most effects.")
@click.option("--before", type=click.IntRange(1), metavar="ID", help="Those before this one.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def history(limit: int, before: int | None, as_json: bool) -> int:
    """List what was done, the newest first, with the ID by which `llama-desk undo` takes it back."""
    from app.commands.journal import HistoryResult, effect_result, open_journal

    with open_journal() as (journal, zone):
        effects = [effect_result(effect, zone) for effect in journal.history(limit, before=before)]
    if as_json:
        echo_json(HistoryResult(effects=effects))
        return Exit.DONE
    for effect in effects:
        undone = "  (undone)" if effect.undone_at else ""
        click.echo(f"{effect.id:>5}  {effect.at[:16].replace('T', ' ')}  {effect.summary}{undone}")
    if not effects:
        click.echo("Nothing was done yet.", err=True)
    return Exit.DONE
