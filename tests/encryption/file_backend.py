"""A backend of the library keyring that keeps its keys in a file, for tests."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class FileBackend(KeyringBackend):
    """The environment names its file."""

    priority = 9

    def get_password(self, service: str, username: str) -> str | None:
        return self._all().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write({**self._all(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        self._write({name: key for name, key in self._all().items() if name != f"{service} {username}"})

    def _path(self) -> Path:
        return Path(os.environ["LLAMA_DESK_TEST_KEYRING"])

    def _all(self) -> dict[str, str]:
        return json.loads(self._path().read_text()) if self._path().exists() else {}

    def _write(self, kept: dict[str, str]) -> None:
        self._path().write_text(json.dumps(kept))
