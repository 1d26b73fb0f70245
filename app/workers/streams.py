"""A process of the launcher's for an event loop, in the manner of `asyncio.subprocess.Process`."""

from __future__ import annotations

import asyncio
from typing import BinaryIO

from app.workers.worker import Worker


class LoopWorker:
    """A `Worker` whose streams are the loop's."""

    def __init__(
        self, worker: Worker, stdin: asyncio.WriteTransport, stdout: asyncio.StreamReader, stderr: asyncio.StreamReader
    ) -> None:
        self._worker = worker
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr

    @property
    def pid(self) -> int:
        return self._worker.pid

    @property
    def returncode(self) -> int | None:
        return self._worker.returncode

    def kill(self) -> None:
        self._worker.kill()

    async def wait(self) -> int:
        status = await asyncio.to_thread(self._worker.wait)
        self.stdin.close()
        return status


async def in_this_loop(worker: Worker) -> LoopWorker:
    """Give the streams of `worker`, which has three, to the running loop."""
    if worker.stderr is None:
        raise ValueError("a worker without a stream of its errors")
    stdin, _ = await asyncio.get_running_loop().connect_write_pipe(asyncio.BaseProtocol, worker.stdin)
    return LoopWorker(worker, stdin, await _reader(worker.stdout), await _reader(worker.stderr))


async def _reader(pipe: BinaryIO) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader
