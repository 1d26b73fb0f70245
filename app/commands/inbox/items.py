"""`llama-desk inbox items` and `done`"""

from __future__ import annotations

import click

from app.commands.inbox.opened import open_inbox
from app.commands.inbox.results import DoneResult, ItemList, item_result
from app.commands.output import echo_json
from app.errors import Exit
from tools.inbox import ActionItem

_JSON = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")


@click.command()
@click.option("--all", "show_all", is_flag=True, help="Also what is done.")
@_JSON
def items(show_all: bool, as_json: bool) -> int:
    """List what messages ask to be done: what, who, by when, and the words of the message that ask it."""
    with open_inbox() as opened:
        found = opened.inbox.items(None if show_all else "open")
    if as_json:
        echo_json(ItemList([item_result(item) for item in found]))
        return Exit.DONE
    for item in found:
        click.echo(_lines(item))
    if not found:
        click.echo("There is nothing to do.", err=True)
    return Exit.DONE


@click.command()
@click.argument("item_id", metavar="ID", type=click.IntRange(1, 2**62))
@_JSON
def done(item_id: int, as_json: bool) -> int:
    """Mark the action item ID as done."""
    with open_inbox() as opened:
        kept = opened.inbox.set_status(item_id, "done")
    [item] = kept.items
    if as_json:
        echo_json(DoneResult(effect=kept.effect_id, item=item_result(item)))
    elif kept.effect_id is None:
        click.echo(f"“{item.what}” was done already.")
    else:
        click.echo(f"Done: “{item.what}”.")
    return Exit.DONE


COMMANDS = (items, done)


def _lines(item: ActionItem) -> str:
    mark = "x" if item.status == "done" else " "
    due = item.due_on[:16].replace("T", " ") or item.due
    more = ", ".join(part for part in (item.who, f"by {due}" if item.due_on else due) if part)
    head = f"{item.id:>6}  [{mark}] {item.what}{f' ({more})' if more else ''}"
    return f"{head}\n            message {item.message_id}: “{item.quote}”"
