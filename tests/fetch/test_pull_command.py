"""`llama-desk models pull`, from the launcher to the fetcher, against a hub on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from tests.fetch.conftest import BODY, make_entry
from tests.fetch.hub_server import CERTIFICATE, HubServer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the launcher forks the desk")
PROGRAM = Path(__file__).with_name("program.py")
WHOLE = {"tiny-1b-q4.gguf": len(BODY)}


class Desk:
    """The program with a manifest of two files, on a hub of its own."""

    def __init__(self, hub: HubServer, folder: Path) -> None:
        self.models = folder / "desk" / "models"
        manifest = folder / "manifest.json"
        entries = [
            make_entry(),
            make_entry(id="unknown-1b", file="unknown-1b.gguf", sha256=None, size=None),
            make_entry(id="gated-1b", file="gated-1b.gguf", gated=True, instead="tiny-1b-q4"),
            make_entry(id="vision-11b", file="v.gguf", runs=False, why_not="It needs more.", instead="tiny-1b-q4"),
        ]
        manifest.write_text(json.dumps([entry.model_dump() for entry in entries]))
        self.command = [sys.executable, "-I", str(PROGRAM), str(manifest)]
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HF_")},
            "LLAMA_DESK_HOME": str(folder / "desk"),
            "HF_ENDPOINT": hub.endpoint,
            "SSL_CERT_FILE": str(CERTIFICATE),
        }

    def run(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
            stdin=stdin,
            timeout=90,
        )

    def pull(self, *options: str) -> subprocess.CompletedProcess[str]:
        return self.run("models", "pull", "tiny-1b-q4", "--yes", *options)

    @contextmanager
    def pulling(self) -> Iterator[subprocess.Popen[str]]:
        """A pull under way; what is left of it afterwards is killed."""
        command = [*self.command, "models", "pull", "tiny-1b-q4", "--yes"]
        with subprocess.Popen(
            command, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as launcher:
            try:
                yield launcher
            finally:
                for process in family(launcher):
                    process.kill()

    def files(self) -> dict[str, int]:
        return {path.name: path.stat().st_size for path in self.models.iterdir()}

    def wait_for_part(self, size: int, launcher: subprocess.Popen[str]) -> psutil.Process:
        """The fetcher, once the part is `size` bytes long."""
        part = self.models / "tiny-1b-q4.gguf.part"
        wait_for(lambda: launcher.poll() is not None or (part.exists() and part.stat().st_size == size))
        [fetcher] = [one for one in family(launcher) if "--role=fetcher" in one.cmdline()]
        return fetcher


@pytest.fixture
def desk(hub: HubServer, tmp_path: Path) -> Desk:
    return Desk(hub, tmp_path)


def family(launcher: subprocess.Popen[str]) -> list[psutil.Process]:
    try:
        parent = psutil.Process(launcher.pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def the_desk(launcher: subprocess.Popen[str], fetcher: psutil.Process) -> psutil.Process:
    [desk] = [one for one in psutil.Process(launcher.pid).children() if one.pid != fetcher.pid]
    return desk


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for(what, seconds: float = 60.0):
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
    return found


def test_a_model_is_pulled_once(desk, hub):
    done = desk.pull("--json")
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert (result["status"], result["verified"], result["size"]) == ("fetched", True, len(BODY))
    assert Path(result["path"]).read_bytes() == BODY
    assert Path(result["path"]).stat().st_mode & 0o777 == 0o600
    assert list(desk.models.iterdir()) == [desk.models / "tiny-1b-q4.gguf"]
    requests = len(hub.seen)
    again = desk.pull()
    assert again.returncode == 0
    assert "is here already, and its bytes are right" in again.stdout
    assert len(hub.seen) == requests


@pytest.mark.timeout(600)  # eleven starts of the whole program
def test_killed_at_any_byte_it_goes_on_from_there(desk, hub):
    places = sorted(random.Random(11).sample(range(1, len(BODY)), 10))
    for start, place in zip([0, *places], places, strict=False):
        hub.faults.stall_after = [place - start]
        with desk.pulling() as launcher:
            fetcher = desk.wait_for_part(place, launcher)
            for process in dict.fromkeys([fetcher, *family(launcher)]):
                process.kill()
        assert desk.files()["tiny-1b-q4.gguf.part"] == place
        assert hub.ranges()[-1] == (f"bytes={start}-" if start else None)
    done = json.loads(desk.pull("--json").stdout)
    assert (done["resumed_from"], done["sha256"]) == (places[-1], hashlib.sha256(BODY).hexdigest())
    assert list(desk.models.iterdir()) == [desk.models / "tiny-1b-q4.gguf"]


@pytest.mark.parametrize("victim", ["launcher", "desk"])
def test_when_the_program_is_killed_the_fetcher_goes_with_it(desk, hub, victim):
    hub.faults.stall_after = [300_000]
    with desk.pulling() as launcher:
        fetcher = desk.wait_for_part(300_000, launcher)
        (launcher if victim == "launcher" else the_desk(launcher, fetcher)).kill()
        wait_for(lambda: not is_alive(fetcher), seconds=10)
    assert json.loads(desk.pull("--json").stdout)["resumed_from"] == 300_000


def test_a_fetcher_that_dies_is_told_of(desk, hub):
    hub.faults.stall_after = [300_000]
    with desk.pulling() as launcher:
        desk.wait_for_part(300_000, launcher).kill()
        _, words = launcher.communicate(timeout=60)
    assert (launcher.returncode, words) == (1, "The download ended before it was done. Try again.\n")


def test_ctrl_c_stops_at_once_and_the_part_is_kept(desk, hub):
    hub.faults.stall_after = [300_000]
    with desk.pulling() as launcher:
        fetcher = desk.wait_for_part(300_000, launcher)
        the_desk(launcher, fetcher).send_signal(signal.SIGINT)
        _, words = launcher.communicate(timeout=60)
    assert launcher.returncode == 130
    assert words == "Stopped. What arrived is kept: the same command goes on from there.\n"
    assert not is_alive(fetcher)
    assert desk.files() == {"tiny-1b-q4.gguf.part": 300_000}


def test_ctrl_c_stops_at_once_where_nobody_answers(desk, hub):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        desk.environment["HF_ENDPOINT"] = f"https://localhost:{silent.getsockname()[1]}"
        with desk.pulling() as launcher:
            asking = silent.accept()[0]
            began = time.monotonic()
            [fetcher] = [one for one in family(launcher) if "--role=fetcher" in one.cmdline()]
            the_desk(launcher, fetcher).send_signal(signal.SIGINT)
            launcher.communicate(timeout=60)
            assert time.monotonic() - began < 5.0
            asking.close()
    assert launcher.returncode == 130
    assert desk.files() == {}


def test_ctrl_c_in_a_terminal_before_the_first_byte_leaves_nothing(desk, hub):
    import pty  # not on Windows

    hub.faults.stall_after = [0]
    program, terminal = pty.fork()
    if program == 0:
        os.execve(desk.command[0], [*desk.command, "models", "pull", "tiny-1b-q4", "--yes"], desk.environment)
    wait_for(hub.ranges)
    os.write(terminal, b"\x03")  # to every process that the terminal has in its foreground
    shown = b""
    with suppress(OSError):  # of a terminal that the last process has left
        while words := os.read(terminal, 4096):
            shown += words
    assert os.waitstatus_to_exitcode(os.waitpid(program, 0)[1]) == 130
    os.close(terminal)
    assert b"Stopped. What arrived is kept" in shown
    assert desk.files() == {}


@pytest.mark.parametrize("stopped", [False, True])
def test_a_desk_that_is_started_instead_of_forked_downloads_too(desk, hub, stopped):
    desk.command.append("--start")
    if not stopped:
        assert desk.pull("--json").returncode == 0
        assert list(desk.models.iterdir()) == [desk.models / "tiny-1b-q4.gguf"]
        return
    hub.faults.stall_after = [300_000]
    with desk.pulling() as launcher:
        fetcher = desk.wait_for_part(300_000, launcher)
        started = the_desk(launcher, fetcher)
        assert started.cmdline()[-5].startswith("--line=")
        started.send_signal(signal.SIGINT)
        _, words = launcher.communicate(timeout=60)
    assert launcher.returncode == 130
    assert words == "Stopped. What arrived is kept: the same command goes on from there.\n"
    assert desk.files() == {"tiny-1b-q4.gguf.part": 300_000}


@pytest.mark.parametrize(
    ("faults", "sentence"),
    [
        ({"ask_status": [404]}, "localhost no longer has tiny-1b-q4.gguf (404)."),
        (
            {"lead_to": "https://127.0.0.1:4443/x"},
            "localhost leads to https://127.0.0.1, where llama-desk does not go.",
        ),
        ({"body": bytes(len(BODY))}, "What localhost sent is not Tiny 1B, Q4: its SHA-256 is another"),
    ],
)
def test_a_fault_is_one_sentence_and_no_file(desk, hub, faults, sentence):
    for name, value in faults.items():
        setattr(hub.faults, name, value)
    done = desk.pull("--json")
    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert json.loads(done.stdout)["error"]["title"] == "Not downloaded"
    assert list(desk.models.iterdir()) == []


def test_a_file_without_a_known_hash_needs_its_own_yes(desk, hub):
    refused = desk.run("models", "pull", "unknown-1b", "--yes")
    assert refused.returncode == 1
    assert "--unverified" in refused.stderr
    assert hub.seen == []
    taken = desk.run("models", "pull", "unknown-1b", "--yes", "--unverified")
    assert (taken.returncode, taken.stderr) == (0, "")
    assert hashlib.sha256(BODY).hexdigest() in taken.stdout
    assert desk.run("models", "pull", "unknown-1b").returncode == 0


@pytest.mark.parametrize(
    ("model", "answer", "question", "code"),
    [
        ("tiny-1b-q4", b"n\n", "Download it? [y/N]", 1),
        ("unknown-1b", b"y\n", "Download it, though it cannot be checked? [y/N]", 0),
    ],
)
def test_one_question_shows_what_a_download_costs(desk, hub, model, answer, question, code):
    person, terminal = os.openpty()
    os.write(person, answer)
    done = desk.run("models", "pull", model, stdin=terminal)
    os.close(person)
    os.close(terminal)
    assert done.returncode == code
    assert question in done.stderr
    assert "Licence  Apache-2.0" in done.stderr
    assert "From  localhost, tests/Tiny-GGUF" in done.stderr
    assert f"To  {desk.models / model}.gguf" in done.stderr
    assert "Free there" in done.stderr
    assert bool(hub.seen) == (code == 0)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["tiny-1b"], 1, "There is no model 'tiny-1b' in the list. Did you mean tiny-1b-q4?"),
        (["tiny-1b-q4"], 2, "say --yes."),
        (["unknown-1b"], 2, "say --yes --unverified."),
        (["gated-1b", "--yes"], 1, "accepted its terms"),
        (["gated-1b", "--yes"], 1, "Take tiny-1b-q4 instead."),
        (["vision-11b", "--yes"], 1, "does not run here: It needs more. Take tiny-1b-q4 instead."),
    ],
)
def test_nothing_is_asked_of_the_hub_where_the_answer_is_no(desk, hub, arguments, code, sentence):
    done = desk.run("models", "pull", *arguments)
    assert done.returncode == code
    assert sentence in done.stderr
    assert hub.seen == []
