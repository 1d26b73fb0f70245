"""A kept conversation as the model is to see it: the path to a turn as exchanges, after the last summary on it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from app.conversation.history import Exchange, recap
from app.conversation.prompts import is_refusal
from runtime.protocol import Turn
from tools.desk_db import DeskDatabase, Summary
from tools.desk_db import Turn as KeptTurn


def thread_to(db: DeskDatabase, leaf: int | None) -> list[Exchange]:
    """What was said up to the turn `leaf`, from the last summary on; nothing for None."""
    path = db.conversations.path(leaf)
    return exchanges_of(path, db.conversations.summaries(turn.id for turn in path))


def exchanges_of(path: Sequence[KeptTurn], summaries: Sequence[Summary] = ()) -> list[Exchange]:
    """The exchanges of a path that have an answer, behind a recap of those that the last of its `summaries` covers.

    A question that nobody answered says nothing to go on from, and neither does "that is not in your files".
    """
    covered = summaries[-1] if summaries else None
    rest = [turn for turn in path if covered is None or turn.id > covered.turn_id]
    found = [_exchange(group) for group in _groups(rest)]
    said = [one for one in found if (one.answer or one.between) and not is_refusal(one.answer)]
    return [recap(covered.text, covered.turn_id), *said] if covered else said


def _groups(path: Sequence[KeptTurn]) -> Iterator[list[KeptTurn]]:
    """A question with everything up to the next one."""
    group: list[KeptTurn] = []
    for turn in path:
        if turn.role == "user" and group:
            yield group
            group = []
        if turn.role == "user" or group:
            group.append(turn)
    if group:
        yield group


def _exchange(group: Sequence[KeptTurn]) -> Exchange:
    question, *rest = group
    last = rest[-1] if rest and rest[-1].role == "assistant" else None
    # One turn may hold the calls and what was said after them.
    between = tuple(_turn(turn) for turn in rest if turn is not last or turn.said.calls)
    return Exchange(question.text, last.text if last else "", between, group[-1].id)


def _turn(turn: KeptTurn) -> Turn:
    """A call as the model would write it, and what a tool said."""
    calls = [json.dumps({"name": call["tool"], "parameters": call["arguments"]}) for call in turn.said.calls]
    return Turn(role=turn.role, content="; ".join(calls) or turn.text)
