"""A run of every command opens no socket of a network but the fetcher's, and libraries are told to report nothing.

On Linux the kernel watches, over all processes and native code; elsewhere it is Python's hooks in the desk alone.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.commands.cli import cli
from app.locations import Locations
from app.privacy_log import PrivacyLog
from app.roles import role_command
from runtime.telemetry import TELEMETRY_OFF
from tests.conftest import ROOT
from tests.house.every_command import BY_THE_LAUNCHER, leaves, prepare, steps

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's filter is that of Linux")
TRIPWIRE = [sys.executable, str(Path(__file__).with_name("socket_tripwire.py"))] if sys.platform == "linux" else []
STRACE = shutil.which("strace") if sys.platform == "linux" else None
"""Where it is installed, it watches as well."""
PROGRAM = [sys.executable, str(Path(__file__).with_name("every_command.py"))]
PLANTED = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()"
PLANTED_IN_A_CHILD = f"import subprocess, sys; print(subprocess.run([sys.executable, '-c', {PLANTED!r}]).returncode)"
PLANTED_IN_NATIVE_CODE = "import ctypes; ctypes.CDLL(None).socket(2, 1, 0)"


@pytest.fixture
def watched(tmp_path):
    """Starts a command with the tripwire on it, and the data folder in the test's own."""

    def start(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*TRIPWIRE, *command],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT), "LLAMA_DESK_HOME": str(tmp_path / "desk"), **environment},
            timeout=380,
        )

    return start


def test_there_is_something_to_do_for_every_command(tmp_path):
    assert {path for path, _ in steps(tmp_path)} | BY_THE_LAUNCHER == set(leaves(cli))


@pytest.mark.timeout(400)  # some ten seconds on two quiet cores, and many times that on busy ones
def test_no_command_opens_a_socket(watched, tmp_path):
    prepare(tmp_path)
    trace = tmp_path / "trace"
    strace = ["strace", "-f", "--seccomp-bpf", "-e", "trace=%network", "-o", str(trace)] if STRACE else []
    done = watched(*strace, *PROGRAM, str(tmp_path))
    assert done.returncode == 0, (done.returncode, done.stderr[-2000:])
    told = json.loads(done.stdout.splitlines()[-1])
    assert [tuple(one["command"]) for one in told] == [path for path, _ in steps(tmp_path)]
    assert [one for one in told if one["code"] or one["sockets"]] == []
    assert PrivacyLog(Locations(tmp_path / "desk").privacy_log).blocked() == []
    if STRACE:
        calls = trace.read_text().splitlines()
        assert any("socketpair(AF_UNIX" in line for line in calls)  # the event loop's: it does trace
        assert [line for line in calls if "AF_" in line and "AF_UNIX" not in line] == []


def test_a_planted_socket_is_noticed(watched, tmp_path):
    done = watched(sys.executable, "-c", PLANTED)
    if sys.platform == "linux":
        assert done.returncode == -signal.SIGSYS
    program = "import sys; from tests.house import every_command as it; it.steps = lambda _: []; it.main()"
    unwatched = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), PLANTED],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    [told] = json.loads(unwatched.stdout.splitlines()[-1])
    assert told["sockets"] == ["socket.__new__"]


@LINUX
def test_a_socket_of_a_child_or_of_native_code_is_noticed(watched):
    assert watched(sys.executable, "-c", PLANTED_IN_A_CHILD).stdout.strip() == str(-signal.SIGSYS)
    assert watched(sys.executable, "-c", PLANTED_IN_NATIVE_CODE).returncode == -signal.SIGSYS


@LINUX
def test_a_download_is_the_fetchers_alone(watched, tmp_path):
    """The fetcher dies of its first socket. The launcher and the desk live to say so."""
    done = watched(*role_command("launcher")[:-1], "models", "pull", "llama-3.2-1b-instruct-q4_k_m", "--yes")
    assert done.returncode == 1
    assert "ended" in done.stderr


@LINUX
def test_the_screen_opens_no_socket(tmp_path, monkeypatch):
    from tests.tui.test_terminal import Terminal

    monkeypatch.setenv("LLAMA_DESK_HOME", str(tmp_path / "desk"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    terminal = Terminal([*TRIPWIRE, *role_command("launcher")[:-1]])
    terminal.read_until(b"llama-desk")
    terminal.type(b"\x11")  # ^Q
    assert terminal.end() == 0


def test_every_role_is_told_to_report_nothing(desk_home):
    program = (
        "import os, sys; from app.roles import run_role; import app.roles as roles\n"
        "roles._run_worker = roles._run_fetcher = lambda *_: 0\n"
        "roles.run_desk = lambda *_: 0\n"
        "import app.launcher; app.launcher.launch = lambda *_: 0\n"
        "for role in ('launcher', 'desk', 'engine', 'extractor', 'fetcher'):\n"
        "    for name in list(os.environ):\n"
        "        if 'TELEMETRY' in name: del os.environ[name]\n"
        "    run_role(role, []); print(os.environ['HF_HUB_DISABLE_TELEMETRY'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["1"] * 5
    assert TELEMETRY_OFF["DO_NOT_TRACK"] == "1"
