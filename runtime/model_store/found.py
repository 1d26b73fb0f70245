"""What is found of model files: where each is, what it is called, and which entry of the manifest it seems to be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from runtime.manifest import ManifestEntry
from runtime.model_places import Program

MAX_FILES = 2_000
"""Files of one place that are looked at: more than anybody keeps models."""

PREFIXES: dict[Program, str] = {
    "llama-desk": "",
    "huggingface": "hf:",
    "ollama": "ollama:",
    "lmstudio": "lmstudio:",
    "gpt4all": "gpt4all:",
}

_PART = re.compile(r"-\d{5}-of-\d{5}\.gguf$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model file that is there."""

    name: str
    """What a person calls it by: "ollama:llama3.2:1b", "hf:org/repository/file.gguf", or the file's name in our folder.

    It comes from file names and is foreign text.
    """
    path: Path
    """The file itself, links resolved."""
    program: Program
    size: int
    sha256: str | None = None
    """The hash that the place itself gives it; not checked yet."""
    model_id: str | None = None
    """The id in the manifest, where the place's hash, or its name and size, say so."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in a place that is not used, and why, as a clause after its name."""

    where: str
    reason: str


@dataclass(slots=True)
class Found:
    """Everything that was found, in the order of the places."""

    models: list[FoundModel] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def named(self, name: str) -> FoundModel | None:
        return next((model for model in self.models if model.name == name), None)

    def of_entry(self, model_id: str) -> FoundModel | None:
        """The file of that entry of the manifest; ours before others'."""
        return next((model for model in self.models if model.model_id == model_id), None)


def matching(
    entries: Iterable[ManifestEntry], file: str, size: int, *, repository: str | None = None, sha256: str | None = None
) -> str | None:
    """The id of the entry that a file seems to be: by its hash where the place gives one, else by name and size."""
    for entry in entries:
        if sha256 is not None and entry.sha256 is not None:
            if sha256 == entry.sha256:
                return entry.id
            continue
        named = file == entry.local_name if repository is None else (repository, file) == (entry.repository, entry.file)
        if file and named and entry.size in (None, size):
            return entry.id
    return None


def is_part(file: str) -> bool:
    """Whether a file is one part of a model that was split."""
    return _PART.search(file) is not None
