"""`llama-desk summarise PATH...`"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from app.commands.model_options import adapter_option, model_option
from app.commands.output import check_writable, echo_json, echo_markdown, write_file
from app.commands.progress import ProgressLine
from app.desk import LocalDesk
from app.errors import Exit
from app.folder_summary.events import Finished
from app.folder_summary.render import to_markdown
from app.folder_summary.report import Report
from app.folder_summary.sources import heading, sources_of
from app.locations import locations
from app.summary_options import SummaryOptions


@dataclass(frozen=True, slots=True)
class Output:
    as_json: bool
    file: Path | None


@click.command()
@click.argument("named", nargs=-1, required=True, metavar="PATH...")
@model_option
@adapter_option
@click.option("--no-model", is_flag=True, help="The digest alone: the sentences that carry each file, no model.")
@click.option(
    "--depth",
    type=click.Choice(["full", "quick"]),
    default="full",
    show_default=True,
    help="full: the model reads every passage. quick: it reads the passages that the digest chose.",
)
@click.option("--levels", type=click.IntRange(min=0), help="Levels of subfolders to read; all unless given.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False, readable=False), help="Write the summary to a file."
)
@click.option("--fresh", is_flag=True, help="Read and write everything anew; nothing of earlier runs is used.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def summarise(  # noqa: PLR0913, PLR0917 - one parameter for each option
    named: tuple[str, ...],
    model: str | None,
    adapters: tuple[str, ...],
    no_model: bool,
    depth: str,
    levels: int | None,
    out: Path | None,
    fresh: bool,
    as_json: bool,
) -> int:
    """Summarise folders and files; every sentence shows its source.

    Stopping it loses nothing: the same command goes on where it was.
    """
    if not all(named):
        raise click.UsageError("An empty path names nothing.")
    paths = [Path(name) for name in named]
    if out is not None:
        check_writable(out)
    options = SummaryOptions("quick" if depth == "quick" else "full", not no_model, fresh, levels)
    title = heading(sources_of(paths))
    desk = LocalDesk.open(locations(), model=model, adapters=adapters, use_model=not no_model)
    report = asyncio.run(_summarise(desk, paths, options))
    if report is None:
        return Exit.INTERRUPTED
    if not report.files:
        click.echo("There is nothing in it to summarise.", err=True)
    _print(report, title, Output(as_json, out))
    return exit_code(report, options)


def exit_code(report: Report, options: SummaryOptions) -> Exit:
    """DONE when all that was asked for was done: files that are never read do not count against it."""
    cut_short = report.coverage.partial and options.depth == "full"
    return Exit.PARTLY if report.coverage.failed or cut_short or report.notices else Exit.DONE


async def _summarise(desk: LocalDesk, paths: Sequence[Path], options: SummaryOptions) -> Report | None:
    """The report, or None when the user stopped it."""
    try:
        if options.use_model and (hint := (await desk.engine_state()).hint):
            click.echo(hint, err=True)
        with ProgressLine() as progress:
            async with contextlib.aclosing(desk.summarise(paths, options)) as events:
                async for event in events:
                    progress.show(event)
                    if isinstance(event, Finished):
                        return event.report
    except asyncio.CancelledError:
        # Said at once: closing may have to wait for a write to the disk.
        click.echo("Stopped. What is done is kept; the same command goes on from there.", err=True)
        return None
    finally:
        await desk.close()
    return None


def _print(report: Report, title: str, output: Output) -> None:
    if output.file is not None:
        write_file(output.file, report.model_dump_json(indent=2) if output.as_json else to_markdown(report, title))
        click.echo(f"{report.coverage.sentence()}; written to {output.file}.", err=True)
    elif output.as_json:
        echo_json(report)
    else:
        echo_markdown(to_markdown(report, title))
