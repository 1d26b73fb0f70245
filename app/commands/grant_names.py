"""The names in the launcher's list of what was given to be read, which lies beside the data folder and is plain."""

from __future__ import annotations

from pathlib import Path

import click

from app.workers.launcher import launcher


def forget_grants(path: Path) -> None:
    """Take the names of a folder or file, and of what is below it, out of the list; say so where that fails."""
    keeper = launcher()
    if keeper is None:
        return
    try:
        keeper.forget_grant(path)
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        click.echo(f"The list of what was given to be read still names {path} ({reason}).", err=True)
