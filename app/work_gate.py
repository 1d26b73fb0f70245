"""What is under way for a person, and changes that have to wait for its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class WorkGate:
    """Work may go on beside other work; a change has the desk for itself. For one event loop."""

    def __init__(self) -> None:
        self._pieces = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._change = asyncio.Lock()

    @property
    def at_work(self) -> bool:
        """Whether a person waits for something."""
        return self._pieces > 0

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """A person waits for what happens inside; it begins when no change is waiting or being made."""
        async with self._change:
            self._pieces += 1
            self._idle.clear()
        try:
            yield
        finally:
            self._pieces -= 1
            if not self._pieces:
                self._idle.set()

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[None]:
        """Nothing is under way while this goes on: what was has ended, and what comes waits."""
        async with self._change:
            await self._idle.wait()
            yield
