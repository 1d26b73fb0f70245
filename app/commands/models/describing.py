"""`llama-desk models info ID|FILE`"""

from __future__ import annotations

from collections.abc import Sequence

import click
from pydantic import BaseModel

from app.commands.output import echo_json
from app.errors import DeskError, Exit
from app.locations import Locations, locations
from app.model_choice import choose_model
from app.model_list import fit_of, listed_entry
from app.model_room import machine_memory
from app.wording import file_size
from runtime.manifest import ManifestEntry, entry_of, load_manifest
from runtime.model_file import Description, describe
from runtime.model_store import Found, entry_at
from tools.sanitise import sanitise

KINDS = {
    "model": "a model that writes",
    "vectors": "a model that turns texts into vectors",
    "projector": "a projector, which makes pictures readable for a model",
    "adapter": "an adapter, which changes how a model writes",
}


class Share(BaseModel):
    """The tensors of one type; `size` in bytes."""

    kind: str
    tensors: int
    parameters: int
    size: int


class ModelInfo(BaseModel):
    """What `models info --json` prints: what the file says of itself, and the manifest of it.

    Of a model that is not here it prints its line of `models list --json`.
    """

    installed: bool = True
    path: str
    id: str | None
    name: str
    kind: str
    architecture: str
    parameters: int
    quantisation: list[Share]
    context: int
    layers: int
    kv_bytes_per_token: int
    template: bool
    tokenizer: str
    vocabulary: int
    languages: list[str]
    licence: str
    restriction: str
    made_by: str
    source: str
    size: int


@click.command()
@click.argument("model", metavar="ID|FILE")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def info(model: str, as_json: bool) -> int:
    """Show what a model file says of itself: architecture, quantisation, context, template, licence.

    Of a model that is not on this machine it shows what is known of it before it is fetched.
    """
    places = locations()
    known = _not_here(model, places)
    if known is not None:
        _show_known(known, as_json=as_json)
        return Exit.DONE
    found = model_info(model, places)
    if as_json:
        echo_json(found)
        return Exit.DONE
    _print(f"{found.name}: {KINDS[found.kind]}", _lines(found))
    return Exit.DONE


def _print(heading: str, lines: Sequence[tuple[str, str]]) -> None:
    click.echo(sanitise(heading))
    for title, words in lines:
        if words:
            click.echo(f"  {title:<13} {sanitise(words)}")


def _not_here(wanted: str, places: Locations) -> ManifestEntry | None:
    """The entry of the manifest that was asked for by its id, if nothing on this machine answers to that."""
    entry = entry_of(wanted)
    if entry is None:
        return None
    try:
        choose_model(wanted, None, places)
    except DeskError:
        return entry
    return None


def _show_known(entry: ManifestEntry, *, as_json: bool) -> None:
    memory = machine_memory()
    if as_json:
        echo_json(listed_entry(entry, Found(), memory))
        return
    needed = listed_entry(entry, Found(), memory).memory
    rounded = "" if entry.size else "about "
    lines = [
        ("Parameters", _count(entry.parameters)),
        ("Quantisation", entry.quantisation),
        ("Size", rounded + file_size(entry.weights)),
        ("Memory", ", ".join(f"{file_size(size)} at {name}" for name, size in needed.items())),
        ("Here", f"It {fit_of(entry, memory).why}."),
        ("Context", f"{entry.context:,} tokens" if entry.context else ""),
        ("Languages", ", ".join(entry.languages).replace("mul", "many")),
        ("Licence", entry.licence),
        ("", entry.restriction),
        ("From", f"{entry.repository} on Hugging Face" + (", for those who were let in" if entry.gated else "")),
        ("SHA-256", entry.sha256 or "not known: the first one is kept, and compared with from then on"),
        ("Needs too", entry.projector or ""),
    ]
    _print(f"{entry.name}, not on this machine: {entry.good_at}", lines)


def model_info(wanted: str, places: Locations) -> ModelInfo:
    """Raises DeskError when there is no such model, BadModelFile when it is no GGUF file."""
    path = choose_model(wanted, None, places)
    said = describe(path)
    entry = entry_at(path, places.models, load_manifest())
    return ModelInfo(
        path=sanitise(str(path)),
        id=entry.id if entry else None,
        name=sanitise(said.name),
        kind=said.kind,
        architecture=said.architecture,
        parameters=said.parameters,
        quantisation=[
            Share(kind=one.kind, tensors=one.tensors, parameters=one.parameters, size=one.size) for one in said.shares
        ],
        context=said.context,
        layers=said.layers,
        kv_bytes_per_token=said.kv_bytes_per_token,
        template=said.has_template,
        tokenizer=said.tokenizer,
        vocabulary=said.vocabulary,
        languages=list(said.languages),
        licence=said.licence or (entry.licence if entry else ""),
        restriction=entry.restriction if entry else "",
        made_by=said.made_by,
        source=_source(said, entry.repository if entry else ""),
        size=said.size,
    )


def _source(said: Description, repository: str) -> str:
    return f"{repository} on Hugging Face" if repository else said.source


def _lines(found: ModelInfo) -> list[tuple[str, str]]:
    """What there is to say, line by line; empty for what the file does not say."""
    cache = f", {found.kv_bytes_per_token / 1024:,.0f} KiB of cache for each token" if found.kv_bytes_per_token else ""
    template = "its own" if found.template else "none of its own"
    return [
        ("Architecture", found.architecture + (f", {found.layers} layers" if found.layers else "")),
        ("Parameters", _count(found.parameters)),
        ("Quantisation", ", ".join(_share(one, found.parameters) for one in found.quantisation)),
        ("Context", f"{found.context:,} tokens{cache}" if found.context else ""),
        ("Template", template if found.kind == "model" else ""),
        ("Tokenizer", f"{found.tokenizer}, {found.vocabulary:,} tokens" if found.tokenizer else ""),
        ("Languages", ", ".join(found.languages)),
        ("Licence", found.licence or "not said in the file"),
        ("", found.restriction),
        ("Made by", found.made_by),
        ("From", found.source),
        ("File", f"{found.path}, {file_size(found.size)}"),
    ]


def _share(one: Share, parameters: int) -> str:
    """ "Q4_K 78 % (112 tensors)"; less than a hundredth is "under 1 %"."""
    part = one.parameters / parameters if parameters else 0.0
    percent = f"{part * 100:.0f} %" if part >= 0.01 else "under 1 %"
    return f"{one.kind} {percent} ({one.tensors} tensors)"


def _count(parameters: int) -> str:
    """ "3.2 billion", "137 million"."""
    if parameters >= 10**9:
        return f"{parameters / 10**9:.1f} billion"
    return f"{parameters / 10**6:.0f} million" if parameters >= 10**6 else f"{parameters:,}"
