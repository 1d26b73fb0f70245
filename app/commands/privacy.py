"""`llama-desk privacy`: what is enforced, by what, and what came of trying to get out."""

from __future__ import annotations

import click

from app.commands.output import echo_json
from app.database_thread import DatabaseThread
from app.errors import Exit
from app.locations import locations
from app.privacy import granted, look, told_in_words
from tools.sanitise import sanitise


@click.command()
@click.option("--test", "try_to_escape", is_flag=True, help="Try every way out, in sealed processes thrown away after.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def privacy(*, try_to_escape: bool, as_json: bool) -> int:
    """What each process may reach, what holds it to that, and what has been tried.

    Exit code 1 when a way out was found to be open.
    """
    places = locations().make()
    database = DatabaseThread(places.database)
    try:
        grants = database.run_now(granted)
    finally:
        database.close_now()
    found = look(places, grants, try_to_escape=try_to_escape)
    if as_json:
        echo_json(found)
    else:
        click.echo(sanitise("\n".join(told_in_words(found))))
    return Exit.FAILED if any(one.open for one in found.escapes) else Exit.DONE
