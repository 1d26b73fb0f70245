"""The model files that are known by name, as `models_manifest.toml` lists them."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

FILE_NAME = "models_manifest.toml"


class ManifestEntry(BaseModel):
    """One model file: what it is, where it comes from, and the hash its bytes must have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: str = ""
    role: str = "chat"
    quantisation: str = ""
    parameters: int = 0
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    name: str
    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    file: str = Field(pattern=r"^[\w.-]+\.gguf$")
    saved_as: str | None = Field(default=None, pattern=r"^[\w.-]+\.gguf$")
    revision: str | None = None
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    size: int | None = Field(default=None, gt=0)
    about_size: int | None = Field(default=None, gt=0)
    licence: str
    restriction: str = ""
    gated: bool = False
    projector: str | None = None
    instead: str | None = None
    runs: bool = True
    why_not: str = ""
    good_at: str

    @property
    def local_name(self) -> str:
        """The name of its file in the models folder."""
        return self.saved_as or self.file


def load_manifest() -> tuple[ManifestEntry, ...]:
    """The entries of the manifest, in its order: the first is the one to begin with."""
    entries = tomllib.loads(_manifest_text())["file"]
    return tuple(ManifestEntry.model_validate(entry) for entry in entries)


def _manifest_text() -> str:
    packaged = files("app") / FILE_NAME
    if packaged.is_file():
        return packaged.read_text("utf-8")
    return (Path(__file__).parent.parent / FILE_NAME).read_text("utf-8")
