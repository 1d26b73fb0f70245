"""The note beside the database that says where its key is. It never holds a key."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.errors import DeskError
from app.locations import Locations
from tools.desk_db.private_files import new_file, put_in_place
from tools.desk_db.problems import permitted

_MOST_MEMORY = 2**30

type Keeper = Literal["keyring", "passphrase", "nobody"]
"""Who keeps the key: the system's keyring; a file that a passphrase opens; nobody, as the user chose."""


class ScryptCost(BaseModel):
    """What a guess of the passphrase costs; scrypt's parameters at OWASP's level unless they say otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    n: int = Field(default=2**17, ge=2, le=2**21)
    r: int = Field(default=8, ge=1, le=32)
    p: int = Field(default=1, ge=1, le=16)
    salt: str = Field(pattern=r"^([0-9a-f]{2}){16,64}$")

    @model_validator(mode="after")
    def _is_bearable(self) -> Self:
        if self.n & (self.n - 1) or self.memory > _MOST_MEMORY:
            raise ValueError("no such cost")
        return self

    def salted(self) -> ScryptCost:
        """The same with a salt of its own: each file has one."""
        return self.model_copy(update={"salt": secrets.token_hex(16)})

    @property
    def memory(self) -> int:
        """Bytes that one try takes."""
        return 128 * self.n * self.r * self.p


class KeyNote(BaseModel):
    """What the note says. `names` are those of the keys in the keyring, the newest first: two while it is changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    keeper: Keeper
    changing: bool = False
    """Whether some files may still have an older key, because one was being changed."""
    names: list[str] = []
    file: str = Field(default="", pattern=r"^(desk\.key-[0-9a-f]+)?$")
    """Of the file beside the note that the passphrase opens."""
    scrypt: ScryptCost | None = None

    @property
    def cost(self) -> ScryptCost:
        """Of the passphrase. Raises ValueError where there is none."""
        if self.scrypt is None:
            raise ValueError("no passphrase")
        return self.scrypt


def read_note(home: Path) -> KeyNote | None:
    """The note of a data folder; None where there is none. Raises DeskError for one that is damaged."""
    path = Locations(home).key_note
    try:
        note = KeyNote.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise _damaged(path) from error
    complete = {"keyring": bool(note.names), "passphrase": bool(note.file and note.scrypt), "nobody": True}
    if not complete[note.keeper]:
        raise _damaged(path)
    return note


def write_note(home: Path, note: KeyNote) -> None:
    """Put the note in place of the one that is there; on the disk when this returns. Raises `DatabaseProblem`."""
    path = Locations(home).key_note
    part = path.with_name(f".{path.name}.part")
    with permitted(path, "note of the key"):
        part.unlink(missing_ok=True)
        new_file(part).write_text(note.model_dump_json() + "\n", "utf-8")
        put_in_place(part, path)


def _damaged(path: Path) -> DeskError:
    return DeskError(
        f"{path}, which says where the key of the desk database is, cannot be read.",
        title="The note of the key is damaged",
        hint="Put back a copy of it; nothing was changed.",
    )
