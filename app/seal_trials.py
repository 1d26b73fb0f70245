"""Starting each role once more, in the way it is really started, to hear what holds for it and what it could not do."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

from app.errors import DeskError
from app.locations import Locations
from app.roles import role_command
from app.workers.grants import grants_log
from app.workers.launcher import launcher
from app.workers.roles import TRIED, trial_environment
from runtime.seal.escapes import Targets
from runtime.seal.report import Role
from runtime.seal.trial import OPTION, Trial, read_trial
from tools.extraction.starting import StartedReader

_SECONDS = 60.0


def run_trials(places: Locations, *, try_to_escape: bool) -> dict[Role, Trial]:
    """What each role says of itself. Blocking. Raises DeskError when one cannot be started, or says nothing."""
    # All start at once: each needs some tenths of a second to import what it is.
    started = {role: _start(role) for role in TRIED}
    trials: dict[Role, Trial] = {}
    for role, process in started.items():
        targets = json.dumps(dataclasses.asdict(_targets(role, places))) if try_to_escape else ""
        try:
            trials[role] = read_trial(_answer(process, targets))
        except ValueError as error:
            raise DeskError(
                f"The {role} gave no answer about its seal.", title="Not known", hint="Try again."
            ) from error
    return trials


def _start(role: Role) -> StartedReader:
    try:
        if starter := launcher():
            return starter.start(role, trial=True)
        return subprocess.Popen(
            [*role_command(role), OPTION],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=trial_environment(role),
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise DeskError(f"The {role} could not be started ({reason}).", hint="Install llama-desk again.") from error


def _answer(process: StartedReader, asked: str) -> str:
    """What the process writes until its end, which comes in time; "" when it was killed."""
    timer = threading.Timer(_SECONDS, process.kill)
    timer.start()
    try:
        if process.stdin is not None:
            with suppress(OSError), process.stdin:  # of one that has ended
                process.stdin.write(asked.encode())
        said = process.stdout.read() if process.stdout is not None else b""
        process.wait()
    finally:
        timer.cancel()
        if process.stdout is not None:
            process.stdout.close()
    return said.decode("utf-8", "replace")


def _of_the_user(places: Locations) -> Path:
    """A file that the desk must not read: the launcher's list, or where that has no place one of the user's own."""
    kept = grants_log().make()
    if kept.exists():
        return kept
    others = (one for one in sorted(Path.home().iterdir()) if one.is_file() and not one.is_relative_to(places.home))
    return next(others, kept)


def _targets(role: Role, places: Locations) -> Targets:
    """What this role must not reach: the user's data for those that read strangers' files, the rest for the desk."""
    outside = Path.home() if role == "desk" else places.home
    secret = _of_the_user(places) if role == "desk" else places.database
    return Targets(
        unix_path=str(places.home / "nobody-listens"),
        abstract_name="llama-desk-nobody-listens",
        victim=os.getpid(),
        secret=str(secret),
        outside=str(outside),
    )
