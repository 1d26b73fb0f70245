"""Downloading one model file: into a part that outlives a kill, hashed as it comes, whole and right or not at all."""

from __future__ import annotations

import errno
import shutil
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runtime.fetch.alone import alone
from runtime.fetch.events import Fetched, Progress
from runtime.fetch.hosts import Hub, host_of
from runtime.fetch.hub_client import HubClient, RemoteFile, hub_client
from runtime.fetch.part_file import PartFile
from runtime.fetch.presence import present
from runtime.fetch.problems import FetchProblem, Interrupted, disk_full, other_bytes, other_length
from runtime.fetch.teller import Teller
from runtime.fetch.transfer import length_offered, receive
from runtime.manifest import ManifestEntry
from runtime.model_store import HashRecord

ROOM_LEFT = 64 << 20
"""Bytes that stay free on the disk."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a download is tried, in seconds."""

    stall: float = 30.0
    """Silence after which a connection counts as broken."""
    connect: float = 10.0
    """In which each connection is made, and the first one over all its tries."""
    first_pause: float = 1.0
    """Before the second try; each further pause is twice as long."""
    longest_pause: float = 300.0
    """A server that asks for a longer one is not waited for."""
    tries: int = 5
    """In a row without a byte."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a download comes from."""

    hub: Hub
    token: str | None = None
    """Shown for a gated repository alone."""
    trust: ssl.SSLContext | None = None
    """Certificates in place of the system's."""


def fetch_file(
    entry: ManifestEntry,
    source: Source,
    models: Path,
    *,
    unverified: bool = False,
    tell: Callable[[Progress], None],
    patience: Patience = Patience(),
) -> Fetched:
    """Download `entry` into the folder `models`, or go on with a part of it that is there.

    `unverified` is the user's yes to a file whose hash is not known yet; the hash is kept and checked from then on.

    Raises FetchProblem. What arrived of the right file stays in a part beside its place; of a file with wrong bytes
    nothing stays.
    """
    kept = HashRecord(models)
    expected = entry.sha256 or kept.get(entry.id)
    if expected is None and not unverified:
        raise FetchProblem(
            f"The hash of {entry.file} is not known, so its first download cannot be checked.",
            hint="Pull it with --unverified to take it as it comes; its hash is checked from then on.",
        )
    teller = Teller(tell)
    with _disk_faults(models), alone(models, entry.local_name):
        if here := present(entry, models, expected, teller.checking):
            return here
        with (
            hub_client(
                entry,
                source.hub,
                token=source.token,
                stall=patience.stall,
                connect=patience.connect,
                trust=source.trust,
            ) as client,
            PartFile(models / entry.local_name, teller.checking) as part,
        ):
            download = _Download(entry, client, part, source.hub, teller, patience)
            return download.run(expected, kept if entry.sha256 is None else None)


class _Download:
    def __init__(
        self,
        entry: ManifestEntry,
        client: HubClient,
        part: PartFile,
        hub: Hub,
        teller: Teller,
        patience: Patience,
    ) -> None:
        self._entry = entry
        self._client = client
        self._part = part
        self._host = host_of(hub.endpoint)
        self._teller = teller
        self._patience = patience

    def run(self, expected: str | None, kept: HashRecord | None) -> Fetched:
        """`kept`: where the hash is kept, for a file that the manifest has none for."""
        part = self._part
        known = expected is not None
        while True:
            expected = self._fill(expected)
            if expected in {None, part.sha256}:
                break
            damaged = part.resumed_from > 0
            part.restart()
            if not damaged:
                raise other_bytes(self._entry, self._host)
            # What lay here from before may have been the damage: one download from the beginning tells.
        if kept is not None:
            kept.keep(self._entry.id, part.sha256)
        part.become_target()
        return Fetched(
            file=self._entry.local_name,
            size=part.size,
            sha256=part.sha256,
            verified=known,
            resumed_from=part.resumed_from,
        )

    def _fill(self, expected: str | None) -> str | None:
        """Receive until the part is whole, over as many tries as it takes; the hash that it must have, if known."""
        failures = 0
        while True:
            before = self._part.size
            try:
                return self._try(expected)
            except Interrupted as fault:
                failures = 1 if self._part.size > before else failures + 1
                self._pause(fault, failures)

    def _try(self, expected: str | None) -> str | None:
        part, entry = self._part, self._entry
        self._teller.asking(part.size, entry.size)
        remote = self._client.resolve()
        expected = expected or remote.sha256
        size = self._size(remote, expected)
        # Two files must never be joined: without a hash nothing would show it.
        if part.size and (expected is None or part.size > size):
            part.restart()
        self._check_room(size)
        self._teller.fetching(part.size, size)
        if part.size < size:
            receive(
                self._client,
                entry,
                remote.url,
                part,
                size=size,
                on_bytes=lambda: self._teller.fetching(part.size, size),
            )
        return expected

    def _size(self, remote: RemoteFile, expected: str | None) -> int:
        """How many bytes the file has. Raises FetchProblem when the hub offers another file than the one listed."""
        entry = self._entry
        if entry.size is not None and remote.size not in {None, entry.size}:
            raise other_length(entry, self._host, remote.size or 0, entry.size)
        if remote.sha256 is not None and remote.sha256 != expected:
            raise FetchProblem(
                f"{self._host} offers another file under the name {entry.file} than the one that is listed.",
                hint="A newer llama-desk may know it.",
            )
        return entry.size or remote.size or length_offered(self._client, remote.url)

    def _check_room(self, size: int) -> None:
        folder = self._part.path.parent
        needed, free = size - self._part.size, shutil.disk_usage(folder).free
        if needed + ROOM_LEFT > free:
            raise disk_full(needed + ROOM_LEFT, free, folder)

    def _pause(self, fault: Interrupted, failures: int) -> None:
        patience = self._patience
        pause = patience.first_pause * 2 ** (failures - 1) if fault.wait is None else fault.wait
        if failures >= patience.tries or pause > patience.longest_pause or not self._client.first.leaves(pause):
            raise fault.problem from fault
        self._teller.waiting(self._part.size, self._entry.size, pause)
        time.sleep(pause)


@contextmanager
def _disk_faults(models: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}:
            raise FetchProblem(
                f"The disk of {models} is full.", hint="Make room and pull again; what is here already is kept."
            ) from error
        raise FetchProblem(
            f"{_named(error, models)} cannot be written ({error.strerror or error}).",
            hint="Mend that and pull again.",
        ) from error


def _named(error: OSError, models: Path) -> object:
    """What could not be written; a file of ours that no user knows is named by its folder."""
    unknown = error.filename is None or Path(str(error.filename)).name.startswith(".")
    return models if unknown else error.filename
