"""The desk asks, the launcher starts a fetcher, and a download is stopped or refused."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from contextlib import aclosing
from pathlib import Path

import pytest

import app.download_broker
import app.launcher_line
from app.download_broker import ENDED, REFUSED, DownloadBroker
from app.download_log import DownloadLog
from app.downloads import fetch
from app.errors import DeskError
from app.locations import locations
from runtime.fetch.environment import KEPT, SILENT
from runtime.fetch.events import Fetched
from tests.fetch.conftest import BODY, make_entry
from tests.fetch.hub_server import CERTIFICATE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the launcher forks the desk")
PROGRAM = Path(__file__).with_name("program.py")


@pytest.fixture
def manifest(tmp_path, monkeypatch) -> Path:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps([make_entry().model_dump()]))
    monkeypatch.setattr("runtime.manifest.load_manifest", lambda: (make_entry(),))
    return path


@pytest.fixture
def broker(hub, desk_home, manifest, monkeypatch):
    """A launcher's broker in this process, with the desk's line to it."""
    command = [sys.executable, "-I", str(PROGRAM), str(manifest), "--role=fetcher"]
    monkeypatch.setattr(app.download_broker, "role_command", lambda _role: command)
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    wishes, desk_wishes = os.pipe()
    desk_news, news = os.pipe()
    served = DownloadBroker(wishes, news)
    served.start()
    app.launcher_line.hold_line(desk_wishes, desk_news)
    line = app.launcher_line.launcher_line()
    yield served
    line.requests.close()
    served.stop()
    line.events.close()
    os.close(news)
    app.launcher_line._line = None


async def test_a_download_is_cancelled_and_the_next_one_goes_on(broker, hub, desk_home):
    hub.faults.stall_after = [300_000]
    part = desk_home / "models" / "tiny-1b-q4.gguf.part"

    async def pull() -> Fetched:
        async with aclosing(fetch(make_entry())) as download:
            async for event in download:
                if isinstance(event, Fetched):
                    return event
        raise AssertionError

    first = asyncio.create_task(pull())
    while not (part.exists() and part.stat().st_size == 300_000):
        assert not first.done()
        await asyncio.sleep(0.02)
    with pytest.raises(DeskError, match="under way"):
        await pull()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert part.stat().st_size == 300_000
    done = await pull()
    assert (done.resumed_from, done.size) == (300_000, len(BODY))
    stopped, whole = DownloadLog(locations().download_log).all()
    assert (stopped.model, stopped.host, stopped.outcome) == ("tiny-1b-q4", "localhost", "stopped")
    assert (stopped.received, whole.outcome, whole.received) == (300_000, "done", len(BODY) - 300_000)


async def test_stopping_waits_for_nothing(broker, hub, desk_home, monkeypatch):
    hub.faults.stall_after = [300_000]
    part = desk_home / "models" / "tiny-1b-q4.gguf.part"
    release = threading.Event()
    stop = broker.stop
    monkeypatch.setattr(broker, "stop", lambda: release.wait(60) and stop())
    download = fetch(make_entry())
    async for _ in download:
        if part.exists() and part.stat().st_size:
            break
    await asyncio.wait_for(download.aclose(), 5)
    assert not release.is_set()
    assert [one.outcome for one in DownloadLog(locations().download_log).all()] == ["stopped"]
    release.set()
    # The next one waits for the end of this one, and goes on from what it wrote.
    received = [event async for event in fetch(make_entry())]
    assert received[-1].resumed_from > 0


async def test_a_download_that_fails_is_in_the_ledger(broker, hub, desk_home):
    hub.faults.body = bytes(len(BODY))
    with pytest.raises(DeskError):
        async for _ in fetch(make_entry()):
            pass
    [failed] = DownloadLog(locations().download_log).all()
    assert (failed.outcome, failed.received) == ("failed", len(BODY))


@pytest.mark.parametrize(
    "request_line",
    [
        "fetch nothing",
        "fetch https://evil.example/?q=private",
        "fetch ../desk",
        "fetch tiny-1b-q4 now",
        "fetch",
        "do it",
    ],
)
def test_the_launcher_starts_a_fetcher_for_the_manifest_alone(manifest, desk_home, monkeypatch, request_line):
    def start(*_args, **_options):
        raise AssertionError("nothing is started")

    monkeypatch.setattr(subprocess, "Popen", start)
    wishes, desk_wishes = os.pipe()
    desk_news, news = os.pipe()
    DownloadBroker(wishes, news).start()
    os.write(desk_wishes, request_line.encode() + b"\n")
    with os.fdopen(desk_news, "rb") as answers:
        assert answers.readline() + answers.readline() == REFUSED + ENDED
        os.close(desk_wishes)
    os.close(news)


def test_the_fetcher_is_given_nothing_of_the_user(manifest, desk_home, monkeypatch):
    started = []

    def start(command, **options):
        started.append((command, options))
        raise OSError("not in this test")

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("SECRET", "x")
    wishes, desk_wishes = os.pipe()
    desk_news, news = os.pipe()
    DownloadBroker(wishes, news).start()
    os.write(desk_wishes, b"fetch tiny-1b-q4\n")
    with os.fdopen(desk_news, "rb") as answers:
        assert answers.readline() + answers.readline() == REFUSED + ENDED
        os.close(desk_wishes)
    os.close(news)
    [(command, options)] = started
    assert command[-1] == "--role=fetcher"
    assert options["cwd"] == "/"
    assert set(options["env"]) <= KEPT | set(SILENT) | {"LLAMA_DESK_HOME"}


@pytest.mark.parametrize("request_line", ["nothing", "https://evil.example/", "tiny-1b-q4 now", "", "x" * 500])
def test_the_fetcher_itself_takes_an_id_of_the_manifest_alone(hub, manifest, desk_home, request_line):
    fetcher = subprocess.Popen(
        [sys.executable, "-I", str(PROGRAM), str(manifest), "--role=fetcher"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"LLAMA_DESK_HOME": str(desk_home), "HF_ENDPOINT": hub.endpoint, "SSL_CERT_FILE": str(CERTIFICATE)},
    )
    with fetcher:
        fetcher.stdin.write(request_line.encode() + b"\n")
        fetcher.stdin.flush()
        failed = json.loads(fetcher.stdout.read())
    assert (failed["kind"], failed["message"]) == ("failed", "Only models of the manifest are downloaded.")
    assert hub.seen == []


def test_a_desk_without_a_launcher_says_so(desk_home):
    async def pull() -> None:
        async for _ in fetch(make_entry()):
            pass

    with pytest.raises(DeskError, match="not started by its launcher"):
        asyncio.run(pull())
