"""The models that a person can choose from: those on this machine, whoever put them there, and those to be fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, Field

from app.locations import Locations
from app.model_room import Memory, Room, room
from runtime.manifest import ManifestEntry, ModelRole, entry_of, load_manifest
from runtime.model_file import first_scalars
from runtime.model_file.check import text_of
from runtime.model_file.description import kv_bytes_per_token
from runtime.model_memory import memory_needed
from runtime.model_store import Found, FoundModel, Program, find_models, places_of, role_by_header
from runtime.pocket import POCKET_ID, POCKET_MODEL
from tools.sanitise import sanitise

USUAL_CONTEXT = 8192
"""Tokens of context for which it is said whether a model fits."""
QUICK = 8 * 10**9
"""Bytes of weights that a processor without a graphics card reads in about a second, as it must for every word."""
CONTEXTS = {"4k": 4096, "32k": 32_768, "128k": 131_072}


class ListedModel(BaseModel):
    """One model. `id` is what names it for --model; sizes and memory are in bytes."""

    id: str
    name: str
    role: ModelRole
    installed: bool
    suggested: bool = False
    """Whether this is the one to fetch for this machine."""
    fits: bool
    why: str
    """Why it fits or does not, as the rest of a sentence that begins with its name."""
    program: Program | None = None
    """Whose folder it is in, if it is on this machine."""
    path: str | None = None
    size: int
    memory: dict[str, int]
    """Needed at 4k, 32k and 128k tokens of context, or as many as it was trained for."""
    context: int = 0
    quantisation: str = ""
    parameters: int = 0
    languages: tuple[str, ...] = ()
    licence: str = ""
    restriction: str = ""
    gated: bool = False
    runs: bool = True
    instead: str | None = None
    projector: str | None = None
    good_at: str = ""
    file: Path | None = Field(default=None, exclude=True)
    """Where it is as the system names it, while `path` is for the eye."""


class SkippedFile(BaseModel):
    """Something in a folder of models that is not used, and why."""

    where: str
    reason: str


class ModelList(BaseModel):
    """What `models list --json` prints."""

    models: list[ListedModel]
    skipped: list[SkippedFile]


def list_models(places: Locations, memory: Memory, role: ModelRole | None = None) -> ModelList:
    """Our own small one, the models of the manifest in its order, then what else is on this machine."""
    entries = load_manifest()
    found = find_models(places_of(places.models), entries)
    rows = (_pocket(memory), *(listed_entry(entry, found, memory) for entry in entries), *_others(found, memory))
    return ModelList(
        models=[row for row in rows if role in (None, row.role)],
        skipped=[SkippedFile(where=sanitise(one.where), reason=sanitise(one.reason)) for one in found.skipped],
    )


def suggested_model(memory: Memory) -> ManifestEntry:
    """The model for answers to begin with: the largest one that is quick enough and leaves half of the memory free."""
    chat = [entry for entry in load_manifest() if entry.role == "chat" and entry.runs and not entry.gated]
    good = [entry for entry in chat if entry.weights <= QUICK and entry.memory(USUAL_CONTEXT) <= memory.total / 2]
    return max(good, key=lambda entry: entry.parameters) if good else min(chat, key=lambda entry: entry.weights)


def fit_of(entry: ManifestEntry, memory: Memory) -> Room:
    """Whether a model of the manifest fits, with its projector; one that does not run fits nowhere."""
    if not entry.runs:
        return Room(False, f"does not run here: {entry.why_not} Take {entry.instead} instead")
    return room(entry.memory(USUAL_CONTEXT) + _projector_size(entry), *memory)


def listed_entry(entry: ManifestEntry, found: Found, memory: Memory) -> ListedModel:
    """A model of the manifest as it is listed, with where it is among those that were `found`."""
    there = found.of_entry(entry.id)
    fit = fit_of(entry, memory)
    return ListedModel(
        installed=there is not None,
        suggested=entry.id == suggested_model(memory).id,
        fits=fit.fits,
        why=fit.why,
        program=there.program if there else None,
        path=sanitise(str(there.path)) if there else None,
        file=there.path if there else None,
        size=there.size if there else entry.weights,
        memory={name: entry.memory(tokens) + _projector_size(entry) for name, tokens in CONTEXTS.items()},
        **entry.model_dump(
            include={"id", "name", "role", "context", "quantisation", "parameters", "languages", "licence"}
            | {"restriction", "gated", "runs", "instead", "projector", "good_at"}
        ),
    )


def _others(found: Found, memory: Memory) -> Iterator[ListedModel]:
    """What the manifest does not know, by what its header says where it begins."""
    for model in found.models:
        if model.model_id is not None:
            continue
        said = first_scalars(model.path)
        architecture = text_of(said.get("general.architecture"))
        trained = said.get(f"{architecture}.context_length", 0)
        context = trained if isinstance(trained, int) else 0
        needed = {
            name: memory_needed(model.size, kv_bytes_per_token(said, {}), min(tokens, context))
            for name, tokens in (CONTEXTS | {"usual": USUAL_CONTEXT}).items()
        }
        usual = needed.pop("usual")
        fit = room(usual, *memory) if said else Room(False, "cannot be read as a GGUF file")
        yield ListedModel(
            id=sanitise(model.name),
            name=text_of(said.get("general.name")) or sanitise(model.path.stem),
            role=role_by_header(said),
            installed=True,
            fits=fit.fits,
            why=fit.why,
            runs=bool(said),
            program=model.program,
            path=sanitise(str(model.path)),
            file=model.path,
            size=model.size,
            memory=needed,
            context=context,
            licence=text_of(said.get("general.license")),
        )


def _pocket(memory: Memory) -> ListedModel:
    mine = FoundModel(POCKET_ID, POCKET_MODEL, "llama-desk", POCKET_MODEL.stat().st_size)
    (row,) = _others(Found([mine]), memory)
    about = "Works at once: turns requests into calls of tools and shortens sentences, no more."
    return row.model_copy(update={"id": POCKET_ID, "good_at": about})


def _projector_size(entry: ManifestEntry) -> int:
    projector = entry_of(entry.projector) if entry.projector else None
    return projector.weights if projector else 0
