"""The hashes that files had when they came, for those of which the manifest does not say what it should be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from filelock import FileLock
from pydantic import Field, TypeAdapter

from runtime.errors import BadModelFile

FILE_NAME = "kept_hashes.json"
MAX_SIZE = 2**20

_HASHES = TypeAdapter(dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]])


class HashRecord:
    """A small file in the models folder: SHA-256 in hex by the manifest's ids, each written once.

    Removing a model leaves its line: when it comes again it must still be the same.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def get(self, model_id: str) -> str | None:
        """The hash that is kept. Raises BadModelFile when the record cannot be read: nothing is forgotten silently."""
        return self._read().get(model_id)

    def keep(self, model_id: str, sha256: str) -> None:
        """Keep the hash of a file that was seen for the first time, or compare it with the one that is kept.

        Raises BadModelFile when it was another file then, and OSError when the record cannot be written.
        """
        with FileLock(self._path.with_suffix(".lock"), timeout=10, mode=0o600):
            hashes = self._read()
            known = hashes.setdefault(model_id, sha256)
            if known != sha256:
                raise BadModelFile(
                    f"{model_id} is not the file that it was when it came first: its SHA-256 was {known[:12]}… and is"
                    f" {sha256[:12]}….",
                    hint=f"Do not use it; if you know why it changed, remove its line from {self._path}.",
                )
            self._write(hashes)

    def _read(self) -> dict[str, str]:
        try:
            with self._path.open("rb") as file:
                text = file.read(MAX_SIZE + 1)
            if len(text) > MAX_SIZE:
                raise ValueError("too long")
            return _HASHES.validate_json(text)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise BadModelFile(
                f"{self._path}, which has the hashes of your models, cannot be read.",
                hint="Mend it, or remove it and fetch those models again.",
            ) from error

    def _write(self, hashes: dict[str, str]) -> None:
        part = self._path.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_HASHES.dump_json(hashes, indent=2))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)
