"""One try at receiving what is missing of a file."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx2

from runtime.fetch.hosts import host_of
from runtime.fetch.hub_client import HubClient
from runtime.fetch.part_file import PartFile
from runtime.fetch.problems import FetchProblem, Interrupted, other_length
from runtime.manifest import ManifestEntry


def receive(
    client: HubClient, entry: ManifestEntry, url: str, part: PartFile, *, size: int, on_bytes: Callable[[], None]
) -> None:
    """Append what is missing to `part` until it has `size` bytes.

    Raises Interrupted where another try may go on, FetchProblem where the server does not keep to `size`.
    """
    host = host_of(url)
    with client.open(url, part.size) as response:
        _take_place(response, part, entry, host, size)
        for data in response.iter_raw():
            if part.size + len(data) > size:
                part.restart()
                raise FetchProblem(
                    f"{host} sends more bytes than {entry.file} has; they were removed.",
                    hint="Try again later, or from another mirror.",
                )
            part.append(data)
            on_bytes()
    if part.size < size:
        raise Interrupted(
            FetchProblem(
                f"{host} stopped after {part.size:,} of {size:,} bytes.",
                hint="What is here is kept; pull again to go on.",
            )
        )


def length_offered(client: HubClient, url: str) -> int:
    """The length of the whole file where the hub does not name it. Raises FetchProblem when nothing does."""
    with client.open(url, 0) as response:
        length = _content_length(response)
    if length is None:
        raise FetchProblem(f"{host_of(url)} does not say how long the file is.", hint="Try another mirror.")
    return length


def _take_place(response: httpx2.Response, part: PartFile, entry: ManifestEntry, host: str, size: int) -> None:
    """Make the part as long as the bytes before those of this answer, and check the lengths that it names."""
    if response.status_code == 416:
        part.restart()
        raise Interrupted(FetchProblem(f"{host} has no such part of the file (416).", hint="Try again later."))
    named = _content_length(response)
    if response.status_code == 200:
        if part.size:
            part.restart()
    else:
        start, whole = _content_range(response)
        if start != part.size:
            part.restart()
            raise Interrupted(FetchProblem(f"{host} sent another part than was asked for.", hint="Try again later."))
        named = whole if whole is not None or named is None else start + named
    if named is not None and named != size:
        raise other_length(entry, host, named, size)


def _content_length(response: httpx2.Response) -> int | None:
    value = response.headers.get("content-length", "")
    return int(value) if re.fullmatch(r"\d{1,18}", value) else None


def _content_range(response: httpx2.Response) -> tuple[int | None, int | None]:
    """Where the bytes of a 206 begin, and how long the whole file is, as far as they are named."""
    match = re.fullmatch(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)", response.headers.get("content-range", ""))
    if not match:
        return None, None
    return int(match[1]), None if match[2] == "*" else int(match[2])
