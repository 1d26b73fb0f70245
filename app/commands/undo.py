"""`llama-desk undo [ID]`"""

from __future__ import annotations

import click

from app.commands.output import echo_json
from app.errors import Exit


@click.command()
@click.argument("effect", required=False, type=click.IntRange(1), metavar="[ID]")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def undo(effect: int | None, as_json: bool) -> int:
    """Take back the last thing that was done and not undone yet, or the one of this ID in `llama-desk history`."""
    from app.commands.journal import UndoResult, effect_result, open_journal

    with open_journal() as (journal, zone):
        undone = journal.undo(effect)
    if as_json:
        echo_json(UndoResult(undone=effect_result(undone, zone)))
    else:
        click.echo(f"Undone: {undone.summary}.")
    return Exit.DONE
