"""What the user has chosen to keep: `settings.toml` in the data folder."""

from __future__ import annotations

import contextlib
import os
import tempfile
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.errors import DeskError


class Settings(BaseModel):
    """Every setting with its default; an unknown key is an error, so that a typing mistake is noticed."""

    model_config = ConfigDict(extra="forbid")

    model: str | None = None
    """A GGUF file, or the name of one in the models folder."""

    embedding_model: str | None = None
    """The model that turns passages into vectors: a GGUF file, or the name of one in the models folder."""

    adapters: dict[str, list[str]] = {}
    """For a model, by its name or file, the LoRA adapters that change it: GGUF files, or names in the models folder."""

    context: int | None = Field(default=None, ge=512)
    """Tokens of context to load a model with, in place of 8192; less is taken where memory is short."""

    gpu_layers: int | None = Field(default=None, ge=0)
    """How many of a model's layers go on the GPU, 0 for none; as many as fit unless set."""

    kv_type: Literal["f32", "f16", "q8_0"] | None = None
    """In which form the context is kept: 16 bits, or 8 where memory is short, unless set."""

    zone: str | None = None
    """The time zone that the user lives in ("Europe/Zurich"); the system's unless set."""

    languages: list[str] = []
    """The languages in which the user says times ("de", "en-GB"); the system's and English unless set."""

    writing_tools: Literal["tested", "always"] = "tested"
    """Whether a model that failed its self-test may still propose to write."""

    mail_address: str | None = None
    """The user's own mail address, for invitations ("Ana Costa <ana@example.org>")."""

    keep_chats: bool = True
    """Whether the screen's conversations are kept for later."""

    personas: dict[str, str] = {}
    """How to answer, by name: each can be chosen for a conversation and is told to the model with every question."""


def load_settings(path: Path) -> Settings:
    """Read the settings; a missing file is all defaults.

    Raises DeskError for a file that is not TOML, or has an unknown key or a wrong type.
    """
    try:
        return Settings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unusable(path, str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise _unusable(path, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def keep_setting(path: Path, key: str, value: str | bool | list[str] | None) -> None:
    """Write one setting into the file and leave the rest of it as it is, comments and order too; None takes it out.

    The file is for the user alone (mode 0600) and never half written. Raises DeskError when what is there cannot be
    used, or the value is none for this key, or the file cannot be written.
    """
    load_settings(path)
    try:
        import tomlkit  # here, because its import is dear and only a change needs it

        document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
        if value is None:
            document.pop(key, None)
        else:
            document[key] = value
        text = tomlkit.dumps(document)
        Settings.model_validate(tomllib.loads(text))
        _write_whole(path.resolve(), text)
    except ValidationError as error:
        raise DeskError(f"{value!r} cannot be kept as {key}: {error.errors()[0]['msg']}.") from error
    except OSError as error:
        raise DeskError(
            f"The choice was not kept: {path} cannot be written ({error.strerror}).", hint="Check its permissions."
        ) from error


def _write_whole(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # with mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _unusable(path: Path, why: str) -> DeskError:
    return DeskError(f"{path} cannot be used: {why}.", title="Settings not understood", hint="Mend or remove it.")
