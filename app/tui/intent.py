"""What a line typed at the prompt means: a path, a command or a question."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.summary_options import SummaryOptions
from app.tui.commands import Command, command_named, commands_starting_with
from app.tui.place_list import Place


@dataclass(frozen=True, slots=True)
class Summarise:
    path: Path
    options: SummaryOptions


@dataclass(frozen=True, slots=True)
class Ask:
    question: str


@dataclass(frozen=True, slots=True)
class OpenSource:
    number: int


@dataclass(frozen=True, slots=True)
class GoTo:
    """A place, and what to look for there."""

    place: Place
    words: str


@dataclass(frozen=True, slots=True)
class Entitle:
    title: str


@dataclass(frozen=True, slots=True)
class Answerer:
    """The persona for a new conversation."""

    persona: str


@dataclass(frozen=True, slots=True)
class UseModel:
    """A model by its name, or its file."""

    wanted: str


@dataclass(frozen=True, slots=True)
class UseAdapter:
    """An adapter by its name, or its file; "none" for none."""

    wanted: str


@dataclass(frozen=True, slots=True)
class Undo:
    effect_id: int


@dataclass(frozen=True, slots=True)
class Perform:
    action: str


@dataclass(frozen=True, slots=True)
class Misunderstood:
    sentence: str


Intent = (
    Summarise | Ask | OpenSource | GoTo | Entitle | Answerer | UseModel | UseAdapter | Undo | Perform | Misunderstood
)

_COMMAND = re.compile(r"/(?P<name>[^\s/\\.]*)(?:\s+(?P<rest>.*))?", re.DOTALL)
_PATH_START = re.compile(r"""["']|~|/|\\\\|\.{1,2}(?:[/\\]|$)|[A-Za-z]:[/\\]|file://""")
_WORDS = {"quick", "full", "no-model", "fresh"}


def understand(line: str, *, folder_open: bool) -> Intent:
    """The meaning of `line`; a plain word is a question once a folder is open, and may be a path before."""
    line = line.strip()
    if (match := _COMMAND.fullmatch(line)) and (intent := _command(match["name"], (match["rest"] or "").strip())):
        return intent
    if _PATH_START.match(line) or (not folder_open and Path(line).exists()):
        return _summarise(line)
    return Ask(line)


def path_from(text: str) -> Path:
    """The path that a person typed, dropped or pasted: quotes, "~", "file://" and escaped spaces are understood."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    elif os.name == "posix" and not Path(text).exists():
        text = re.sub(r"\\(.)", r"\1", text)
    return Path(text.removeprefix("file://")).expanduser()


def _command(name: str, rest: str) -> Intent | None:
    """The command's intent, or None when `name` is no command and may be the first part of a path."""
    if not name:  # a command that was begun; nobody means the whole disk by it
        return Misunderstood("Type a command's name behind the /. To read a whole disk, say /summarise /.")
    command = command_named(name) or _only_one_starting_with(name)
    if command is None:
        if Path(f"/{name}").exists():
            return None
        return Misunderstood(f"There is no command /{name}. Type / to see them all, or a path that exists.")
    if not rest:
        return Perform(command.action)
    read = _ARGUMENT_READERS.get(command.name)
    return read(rest) if read is not None else Perform(command.action)


def _only_one_starting_with(name: str) -> Command | None:
    found = commands_starting_with(name) if name else []
    return found[0] if len(found) == 1 else None


def _source(text: str) -> Intent:
    digits = text.strip("[]")
    return OpenSource(int(digits)) if digits.isdecimal() else Misunderstood("Name a source by its number: /source 3.")


def _undo(text: str) -> Intent:
    digits = text.removeprefix("#")
    return Undo(int(digits)) if digits.isdecimal() else Misunderstood("Name an effect by its number: /undo 12.")


def _summarise(text: str) -> Intent:
    text, words = _without_options(text)
    path = path_from(text)
    try:
        exists = path.exists()
    except (OSError, ValueError) as error:
        return Misunderstood(f"{path} cannot be looked at ({type(error).__name__}). Check the path.")
    if not exists:
        return Misunderstood(f"There is nothing at {path}. Check the path, or press ^O to pick a folder.")
    options = SummaryOptions(
        depth="quick" if "quick" in words else "full", use_model="no-model" not in words, fresh="fresh" in words
    )
    return Summarise(path.resolve(), options)


def _without_options(text: str) -> tuple[str, set[str]]:
    """Split "PATH quick --fresh" into the path and its options; a path that ends in such a word wins."""
    words: set[str] = set()
    while not path_from(text).exists() and " " in text:
        head, _, last = text.rpartition(" ")
        if last.removeprefix("--") not in _WORDS:
            break
        words.add(last.removeprefix("--"))
        text = head.rstrip()
    return text, words


_ARGUMENT_READERS: dict[str, Callable[[str], Intent]] = {
    "summarise": _summarise,
    "folder": _summarise,
    "ask": Ask,
    "source": _source,
    "chats": partial(GoTo, "chats"),
    "title": Entitle,
    "persona": Answerer,
    "model": UseModel,
    "adapter": lambda text: UseAdapter(str(path_from(text))),
    "inbox": partial(GoTo, "inbox"),
    "calendar": partial(GoTo, "calendar"),
    "undo": _undo,
}
