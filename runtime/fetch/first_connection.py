"""The first connection of a download: it is made soon, or the user is told that the hub cannot be reached."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future


class FirstConnection:
    """Watches the requests of one download until one of them has a connection, for so many seconds in all."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._made = threading.Event()

    def trace(self, event: str, _facts: object) -> None:
        """For the extension `trace` of a request: it is told what happens to its connection."""
        if event == "connection.start_tls.complete":
            self._made.set()

    def leaves(self, seconds: float) -> bool:
        """Whether there are so many seconds left; there always are once a connection was made."""
        return self._made.is_set() or time.monotonic() + seconds < self._deadline

    def during[Answer](self, request: Callable[[], Answer]) -> Answer:
        """What `request` gives or raises. Raises TimeoutError when it still has no connection at the end of the time.

        A name that is looked up and a host of many addresses may take much longer than the limit of each connection,
        and nothing can stop them: such a request is left behind in its thread.
        """
        if self._made.is_set():
            return request()
        answer: Future[Answer] = Future()
        settled = threading.Event()
        answer.add_done_callback(lambda _: settled.set())
        threading.Thread(target=_settle, args=(answer, request), daemon=True, name="first connection").start()
        while not settled.wait(0.05) and not self._made.is_set():
            if not self.leaves(0.0):
                raise TimeoutError
        return answer.result()


def _settle[Answer](answer: Future[Answer], request: Callable[[], Answer]) -> None:
    try:
        answer.set_result(request())
    except Exception as error:  # noqa: BLE001 - it is raised again where the answer is waited for
        answer.set_exception(error)
