"""Every way out of a process, tried for real: closed once it is sealed, and open before wherever the machine allows.

Each system has ways of its own (`runtime.seal.escapes_linux` and its neighbours). On Windows a role is tried as a
whole, for it is sealed by how it is started.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Listener
from pathlib import Path
from typing import Any

import pytest

from app.roles import role_command
from runtime.seal.escapes import Targets
from runtime.seal.passing import told
from runtime.seal.trial import OPTION, read_trial

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the seal of Linux")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="these roles seal themselves")
WINDOWS = pytest.mark.skipif(sys.platform != "win32", reason="the containers of Windows")

TRIAL = """
import json, os, sys
from dataclasses import asdict
from pathlib import Path
from runtime.seal import Grants, seal
from runtime.seal.escapes import Targets, try_all
role, targets, writes = sys.argv[1], Targets(**json.loads(sys.argv[2])), Path(sys.argv[3])
if role in ("fetcher", "fetcher, by the kernel alone"):
    grants = Grants(write=(writes,), hosts=(("hub.example", 443),))
    if role == "fetcher":
        seal(role, grants)
    else:
        from runtime.seal.linux import seal_by_kernel
        seal_by_kernel("fetcher", grants)
elif role != "none":
    if role == "desk":
        grants = Grants(write=(writes,), listed=(Path("/"),))
    else:
        grants = Grants(read=(Path("/"),) if role == "keyring" else ())
    seal(role, grants)
