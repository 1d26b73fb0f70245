"""The model files that are known by name, as `models_manifest.toml` lists them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from runtime.model_memory import BITS_PER_WEIGHT, estimated_weights, memory_needed

FILE_NAME = "models_manifest.toml"
MAIN = "main"
"""The branch that is asked for where no commit is known."""

FILE_PATTERN = r"^[\w.-]+\.gguf$"

ModelRole = Literal["chat", "vision", "projector", "embedding", "guard", "draft", "adapter"]
WRITING_ROLES: frozenset[ModelRole] = frozenset({"chat", "vision", "draft"})
"""The roles of models that a person can talk with."""


class ManifestEntry(BaseModel):
    """One model file: what it is, where it comes from, what its bytes must hash to, and what it asks of a machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    name: str = Field(min_length=1)
    family: str = Field(min_length=1)
    role: ModelRole
    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    file: str = Field(default="", pattern=rf"^$|{FILE_PATTERN}")
    """Its name in the repository; empty for a model that does not run and that nobody offers as one GGUF file."""
    saved_as: str | None = Field(default=None, pattern=FILE_PATTERN)
    revision: str | None = Field(default=None, pattern=r"^[0-9a-f]{40}$")
    """The commit of the repository, where it is known."""
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    size: int | None = Field(default=None, gt=0)
    """Bytes, where they are known exactly."""
    about_size: int | None = Field(default=None, gt=0)
    quantisation: str
    parameters: int = Field(gt=0)
    layers: int = Field(default=0, ge=0)
    kv_bytes_per_token: int = Field(default=0, ge=0)
    """Of a cache in f16; 0 for models that keep none."""
    context: int = Field(default=0, ge=0)
    """Tokens that it was trained for."""
    languages: tuple[str, ...] = ()
    licence: str = Field(min_length=1)
    restriction: str = ""
    """What the licence denies to some or many, to be said before a download."""
    gated: bool = False
    """Whether the repository hands out its files only to those who signed in and were let in."""
    projector: str | None = None
    """The id of the file that makes pictures readable for it."""
    runs: bool = True
    why_not: str = ""
    """Why it does not run: the end of a sentence, with its full stop."""
    instead: str | None = None
    """The id of one to take instead, where this one is gated or does not run."""
    good_at: str = Field(min_length=1)

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.runs and not self.file:
            raise ValueError("what runs names its file")
        if not self.runs and not (self.why_not and self.instead):
            raise ValueError("what does not run says why, and what to take instead")
        if self.gated and not self.instead:
            raise ValueError("what is gated names one that is not")
        if (self.projector is not None) != (self.role == "vision" and self.runs):
            raise ValueError("a vision model has a projector, and nothing else has one")
        if self.quantisation not in BITS_PER_WEIGHT:
            raise ValueError("its quantisation is none of those whose size can be estimated")
        return self

    @property
    def local_name(self) -> str:
        """The name of its file in the models folder; no two entries have the same."""
        return self.saved_as or self.file

    @property
    def asked_revision(self) -> str:
        return self.revision or MAIN

    @property
    def weights(self) -> int:
        """Bytes of its file: exact, rounded or estimated, whatever is known best."""
        return self.size or self.about_size or estimated_weights(self.parameters, self.quantisation)

    def memory(self, context: int) -> int:
        """Bytes of memory that it needs, with a cache for `context` tokens or for as many as it was trained for.

        Of a vision model without its projector, whose `weights` are to be added.
        """
        return memory_needed(self.weights, self.kv_bytes_per_token, min(context, self.context))


class Manifest(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hosts: tuple[str, ...] = Field(min_length=1)
    """The hosts that a download may reach, each with those below it."""
    file: tuple[ManifestEntry, ...] = Field(min_length=1)


@cache
def whole_manifest() -> Manifest:
    return Manifest.model_validate(tomllib.loads(_manifest_text()))


def load_manifest() -> tuple[ManifestEntry, ...]:
    """The entries of the manifest, in its order: the first is the one to begin with."""
    return whole_manifest().file


def entry_of(model_id: str) -> ManifestEntry | None:
    """The entry with that id."""
    return next((entry for entry in load_manifest() if entry.id == model_id), None)


def _manifest_text() -> str:
    packaged = files("app") / FILE_NAME
    if packaged.is_file():
        return packaged.read_text("utf-8")
    return (Path(__file__).parent.parent / FILE_NAME).read_text("utf-8")
