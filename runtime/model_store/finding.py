"""The model files on this machine: in our own folder and in those of other programs, where they stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from runtime.manifest import ManifestEntry
from runtime.model_places import Place, Program
from runtime.model_store import folders, huggingface, ollama
from runtime.model_store.found import Found

READERS: dict[Program, Callable[[Place, Sequence[ManifestEntry], Found], None]] = {
    "llama-desk": folders.own,
    "huggingface": huggingface.cached,
    "ollama": ollama.installed,
    "lmstudio": folders.by_publisher,
    "gpt4all": folders.flat,
}


def find_models(places: Iterable[Place], entries: Iterable[ManifestEntry]) -> Found:
    """Look through `places`. Nothing there is opened but Ollama's manifests and names of branches, nothing is changed.

    A folder that is missing or closed to us holds nothing; what is there and cannot be used is among the skipped.
    """
    known = tuple(entries)
    found = Found()
    for place in places:
        READERS[place.program](place, known, found)
    return found