print(json.dumps([asdict(one) for one in try_all(targets, role)]))
"""
ALWAYS_OPEN = {
    "linux": {
        "TCP from Python",
        "UDP",
        "DNS",
        "TCP from native code",
        "TCP by a raw system call",
        "a Unix socket in a folder",
        "an abstract Unix socket",
        "netlink",
        "a child program",
        "a socket that was open before",
        "a signal to another process",
        "write outside",
        "read a secret",
    },
    "darwin": {
        "TCP from Python",
        "UDP",
        "DNS",
        "TCP from native code",
        "UDP from native code",
        "TCP by a raw system call",
        "a port that listens",
        "a Unix socket in a folder",
        "a child program",
        "another program",
        "a socket that was open before",
        "a signal to another process",
        "the pasteboard",
        "write outside",
        "read a secret",
    },
    "win32": {
        "TCP from Python",
        "TCP from native code",
        "UDP",
        "a child program",
        "the shell",
        "another process's memory",
        "code in another process",
        "ending another process",
        "another program's pipe",
        "a program at logon",
        "write outside",
        "read a secret",
    },
}
"""What every machine lets an unsealed process do: if these were closed there, the trial would show nothing."""
WAYS = {"linux": 26, "darwin": 20, "win32": 15}


@dataclasses.dataclass
class Listeners:
    """Servers of every kind on this machine, and all the bytes that reached them."""

    targets: Targets
    heard: list[bytes]


@pytest.fixture
def listeners(tmp_path: Path) -> Iterator[Listeners]:
    heard: list[bytes] = []
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = tmp_path / "secret"
    secret.write_text("a private paper")
    with contextlib.ExitStack() as stack:

        def served(family: int, kind: int, address: object) -> socket.socket:
            server = stack.enter_context(socket.socket(family, kind))
            server.bind(address)
            if kind == socket.SOCK_STREAM:
                server.listen(50)
            threading.Thread(target=_hear, args=(server, kind, heard), daemon=True).start()
            return server

        tcp = served(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        udp = served(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        path, name = _other_doors(stack, served, tmp_path)
        victim = stack.enter_context(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"]))
        stack.callback(victim.kill)
        connected = stack.enter_context(socket.create_connection(tcp.getsockname()))
        os.set_inheritable(connected.fileno(), True)
        yield Listeners(
            Targets(
                tcp_port=tcp.getsockname()[1],
                udp_port=udp.getsockname()[1],
                unix_path=path,
                abstract_name=name,
                victim=victim.pid,
                secret=str(secret),
                outside=str(outside),
                inherited=connected.fileno(),
            ),
            heard,
        )


def _other_doors(stack: contextlib.ExitStack, served: Callable[..., socket.socket], tmp_path: Path) -> tuple[str, str]:
    """A Unix socket in a folder and an abstract one; on Windows a named pipe, and nothing."""
    name = f"llama-desk-{os.getpid()}-{tmp_path.name}"
    if sys.platform == "win32":
        pipe = f"\\\\.\\pipe\\{name}"
        listener = stack.enter_context(Listener(pipe, "AF_PIPE"))
        threading.Thread(target=listener.accept, daemon=True).start()
        return pipe, ""
    folder = tempfile.mkdtemp(dir="/tmp")  # macOS wants the path to be short
    stack.callback(shutil.rmtree, folder)
    path = f"{folder}/s"
    served(socket.AF_UNIX, socket.SOCK_STREAM, path)
    if sys.platform == "linux":
        served(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{name}")
    return path, name


def _hear(server: socket.socket, kind: int, heard: list[bytes]) -> None:
    with contextlib.suppress(OSError):
        while True:
            if kind == socket.SOCK_DGRAM:
                heard.append(server.recv(100))
                continue
            connection, _ = server.accept()
            threading.Thread(target=lambda one=connection: heard.append(one.recv(100)), daemon=True).start()


def tried(role: str, listeners: Listeners, writes: Path) -> dict[str, tuple[bool, str]]:
    command = [sys.executable, "-c", TRIAL, role, json.dumps(dataclasses.asdict(listeners.targets)), str(writes)]
    inherited = {"pass_fds": [listeners.targets.inherited]} if os.name == "posix" else {}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100, **inherited)
    assert done.returncode == 0, done.stderr
    return outcomes_of(json.loads(done.stdout))


def outcomes_of(attempts: Iterable[dict[str, Any]]) -> dict[str, tuple[bool, str]]:
    return {one["route"]: (one["open"], one["what"]) for one in attempts}


@POSIX
@pytest.mark.parametrize("role", ["desk", "engine", "extractor", "fetcher", "keyring"])
def test_no_way_leads_out_of_a_sealed_process(role, listeners, tmp_path):
    (tmp_path / "data").mkdir()
    outcomes = tried(role, listeners, tmp_path / "data")
    meant = {"keyring": 4, "fetcher": 1}  # what the role is there for, at most
    assert len(outcomes) >= WAYS[sys.platform] - meant.get(role, 0)
    assert {route: what for route, (is_open, what) in outcomes.items() if is_open} == {}
    assert listeners.heard == []


@WINDOWS
@pytest.mark.parametrize("role", ["engine", "extractor"])
def test_no_way_leads_out_of_a_container(role, listeners):
    done = subprocess.run(
        [*role_command(role), OPTION],
        input=json.dumps(dataclasses.asdict(listeners.targets)),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **told([])},
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    trial = read_trial(done.stdout)
    assert trial.missing == ()
    outcomes = outcomes_of(trial.attempts)
    assert len(outcomes) >= WAYS["win32"]
    assert {route: what for route, (is_open, what) in outcomes.items() if is_open} == {}
    assert listeners.heard == []


@LINUX
def test_the_kernel_holds_a_fetcher_to_tcp_on_the_ports_of_its_hosts(listeners, tmp_path):
    """Without the check of Python's own calls: UDP is what is left, and the resolver that uses it."""
    (tmp_path / "models").mkdir()
    outcomes = tried("fetcher, by the kernel alone", listeners, tmp_path / "models")
    assert {route for route, (is_open, _) in outcomes.items() if is_open} == {"UDP", "DNS"}
    assert listeners.heard == [b"left the process"]


def test_the_same_ways_are_open_without_the_seal(listeners, tmp_path):
    outcomes = tried("none", listeners, tmp_path)
    assert {route for route, (is_open, _) in outcomes.items() if is_open} >= ALWAYS_OPEN[sys.platform]
    if os.name == "posix":  # the ways of Windows lead to where nobody listens
        assert len([heard for heard in listeners.heard if heard]) >= 6
