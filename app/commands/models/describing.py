"""`llama-desk models info ID|FILE`"""

from __future__ import annotations

import click
from pydantic import BaseModel

from app.commands.output import echo_json
from app.errors import Exit
from app.locations import Locations, locations
from app.model_choice import choose_model
from app.wording import file_size
from runtime.manifest import load_manifest
from runtime.model_file import Description, describe
from runtime.model_store import entry_at

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
    """What `models info --json` prints: what the file says of itself, and the manifest of it."""

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
    """Show what a model file says of itself: architecture, quantisation, context, template, licence."""
    found = model_info(model, locations())
    if as_json:
        echo_json(found)
        return Exit.DONE
    click.echo(f"{found.name}: {KINDS[found.kind]}")
    for title, words in _lines(found):
        if words:
            click.echo(f"  {title:<13} {words}")
    return Exit.DONE


def model_info(wanted: str, places: Locations) -> ModelInfo:
    """Raises DeskError when there is no such model, BadModelFile when it is no GGUF file."""
    path = choose_model(wanted, None, places)
    said = describe(path)
    entry = entry_at(path, places.models, load_manifest())
    return ModelInfo(
        path=str(path),
        id=entry.id if entry else None,
        name=said.name,
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
