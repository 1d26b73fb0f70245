"""`llama-desk models list`"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import click

from app.commands.output import echo_json
from app.errors import Exit
from app.locations import locations
from app.model_list import ListedModel, ModelList, list_models
from app.model_room import machine_memory
from app.wording import file_size, joined
from runtime.manifest import ModelRole
from runtime.model_places import PROGRAM_NAMES
from tools.sanitise import sanitise

NOTHING = {
    "adapter": "No adapter is known by name; put a LoRA adapter in GGUF into {models}.",
}


@click.command("list")
@click.option("--role", type=click.Choice(get_args(ModelRole)), help="Only models of this role.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def list_(role: ModelRole | None, as_json: bool) -> int:
    """List the models: on this machine, of other programs, and to be had; what fits, and why.

    What a model needs is said for 8192 tokens of context, beside the memory of this machine.
    """
    places = locations().make()
    listed = list_models(places, machine_memory(), role)
    if as_json:
        echo_json(listed)
        return Exit.DONE
    _print("On this machine", [model for model in listed.models if model.installed])
    _print("To be had", [model for model in listed.models if not model.installed])
    if not listed.models:
        click.echo(NOTHING.get(role or "", "There is none.").format(models=places.models), err=True)
    for model in listed.models:
        if model.suggested and not model.installed:
            click.echo(f"\nThe best for this machine: {model.id}")
    if any(not model.installed and model.runs for model in listed.models):
        click.echo("Fetch one with: llama-desk models pull ID. What its licence asks: llama-desk models info ID")
    _print_skipped(listed)
    return Exit.DONE


def _print(title: str, models: Sequence[ListedModel]) -> None:
    if not models:
        return
    click.echo(title)
    for model in models:
        keeper = PROGRAM_NAMES[model.program] if model.program and model.program != "llama-desk" else ""
        name = model.name if model.name != model.id else ""
        click.echo(f"{'ok ' if model.fits else 'NO '} {sanitise(model.id)}")
        click.echo(f"     {sanitise(joined(name, model.role, file_size(model.size), model.licence, keeper))}")
        for line in (model.good_at, f"It {model.why}."):
            if line:
                click.echo(f"     {line}")


def _print_skipped(listed: ModelList) -> None:
    for one in listed.skipped:
        click.echo(sanitise(f"{one.where} {one.reason}."), err=True)
