"""One program, several processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from app.desk_files import output_folders
from app.roles import role_command, split_role


def test_without_a_role_the_process_is_the_launcher():
    assert split_role(["summarise", "x"]) == ("launcher", ["summarise", "x"])
    assert split_role([]) == ("launcher", [])


def test_the_hidden_argument_names_the_role():
    assert split_role(["--role=engine"]) == ("engine", [])
    assert split_role(["--role=desk", "doctor"]) == ("desk", ["doctor"])


def test_an_unknown_role_is_left_to_the_command_line():
    assert split_role(["--role=spy"]) == ("launcher", ["--role=spy"])


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        (["summarise", "papers"], []),
        (["summarise", "papers", "--out", "sums/a.md"], ["sums"]),
        (["summarise", "papers", "--out=/tmp/a.md"], ["/tmp"]),
        (["calendar", "export", "all.ics"], ["."]),
        (["ask", "export my calendar"], []),
    ],
)
def test_only_what_the_command_line_names_is_written_outside_of_the_data_folder(arguments, written):
    assert set(map(Path.cwd().joinpath, written)) <= set(output_folders(arguments))
    assert bool(output_folders(arguments)) == bool(written)


def test_the_launcher_passes_on_output_and_exit_code(desk_home):
    done = subprocess.run([*python_app(), "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("llama-desk")
    wrong = subprocess.run([*python_app(), "no-such-command"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process and not its children")
def test_the_desk_dies_with_its_launcher(desk_home, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(3000):
        (folder / f"{number}.txt").write_text(f"The deposit number {number} comes back within thirty days.")
    launcher = subprocess.Popen([*python_app(), "summarise", str(folder), "--no-model"], stdout=subprocess.DEVNULL)
    children = wait_for(lambda: psutil.Process(launcher.pid).children(recursive=True))
    os.kill(launcher.pid, signal.SIGKILL)
    launcher.wait()
    wait_for(lambda: not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children))


def python_app() -> list[str]:
    return role_command("launcher")[:-1]


def wait_for(what, seconds: float = 20.0):
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return found
