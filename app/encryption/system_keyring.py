"""The system's keyring, as the desk has it: through a process that was started before the seal."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Protocol, Self

from app.errors import DeskError
from app.roles import role_command

_SECONDS = 120.0
"""The system may ask the user to open the keyring."""
_FIRST_SECONDS = 20.0
"""A first start does not wait for long: without a keyring it goes on."""
_SAID_AFTER_SECONDS = 3.0


class Keyring(Protocol):
    """Keys by their names. Each raises `KeyringFailed`."""

    def works(self) -> bool:
        """Whether there is one, of the system's or of a kind that is as safe. Never raises."""

    def get(self, name: str) -> bytes | None: ...
    def set(self, name: str, key: bytes) -> None: ...
    def delete(self, name: str) -> None: ...

    def rest(self) -> None:
        """Nothing more is to be read: what was held for that may go."""


class KeyringFailed(DeskError):
    """The keyring gave no answer, or a refusal."""


class SystemKeyring:
    """Fulfils `Keyring` by a process of its own. Blocking."""

    def __init__(self, process: subprocess.Popen[str], *, stays: bool) -> None:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("started without pipes")
        self._process = process
        self._stdin, self._stdout = process.stdin, process.stdout
        self._stays = stays
        self._is_silent = False

    @classmethod
    def start(cls, *, stays: bool) -> Self:
        """Call it before the seal. `stays`: it is needed after the keys were read.

        Raises OSError when the process cannot be started.
        """
        return cls(
            subprocess.Popen(
                role_command("keyring"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
            ),
            stays=stays,
        )

    def works(self) -> bool:
        try:
            return bool(self._ask(_FIRST_SECONDS, do="probe"))
        except KeyringFailed:
            return False

    def get(self, name: str) -> bytes | None:
        key = self._ask(_SECONDS, do="get", name=name)["key"]
        try:
            return None if key is None else bytes.fromhex(key)
        except ValueError as error:
            raise _failed("what it has is no key") from error

    def set(self, name: str, key: bytes) -> None:
        self._ask(_SECONDS, do="set", name=name, key=key.hex())

    def delete(self, name: str) -> None:
        self._ask(_SECONDS, do="delete", name=name)

    def rest(self) -> None:
        if self._stays:
            return
        with suppress(OSError, subprocess.TimeoutExpired):
            self._stdin.close()  # at which it ends
            self._process.wait(timeout=1.0)

    def _ask(self, seconds: float, **request: str) -> dict[str, Any]:
        if self._is_silent:
            raise _failed("it gave no answer")
        answers: SimpleQueue[str] = SimpleQueue()
        # A sealed process may not end one that was started before the seal: what never answers is left alone.
        reader = threading.Thread(target=lambda: answers.put(self._stdout.readline()), daemon=True, name="keyring")
        try:
            self._stdin.write(json.dumps(request) + "\n")
            self._stdin.flush()
            reader.start()
            answer = json.loads(_first(answers, seconds))
        except (Empty, OSError, ValueError) as error:
            self._is_silent = True
            raise _failed("it gave no answer") from error
        if "failed" in answer:
            raise _failed(str(answer["failed"]))
        return dict(answer)


def _first(answers: SimpleQueue[str], seconds: float) -> str:
    try:
        return answers.get(timeout=_SAID_AFTER_SECONDS)
    except Empty:
        _say()
        return answers.get(timeout=seconds)


def _say() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("Waiting for the system's keyring…\n")


def _failed(why: str) -> KeyringFailed:
    return KeyringFailed(
        f"The system's keyring cannot be used ({why}).",
        title="No keyring",
        hint="Open it, or log in to the desktop, and try again; nothing was changed.",
    )
