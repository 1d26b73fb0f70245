"""What the sealed fetcher may do, and what it may not."""

from __future__ import annotations

import subprocess
import sys

import pytest

SEALED = (
    "import os, socket, sys; from pathlib import Path; from runtime.fetch.hosts import hub_at;"
    "from runtime.seal import Grants, seal; here = Path(sys.argv[1]);"
    "report = seal('fetcher', Grants(write=(here / 'models',), hosts=hub_at(sys.argv[2]).destinations));"
)


def run_sealed(tmp_path, program: str, endpoint: str = "https://mirror.example:8443") -> subprocess.CompletedProcess:
    (tmp_path / "models").mkdir()
    (tmp_path / "desk.sqlite").write_text("private")
    command = [sys.executable, "-c", SEALED + program, str(tmp_path), endpoint]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.getaddrinfo('evil.example', 443)",
        "socket.getaddrinfo('nothuggingface.co', 443)",
        "socket.getaddrinfo('huggingface.co.evil.example', 443)",
        "socket.getaddrinfo('huggingface.co', 80)",
        "socket.getaddrinfo('mirror.example', 443)",
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.socket().connect(('127.0.0.1', 9))",
        "socket.socket().bind(('127.0.0.1', 0))",
        "socket.socket(socket.AF_UNIX).connect('/tmp/none')",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 443))",
        "import subprocess; subprocess.run(['true'])",
        "os.system('true')",
        "os.fork()",
        "open(here / 'file', 'w')",
        "open(here / 'desk.sqlite', 'r+')",
        "os.open(here / 'models' / '..' / 'file', os.O_CREAT | os.O_WRONLY)",
        "os.remove(here / 'desk.sqlite')",
        "os.rename(here / 'desk.sqlite', here / 'models' / 'x')",
        "os.rename(here / 'models', here / 'x')",
        "os.symlink(here / 'desk.sqlite', here / 'x')",
        "os.mkdir(here / 'x')",
    ],
)
def test_it_is_refused(tmp_path, attempt):
    done = run_sealed(tmp_path, attempt)
    assert done.returncode == 1
    assert "PermissionError: " in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["desk.sqlite", "models"]


def test_a_link_in_the_models_folder_leads_nowhere_else(tmp_path):
    program = "os.symlink(here / 'desk.sqlite', here / 'models' / 'x')"
    done = run_sealed(tmp_path, program)
    assert "PermissionError: the fetcher" in done.stderr


@pytest.mark.parametrize(
    "attempt",
    [
        "(here / 'models' / 'a').write_text('x'); os.rename(here / 'models' / 'a', here / 'models' / 'b')",
        "os.remove(here / 'models' / 'none') if (here / 'models' / 'none').exists() else None",
        "open(os.devnull, 'w')",
        "import ssl; ssl.create_default_context()",
    ],
)
def test_it_works(tmp_path, attempt):
    done = run_sealed(tmp_path, attempt)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("host", ["'mirror.example', 8443", "'huggingface.co', 443", "'cas-bridge.xethub.hf.co', 443"])
def test_names_of_the_download_are_looked_up(tmp_path, host):
    done = run_sealed(tmp_path, f"sys.audit('socket.getaddrinfo', {host}, 0, 0, 0)")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_connection_to_the_port_of_the_download_is_let_through(tmp_path):
    program = "print(socket.socket().connect_ex(('127.0.0.1', 1)) != 0)"
    done = run_sealed(tmp_path, program, "https://localhost:1")
    assert done.stdout.strip() == "True"


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's seal is that of Linux")
NATIVE = (
    "import ctypes, struct; libc = ctypes.CDLL(None, use_errno=True);"
    "address = lambda port: struct.pack('=H', 2) + struct.pack('!H', port) + bytes([127, 0, 0, 1]) + bytes(8);"
    "reach = lambda port: (libc.connect(libc.socket(2, 1, 0), address(port), 16), ctypes.get_errno())[1];"
)


@LINUX
@pytest.mark.parametrize("program", ["(here / 'desk.sqlite').read_text()", "os.listdir(here)", "os.listdir('/root')"])
def test_nothing_of_the_user_can_be_read(tmp_path, program):
    done = run_sealed(tmp_path, program)
    assert done.returncode == 1
    assert "PermissionError: [Errno 13] Permission denied" in done.stderr


@LINUX
def test_native_code_reaches_the_ports_of_the_download_alone(tmp_path):
    program = NATIVE + "print(reach(1), reach(9), any('TCP' in held for held in report.enforced))"
    done = run_sealed(tmp_path, program, "https://localhost:1")
    refused, closed = "111", "13"  # nobody listens there; the kernel lets nobody ask
    assert done.stdout.split() in ([refused, closed, "True"], [refused, refused, "False"])


@LINUX
@pytest.mark.parametrize("family", [1, 16, 17, 40])
def test_there_are_sockets_of_the_internet_and_no_others(tmp_path, family):
    done = run_sealed(tmp_path, NATIVE + f"print(libc.socket({family}, 2, 0), ctypes.get_errno())")
    assert done.stdout.split() == ["-1", "13"]


@LINUX
def test_the_report_does_not_call_the_fetcher_cut_off(tmp_path):
    done = run_sealed(tmp_path, "from runtime.seal import is_cut_off; print(is_cut_off(), *report.missing)")
    assert done.stdout.strip() == "False where UDP goes, which asks name servers"
