"""What the desk may open by itself once it is sealed; everything else that is the user's the launcher opens for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from app.locations import Locations
from runtime.model_places import places_of
from runtime.seal import Grants

PASSPHRASE_FILE = "LLAMA_DESK_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable


def desk_grants(places: Locations, arguments: Sequence[str], line: int | None) -> Grants:
    """Its data folder, the places where models are kept, the file of a passphrase, and what is named to be written.

    Of everything else it reads names alone, so that paths can be completed and folders watched. On Windows nothing
    holds it to that. `line` is its socket to the launcher.
    """
    write = (places.home, *output_folders(arguments))
    if sys.platform == "win32":
        return Grants(read=(Path("/"),), write=write)
    return Grants(read=tuple(_own_files(places, arguments)), write=write, listed=(Path("/"),), line=line)


def own_places(places: Locations) -> tuple[Path, ...]:
    """The data folder and where models are kept, by this program and others."""
    return (places.home, *(place.folder for place in places_of(places.models)))


def output_folders(arguments: Sequence[str]) -> tuple[Path, ...]:
    """The folders that the command line names to be written to: by --out, or as what an export is to make."""
    named = _values(arguments, "--out")
    if "export" in arguments:
        named += [one for one in arguments if not one.startswith("-")]
    targets = [Path(name).expanduser() for name in named if name.strip()]
    return tuple(dict.fromkeys(path if path.is_dir() else path.absolute().parent for path in targets))


def _values(arguments: Sequence[str], option: str) -> list[str]:
    """What follows on a long option, in either way of writing it."""
    apart = [value for one, value in pairwise(arguments) if one == option]
    return apart + [one.removeprefix(f"{option}=") for one in arguments if one.startswith(f"{option}=")]


def _own_files(places: Locations, arguments: Sequence[str]) -> Iterator[Path]:
    yield from own_places(places)
    yield places.settings  # which may be a link to where others of the user's settings are kept
    for named in (os.environ.get(PASSPHRASE_FILE), *_values(arguments, "--passphrase-file")):
        if named:
            yield Path(named)
    # Modules are imported when they are needed. The folder that the user works in may be among these: it is not meant.
    try:
        here = Path.cwd()
    except FileNotFoundError:
        here = Path("/")  # a folder that was removed meanwhile holds no modules
    folders = [Path(one) for one in sys.path if one]
    yield from (one for one in folders if one != here and not Path.home().is_relative_to(one))
