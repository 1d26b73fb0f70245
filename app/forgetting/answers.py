"""The answers in kept conversations that rest on what is to be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.conversation.message_passages import message_id_of
from tools.desk_db import DeskDatabase, Turn

FORGOTTEN = "This answer rested on what was forgotten since."


@dataclass(frozen=True, slots=True)
class Resting:
    """Turns by their ids: `answers` say something of what is forgotten, `after` are all that came of one of them."""

    answers: tuple[int, ...] = ()
    after: tuple[int, ...] = ()


def resting(db: DeskDatabase, rests: Callable[[Turn], bool]) -> Resting:
    """The answers for which `rests` holds, and those that came after one on its branch, which had it in view.

    What the user said is not an answer and stays.
    """
    answers: list[int] = []
    after: list[int] = []
    for (conversation_id,) in db.rows("SELECT id FROM conversations"):
        tainted: set[int] = set()
        for turn in db.conversations.turns(conversation_id):
            if turn.parent_id in tainted or (turn.role != "user" and rests(turn)):
                tainted.add(turn.id)
                if turn.role != "user" and turn.text != FORGOTTEN:
                    answers.append(turn.id)
        after += sorted(tainted)
    return Resting(tuple(answers), tuple(after))


def blank(db: DeskDatabase, found: Resting) -> None:
    """Let the answers say only that they were forgotten, and drop the summaries that went over them."""
    db.conversations.blank(found.answers, FORGOTTEN)
    db.conversations.drop_summaries(found.after)


def rests_on_folder(turn: Turn, folder: Path) -> bool:
    """Whether an answer may say something of a folder's files.

    It does when it was asked about the folder, cites a file of it, or called a tool that reads files without it being
    clear that they are others; and when it was asked about everything and cites nothing.
    """
    if about_folder(turn, folder) or any(_is_in(turn.said.folder, path, folder) for path in _cited(turn)):
        return True
    if any(call.get("tool", "").startswith("files_") and not _elsewhere(call, folder) for call in turn.said.calls):
        return True
    return bool(turn.said.sentences) and not turn.said.folder and not any(True for _ in _cited(turn))


def about_folder(turn: Turn, folder: Path) -> bool:
    return bool(turn.said.folder) and Path(turn.said.folder).is_relative_to(folder)


def rests_on_messages(turn: Turn, messages: set[int]) -> bool:
    """Whether an answer may say something of these messages: it cites one, or called a tool that reads the inbox."""
    if any(call.get("tool", "").startswith("inbox_") for call in turn.said.calls):
        return True
    return any(message_id_of(path) in messages for path in _cited(turn))


def _cited(turn: Turn) -> Iterator[str]:
    for sentence in turn.said.sentences:
        for citation in sentence.get("citations", []):
            yield str(citation.get("path", ""))


def _is_in(base: str, path: str, folder: Path) -> bool:
    around = Path(base)
    whole = (around.parent if around.is_file() else around) / path
    return whole.is_absolute() and whole.is_relative_to(folder)


def _elsewhere(call: dict[str, Any], folder: Path) -> bool:
    """Whether the call names whole paths, all of them outside the folder and not around it."""
    named = [Path(text) for text in _texts(call) if Path(text).is_absolute()]
    return bool(named) and not any(path.is_relative_to(folder) or folder.is_relative_to(path) for path in named)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
