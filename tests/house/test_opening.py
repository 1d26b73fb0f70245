"""An invitation is opened by the launcher, which opens nothing else."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys

import pytest

from app.opening import NOT_OPENED, OPENED, REQUEST, answer
from app.roles import role_command

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="xdg-open, and the seal of Linux")


@pytest.fixture
def opener(tmp_path, monkeypatch):
    """A program in place of the system's, which notes what it is asked to open and whether it could open a socket."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "xdg-open"
    notes = tmp_path / "notes"
    program.write_text(
        f"#!{sys.executable}\nimport socket, sys\nsocket.socket()\nopen({str(notes)!r}, 'a').write(sys.argv[1])\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return notes


def test_a_sealed_desk_has_an_invitation_opened_by_its_launcher(desk_home, tmp_path, opener):
    program = role_command("launcher")[:-1]
    add = ["calendar", "add", "Keys", "--start", "tomorrow at 3pm", "--with", "ana@example.org"]
    subprocess.run([*program, *add], check=True, capture_output=True)
    out = tmp_path / "keys.ics"
    invite = ["calendar", "invite", "keys", "--out", str(out), "--from", "me@example.org", "--open", "--json"]
    done = subprocess.run([*program, *invite], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["opened"] is True
    wait_until(opener.exists)
    assert opener.read_text() == str(out)


@pytest.mark.parametrize("named", ["missing.ics", "program.desktop", "folder.ics", "link.ics", "relative.ics"])
def test_the_launcher_opens_nothing_else(tmp_path, opener, named):
    (tmp_path / "program.desktop").touch()
    (tmp_path / "folder.ics").mkdir()
    (tmp_path / "real.ics").touch()
    (tmp_path / "link.ics").symlink_to(tmp_path / "real.ics")
    path = named if named == "relative.ics" else str(tmp_path / named)
    assert answer(REQUEST + json.dumps(path).encode()) == NOT_OPENED
    assert answer(REQUEST + b"{half") == NOT_OPENED
    assert answer(REQUEST + json.dumps(str(tmp_path / "real.ics")).encode()) == OPENED
    wait_until(opener.exists)
    assert opener.read_text() == str(tmp_path / "real.ics")


def wait_until(condition) -> None:
    import time

    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
