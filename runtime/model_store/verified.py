"""What a model file must hash to, told by where it lies: by the manifest, a first sight, or the place itself.

Who has the hash of a file's bytes compares the two; hashing takes seconds, and the desk remembers it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from runtime.errors import BadModelFile
from runtime.manifest import ManifestEntry
from runtime.model_store.hash_record import HashRecord

_BLOB = re.compile(r"(?:sha256-)?([0-9a-f]{64})")

GPT4ALL = "nomic.ai/GPT4All"
"""The folder in which GPT4All keeps its files, whatever repository they come from."""

Source = Literal["manifest", "first sight", "place"]


@dataclass(frozen=True, slots=True)
class Expected:
    """The hash that a file must have, and who says so."""

    sha256: str
    source: Source


def expected_hash(path: Path, own: Path, entries: Iterable[ManifestEntry]) -> Expected | None:
    """What the file at `path` must hash to; None when nobody knows.

    A file in our `own` models folder, in GPT4All's, or in a folder of its repository, is what the manifest says of its
    name. A blob of Ollama or of Hugging Face is named for its hash. Raises BadModelFile as `HashRecord.get` does.
    """
    blob = _BLOB.fullmatch(path.name)
    if blob and path.parent.name == "blobs":
        return Expected(blob[1], "place")
    entry = entry_at(path, own, entries)
    if entry is None:
        return None
    if entry.sha256 is not None:
        return Expected(entry.sha256, "manifest")
    known = HashRecord(own).get(entry.id)
    return Expected(known, "first sight") if known else None


def entry_at(path: Path, own: Path, entries: Iterable[ManifestEntry]) -> ManifestEntry | None:
    """The entry of the manifest that a file claims to be by its name and place."""
    repository = _repository(path)
    ours = path.parent.resolve() == own.resolve()
    for entry in entries:
        if ours and path.name == entry.local_name:
            return entry
        if path.name == entry.file and repository == entry.repository:
            return entry
        if repository == GPT4ALL and path.name == entry.local_name and entry.size in (None, path.stat().st_size):
            return entry
    return None


def _repository(path: Path) -> str:
    """What its folders say: ORG/NAME/FILE of LM Studio, or models--ORG--NAME/snapshots/REVISION/FILE of the hub's."""
    above = [folder.name for folder in path.parents[1:3]]
    if above[:1] == ["snapshots"] and above[1:] and above[1].startswith("models--"):
        return above[1].removeprefix("models--").replace("--", "/", 1)
    return f"{path.parent.parent.name}/{path.parent.name}"


def check_hash(path: Path, sha256: str, expected: Expected | None) -> None:
    """Raises BadModelFile when a file that hashes to `sha256` is not what it claims to be."""
    if expected is None or expected.sha256 == sha256:
        return
    claims = {"manifest": "its name says", "first sight": "it was when it came", "place": "the folder it is in says"}
    raise BadModelFile(
        f"{path} is not the file that {claims[expected.source]}: its SHA-256 is {sha256[:12]}… and should be"
        f" {expected.sha256[:12]}….",
        hint="Fetch it again; if it is a file of your own, give it another name.",
    )
