"""One program, several processes: which role this one plays, and the command that starts another."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from app.start_trace import mark
from runtime.seal import Grants, Role, SealFailed, SealReport, seal
from runtime.seal.passing import take_told
from runtime.seal.trial import OPTION, run_trial
from runtime.telemetry import TELEMETRY_OFF

if TYPE_CHECKING:
    from app.locations import Locations

ROLE_OPTION = "--role="

_SAYS_ONLY = frozenset({"--help", "-h", "--version"})
"""With these nothing is kept, so no folder is made."""


def role_command(role: Role) -> list[str]:
    """The command line that starts this same program in another role.

    Python's isolated mode keeps the working directory, the user's site packages and PYTHON* variables out of the child.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, f"{ROLE_OPTION}{role}"]
    return [sys.executable, "-I", "-m", "app", f"{ROLE_OPTION}{role}"]


def split_role(arguments: Sequence[str]) -> tuple[Role, list[str]]:
    """The role that the arguments ask for, and the arguments that are left for it."""
    first, rest = (arguments[0], list(arguments[1:])) if arguments else ("", [])
    for role in get_args(Role):
        if first == f"{ROLE_OPTION}{role}":
            return role, rest
    return "launcher", list(arguments)


def run_role(role: Role, arguments: list[str]) -> int:
    """Play `role` to its end and return the exit code. Each role is sealed before it does anything else."""
    os.environ.update(TELEMETRY_OFF)
    if role == "launcher":
        from app.launcher import launch

        return launch(arguments)
    if role == "desk":
        return _run_started_desk(arguments)
    if role == "fetcher":
        return _run_fetcher(arguments)
    if role == "keyring":
        from app.encryption.keyring_process import main as run_keyring

        return run_keyring(arguments)
    return _run_worker(role, arguments)


def _run_started_desk(arguments: list[str]) -> int:
    """The desk in a process that its launcher did not fork but start."""
    from app.inherited_line import take
    from app.launcher_line import hold_line

    ends, arguments = take(arguments)
    if not ends:
        return run_desk(arguments)
    if len(ends) == 1:
        return run_desk(arguments, line=socket.socket(fileno=ends[0]))
    lifeline, wishes, news = ends
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which the launcher leaves to the desk
    hold_line(wishes, news)
    return run_desk(arguments, lifeline)


def _run_worker(role: Role, arguments: list[str]) -> int:
    """The engine or the extractor: the processes that are started for the desk."""
    reads = take_told()
    try:
        if sys.platform == "win32":
            from runtime.seal.windows import run_in_container

            code = run_in_container(role, reads, [*role_command(role), *arguments])
            if code is not None:
                return code
        report = seal(role, Grants(read=reads), note=_to_stderr)
    except SealFailed as failed:
        sys.stderr.write(f"{failed}\n")
        return 1
    if arguments[:1] == [OPTION]:
        return run_trial(report)
    if role == "engine":
        from runtime.engine.process import main as run_engine

        return run_engine(arguments)
    if hasattr(os, "nice"):
        os.nice(10)  # reading thousands of files is no reason for a key to wait
    from tools.extraction.worker import main as run_extractor

    return run_extractor()


def _run_fetcher(arguments: list[str]) -> int:
    from app.locations import locations
    from runtime.fetch.process import main, try_seal
    from runtime.manifest import load_manifest, whole_manifest

    if arguments[:1] == [OPTION]:
        return try_seal(locations().models, whole_manifest().hosts)
    return main(load_manifest, locations().models, whole_manifest().hosts)


def run_desk(arguments: list[str], lifeline: int | None = None, line: socket.socket | None = None) -> int:
    """The desk: the command line or the screen, and the database.

    `lifeline` is the reading end of a pipe that the launcher holds open for as long as it lives; by `line` it starts
    processes for the desk.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"  # the fetcher alone speaks to the hub
    _write_any_text()
    from app.errors import DeskError, Exit
    from app.locations import Locations, data_folder

    try:
        places = data_folder()
    except DeskError as error:
        sys.stderr.write(f"{error.sentence()}\n")
        return Exit.FAILED
    keeps = not _SAYS_ONLY.intersection(arguments)
    if keeps:
        with contextlib.suppress(OSError):  # said later, in a sentence, by whoever needs the data folder
            places.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_trial = arguments[:1] == [OPTION]
    if not is_trial:
        _before_the_seal(arguments, Locations(places))
    if line is not None:
        from app.workers.launcher import hold_launcher

        hold_launcher(line)
    try:
        report = _seal_desk(arguments, Locations(places), line)
    except SealFailed as failed:
        sys.stderr.write(f"{failed}\n")
        return Exit.FAILED
    if keeps:
        _begin_clean(Locations(places))
    if is_trial:
        return run_trial(report)
    mark("the desk is sealed")
    if lifeline is not None:
        threading.Thread(target=_end_with_launcher, args=(lifeline,), daemon=True, name="lifeline").start()
    from app.commands.cli import run

    mark("the commands are imported")
    # A full collection walks every object and holds up the screen; what was imported never becomes garbage.
    gc.freeze()
    gc.set_threshold(5_000, 500, 1_000)
    # A thread that computes gives way to the screen after this many seconds; a key takes several turns to be shown.
    sys.setswitchinterval(0.001)
    return run(arguments)


def _before_the_seal(arguments: list[str], places: Locations) -> None:
    """What takes a socket or a program of its own, neither of which a sealed desk has."""
    if not _SAYS_ONLY.intersection(arguments):
        from app.encryption.at_start import reach_keyring

        reach_keyring(places, arguments)
    if "doctor" in arguments or "--version" in arguments:
        from app.build_facts import commit

        commit()  # of a checkout, where git is asked


def _seal_desk(arguments: list[str], places: Locations, line: socket.socket | None) -> SealReport:
    """Raises SealFailed."""
    from app.desk_files import desk_grants
    from app.privacy_log import PrivacyLog

    # A trial's attempts are ours, and no matter for the ledger.
    note = _to_stderr if arguments[:1] == [OPTION] else PrivacyLog(places.privacy_log).add
    return seal("desk", desk_grants(places, arguments, line.fileno() if line is not None else None), note=note)


def _begin_clean(places: Locations) -> None:
    """After the seal: what this imports starts threads."""
    from app.leftovers import clear_leftovers, make_temporary

    make_temporary(places)
    clear_leftovers(places)


def _to_stderr(event: str, code: str) -> None:
    """What the engine tries is kept in its log."""
    sys.stderr.write(f"A connection was refused: {event} by {code}\n")


def _write_any_text() -> None:
    """Files hold any language; what the terminal's encoding has not is replaced, and a pipe gets UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=stream.encoding if stream.isatty() else "utf-8", errors="replace")


def _end_with_launcher(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
