"""A stream of events in batches, so that a screen is drawn a few times a second however many events come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

FRAME_SECONDS = 0.05
_WAITING_EVENTS = 1_000


@dataclass(frozen=True, slots=True)
class _End:
    error: Exception | None = None


async def batches[T](source: AsyncIterator[T], seconds: float = FRAME_SECONDS) -> AsyncGenerator[list[T]]:
    """The events of `source` in order, in lists that come at most every `seconds`; the first comes at once.

    `source` waits when many events stand undelivered, and is closed when this generator is closed or cancelled.
    What `source` raises is raised here, after the events that came before.
    """
    queue: asyncio.Queue[T | _End] = asyncio.Queue(_WAITING_EVENTS)
    pump = asyncio.create_task(_pump(source, queue))
    try:
        end = None
        while end is None:
            batch, end = await _next_batch(queue)
            if batch:
                yield batch
            if end is None:
                await asyncio.sleep(seconds)
        if end.error is not None:
            raise end.error
    finally:
        pump.cancel()
        await asyncio.gather(pump, return_exceptions=True)


async def _pump[T](source: AsyncIterator[T], queue: asyncio.Queue[T | _End]) -> None:
    try:
        if isinstance(source, AsyncGenerator):
            async with aclosing(source):
                await _copy(source, queue)
        else:
            await _copy(source, queue)
    except Exception as error:  # noqa: BLE001 - whatever it is, the reader raises it
        await queue.put(_End(error))
    else:
        await queue.put(_End())


async def _copy[T](source: AsyncIterator[T], queue: asyncio.Queue[T | _End]) -> None:
    async for event in source:
        await queue.put(event)


async def _next_batch[T](queue: asyncio.Queue[T | _End]) -> tuple[list[T], _End | None]:
    """All that waits, at least one, and the end when it is among it."""
    batch: list[T] = []
    item = await queue.get()
    while not isinstance(item, _End):
        batch.append(item)
        if queue.empty():
            return batch, None
        item = queue.get_nowait()
    return batch, item
