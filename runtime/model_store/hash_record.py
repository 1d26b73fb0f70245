"""The hashes that files had when they were seen first, for those of which nobody knew what it should be."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from runtime.errors import BadModelFile

FILE_NAME = "first-seen.json"
MAX_SIZE = 2**20


class FirstSeen(BaseModel):
    """What a file was when it was seen first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)
    at: datetime


class _Record(RootModel[dict[str, FirstSeen]]):
    """First sights by the id of the manifest."""


class HashRecord:
    """The record in one models folder: written once for each id, compared with ever after.

    Removing a file leaves its line: when it comes again it must still be the same.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def get(self, model_id: str) -> FirstSeen | None:
        """What is recorded of `model_id`. Raises BadModelFile when the record cannot be read: nothing is guessed."""
        return self._read().get(model_id)

    def keep(self, model_id: str, sha256: str, size: int) -> FirstSeen:
        """Record the first sight of `model_id`, or compare with the one that is recorded; return what is recorded.

        Raises BadModelFile when it was another file then, and OSError when the record cannot be written.
        """
        with FileLock(self._path.with_suffix(".lock"), timeout=10, mode=0o600):
            record = self._read()
            known = record.get(model_id)
            if known is not None and known.sha256 != sha256:
                raise BadModelFile(
                    f"{model_id} is not the file that it was on {known.at:%Y-%m-%d}: its SHA-256 was"
                    f" {known.sha256[:12]}… and is {sha256[:12]}….",
                    hint=f"Do not use it; if you know why it changed, remove its line from {self._path}.",
                )
            if known is None:
                known = record[model_id] = FirstSeen(sha256=sha256, size=size, at=datetime.now(UTC))
                self._write(record)
            return known

    def _read(self) -> dict[str, FirstSeen]:
        try:
            with self._path.open("rb") as file:
                text = file.read(MAX_SIZE + 1)
            if len(text) > MAX_SIZE:
                raise ValueError("too long")
            return _Record.model_validate_json(text).root
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, ValidationError) as error:
            raise BadModelFile(
                f"The record of first-seen hashes {self._path} cannot be read.",
                hint="Mend it, or remove it and verify your models anew.",
            ) from error

    def _write(self, record: dict[str, FirstSeen]) -> None:
        part = self._path.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(_Record(record).model_dump(mode="json"), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)
