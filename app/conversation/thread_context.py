"""What of a conversation goes into the model's context: its newest exchanges, whole, and a summary of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.conversation.history import Exchange, latest_that_fit, recap
from app.conversation.summarising import summarise_exchanges
from app.engine_session import EngineSession
from app.wording import count

AROUND_A_TURN = 12
"""Tokens at most that a chat template puts around a turn."""
LONGEST_SUMMARY = 200
SHORTEST_SUMMARY = 36
"""Tokens. With less room for it a summary would say nothing, and its question would not fit beside it."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """Which exchanges fit, and which earlier ones do not."""

    kept: tuple[Exchange, ...]
    dropped: tuple[Exchange, ...]
    room: int
    """Tokens for the whole thread."""

    @property
    def notice(self) -> str:
        """What the user should know; empty when all fit."""
        number = sum(not exchange.is_recap for exchange in self.dropped)
        if not self.dropped:
            return ""
        instead = "a short summary stands in their place" if self.room_for_summary else "they are left out"
        return f"{count(number, 'earlier question')} and answers no longer fit this model's context: {instead}."

    @property
    def room_for_summary(self) -> int:
        """Tokens; 0 for no summary."""
        room = min(LONGEST_SUMMARY, self.room // 4)
        return room if room >= SHORTEST_SUMMARY else 0


async def trim(exchanges: Sequence[Exchange], session: EngineSession, room: int) -> Trimmed:
    """Divide a thread into what fits in `room` tokens and what does not.

    When something must go, half of the room is made free at once: the beginning of the context then stays the same for
    the next questions, and so does its key-value cache. Raises RuntimeProblem when the engine cannot count.
    """
    counts = await count_exchanges(exchanges, session)
    if sum(counts) <= room:
        return Trimmed(tuple(exchanges), (), room)
    trimmed = Trimmed((), tuple(exchanges), room)
    around = trimmed.room_for_summary + 3 * AROUND_A_TURN if trimmed.room_for_summary else 0
    kept = latest_that_fit(exchanges, counts, room // 2) or latest_that_fit(exchanges, counts, room - around)
    return Trimmed(tuple(kept), tuple(exchanges[: len(exchanges) - len(kept)]), room)


async def shortened(trimmed: Trimmed, session: EngineSession) -> list[Exchange]:
    """The thread with a recap in place of what was dropped.

    Raises RuntimeProblem when the engine cannot count.
    """
    if not trimmed.dropped or not trimmed.room_for_summary:
        return list(trimmed.kept)
    summary = await summarise_exchanges(trimmed.dropped, session, trimmed.room_for_summary)
    return [recap(summary, trimmed.dropped[-1].last_turn), *trimmed.kept] if summary else list(trimmed.kept)


async def count_exchanges(exchanges: Sequence[Exchange], session: EngineSession) -> list[int]:
    """The tokens that each takes in the context. Raises RuntimeProblem when the engine cannot count."""
    counts = await session.count_tokens([exchange.text() for exchange in exchanges])
    return [tokens + AROUND_A_TURN * len(exchange.turns()) for tokens, exchange in zip(counts, exchanges, strict=True)]
