"""The client and its worker process: files that change, workers that die, calls that are cancelled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import psutil
import pytest

from tools.extraction.assembly import TextLimits
from tools.extraction.client import ExtractionCancelled, ExtractionLimits, Extractor, ExtractorFailed
from tools.extraction.extract import extract_file
from tools.extraction.wire import Request, read_frame, write_frame

COMMAND = (sys.executable, "-I", "-m", "tools.extraction")
FAKE = Path(__file__).with_name("fake_worker.py")


@pytest.fixture
def extractor() -> Iterator[Extractor]:
    with Extractor(COMMAND) as one:
        yield one


def misbehaving(manner: str, **limits: float) -> Extractor:
    return Extractor((sys.executable, str(FAKE), manner), ExtractionLimits(**limits))  # type: ignore[arg-type]


def test_a_file_becomes_a_document(extractor: Extractor, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.md").write_text("# Title\n\nText.\n")
    found = extractor.extract(tmp_path, "sub/a.md")
    assert (found.path, found.status, found.reason, found.size) == ("sub/a.md", "done", "", 15)
    assert found.content_hash == sha256(b"# Title\n\nText.\n").hexdigest()
    assert found.document is not None
    assert found.document.content_hash == found.content_hash
    assert (found.document.format, found.document.title, found.document.text) == ("md", "Title", "# Title\n\nText.\n")
    assert [(passage.place, passage.start, passage.end) for passage in found.document.passages] == [
        ("lines 1-3", 0, 15)
    ]


def test_a_single_file_may_be_the_root(extractor: Extractor, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text.")
    assert extractor.extract(tmp_path / "a.txt", "a.txt").status == "done"


def test_many_files_come_in_order_from_one_process(extractor: Extractor, tmp_path: Path) -> None:
    names = [f"{number}.txt" for number in range(100)]
    for name in names:
        (tmp_path / name).write_text(f"This is file {name}.\n" * 100)
    found = list(extractor.extract_many(tmp_path, iter(names)))
    assert [one.path for one in found] == names
    assert all(one.document and one.document.text == f"This is file {one.path}.\n" * 100 for one in found)
    for one in found:
        assert one.document is not None
        ends = [passage.end for passage in one.document.passages]
        assert [passage.start for passage in one.document.passages] == [0, *ends[:-1]]
        assert all(passage.text == one.document.text[passage.start : passage.end] for passage in one.document.passages)


@pytest.mark.parametrize("path", ["../a.txt", "/etc/hosts", "sub/../../a.txt", "", "a\0b", "./a.txt"])
def test_no_path_leads_out_of_the_folder(extractor: Extractor, tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "a.txt").write_text("secret")
    found = extractor.extract(root, path)
    assert (found.status, found.reason) == ("failed", "has a path that leads out of its folder")


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs a privilege on Windows")
def test_links_are_not_followed_even_if_made_after_the_walk(extractor: Extractor, tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "a.txt").write_text("secret")
    (root / "file.txt").symlink_to(outside / "a.txt")
    (root / "folder").symlink_to(outside)
    (root / "loop").symlink_to(root / "loop")
    assert extractor.extract(root, "file.txt").reason == "is a link; links are not followed"
    assert extractor.extract(root, "folder/a.txt").document is None
    assert extractor.extract(root, "loop").reason == "is a link; links are not followed"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_does_not_block(extractor: Extractor, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert extractor.extract(tmp_path, "pipe.txt").reason == "is not a regular file (a pipe, a socket or a device)"
    assert extractor.extract(tmp_path, "absent.txt").reason == "is no longer there"


def test_a_file_that_changes_while_it_is_read_is_read_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "growing.txt"
    path.write_text("line\n" * 400_000)
    read = os.read

    def read_as_it_grows(file: int, size: int) -> bytes:
        with path.open("a") as writer:
            writer.write("more\n")
        return read(file, size)

    monkeypatch.setattr(os, "read", read_as_it_grows)
    answer, text = extract_file(tmp_path, "growing.txt", TextLimits())
    assert (answer["status"], answer["note"]) == ("partial", "")
    assert answer["reason"] == "it changed while it was being read; run again to read all of it"
    assert (answer["size"], text) == (2_000_000, "line\n" * 400_000)


def test_a_file_that_never_stops_growing_ends(extractor: Extractor, tmp_path: Path) -> None:
    path = tmp_path / "growing.txt"
    path.write_text("line\n" * 100_000)
    stop = threading.Event()

    def grow() -> None:
        with path.open("a") as file:
            while not stop.wait(0.001):
                file.write("more\n")
                file.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        found = [extractor.extract(tmp_path, "growing.txt").status for _ in range(3)]
    finally:
        stop.set()
        writer.join()
    assert set(found) <= {"done", "partial"}


@pytest.mark.parametrize("manner", ["dies", "garbles", "boasts", "overlaps", "omits", "exceeds", "escapes"])
def test_a_file_that_breaks_its_reader_costs_only_itself(tmp_path: Path, manner: str) -> None:
    with misbehaving(manner) as extractor:
        found = list(extractor.extract_many(tmp_path, ["a.txt", "bad.txt", "c.txt"]))
    assert [one.status for one in found] == ["done", "failed", "done"]
    assert found[1].reason == "made the reader crash; it may be damaged"


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with misbehaving("hangs", seconds=0.5) as extractor:
        found = list(extractor.extract_many(tmp_path, ["a.txt", "bad.txt", "c.txt"]))
    assert [one.reason for one in found] == ["", "took longer than 0.5 s to read", ""]


def test_a_file_that_takes_too_much_memory_is_given_up(tmp_path: Path) -> None:
    with misbehaving("grows", memory_bytes=100 * 2**20) as extractor:
        found = list(extractor.extract_many(tmp_path, ["a.txt", "bad.txt", "c.txt"]))
    assert [one.reason for one in found] == ["", "needed more than 100 MiB of memory to be read", ""]


def test_a_process_that_retires_is_replaced(tmp_path: Path) -> None:
    with misbehaving("retires") as extractor:
        found = list(extractor.extract_many(tmp_path, ["a.txt", "bad.txt", "c.txt", "bad.txt"]))
    assert [one.status for one in found] == ["done"] * 4


def test_a_process_killed_from_outside_costs_no_file(extractor: Extractor, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text.")
    for _ in range(3):
        assert extractor.extract(tmp_path, "a.txt").status == "done"
        for child in psutil.Process().children():
            child.kill()


def test_no_process_is_a_sentence() -> None:
    for command in [("/no/such/program",), (sys.executable, str(FAKE), "never starts")]:
        with pytest.raises(ExtractorFailed) as raised, Extractor(command) as extractor:
            extractor.extract(Path(), "a.txt")
        assert raised.value.message.startswith("The document reader ")


def test_cancel_ends_what_is_being_read_at_once(tmp_path: Path) -> None:
    with misbehaving("hangs") as extractor:
        assert extractor.extract(tmp_path, "a.txt").status == "done"
        timer = threading.Timer(0.3, extractor.cancel)
        timer.start()
        started = time.monotonic()
        with pytest.raises(ExtractionCancelled):
            extractor.extract(tmp_path, "bad.txt")
        assert time.monotonic() - started < 8  # a limit would have ended it later
        assert extractor.extract(tmp_path, "a.txt").status == "done"


def test_cancel_between_two_calls_costs_no_file(extractor: Extractor, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The rent is due on the third day.")
    assert extractor.extract(tmp_path, "a.txt").status == "done"
    extractor.cancel()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tools.extraction.client.QUICK_DEATH_SECONDS", 0.0)
        assert extractor.extract(tmp_path, "a.txt").status == "done"


def test_an_iterator_that_is_given_up_leaves_no_answers_behind(extractor: Extractor, tmp_path: Path) -> None:
    for name in "abcd":
        (tmp_path / name).write_text(f"This is {name}.")
    answers = extractor.extract_many(tmp_path, "abcd")
    assert next(answers).path == "a"
    answers.close()  # type: ignore[attr-defined]
    found = extractor.extract(tmp_path, "d")
    assert found.document is not None
    assert found.document.text == "This is d."


def test_closing_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text.")
    before = {child.pid for child in psutil.Process().children()}
    extractor = Extractor(COMMAND)
    extractor.extract(tmp_path, "a.txt")
    extractor.close()
    extractor.close()
    assert {child.pid for child in psutil.Process().children()} == before


def start_worker(**options: object) -> subprocess.Popen[bytes]:
    worker = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)  # type: ignore[call-overload]
    assert read_frame(worker.stdout) is not None
    return worker


def test_the_worker_ends_with_its_stdin() -> None:
    with start_worker() as worker:
        worker.stdin.close()
        assert worker.wait(timeout=10) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs poll on pipes")
def test_the_worker_ends_in_the_midst_of_a_file_when_the_desk_is_gone(tmp_path: Path) -> None:
    from tests.reading.hostile_files import burning_pdf

    burning_pdf(tmp_path / "burning.pdf")
    with start_worker() as worker:
        write_frame(worker.stdin, Request(root=str(tmp_path), paths=["burning.pdf"]))
        time.sleep(0.5)
        assert worker.poll() is None
        worker.stdin.close()
        assert worker.wait(timeout=3) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is not a signal there")
def test_the_worker_leaves_ctrl_c_to_the_desk(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text.")
    with start_worker() as worker:
        worker.send_signal(signal.SIGINT)
        write_frame(worker.stdin, Request(root=str(tmp_path), paths=["a.txt"]))
        frame = read_frame(worker.stdout)
        assert frame is not None
        assert json.loads(frame[0])["status"] == "done"
        worker.stdin.close()


LOUD_WORKER = """
import os
from tools.extraction import extract, worker
def loud(*arguments, sound=extract.assemble):
    os.write(1, b"native")
    print("python")
    return sound(*arguments)
extract.assemble = loud
worker.main()
"""


def test_what_parsers_print_does_not_reach_the_answers(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text.")
    with Extractor((sys.executable, "-c", LOUD_WORKER)) as extractor:
        assert extractor.extract(tmp_path, "a.txt").status == "done"
