"""What a model file is for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from runtime.manifest import ManifestEntry, ModelRole
from runtime.model_file import first_scalars
from runtime.model_file.check import text_of
from runtime.model_file.description import FileKind, kind_of
from runtime.model_file.header import Scalar
from runtime.model_store.verified import entry_at

_ROLES: dict[FileKind, ModelRole] = {
    "model": "chat",
    "vectors": "embedding",
    "projector": "projector",
    "adapter": "adapter",
}


def role_of(path: Path, own: Path, entries: Iterable[ManifestEntry]) -> ModelRole:
    """The role of a file: the manifest's, for one that it knows by its name and place, else what its header says.

    What cannot be read counts as a chat model: whoever opens it says what is wrong with it.
    """
    entry = entry_at(path, own, entries)
    return entry.role if entry else role_by_header(first_scalars(path))


def role_by_header(said: Mapping[str, Scalar]) -> ModelRole:
    role = _ROLES[kind_of(said)]
    name = text_of(said.get("general.name")).lower().replace("-", " ")
    return "guard" if role == "chat" and "llama guard" in name else role
