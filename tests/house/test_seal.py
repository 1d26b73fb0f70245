"""What a sealed process can no longer do."""

from __future__ import annotations

import subprocess
import sys

import pytest

from runtime.seal.system_files import program_files

SEALED = "from runtime.seal import Grants, seal; report = seal('{}', Grants());"


def run_sealed(program: str, role: str = "engine") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SEALED.format(role) + program]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("role", ["launcher", "desk", "extractor"])
def test_no_role_but_the_fetcher_reaches_the_hub(role):
    done = run_sealed("import socket; socket.getaddrinfo('huggingface.co', 443)", role)
    assert done.returncode == 1
    assert "llama-desk opens no connection" in done.stderr


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://192.0.2.1/')",
    ],
)
def test_a_connection_is_refused(attempt):
    done = run_sealed(attempt)
    assert done.returncode == 1
    assert "llama-desk opens no connection" in done.stderr or "PermissionError: [Errno 13]" in done.stderr


def test_what_must_work_works():
    done = run_sealed("import asyncio; print(asyncio.run(asyncio.sleep(0, 'awake')))")
    assert (done.returncode, done.stdout.strip()) == (0, "awake")


def test_the_report_does_not_claim_what_is_not_enforced():
    done = run_sealed("print(*report.missing, sep=',')")
    # On Windows a role is sealed by how it is started, and this one was just started.
    missing = "network by the kernel,files by the kernel" if sys.platform == "win32" else ""
    assert done.stdout.strip() == missing


@pytest.mark.skipif(sys.platform != "linux", reason="the seal of Linux")
def test_a_process_with_a_thread_is_not_sealed():
    program = (
        "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start();"
        "from runtime.seal import Grants, seal; seal('engine', Grants())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "A thread was running before the seal" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the seal of Linux")
def test_what_the_kernel_does_not_take_is_never_passed_over():
    program = (
        "import runtime.seal.linux as linux\n"
        "def fail(*a, **k): raise OSError(22, 'Invalid argument')\n"
        "linux.install_filter = fail\n"
        "from runtime.seal import Grants, seal\n"
        "seal('engine', Grants())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "could not be cut off from the network (Invalid argument), so it does not start" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the seal of Linux")
def test_only_what_was_granted_is_opened(tmp_path):
    for name in ("granted", "closed"):
        (tmp_path / name).write_text("a paper")
    program = (
        "from pathlib import Path; from runtime.seal import Grants, seal;"
        f"seal('extractor', Grants(read=(Path({str(tmp_path / 'granted')!r}),)));"
        f"print(open({str(tmp_path / 'granted')!r}).read());"
        f"open({str(tmp_path / 'closed')!r})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "a paper"
    assert "Permission denied" in done.stderr


def test_what_lies_beside_a_packed_program_is_not_part_of_it(tmp_path, monkeypatch):
    (tmp_path / "unpacked").mkdir()
    (tmp_path / "llama-desk").touch()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "unpacked"), raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "llama-desk"))
    found = program_files()
    assert {tmp_path / "unpacked", tmp_path / "llama-desk"} <= set(found)
    assert tmp_path not in found


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and limits")
def test_files_are_private_and_there_is_no_core_dump(tmp_path):
    path = tmp_path / "private"
    program = (
        "from pathlib import Path; from runtime.seal import Grants, seal;"
        f"seal('desk', Grants(write=(Path({str(tmp_path)!r}),)));"
        f"import resource; open({str(path)!r}, 'w'); print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "0"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(sys.platform != "linux", reason="the seal of Linux")
def test_the_names_of_files_may_be_listed_where_none_may_be_read(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "paper.txt").write_text("private")
    program = (
        "import os, sys; from pathlib import Path; from runtime.seal import Grants, seal\n"
        "seal('desk', Grants(listed=(Path('/'),))); inner = Path(sys.argv[1], 'inner')\n"
        "print(os.listdir(inner), inner.joinpath('paper.txt').stat().st_size)\n"
        "inner.joinpath('paper.txt').open()"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "['paper.txt'] 7"
    assert "PermissionError: [Errno 13]" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the seal of Linux")
@pytest.mark.parametrize("role", ["desk", "engine", "extractor"])
def test_no_sealed_role_starts_a_program(role):
    done = run_sealed("import os; os.execv('/bin/true', ['true'])", role)
    assert "PermissionError: [Errno 1]" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there the launcher has no such line")
def test_one_socket_alone_outlives_the_seal():
    program = (
        "import array, os, socket; from runtime.seal import Grants, seal\n"
        "(line, far), (other, gone) = socket.socketpair(), socket.socketpair()\n"
        "read, write = os.pipe()\n"
        "seal('desk', Grants(line=line.fileno()))\n"
        "for one in (far, other, gone):\n"
        "    try: os.fstat(one.fileno())\n"
        "    except OSError: print('closed')\n"
        "one, two = socket.socketpair()\n"
        "one.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [write]))])\n"
        "print(two.recvmsg(1, 100)[0], os.fstat(line.fileno()) is not None)\n"
        "one.sendmsg([b'x'], [], 0, '/run/somebody')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[:-1] == ["closed"] * 3 + ["b'x' True"]
    assert "llama-desk opens no connection; refused: socket.sendmsg" in done.stderr
