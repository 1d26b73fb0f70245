"""The undo journal, opened for one command, and what the commands about it print with --json."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo

from pydantic import BaseModel

from app.clock import now, user_zone
from app.locations import locations
from app.settings import load_settings
from tools.desk_db import DeskDatabase, Effect, Journal


class EffectResult(BaseModel):
    """One thing that was done. Times are of the user's zone; `changes` counts rows."""

    id: int
    tool: str
    summary: str
    at: str
    undone_at: str | None
    changes: int


class UndoResult(BaseModel):
    undone: EffectResult


class HistoryResult(BaseModel):
    effects: list[EffectResult]


@contextmanager
def open_journal() -> Iterator[tuple[Journal, tzinfo]]:
    """The journal, and the user's zone.

    Raises DeskError or ToolProblem when the settings or the database cannot be used.
    """
    places = locations()
    zone = user_zone(load_settings(places.settings))
    now(zone)  # a clock that cannot be read is said at once
    with DeskDatabase.open(places.make().database, clock=lambda: now(zone).timestamp()) as db:
        yield db.journal, zone


def effect_result(effect: Effect, zone: tzinfo) -> EffectResult:
    def local(seconds: float) -> str:
        return datetime.fromtimestamp(int(seconds), UTC).astimezone(zone).isoformat()

    return EffectResult(
        id=effect.id,
        tool=effect.tool,
        summary=effect.summary,
        at=local(effect.at),
        undone_at=local(effect.undone_at) if effect.undone_at is not None else None,
        changes=effect.changes,
    )
