"""The fetcher process: the id of a model in the manifest comes in on standard input, events go out, and that is all.

It lives for one download. When standard input ends, whoever wanted the file is gone, and the process goes with it.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from runtime.engine.environment import die_with_parent, take_stdin, take_stdout
from runtime.errors import RuntimeProblem
from runtime.fetch.environment import SILENT, certificates
from runtime.fetch.events import Failed, Fetched, FetchEvent, encode_line
from runtime.fetch.hosts import HUB_HOSTS, Hub, hub_at
from runtime.fetch.problems import FetchProblem
from runtime.manifest import ManifestEntry
from runtime.seal import Grants, SealFailed, SealReport, seal
from runtime.seal.trial import run_trial

LONGEST_REQUEST = 200
UNVERIFIED = "unverified"
"""The word after an id that is the user's yes to a file without a known hash."""


def try_seal(models: Path, hosts: Sequence[str] = HUB_HOSTS) -> int:
    """Instead of `main`: sealed as for a download, say what holds and try what is asked. Nothing is connected to."""
    try:
        report = _sealed(models, hosts)[1]
    except (RuntimeProblem, SealFailed) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return run_trial(report)


def main(load: Callable[[], Sequence[ManifestEntry]], models: Path, hosts: Sequence[str] = HUB_HOSTS) -> int:
    """Serve one request, a line "ID" or "ID unverified", and return the exit code.

    The file goes into the folder `models`; it comes from `hosts` and those below them, or from a mirror.
    """
    events, requests = take_stdout(), take_stdin()
    try:
        hub, _ = _sealed(models, hosts)
        die_with_parent()
        request = requests.readline(LONGEST_REQUEST)
        threading.Thread(target=_end_with, args=(requests,), daemon=True, name="lifeline").start()
        outcome: Fetched | Failed = _serve(request, load(), hub, models, lambda event: _send(events, event))
    except RuntimeProblem as problem:
        outcome = Failed(title=problem.title, message=problem.message, hint=problem.hint)
    except SealFailed as failed:
        outcome = Failed(title=FetchProblem.title, message=str(failed))
    except Exception as error:  # noqa: BLE001 - whoever waits is told in a sentence, whatever it was
        message = f"The download met an error of its own ({type(error).__name__})."
        outcome = Failed(title=FetchProblem.title, message=message, hint="Try again.")
    _send(events, outcome)
    return 0 if isinstance(outcome, Fetched) else 1


def _sealed(models: Path, hosts: Sequence[str]) -> tuple[Hub, SealReport]:
    """Raises FetchProblem, SealFailed and OSError."""
    sys.dont_write_bytecode = True
    os.environ.update(SILENT)
    os.umask(0o077)
    models.mkdir(mode=0o700, parents=True, exist_ok=True)
    hub = hub_at(os.environ.get("HF_ENDPOINT"), hosts)
    grants = Grants(read=certificates(os.environ), write=(models,), hosts=hub.destinations)
    return hub, seal("fetcher", grants)


def _serve(
    request: bytes,
    manifest: Sequence[ManifestEntry],
    hub: Hub,
    models: Path,
    tell: Callable[[FetchEvent], None],
) -> Fetched:
    from runtime.fetch.fetch_file import Source, fetch_file  # after the seal: it imports the HTTP client

    wanted, _, word = request.decode("ascii", "replace").strip().partition(" ")
    entry = next((entry for entry in manifest if entry.id == wanted), None)
    if entry is None or word not in {"", UNVERIFIED}:
        raise FetchProblem("Only models of the manifest are downloaded.", hint="See llama-desk models list.")
    source = Source(hub, token=os.environ.get("HF_TOKEN"))
    return fetch_file(entry, source, models, unverified=word == UNVERIFIED, tell=tell)


def _send(stream: BinaryIO, event: FetchEvent) -> None:
    try:
        stream.write(encode_line(event))
        stream.flush()
    except OSError:
        os._exit(0)  # nobody reads any more


def _end_with(stream: BinaryIO) -> None:
    stream.read()
    os._exit(0)
