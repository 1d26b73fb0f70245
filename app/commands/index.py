"""`llama-desk index add|list|refresh|remove FOLDER`"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from pydantic import BaseModel, RootModel

from app.commands.output import echo_json
from app.commands.progress import ProgressLine
from app.desk import LocalDesk
from app.errors import DeskError, Exit
from app.file_index.folder_index import FolderIndex, Kept, Refreshed, folder_to_index
from app.folder_summary.events import Progress
from app.locations import locations
from app.wording import count, joined
from runtime.errors import RuntimeProblem
from tools.desk_db import FileProblem
from tools.sanitise import sanitise


class Problem(BaseModel):
    """A file that could not be read."""

    source: str
    reason: str


class FolderState(BaseModel):
    """An indexed folder; `refreshed` is when all of it was last read (UTC), `vectors` counts passages with one."""

    folder: str
    files: int
    passages: int
    vectors: int
    refreshed: datetime | None
    failed: list[Problem]


class FolderChange(FolderState):
    """What an update found, in files; those in `failed` are among the counted."""

    added: int
    changed: int
    unchanged: int
    removed: int


class FolderStates(RootModel[list[FolderState]]):
    """What `index list --json` prints."""


class FolderChanges(RootModel[list[FolderChange]]):
    """What `index add --json` and `index refresh --json` print."""


class Removed(BaseModel):
    """What `index remove --json` prints."""

    removed: list[str]


json_option = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")


@click.group()
def index() -> None:
    """Folders that are kept in the index, for search and questions; the screen notices when they change."""


@index.command()
@click.argument(
    "folders", nargs=-1, required=True, metavar="FOLDER...", type=click.Path(path_type=Path, readable=False)
)
@json_option
def add(folders: tuple[Path, ...], as_json: bool) -> int:
    """Read folders and remember them. What was read before is not read again; stopping keeps what is done."""
    roots = list(dict.fromkeys(folder_to_index(folder) for folder in folders))
    return _update(lambda kept: kept.add, lambda _: _given(roots), as_json)


@index.command()
@click.argument("folders", nargs=-1, metavar="[FOLDER...]", type=click.Path(path_type=Path, readable=False))
@json_option
def refresh(folders: tuple[Path, ...], as_json: bool) -> int:
    """Read what is new or changed in indexed folders, and forget what is gone; all of them when none is named."""
    return _update(lambda kept: kept.refresh, lambda kept: _named(kept, folders), as_json)


@index.command("list")
@json_option
def list_(as_json: bool) -> int:
    """Show the indexed folders: files, passages, when each was read, and what could not be."""
    folders = asyncio.run(_with_desk(lambda desk: desk.index.kept()))
    if as_json:
        echo_json(FolderStates([_state(kept) for kept in folders]))
        return Exit.DONE
    for kept in folders:
        click.echo(f"{sanitise(kept.folder.root)}\n    {_facts(kept)}")
        _print_problems(kept.problems)
    if not folders:
        click.echo("No folder is in the index. Begin with: llama-desk index add FOLDER", err=True)
    return Exit.DONE


@index.command()
@click.argument(
    "folders", nargs=-1, required=True, metavar="FOLDER...", type=click.Path(path_type=Path, readable=False)
)
@json_option
def remove(folders: tuple[Path, ...], as_json: bool) -> int:
    """Forget folders, and all that was derived from their files alone. The files themselves stay as they are."""
    roots = [folder.expanduser().resolve() for folder in folders]

    async def forget(desk: LocalDesk) -> None:
        for root in roots:
            await desk.index.remove(root)

    asyncio.run(_with_desk(forget))
    if as_json:
        echo_json(Removed(removed=[str(root) for root in roots]))
    else:
        for root in roots:
            click.echo(f"Forgotten: {sanitise(str(root))}")
    return Exit.DONE


async def _with_desk[T](work: Callable[[LocalDesk], Coroutine[None, None, T]]) -> T:
    desk = LocalDesk.open(locations(), use_model=False)
    try:
        return await work(desk)
    finally:
        await desk.close()


type _Reading = Callable[[Path], AsyncGenerator[Progress | Refreshed]]


def _update(
    reading: Callable[[FolderIndex], _Reading],
    choose: Callable[[FolderIndex], Coroutine[None, None, list[Path]]],
    as_json: bool,
) -> int:
    """Read folders and make the vectors that are missing; the exit code says whether all of it was done."""
    results: list[Refreshed] = []
    notices: list[str] = []

    async def read_all(desk: LocalDesk) -> list[Kept]:
        roots = await choose(desk.index)
        with ProgressLine() as progress:
            for root in roots:
                try:
                    await _follow(reading(desk.index)(root), progress, results)
                except DeskError as problem:
                    notices.append(problem.sentence())
            try:
                await _follow(desk.index.make_vectors(), progress, results)
            except RuntimeProblem as problem:
                notices.append(problem.sentence())
        return await desk.index.kept()

    try:
        folders = asyncio.run(_stoppable(read_all))
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    _print(results, folders, as_json)
    for notice in notices:
        click.echo(sanitise(notice), err=True)
    if notices and not results:
        return Exit.FAILED
    return Exit.PARTLY if notices or any(result.problems for result in results) else Exit.DONE


async def _stoppable(work: Callable[[LocalDesk], Coroutine[None, None, list[Kept]]]) -> list[Kept]:
    desk = LocalDesk.open(locations(), use_model=False)
    try:
        return await work(desk)
    except asyncio.CancelledError:
        # Said at once: closing may have to wait for a write to the disk.
        click.echo("Stopped. What is done is kept; the same command goes on from there.", err=True)
        raise
    finally:
        await desk.close()


async def _follow(
    steps: AsyncGenerator[Progress | Refreshed] | AsyncGenerator[Progress], progress: ProgressLine, out: list[Refreshed]
) -> None:
    async with contextlib.aclosing(steps):
        async for step in steps:
            if isinstance(step, Refreshed):
                out.append(step)
            else:
                progress.show(step)


async def _given(roots: list[Path]) -> list[Path]:
    return roots


async def _named(kept: FolderIndex, folders: Sequence[Path]) -> list[Path]:
    """The folders of the index that were named, or all. Raises DeskError for one that is not in it."""
    known = await kept.roots()
    roots = [folder.expanduser().resolve() for folder in folders]
    for root in roots:
        if root not in known:
            raise DeskError(
                f"{root} is not in the index.", title="Not indexed", hint="Add it with llama-desk index add."
            )
    return roots or known


def _print(results: Sequence[Refreshed], folders: Sequence[Kept], as_json: bool) -> None:
    states = {kept.folder.root: kept for kept in folders}
    if as_json:
        changes = [_change(result, states[result.root]) for result in results]
        echo_json(FolderChanges(changes))
        return
    for result in results:
        found = f"{result.added:,} added, {result.changed:,} changed, {result.removed:,} gone"
        click.echo(f"{sanitise(result.root)}\n    {_facts(states[result.root])}")
        click.echo(f"    {found}, {result.unchanged:,} as before")
        _print_problems(result.problems)


def _print_problems(problems: Sequence[FileProblem]) -> None:
    for problem in problems:
        click.echo(f"    {sanitise(problem.path)} {problem.reason}")


def _facts(kept: Kept) -> str:
    folder = kept.folder
    when = datetime.fromtimestamp(folder.refreshed_at).astimezone() if folder.refreshed_at else None
    return joined(
        count(folder.files, "file"),
        count(folder.passages, "passage"),
        f"{kept.vectors:,} with vectors" if kept.vectors else "",
        f"{len(kept.problems):,} could not be read" if kept.problems else "",
        f"read {when:%Y-%m-%d %H:%M}" if when else "not read to its end yet",
    )


def _state(kept: Kept) -> FolderState:
    folder = kept.folder
    return FolderState(
        folder=folder.root,
        files=folder.files,
        passages=folder.passages,
        vectors=kept.vectors,
        refreshed=datetime.fromtimestamp(folder.refreshed_at, UTC) if folder.refreshed_at else None,
        failed=[Problem(source=problem.path, reason=problem.reason) for problem in kept.problems],
    )


def _change(result: Refreshed, kept: Kept) -> FolderChange:
    return FolderChange(
        **dict(_state(kept)),
        added=result.added,
        changed=result.changed,
        unchanged=result.unchanged,
        removed=result.removed,
    )
