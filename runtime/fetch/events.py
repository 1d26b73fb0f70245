"""What a download tells: one JSON object to a line, from the fetcher through the launcher to the desk."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter

type State = Literal["checking", "asking", "fetching", "waiting"]
"""Hashing what is here, asking where the file is, receiving it, pausing before another try."""


class Progress(BaseModel):
    """How far a download is."""

    kind: Literal["progress"] = "progress"
    state: State
    done: int = 0
    """Bytes that are here (while checking: that are hashed)."""
    total: int | None = None
    """Bytes of the whole file, once it is known."""
    bytes_per_second: float | None = None
    seconds_left: float | None = None
    """Until it is done; while waiting, until the next try."""


class Fetched(BaseModel):
    """The file is here, whole, and its bytes are the right ones."""

    kind: Literal["fetched"] = "fetched"
    file: str
    """Its name in the models folder."""
    size: int
    """Bytes."""
    sha256: str
    verified: bool
    """Whether the hash was known before; otherwise it is kept from now on."""
    resumed_from: int = 0
    """Bytes that were here from an earlier try."""
    was_here: bool = False


class Failed(BaseModel):
    """It ended without the file. `message` and `hint` are for the user."""

    kind: Literal["failed"] = "failed"
    title: str
    message: str
    hint: str = ""


class Ended(BaseModel):
    """The fetcher is gone. The launcher says so, last."""

    kind: Literal["ended"] = "ended"


type FetchEvent = Progress | Fetched | Failed | Ended

FETCH_EVENT: TypeAdapter[FetchEvent] = TypeAdapter(Annotated[FetchEvent, Field(discriminator="kind")])


def encode_line(event: FetchEvent) -> bytes:
    """`event` as one line; JSON has no line end of its own inside."""
    return event.model_dump_json(exclude_none=True).encode() + b"\n"
