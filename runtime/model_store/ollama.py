"""Ollama's models: manifests/HOST/NAMESPACE/MODEL/TAG lists layers, and the model's own is blobs/sha256-DIGEST."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from runtime.manifest import ManifestEntry
from runtime.model_places import Place
from runtime.model_store.found import PREFIXES, Found, FoundModel, Skipped, matching
from runtime.model_store.walking import entries_of, usable
from runtime.reading import open_for_reading

MODEL_LAYER = "application/vnd.ollama.image.model"
MAX_MANIFEST = 2**20
DEFAULT_HOST, DEFAULT_NAMESPACE, DEFAULT_TAG = "registry.ollama.ai", "library", "latest"


class _Layer(BaseModel):
    media_type: str = Field(alias="mediaType")
    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    size: int = Field(ge=0)


class _Manifest(BaseModel):
    layers: list[_Layer] = Field(max_length=64)


def installed(place: Place, entries: Sequence[ManifestEntry], found: Found) -> None:
    """The models whose manifest can be read and whose file has the size that it says."""
    root = place.folder.resolve()
    for path in _manifests(root / "manifests"):
        name = _said(path.relative_to(root / "manifests").parts)
        try:
            layer = _model_layer(path)
        except (OSError, ValueError, ValidationError):
            found.skipped.append(Skipped(name, "has a manifest that cannot be read"))
            continue
        if layer is None:
            found.skipped.append(Skipped(name, "is not one model file"))
            continue
        digest = layer.digest.removeprefix("sha256:")
        there = usable(root / "blobs" / f"sha256-{digest}", root / "blobs", place, found)
        if there is None:
            continue
        real, size = there
        if size != layer.size:
            found.skipped.append(Skipped(name, "is not whole"))
            continue
        model_id = matching(entries, "", size, sha256=digest)
        found.models.append(FoundModel(name, real, place.program, size, digest, model_id))


def default_name(name: str) -> str:
    """The full name of an Ollama model that was named without its tag."""
    bare = name.removeprefix(PREFIXES["ollama"])
    return name if ":" in bare.rpartition("/")[2] else f"{name}:{DEFAULT_TAG}"


def _manifests(folder: Path) -> Iterator[Path]:
    """The files exactly four levels down; links are not followed."""
    level = [folder]
    for _ in range(3):
        level = [
            here / entry.name for here in level for entry in entries_of(here) if entry.is_dir(follow_symlinks=False)
        ]
    for here in level:
        for entry in entries_of(here):
            if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                yield here / entry.name


def _model_layer(path: Path) -> _Layer | None:
    """The layer that is the model; None when there is none, or several, which is no GGUF file."""
    with os.fdopen(open_for_reading(path), "rb") as file:
        text = file.read(MAX_MANIFEST + 1)
    if len(text) > MAX_MANIFEST:
        raise ValueError("too long")
    layers = [layer for layer in _Manifest.model_validate_json(text).layers if layer.media_type == MODEL_LAYER]
    return layers[0] if len(layers) == 1 else None


def _said(parts: Sequence[str]) -> str:
    """The name by which Ollama itself knows it, after our prefix."""
    host, namespace, model, tag = parts
    before = [] if host == DEFAULT_HOST else [host]
    if before or namespace != DEFAULT_NAMESPACE:
        before.append(namespace)
    return f"{PREFIXES['ollama']}{'/'.join((*before, model))}:{tag}"
