"""How soon a download stops: milliseconds from Ctrl-C to what is said, to the fetcher's end and to the prompt.

    .uv/bin/uv run python packaging/benchmarks/stopping_downloads.py [--rounds 20] [--busy 4]

A hub on this machine sends a part of a file and falls silent; `models pull` runs in a terminal of its own, and Ctrl-C
is typed there. Then the same from the side of the screen: how long it takes to close the download that it follows.
`--busy` is the number of processes that compute meanwhile. Prints medians and worst cases.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import pty
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import aclosing, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import psutil

import app.download_broker
import runtime.manifest
from app.download_broker import DownloadBroker
from app.downloads import fetch
from app.launcher_line import hold_line
from runtime.manifest import ManifestEntry
from tests.fetch.conftest import BODY, make_entry
from tests.fetch.hub_server import CERTIFICATE, HubServer, running_hub

PROGRAM = Path(__file__).parents[2] / "tests" / "fetch" / "program.py"
CTRL_C = b"\x03"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--busy", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, running_hub(BODY) as hub, busy(options.busy):
        os.environ |= {"LLAMA_DESK_HOME": scratch, "HF_ENDPOINT": hub.endpoint, "SSL_CERT_FILE": str(CERTIFICATE)}
        part = Path(scratch) / "models" / "tiny-1b-q4.gguf.part"
        manifest = Path(scratch) / "manifest.json"
        manifest.write_text(json.dumps([make_entry().model_dump()]))
        command = [sys.executable, "-I", str(PROGRAM), str(manifest)]
        rounds = [typed(command, hub, part, number) for number in range(1, options.rounds + 1)]
        show("Ctrl-C until it is said", [said for said, _, _ in rounds])
        show("Ctrl-C until the fetcher is gone", [gone for _, gone, _ in rounds])
        show("Ctrl-C until the prompt is back", [ended for _, _, ended in rounds])
        app.download_broker.role_command = lambda role: [*command, f"--role={role}"]
        runtime.manifest.load_manifest = lambda: (make_entry(),)
        show("a download is closed", asyncio.run(closed(make_entry(), hub, part, options.rounds)))


def show(what: str, times: Sequence[float]) -> None:
    milliseconds = sorted(1000 * one for one in times)
    print(f"{what:40} {statistics.median(milliseconds):6.0f} ms, at worst {milliseconds[-1]:.0f} ms")


def typed(command: list[str], hub: HubServer, part: Path, number: int) -> tuple[float, float, float]:
    """Seconds from Ctrl-C to the sentence, to the end of the fetcher, and to the end of the program."""
    size = stall(hub, number)
    child, terminal = pty.fork()
    if child == 0:
        os.execv(command[0], [*command, "models", "pull", "tiny-1b-q4", "--yes"])
    while not (part.exists() and part.stat().st_size == size):
        os.set_blocking(terminal, False)
        swallow(terminal)
        time.sleep(0.01)
    fetcher = next(one for one in psutil.Process(child).children() if "--role=fetcher" in one.cmdline())
    os.set_blocking(terminal, True)
    start = time.perf_counter()
    os.write(terminal, CTRL_C)
    heard = b""
    while b"Stopped" not in heard:
        heard += os.read(terminal, 4096)
    said = time.perf_counter() - start
    while fetcher.is_running() and fetcher.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.001)
    gone = time.perf_counter() - start
    os.waitpid(child, 0)
    ended = time.perf_counter() - start
    os.close(terminal)
    return said, gone, ended


def swallow(terminal: int) -> None:
    try:
        os.read(terminal, 65536)
    except (BlockingIOError, OSError):
        return


async def closed(entry: ManifestEntry, hub: HubServer, part: Path, rounds: int) -> tuple[float, ...]:
    """Seconds that a closing takes, in which nothing else runs in the loop of the screen."""
    wishes, desk_wishes = os.pipe()
    desk_news, news = os.pipe()
    DownloadBroker(wishes, news).start()
    hold_line(desk_wishes, desk_news)
    part.unlink(missing_ok=True)
    return tuple([await close_one(entry, hub, part, number) for number in range(1, rounds + 1)])


async def close_one(entry: ManifestEntry, hub: HubServer, part: Path, number: int) -> float:
    size = stall(hub, number)

    async def follow() -> None:
        async with aclosing(fetch(entry)) as download:
            async for _ in download:
                pass

    following = asyncio.create_task(follow())
    while not (part.exists() and part.stat().st_size == size):
        await asyncio.sleep(0.01)
    start = time.perf_counter()
    following.cancel()
    await asyncio.wait((following,))
    return time.perf_counter() - start


def stall(hub: HubServer, number: int) -> int:
    """Let the hub fall silent in the next answer; the size of the part then, in bytes."""
    hub.faults.stall_after = [10_000]
    return 10_000 * number


@contextmanager
def busy(number: int) -> Iterator[None]:
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(number)]
    try:
        yield
    finally:
        for one in others:
            one.kill()


if __name__ == "__main__":
    main()
