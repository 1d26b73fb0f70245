"""The hashes of files that the manifest has none for: kept at their first download, and checked ever after."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from runtime.fetch.problems import FetchProblem

FILE_NAME = "kept_hashes.json"
_HASHES = TypeAdapter(dict[str, str])


class KeptHashes:
    """A small file in the models folder: SHA-256 in hex by the manifest's ids."""

    def __init__(self, models: Path) -> None:
        self._path = models / FILE_NAME

    def get(self, model_id: str) -> str | None:
        """Raises FetchProblem when the file is damaged: what it held must not be forgotten silently."""
        return self._read().get(model_id)

    def keep(self, model_id: str, sha256: str) -> None:
        hashes = self._read() | {model_id: sha256}
        part = self._path.with_name(f".{FILE_NAME}.{os.getpid()}")
        part.write_bytes(_HASHES.dump_json(hashes, indent=2))
        part.replace(self._path)

    def _read(self) -> dict[str, str]:
        try:
            return _HASHES.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except ValidationError as error:
            raise FetchProblem(
                f"{self._path} is damaged.",
                hint="Remove it, and the models that you want checked by it, and pull again.",
            ) from error
