"""What commands print: JSON, Markdown, files."""

from __future__ import annotations

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


def write_file(path: Path, text: str) -> None:
    """Write `text` to `path`, whole or not at all.

    Raises DeskError when it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, "utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DeskError(
            f"{path} cannot be written ({error.strerror}).", title="Nothing written", hint="Choose another --out."
        ) from error
