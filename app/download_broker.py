"""The launcher's part in a download: it takes a model's id from the desk, starts the fetcher, and passes on its words.

The desk has no network, the launcher opens no connection, and the fetcher knows nothing of the user: what goes from
the desk to the fetcher is an id of the manifest, and whether the user said yes to a file without a known hash.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from app.opening import REQUEST, answer
from app.roles import role_command

MODEL_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
UNVERIFIED = "unverified"
LONGEST_LINE = 16 * 1024
"""Bytes of one line; the fetcher's are a few hundred."""
_REAPING_SECONDS = 5.0
ENDED = b'{"kind":"ended"}\n'
REFUSED = (
    b'{"kind":"failed","title":"Not downloaded","message":"The launcher did not start that download.",'
    b'"hint":"Wait for the one under way, or see llama-desk models list."}\n'
)


class DownloadBroker:
    """Serves the desk over two pipes, one download at a time.

    The desk writes "fetch ID", "fetch ID unverified" or "stop", a line each. It reads what the fetcher tells
    (`runtime.fetch.events`), and at last that it ended. Or it asks for an invitation to be opened (`app.opening`).
    """

    def __init__(self, requests: int, events: int) -> None:
        """The launcher's ends of the two pipes."""
        self._requests = os.fdopen(requests, "rb")
        self._events = events
        self._lock = threading.Lock()
        self._fetcher: subprocess.Popen[bytes] | None = None
        self._relaying: threading.Thread | None = None

    def start(self) -> None:
        """Serve from now on, on a thread of its own, until the desk has gone."""
        threading.Thread(target=self._serve, daemon=True, name="downloads").start()

    def stop(self) -> None:
        """End the download that is under way, at once."""
        with self._lock:
            if self._fetcher is not None:
                self._fetcher.kill()

    def end(self) -> None:
        """Stop, and wait until the fetcher is gone."""
        self.stop()
        if self._relaying is not None:
            self._relaying.join(timeout=_REAPING_SECONDS)

    def _serve(self) -> None:
        try:
            while line := self._requests.readline(LONGEST_LINE):
                if line.startswith(REQUEST):
                    self._tell(answer(line))
                else:
                    self._take(line.decode("ascii", "replace").split())
        finally:
            self.stop()

    def _take(self, words: list[str]) -> None:
        match words:
            case ["stop"]:
                self.stop()
            case ["fetch", model_id] if MODEL_ID.fullmatch(model_id):
                self._fetch(model_id, "")
            case ["fetch", model_id, word] if MODEL_ID.fullmatch(model_id) and word == UNVERIFIED:
                self._fetch(model_id, word)
            case _:
                self._tell(REFUSED + ENDED)

    def _fetch(self, model_id: str, word: str) -> None:
        fetcher = None
        with self._lock:
            if self._fetcher is None:
                fetcher = self._fetcher = _start_fetcher(model_id)
        if fetcher is None or fetcher.stdin is None or fetcher.stdout is None:
            self._tell(REFUSED + ENDED)
            return
        with suppress(OSError):  # of a fetcher that died: its end is passed on as any other
            # The pipe stays open: its end is how the fetcher learns that the launcher is gone.
            fetcher.stdin.write(f"{model_id} {word}".strip().encode() + b"\n")
            fetcher.stdin.flush()
        self._relaying = threading.Thread(
            target=self._relay, args=(fetcher, fetcher.stdout), daemon=True, name="download"
        )
        self._relaying.start()

    def _relay(self, fetcher: subprocess.Popen[bytes], words: BinaryIO) -> None:
        try:
            # A line without its end is that of a fetcher that was killed in the middle of it.
            while (line := words.readline(LONGEST_LINE)).endswith(b"\n"):
                self._tell(line)
        finally:
            fetcher.kill()
            fetcher.wait()
            words.close()
            if fetcher.stdin is not None:
                fetcher.stdin.close()
            with self._lock:
                self._fetcher = None
            self._tell(ENDED)

    def _tell(self, line: bytes) -> None:
        try:
            while line:
                line = line[os.write(self._events, line) :]
        except OSError:
            self.stop()  # the desk has gone


def _out_of_reach() -> dict[str, Any]:
    """Of the terminal: its Ctrl-C is for the desk, which stops the download."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _start_fetcher(model_id: str) -> subprocess.Popen[bytes] | None:
    """A fetcher that waits for its request; None for an id that the manifest has not, and where none can be started."""
    # The manifest and what reads it are imported by a launcher that downloads alone.
    from app.errors import DeskError
    from app.locations import data_folder
    from runtime.fetch.environment import fetcher_environment
    from runtime.manifest import load_manifest

    try:
        entry = next((entry for entry in load_manifest() if entry.id == model_id), None)
        if entry is None:
            return None
        return subprocess.Popen(
            role_command("fetcher"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            **_out_of_reach(),
            cwd=Path(sys.executable).anchor,  # the folder that the user works in is none of its business
            env=fetcher_environment(os.environ, data_folder(), gated=entry.gated),
        )
    except (OSError, ValueError, DeskError):
        return None
