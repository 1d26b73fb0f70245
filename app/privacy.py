"""What is enforced for each process, as the processes themselves say, and what came of trying to get out of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from pydantic import BaseModel

from app.download_log import Download, DownloadLog, in_words
from app.encryption.state import EncryptionState, encryption_in_words, look_at_encryption
from app.hub import hub_in_use
from app.locations import Locations
from app.privacy_log import PrivacyLog
from app.seal_trials import run_trials
from app.workers.launcher import launcher
from runtime.fetch.hosts import Hub
from runtime.seal.report import Role
from runtime.seal.trial import Trial
from tools.desk_db import DeskDatabase

SEALED_ROLES: tuple[Role, ...] = ("desk", "engine", "extractor")
"""Those that see what is the user's."""
_SHOWN = 20
"""Downloads and grants that are shown in words, the latest ones."""
_WRITES = "writes its data folder and what you name to be written"
_FILES: dict[Role, str] = {
    "launcher": "opens none"
    if sys.platform == "win32"
    else "opens what you point the desk at, to be read; no keys and no passwords",
    "desk": f"reads what you point it at; {_WRITES}"
    if sys.platform == "win32"
    else f"reads its data folder and models; what you point it at is opened for it; {_WRITES}",
    "engine": "reads the model that it runs; writes none",
    "extractor": "reads the one folder or file that it was started for; writes none",
    "fetcher": "writes the models folder; reads none of yours",
    "keyring": "reads and writes what the system's keyring takes; none is closed to it",
}


class RolePrivacy(BaseModel):
    """`by` says what holds it, `missing` what this system cannot hold."""

    network: str
    files: str
    by: list[str] = []
    missing: list[str] = []


class Escape(BaseModel):
    """One way out that a sealed process tried."""

    role: str
    route: str
    open: bool
    what: str


class Ledger(BaseModel):
    """`blocked` connections that something tried to open.

    `bytes_sent` is of the roles that see what is the user's, None where the kernel cannot vouch for it.
    """

    blocked: int
    bytes_sent: int | None
    downloads: list[Download] = []
    """Oldest first. Each sent requests that name the file, and nothing of the user's but the token of a gated one."""


class Granted(BaseModel):
    """A folder or file that the desk was given to read, for the first time at `at` (seconds since the epoch).

    `path` is "" for one that was forgotten.
    """

    at: float
    path: str


class Privacy(BaseModel):
    """What `llama-desk privacy --json` prints."""

    roles: dict[str, RolePrivacy]
    ledger: Ledger
    grants: list[str]
    granted: list[Granted] = []
    """The latest, oldest first, as the launcher wrote them down, which the desk cannot change."""
    escapes: list[Escape] = []
    encryption: EncryptionState | None = None

    @property
    def is_sealed(self) -> bool:
        return not any(self.roles[role].missing for role in SEALED_ROLES)


def granted(db: DeskDatabase) -> list[str]:
    """The folders and files that the user has pointed at."""
    return sorted({*db.files.roots(), *db.indexed_folders.roots()})


def look(places: Locations, grants: Sequence[str], *, try_to_escape: bool) -> Privacy:
    """Start each role once more, as a trial, and collect what it says. `grants` are the folders that were read.

    Blocking. Raises DeskError when a role cannot be started.
    """
    trials = run_trials(places, try_to_escape=try_to_escape)
    launcher = RolePrivacy(network="opens no connection", files=_FILES["launcher"], by=["the program itself"])
    roles = {"launcher": launcher} | {str(role): _role(role, trial) for role, trial in trials.items()}
    closed = all(roles[role].network == "none" for role in SEALED_ROLES)
    blocked = len(PrivacyLog(places.privacy_log).blocked())
    return Privacy(
        roles=roles,
        ledger=Ledger(
            blocked=blocked,
            bytes_sent=0 if closed else None,
            downloads=DownloadLog(places.download_log).all(),
        ),
        grants=list(grants),
        granted=_granted(),
        escapes=[Escape(role=role, **one) for role, trial in trials.items() for one in trial.attempts],
        encryption=look_at_encryption(places),
    )


def told_in_words(found: Privacy) -> list[str]:
    """The report in words, a line each."""
    lines: list[str] = []
    for name, role in found.roles.items():
        lines += [name, f"  network   {role.network}", f"  files     {role.files}"]
        lines += [f"  held by   {', '.join(role.by)}"] if role.by else []
        lines += [f"  NOT held  {', '.join(role.missing)}"] if role.missing else []
    ledger = found.ledger
    sent = "not known: the kernel does not hold it here" if ledger.bytes_sent is None else str(ledger.bytes_sent)
    lines += ["", f"Connections attempted and blocked: {ledger.blocked}", f"Bytes sent: {sent}"]
    lines += _downloads_in_words(ledger.downloads)
    lines += [f"Encryption: {encryption_in_words(found.encryption)}"] if found.encryption else []
    lines += [f"Folders read: {', '.join(found.grants) or 'none'}"]
    lines += ["Given to be read, each for the first time:"] if found.granted else []
    lines += [_granted_in_words(one) for one in found.granted[-_SHOWN:]]
    if found.escapes:
        lines += ["", *map(_escape_in_words, found.escapes)]
        open_ways = sum(one.open for one in found.escapes)
        lines += ["", f"{len(found.escapes)} ways out were tried, {open_ways or 'none'} of them open."]
    return lines


def _granted() -> list[Granted]:
    """Nothing where there is no launcher that writes it down, or what it wrote cannot be read."""
    keeper = launcher()
    if keeper is None:
        return []
    with suppress(OSError):
        return [Granted(at=one.at, path=one.path) for one in keeper.grants()]
    return []


def _granted_in_words(one: Granted) -> str:
    return f"  {datetime.fromtimestamp(one.at):%Y-%m-%d %H:%M}  {one.path or 'something whose name is not kept'}"


def _downloads_in_words(downloads: Sequence[Download]) -> list[str]:
    if not downloads:
        return ["Downloads: none"]
    earlier = len(downloads) - _SHOWN
    before = [f"  and {earlier} before, which --json lists"] if earlier > 0 else []
    sent = "  Each sent requests that name the file and nothing else; for a gated model, your HF_TOKEN as well."
    return ["Downloads:", *before, *map(in_words, downloads[-_SHOWN:]), sent]


def _escape_in_words(one: Escape) -> str:
    return f"{'OPEN  ' if one.open else 'closed'} {one.role:<10} {one.route}: {one.what}"


def _role(role: Role, trial: Trial) -> RolePrivacy:
    if role == "fetcher":
        network = _network_of(hub_in_use())
    else:
        network = "none" if not any("network" in one for one in trial.missing) else "refused to Python code only"
    if role == "keyring":
        network += "; speaks to programs of this machine, so as to reach the system's keyring"
    return RolePrivacy(network=network, files=_FILES[role], by=list(trial.enforced), missing=list(trial.missing))


def _network_of(hub: Hub) -> str:
    ports = " and ".join(str(port) for port in sorted({port for _, port in hub.destinations}))
    hosts = ", ".join(dict.fromkeys(host for host, _ in hub.destinations if not host.startswith("*.")))
    return f"{ports} to {hosts} and the hosts below them, only during a download that was confirmed"
