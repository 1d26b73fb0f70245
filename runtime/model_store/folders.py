"""Folders that hold plain .gguf files: our own, GPT4All's, and LM Studio's, which has one for each repository."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runtime.manifest import ManifestEntry
from runtime.model_places import Place
from runtime.model_store.found import PREFIXES, Found, FoundModel, matching
from runtime.model_store.walking import model_files, usable


def own(place: Place, entries: Sequence[ManifestEntry], found: Found) -> None:
    """Our own folder, in which a person may also put links to wherever the models are."""
    for path in model_files(place.folder, depth=0):
        _add(path, path.name, place, None, entries, found)


def flat(place: Place, entries: Sequence[ManifestEntry], found: Found) -> None:
    root = place.folder.resolve()
    for path in model_files(root, depth=0):
        _add(path, path.name, place, root, entries, found)


def by_publisher(place: Place, entries: Sequence[ManifestEntry], found: Found) -> None:
    """publisher/repository/file.gguf"""
    root = place.folder.resolve()
    for path in model_files(root, depth=2):
        _add(path, path.relative_to(root).as_posix(), place, root, entries, found)


def _add(
    path: Path, name: str, place: Place, root: Path | None, entries: Sequence[ManifestEntry], found: Found
) -> None:
    there = usable(path, root, place, found)
    if there is None:
        return
    real, size = there
    repository, _, file = name.rpartition("/")
    model_id = matching(entries, file, size, repository=repository or None)
    # In our own folder the name says what the file must be, also where it is a link.
    kept = path if root is None else real
    found.models.append(FoundModel(PREFIXES[place.program] + name, kept, place.program, size, model_id=model_id))
