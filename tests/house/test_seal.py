"""What a sealed process can no longer do."""

from __future__ import annotations

import subprocess
import sys

import pytest

SEALED = "from runtime.seal import Grants, seal; report = seal('engine', Grants());"


def run_sealed(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", SEALED + program], capture_output=True, text=True, check=False)


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
    assert "llama-desk opens no connection" in done.stderr


def test_what_must_work_works():
    done = run_sealed("import asyncio; print(asyncio.run(asyncio.sleep(0, 'awake')))")
    assert (done.returncode, done.stdout.strip()) == (0, "awake")


def test_the_report_does_not_claim_what_is_not_enforced():
    done = run_sealed("print(*report.missing, sep=',')")
    assert done.stdout.strip() == "network by the kernel,files by the kernel"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and limits")
def test_files_are_private_and_there_is_no_core_dump(tmp_path):
    path = tmp_path / "private"
    program = f"import resource; open({str(path)!r}, 'w'); print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    assert run_sealed(program).stdout.strip() == "0"
    assert path.stat().st_mode & 0o777 == 0o600
