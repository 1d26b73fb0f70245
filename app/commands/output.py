"""What commands print: JSON, Markdown, files."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import click
from pydantic import BaseModel

from app.errors import DeskError


def echo_json(result: BaseModel) -> None:
    click.echo(result.model_dump_json(indent=2))


def echo_markdown(text: str) -> None:
    """Laid out on a terminal, as it stands elsewhere."""
    if not sys.stdout.isatty():
        click.echo(text, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text, hyperlinks=False))


def check_writable(path: Path) -> None:
    """Raises DeskError when a file could not be written at `path`, before any work is done for it."""
    part = _part(path)
    try:
        part.touch()
        part.unlink()
    except OSError as error:
        raise _unwritable(path, error) from error


def write_file(path: Path, text: str) -> None:
    """Write `text` to `path`, whole or not at all.

    Raises DeskError when it cannot be written.
    """
    part = _part(path)
    try:
        part.write_text(text, "utf-8")
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise _unwritable(path, error) from error


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _unwritable(path: Path, error: OSError) -> DeskError:
    return DeskError(
        f"{path} cannot be written ({error.strerror}).", title="Nothing written", hint="Choose another --out."
    )
