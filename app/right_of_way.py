"""The screen goes first: work on other threads rests while the event loop has something to do.

Threads that compute take turns of one switch interval each, so beside one of them the screen needs twice its time, and
waits a turn more whenever it has looked for input. Work that asks here between its steps leaves it all of them.
"""

from __future__ import annotations

import selectors
import threading
from asyncio import SelectorEventLoop
from collections.abc import Iterable, Iterator

LONGEST_REST = 0.1
"""Seconds. A screen that is busy for longer than this shares the processor."""

_free = threading.Event()
"""Set while no event loop needs the interpreter, which all threads of the process share."""
_free.set()


def give_way() -> None:
    """Wait until the screen has nothing to do. For work on a thread, to be called about every millisecond."""
    _free.wait(LONGEST_REST)


def giving_way[T](items: Iterable[T]) -> Iterator[T]:
    """The items, each when the screen has nothing to do."""
    for item in items:
        give_way()
        yield item


class _Selector(selectors.DefaultSelector):
    """Tells when its loop waits, and when it goes on."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(timeout)
        _free.set()
        try:
            return super().select(timeout)
        finally:
            _free.clear()

    def close(self) -> None:
        _free.set()
        super().close()


class FirstLoop(SelectorEventLoop):
    """An event loop that work on other threads gives way to."""

    def __init__(self) -> None:
        super().__init__(_Selector())
