"""What reaches a real terminal: the bytes that the screen and the commands write into a pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.roles import role_command
from tests.tui.test_hostile_text import HOSTILE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal of POSIX")

SCREEN = """
import sys
from pathlib import Path
from app.tui.app import LlamaDeskApp
from tests.tui.test_hostile_text import HOSTILE, desk_that_says
desk = desk_that_says("the-mark " + " ".join(HOSTILE))
desk.go_on()
LlamaDeskApp(desk, folder=Path(sys.argv[1])).run()
"""
ACTING = [text.encode("utf-8", "surrogatepass") for text in HOSTILE if not text.isprintable()]
"""As a terminal would be given them: whole, so that the screen's own sequences are not taken for them."""


class Terminal:
    """A program in a pseudo-terminal of 140 x 40 cells, and every byte that it wrote."""

    def __init__(self, command: Sequence[str], **environment: str) -> None:
        self._ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
        self._process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment},
            start_new_session=True,
        )
        os.close(theirs)
        self.written = b""

    def type(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def read_until(self, mark: bytes, seconds: float = 60.0) -> None:
        """Take in what comes until `mark` is there, once more than now."""
        wanted, deadline = self.written.count(mark) + 1, time.monotonic() + seconds
        while self.written.count(mark) < wanted:
            assert time.monotonic() < deadline, f"{mark!r} never came: {self.written[-500:]!r}"
            self.take(0.5)

    def end(self, seconds: float = 60.0) -> int:
        deadline = time.monotonic() + seconds
        while self._process.poll() is None:
            assert time.monotonic() < deadline, f"it goes on: {self.written[-500:]!r}"
            self.take(0.1)
        self.take(0.0)
        os.close(self._ours)
        return self._process.returncode

    def hang_up(self, seconds: float = 60.0) -> None:
        os.close(self._ours)
        self._process.wait(seconds)

    def take(self, seconds: float) -> None:
        """Take in what has come, or comes within so many seconds."""
        while select.select([self._ours], [], [], seconds)[0]:
            try:
                piece = os.read(self._ours, 1 << 16)
            except OSError:  # the other end is closed
                return
            if not piece:
                return
            self.written += piece
            seconds = 0.0


def test_the_screen_writes_no_sequence_of_a_stranger(tmp_path):
    terminal = Terminal([sys.executable, "-c", SCREEN, str(tmp_path)], PYTHONPATH=str(Path(__file__).parents[2]))
    terminal.read_until(b"the-mark")
    for key in (b"\x1b[15~", b"i", b"\x1b[17~", b"\x1b[18~"):  # F5, the items, F6, F7
        terminal.type(key)
        terminal.take(1.0)
    terminal.type(b"\x11")
    assert terminal.end() == 0
    assert [text for text in ACTING if text in terminal.written] == []
    assert b"\x1b]52" not in terminal.written
    assert b"\x1b]8;" not in terminal.written


def test_bytes_that_are_no_text_end_nothing(tmp_path):
    terminal = Terminal([sys.executable, "-c", SCREEN, str(tmp_path)], PYTHONPATH=str(Path(__file__).parents[2]))
    terminal.read_until(b"the-mark")
    terminal.type(b"gr\xfcn \xc2\x7f\xff")
    terminal.read_until("gr\ufffdn".encode())
    terminal.type(b"\x11")
    assert terminal.end() == 0


def test_a_terminal_that_is_gone_ends_the_screen(tmp_path):
    """Nobody is told by a signal here: it is not the controlling terminal."""
    terminal = Terminal([sys.executable, "-c", SCREEN, str(tmp_path)], PYTHONPATH=str(Path(__file__).parents[2]))
    terminal.read_until(b"the-mark")
    terminal.hang_up()


def test_commands_write_no_sequence_of_a_stranger(desk_home, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    for number, text in enumerate(HOSTILE):
        hostile = f"{text} The deposit comes back within thirty days {text}. the-mark".encode("utf-8", "surrogatepass")
        (folder / f"{number}.txt").write_bytes(hostile)
    program = role_command("launcher")[:-1]
    for arguments in (
        ["summarise", str(folder), "--no-model"],
        ["search", "deposit"],
        ["ask", "deposit?", "--no-model"],
    ):
        terminal = Terminal([*program, *arguments])
        assert terminal.end() in {0, 3}
        assert b"deposit" in terminal.written
        assert [text for text in ACTING if text in terminal.written] == []
