"""`llama-desk inbox import` and `forget`"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from app.attachment_text import AttachmentTexts
from app.commands.inbox.opened import open_inbox
from app.commands.inbox.results import ForgottenResult, import_result
from app.commands.output import echo_json
from app.errors import Exit
from tools.inbox import ImportReport, Progress

_PATH = click.Path(path_type=Path, readable=False)
_JSON = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")


@click.command(name="import")
@click.argument("paths", nargs=-1, required=True, type=_PATH, metavar="PATH...")
@_JSON
def import_messages(paths: tuple[Path, ...], as_json: bool) -> int:
    """Bring the messages of files and folders into the inbox; what is there already is not doubled.

    A second import reads only what has changed. The files themselves are never changed.
    """
    report = ImportReport()
    try:
        with open_inbox() as opened, AttachmentTexts(opened.places.home) as text_of, _progress() as progress:
            for path in paths:
                opened.inbox.import_path(path, text_of=text_of, progress=progress, report=report)
    except KeyboardInterrupt:
        kept = f"{report.added + report.changed} messages are kept"
        click.echo(f"Stopped; {kept}, and the same command goes on from there.", err=True)
        return Exit.INTERRUPTED
    if as_json:
        echo_json(import_result(report))
    else:
        click.echo(f"{report.added} messages added, {report.changed} changed, {report.unchanged} there already.")
        for failure in report.failed:
            click.echo(f"{failure.source} {failure.reason}", err=True)
    if not report.failed:
        return Exit.DONE
    return Exit.PARTLY if report.messages else Exit.FAILED


@click.command()
@click.argument("path", type=_PATH)
@_JSON
def forget(path: Path, as_json: bool) -> int:
    """Remove the messages that were imported from PATH, with their action items. Nothing brings them back but PATH.

    Messages that came from elsewhere too stay. PATH itself is not touched.
    """
    with open_inbox() as opened:
        removed = opened.inbox.forget_source(path)
    if as_json:
        echo_json(ForgottenResult(removed=removed))
    else:
        click.echo(f"{removed} messages removed.")
    return Exit.DONE


COMMANDS = (import_messages, forget)


@contextmanager
def _progress() -> Iterator[Progress]:
    """How many messages there are so far, on standard error where that is a terminal."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda _report: None
        return
    with console.status("Reading messages") as status:
        yield lambda report: status.update(f"{report.messages:,} messages, {report.added:,} of them new")
