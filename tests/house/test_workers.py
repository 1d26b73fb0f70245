"""The launcher starts the engine and the extractor for the desk, by a pair of sockets between the two."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.house.test_roles import python_app, wait_for
from tools.extraction.answers import read_hello
from tools.extraction.wire import read_frame

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there the desk starts them itself")
if sys.platform != "win32":
    from app.workers.granted import Granted
    from app.workers.grants_log import GrantsLog
    from app.workers.launcher import Launcher
    from app.workers.line import LONGEST, LineBroken, receive, send
    from app.workers.service import REFUSED, LauncherService


@pytest.fixture
def pair():
    one, other = socket.socketpair()
    with one, other:
        yield one, other


@pytest.fixture
def launcher(pair, desk_home, tmp_path):
    line, desks = pair
    service = LauncherService(line, partial(Granted, [], GrantsLog(tmp_path / "grants.log")))
    service.start()
    yield Launcher(desks)
    service.end()


@pytest.fixture
def reader(launcher, tmp_path):
    """An extractor that has greeted."""
    worker = launcher.start("extractor", [tmp_path])
    read_hello(read_frame(worker.stdout)[0])
    yield worker
    worker.kill()
    worker.wait(20)
    for stream in (worker.stdin, worker.stdout):
        with suppress(OSError):
            stream.close()


def test_messages_and_open_files_come_whole(pair, tmp_path):
    one, other = pair
    (tmp_path / "a").write_text("what it says")
    long = "x" * (LONGEST - 100)
    with (tmp_path / "a").open("rb") as file:
        send(one, {"do": "look"}, [file.fileno()])
    message, [descriptor] = receive(other)
    assert message == {"do": "look"}
    assert not os.get_inheritable(descriptor)
    with os.fdopen(descriptor, "rb") as file:
        assert file.read() == b"what it says"
    send(one, {"b": 1})
    send(one, {"c": 2})
    assert [receive(other), receive(other)] == [({"b": 1}, []), ({"c": 2}, [])]
    with pytest.raises(LineBroken):
        send(one, {"text": long + "x" * 100})
    one.close()
    assert receive(other) is None


@pytest.mark.parametrize("nonsense", [b"\xff" * 8, b"\x03\0\0\0[1]", b"\x02\0\0\0{", b"\x05\0\0\0{}"])
def test_what_is_no_message_breaks_the_line(pair, nonsense):
    one, other = pair
    one.sendall(nonsense)
    one.shutdown(socket.SHUT_WR)
    with pytest.raises(LineBroken):
        receive(other)


def test_a_worker_is_started_sealed_and_ends_with_its_input(reader):
    assert psutil.Process(reader.pid).cwd() == "/"
    reader.stdin.close()
    assert reader.wait(20) == 0
    assert reader.returncode == 0


def test_a_worker_is_killed_at_once_and_says_by_which_signal(reader):
    with pytest.raises(subprocess.TimeoutExpired):
        reader.wait(0.05)
    began = time.monotonic()
    reader.kill()
    assert reader.wait(20) == -signal.SIGKILL
    assert time.monotonic() - began < 10
    reader.kill()  # which changes nothing any more


def test_a_worker_has_no_descriptor_but_its_own(reader):
    if sys.platform != "linux":
        pytest.skip("counted by /proc")
    root = f"/proc/{reader.pid}/fd"
    if not os.access(root, os.R_OK):
        pytest.skip("closed to other processes, as it should be")
    assert len(list(Path(root).iterdir())) <= 5


def test_no_worker_outlives_a_desk_that_hangs_up(pair, launcher, reader):
    _, desks = pair
    desks.shutdown(socket.SHUT_RDWR)
    assert reader.wait(20) == -signal.SIGKILL


def test_no_worker_outlives_the_desk_that_forgets_it(launcher, tmp_path):
    pid = launcher.start("extractor", [tmp_path]).pid
    wait_for(lambda: not psutil.pid_exists(pid))


def test_only_workers_are_started_and_only_what_is_asked_for_right(pair, launcher, tmp_path):
    for role in ("launcher", "desk", "fetcher", "keyring", "/bin/sh", ""):
        with pytest.raises(OSError, match="the launcher does not do that"):
            launcher.start(role, [tmp_path])
    with pytest.raises(OSError, match="the launcher does not do that"):
        launcher.start("launcher", trial=True)
    _, desks = pair
    for wish in ({"do": "start", "role": "engine"}, {"do": "start", "role": ["engine"]}, {"do": "kill"}, {}):
        send(desks, wish)
        assert receive(desks) == (REFUSED, [])


def test_nothing_is_started_once_the_launcher_ends(pair, desk_home, tmp_path):
    line, desks = pair
    service = LauncherService(line, partial(Granted, [], GrantsLog(tmp_path / "grants.log")))
    service.start()
    worker = Launcher(desks).start("extractor", [tmp_path])
    service.end()
    assert worker.wait(20) == -signal.SIGKILL
    with pytest.raises(OSError, match="the launcher does not do that"):
        Launcher(desks).start("extractor", [tmp_path])


@pytest.mark.parametrize("victim", ["launcher", "desk"])
def test_nothing_outlives_a_launcher_or_a_desk_that_is_killed(victim, desk_home, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(3000):
        (folder / f"{number}.txt").write_text(f"The deposit number {number} comes back within thirty days.")
    launcher = subprocess.Popen([*python_app(), "summarise", str(folder), "--no-model"], stdout=subprocess.DEVNULL)
    here = psutil.Process(launcher.pid)
    started = wait_for(lambda: roles_of(here.children(recursive=True)))
    workers = [process for process, role in started.items() if role == "extractor"]
    assert workers and all(process.ppid() == launcher.pid for process in workers)
    desk = next(process for process, role in started.items() if role == "desk")
    os.kill(launcher.pid if victim == "launcher" else desk.pid, signal.SIGKILL)
    assert launcher.wait(20) == (-signal.SIGKILL if victim == "launcher" else 128 + signal.SIGKILL)
    wait_for(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in started))


def test_a_worker_that_is_killed_is_replaced(desk_home, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(1500):
        (folder / f"{number}.txt").write_text(f"The deposit number {number} comes back within thirty days.")
    command = [*python_app(), "summarise", str(folder), "--no-model", "--json"]
    launcher = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    here = psutil.Process(launcher.pid)
    started = wait_for(lambda: roles_of(here.children(recursive=True)))
    [extractor] = [process for process, role in started.items() if role == "extractor"]
    wait_for(lambda: extractor.num_threads() > 1)  # it watches its parent, and greets next
    time.sleep(0.3)
    extractor.kill()
    said, _ = launcher.communicate(timeout=100)
    assert launcher.returncode == 0, said[-300:]
    assert said.count(b'"status": "done"') == 1500


def roles_of(processes: list[psutil.Process]) -> dict[psutil.Process, str]:
    """The roles by process, once an extractor is among them."""
    found = {}
    for process in processes:
        with suppress(psutil.Error):
            role = next((one.removeprefix("--role=") for one in process.cmdline() if one.startswith("--role=")), "desk")
            found[process] = role
    return found if "extractor" in found.values() else {}
