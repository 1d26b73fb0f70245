"""Who has the database: short writes side by side, one screen, and work that wants it alone is refused by name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools.desk_db import DeskDatabase
from tools.desk_db.claims import Claim, Holder
from tools.desk_db.occupancy import InUse, alone, name_this_process, only_screen

ROOT = Path(__file__).parents[2]

_HOLDS = """
import sys
from pathlib import Path
from tools.desk_db import DeskDatabase
from tools.desk_db.occupancy import alone, name_this_process, only_screen
path = Path(sys.argv[2])
name_this_process("llama-desk " + sys.argv[1])
with {"alone": alone, "screen": only_screen, "open": DeskDatabase.open}[sys.argv[1]](path):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(what: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has the database open, alone, or as its screen, until the end."""
    held = subprocess.Popen(
        [sys.executable, "-c", _HOLDS, what, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    assert held.stdin is not None
    assert held.stdout is not None
    try:
        assert held.stdout.readline() == "held\n"
        yield held
    finally:
        held.stdin.close()
        held.wait(timeout=30)
        held.stdout.close()


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "desk.sqlite"


def files(path: Path) -> set[str]:
    return {file.name for file in path.parent.iterdir()}


def test_two_processes_may_have_it_open(path):
    with another_process("open", path), DeskDatabase.open(path) as db:
        db.facts.add("beside each other", 1.0)
    assert files(path) == {"desk.sqlite", "desk.sqlite.lock"}


def test_work_that_wants_it_alone_is_refused_with_the_name_of_who_has_it(path):
    with another_process("open", path) as other:
        who = rf"open: `llama-desk open`, process {other.pid}, since \d\d:\d\d on"
        with pytest.raises(InUse, match=who) as caught, alone(path):
            pass
        assert "Close it" in caught.value.sentence()
    with alone(path), DeskDatabase.open(path) as db:
        assert db.facts.all() == []
    assert files(path) == {"desk.sqlite", "desk.sqlite.lock"}


def test_nobody_opens_it_while_another_has_it_alone(path):
    with another_process("alone", path) as other:
        with pytest.raises(InUse, match=rf"worked on by `llama-desk alone`, process {other.pid}"):
            DeskDatabase.open(path)
        with pytest.raises(InUse, match=f"process {other.pid}"), alone(path):
            pass
    DeskDatabase.open(path).close()


def test_there_is_one_screen_and_commands_work_beside_it(path):
    with another_process("screen", path) as other:
        with pytest.raises(InUse, match=f"The screen is open already .* process {other.pid}"), only_screen(path):
            pass
        DeskDatabase.open(path).close()
    with only_screen(path):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("what", ["open", "alone", "screen"])
def test_a_kill_frees_it_at_once(path, what):
    with another_process(what, path) as other:
        other.send_signal(signal.SIGKILL)
        other.wait(timeout=10)
        with only_screen(path), alone(path), DeskDatabase.open(path) as db:
            assert db.facts.all() == []


def test_a_process_that_has_it_open_itself_cannot_have_it_alone(path):
    with DeskDatabase.open(path), pytest.raises(RuntimeError, match="itself"), alone(path):
        pass


def test_it_is_left_when_it_was_closed_as_often_as_it_was_opened(path):
    first, second = DeskDatabase.open(path), DeskDatabase.open(path)
    first.close()
    first.close()
    assert f"desk.sqlite.user-{os.getpid()}" in files(path)
    second.close()
    assert files(path) == {"desk.sqlite", "desk.sqlite.lock"}


def test_a_refused_database_is_left_too(path):
    path.write_bytes(b"no database " * 100)
    with pytest.raises(Exception, match="damaged"):
        DeskDatabase.open(path)
    with alone(path):
        pass


def test_a_note_that_cannot_be_read_costs_the_name_alone(path, tmp_path):
    claim = Claim(tmp_path / "claim")
    name_this_process("llama-desk \x1b[2J")
    assert claim.take(Holder(command="llama-desk \x1b[2J"))
    assert "\x1b" not in str(Claim(tmp_path / "claim").holder())
    (tmp_path / "claim.json").write_text("{")
    assert str(Claim(tmp_path / "claim").holder()) == "another process"
    claim.drop()
    assert Claim(tmp_path / "claim").holder() is None
