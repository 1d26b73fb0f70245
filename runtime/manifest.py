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

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    name: str
    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    file: str = Field(pattern=r"^[\w.-]+\.gguf$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    licence: str
    good_at: str


def load_manifest() -> tuple[ManifestEntry, ...]:
    """The entries of the manifest, in its order: the first is the one to begin with."""
    entries = tomllib.loads(_manifest_text())["file"]
    return tuple(ManifestEntry.model_validate(entry) for entry in entries)


def _manifest_text() -> str:
    packaged = files("app") / FILE_NAME
    if packaged.is_file():
        return packaged.read_text("utf-8")
    return (Path(__file__).parent.parent / FILE_NAME).read_text("utf-8")
