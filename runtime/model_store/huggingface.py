"""The cache of Hugging Face's hub: models--ORG--NAME/snapshots/REVISION/FILE, a link to ../../blobs/SHA256.

Where a system has no links, the file itself stands in the snapshot. `refs/main` names the revision that the branch had.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from runtime.manifest import ManifestEntry
from runtime.model_places import Place
from runtime.model_store.found import PREFIXES, Found, FoundModel, matching
from runtime.model_store.walking import entries_of, model_files, usable
from runtime.reading import open_for_reading

_REPOSITORY = re.compile(r"models--([\w.-]+?)--([\w.-]+)")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def cached(place: Place, entries: Sequence[ManifestEntry], found: Found) -> None:
    """Every .gguf file of every revision; of the same name in several revisions, the branch's own has it alone."""
    root = place.folder.resolve()
    for folder in entries_of(root):
        match = _REPOSITORY.fullmatch(folder.name)
        if match and folder.is_dir(follow_symlinks=False):
            _repository(root / folder.name, f"{match[1]}/{match[2]}", place, entries, found)


def _repository(folder: Path, repository: str, place: Place, entries: Sequence[ManifestEntry], found: Found) -> None:
    main = _branch(folder)
    names: dict[str, Path] = {}
    revisions = sorted(entries_of(folder / "snapshots"), key=lambda entry: (entry.name != main, entry.name))
    for revision in revisions:
        snapshot = folder / "snapshots" / revision.name
        for path in model_files(snapshot, depth=2):
            there = usable(path, folder, place, found)
            if there is None:
                continue
            real, size = there
            file = path.relative_to(snapshot).as_posix()
            name = f"{PREFIXES['huggingface']}{repository}/{file}"
            if names.setdefault(name, real) != real:
                name += f"@{revision.name[:7]}"
            elif any(model.name == name for model in found.models):
                continue
            is_blob = real.parent == folder / "blobs" and _SHA256.fullmatch(real.name)
            sha256 = real.name if is_blob else None
            model_id = matching(entries, file, size, repository=repository, sha256=sha256)
            found.models.append(FoundModel(name, real, place.program, size, sha256, model_id))


def _branch(folder: Path) -> str:
    try:
        with os.fdopen(open_for_reading(folder / "refs" / "main"), "rb") as file:
            return file.read(64).decode("ascii", errors="replace").strip()
    except OSError:
        return ""
