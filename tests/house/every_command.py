"""Runs every command of the command line, each on something to do, in one process; the engine and others are started.

    python every_command.py FOLDER [PLANT]

FOLDER has what `prepare` puts there. It prints a line of JSON: for each command its exit code, and the sockets that
Python code of this process asked for meanwhile. PLANT is Python code that runs as a command of its own.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

import click

from app.commands.cli import run
from app.locations import locations
from runtime.pocket import POCKET_MODEL
from runtime.telemetry import TELEMETRY_OFF
from tests.inbox.mails import inbox_of, mail, mbox
from tests.summary.papers import LEASE, LETTER
from tools.desk_db import DeskDatabase
from tools.inbox import ActionItem

BY_THE_LAUNCHER = {("models", "pull"), ()}
"""A download, and the screen (the command without a name): a test of each starts the launcher."""


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command below this one, and this one if it does something by itself."""
    if not isinstance(command, click.Group):
        return [path]
    context = click.Context(command)
    below = [(command.get_command(context, name), (*path, name)) for name in command.list_commands(context)]
    found = [leaf for one, its_path in below if one is not None for leaf in leaves(one, its_path)]
    return [*found, path] if command.invoke_without_command else found


def prepare(folder: Path) -> None:
    """Papers, messages, a passphrase and a model of the user's."""
    (folder / "papers").mkdir()
    (folder / "papers" / "lease.txt").write_text(LEASE, "utf-8")
    (folder / "papers" / "letter.txt").write_text(LETTER, "utf-8")
    (folder / "mails.mbox").write_bytes(mbox([mail(1, body="Please return the keys.\n"), mail(2)]))
    (folder / "passphrase").write_text("a long and plain passphrase\n", "utf-8")
    models = folder / "desk" / "models"
    models.mkdir(parents=True)
    (models / "mine.gguf").write_bytes(POCKET_MODEL.read_bytes())


def steps(folder: Path) -> list[tuple[tuple[str, ...], list[str]]]:
    """The commands in an order in which each finds something to do, with their arguments."""
    papers, box, events = str(folder / "papers"), str(folder / "mails.mbox"), str(folder / "events.ics")
    return [
        (("models", "use"), ["mine"]),
        (("models", "remove"), ["mine", "--yes"]),
        (("models", "use"), ["pocket"]),
        (("models", "list"), []),
        (("models", "info"), ["pocket"]),
        (("models", "verify"), ["pocket"]),
        (("models", "test"), []),
        (("summarise",), [papers]),
        (("ask",), ["When does the deposit come back?", "--in", papers, "--chat", "new"]),
        (("search",), ["deposit"]),
        (("index", "add"), [papers]),
        (("index", "refresh"), []),
        (("index", "list"), []),
        (("index", "remove"), [papers]),
        (("inbox", "import"), [box]),
        (("inbox", "list"), []),
        (("inbox", "search"), ["keys"]),
        (("inbox", "digest"), []),
        (("inbox", "items"), ["--all"]),
        (("inbox", "done"), ["1"]),
        (("inbox", "forget"), [box]),
        (("calendar", "add"), ["Budget review", "--start", "tomorrow at 3pm", "--with", "ana@example.org"]),
        (("calendar", "list"), ["tomorrow"]),
        (("calendar", "free"), ["tomorrow", "--duration", "one hour"]),
        (("calendar", "move"), ["Budget review", "--to", "tomorrow at 5pm"]),
        (("calendar", "invite"), ["Budget review", "--out", str(folder / "i.ics"), "--from", "bob@example.org"]),
        (("calendar", "export"), [events]),
        (("calendar", "remove"), ["Budget review"]),
        (("calendar", "import"), [events]),
        (("undo",), []),
        (("history",), []),
        (("chats", "list"), []),
        (("chats", "show"), ["1"]),
        (("chats", "search"), ["deposit"]),
        (("chats", "rename"), ["1", "The deposit"]),
        (("chats", "export"), ["1", "--out", str(folder / "chat.md")]),
        (("chats", "remove"), ["1", "--yes"]),
        (("backup",), []),
        (("backup", "list"), []),
        (("backup", "restore"), ["1", "--yes"]),
        (("forget",), [papers, "--yes"]),
        (("privacy", "encrypt"), ["--passphrase-file", str(folder / "passphrase"), "--yes"]),
        (("privacy", "rotate"), ["--yes"]),
        (("privacy", "decrypt"), ["--yes"]),
        (("privacy",), []),
        (("doctor",), []),
        (("bench",), ["--runs", "1", "--prompt", "64", "--tokens", "4"]),
    ]


def main() -> None:
    folder = Path(sys.argv[1])
    os.environ.update(TELEMETRY_OFF)
    os.environ["LLAMA_DESK_PASSPHRASE_FILE"] = str(folder / "passphrase")
    _few_cases()
    asked: list[str] = []

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        own = event == "socket.__new__" and arguments[1] not in {
            socket.AF_INET,
            socket.AF_INET6,
        }  # the event loop's pair
        if event.startswith("socket.") and not own:
            asked.append(event)

    sys.addaudithook(watch)
    told = []
    for path, arguments in steps(folder):
        if path == ("inbox", "done"):
            _keep_an_item()
        code = run([*path, *arguments])
        told.append({"command": path, "code": code, "sockets": list(asked)})
        asked.clear()
    if len(sys.argv) > 2:
        exec(sys.argv[2])
        told.append({"command": "planted", "code": 0, "sockets": list(asked)})
    sys.stdout.write("\n" + json.dumps(told))


def _few_cases() -> None:
    """`models test` asks a model for twenty calls; one is enough here."""
    from app.conversation import self_test

    whole = self_test.load_cases
    self_test.load_cases = lambda: whole()[:1]


def _keep_an_item() -> None:
    """What the assistant keeps when it is asked for what is to be done."""
    with DeskDatabase.open(locations().database) as db:
        inbox = inbox_of(db)
        message = inbox.recent(2)[1]
        inbox.add_items([ActionItem(message.id, "Return the keys", "Please return the keys.")])


if __name__ == "__main__":
    main()
