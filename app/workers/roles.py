"""How the launcher starts each role for the desk: the command, the folder and the environment are its own choice."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from app.inherited_line import OPTION as LINE
from app.locations import locations
from app.roles import role_command
from runtime.engine_options import backends_option
from runtime.seal.passing import told
from runtime.seal.report import Role
from runtime.seal.trial import OPTION
from runtime.worker_environment import worker_environment

WORKERS: tuple[Role, ...] = ("engine", "extractor")
TRIED: tuple[Role, ...] = ("desk", *WORKERS, "fetcher", "keyring")
"""Those that may be started as trials, which do nothing but tell of their seal."""


@dataclass(frozen=True, slots=True)
class Start:
    """What is to be started; `folder` is where it runs, and `passed` are further descriptors that it inherits."""

    command: list[str]
    folder: Path
    environment: dict[str, str]
    passed: tuple[int, ...] = ()


def role_called(name: object, *, trial: bool) -> Role | None:
    """The role of that name, if it is one that the desk may have started."""
    allowed = TRIED if trial else WORKERS
    return next((role for role in get_args(Role) if role == name and role in allowed), None)


def start_of(role: Role, reads: Sequence[Path], *, trial: bool) -> Start:
    """How `role` is started to read these files and folders. Raises OSError or DeskError when there is no place."""
    if trial:
        return Start([*role_command(role), OPTION], Path("/"), trial_environment(role))
    places = locations()
    command, folder = role_command(role), Path("/")
    if role == "engine":
        command.append(backends_option(places.backends))
        folder = places.engine_folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Start(command, folder, worker_environment(os.environ) | told(reads))


def with_line(trial: Start, line: int) -> Start:
    """The trial of a desk, with its end of a line to the launcher."""
    *command, option = trial.command
    return replace(trial, command=[*command, f"{LINE}{line}", option], passed=(line,))


def trial_environment(role: Role) -> dict[str, str]:
    """The environment of a trial of `role`: for the fetcher that of a download from the hub, or its mirror."""
    if role != "fetcher":
        return {**os.environ, **told([])}
    from app.hub import hub_in_use
    from runtime.fetch.environment import fetcher_environment

    return fetcher_environment({**os.environ, "HF_ENDPOINT": hub_in_use().endpoint}, locations().home, gated=False)
