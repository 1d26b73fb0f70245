"""Opening a file with the program that the system has for it.

What a sealed process starts is sealed as well, and a mail program needs its network. So a sealed desk asks the
launcher, which opens invitations and nothing else.
"""

from __future__ import annotations

import json
from pathlib import Path

from app.launcher_line import launcher_line
from runtime.seal import is_cut_off

SUFFIX = ".ics"
REQUEST = b"open "
OPENED, NOT_OPENED = b'{"kind":"opened"}\n', b'{"kind":"not opened"}\n'


def open_with_system(path: Path) -> bool:
    """Whether a program was started for the invitation at `path`."""
    if not is_cut_off():
        return launch(path)
    line = launcher_line()
    if line is None:
        return False
    try:
        line.requests.write(REQUEST + json.dumps(str(path)).encode() + b"\n")
        return line.events.readline() == OPENED
    except OSError:
        return False


def answer(request: bytes) -> bytes:
    """What the launcher says to a line that begins with `REQUEST`, after it did it."""
    try:
        named = json.loads(request.removeprefix(REQUEST))
        path = Path(named) if isinstance(named, str) else Path()
        fits = path.is_absolute() and path.suffix == SUFFIX and path.is_file() and not path.is_symlink()
    except (ValueError, OSError):
        fits = False
    return OPENED if fits and launch(path) else NOT_OPENED


def launch(path: Path) -> bool:
    import click  # the launcher needs it for this alone

    return click.launch(str(path)) == 0
