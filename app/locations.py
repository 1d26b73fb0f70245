"""Where llama-desk keeps its data on this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from app.errors import DeskError


@dataclass(frozen=True, slots=True)
class Locations:
    """The folders and files under the data folder; made on first use, private to the user."""

    home: Path

    @property
    def database(self) -> Path:
        return self.home / "desk.sqlite"

    @property
    def key_note(self) -> Path:
        """Says where the key of the database is; holds none."""
        return self.home / "key.json"

    @property
    def backups(self) -> Path:
        return self.home / "backups"

    @property
    def settings(self) -> Path:
        return self.home / "settings.toml"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def backends(self) -> Path:
        """Where the user puts further backends for llama.cpp."""
        return self.home / "backends"

    @property
    def engine_folder(self) -> Path:
        """The engine's working directory: always empty."""
        return self.home / "engine"

    @property
    def engine_log(self) -> Path:
        return self.home / "logs" / "engine.log"

    @property
    def privacy_log(self) -> Path:
        return self.home / "logs" / "privacy.log"

    @property
    def download_log(self) -> Path:
        return self.home / "logs" / "downloads.log"

    def make(self) -> Locations:
        """Create the folders with mode 0700.

        Raises DeskError when the data folder cannot be written.
        """
        try:
            for folder in (self.home, self.models, self.backends, self.engine_folder, self.engine_log.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DeskError(
                f"The data folder {self.home} cannot be written ({error.strerror}).",
                title="No place for data",
                hint="Name another with LLAMA_DESK_HOME.",
            ) from error
        return self


def data_folder() -> Path:
    """`LLAMA_DESK_HOME`, or the system's own place for a user's application data."""
    chosen = os.environ.get("LLAMA_DESK_HOME")
    return expanded(chosen).absolute() if chosen else platformdirs.user_data_path("llama-desk", appauthor=False)


def locations() -> Locations:
    return Locations(data_folder())


def expanded(path: str) -> Path:
    """The path with "~" replaced.

    Raises DeskError for the home of a user who is not known here.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise DeskError(f"{path} names a user who is not known here.", hint="Write the whole path.") from error
