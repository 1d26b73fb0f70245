"""Stopping the native decode from another thread, and only the decode that is meant."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterable


class Interrupt:
    """A flag in native memory that llama.cpp reads while it computes, tied to the requests it is computing for.

    The scheduler thread brackets each decode with `begin` and `end`; the reader thread calls the others.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flag = ctypes.create_string_buffer(2)
        self._current: frozenset[int] = frozenset()
        self._yielding = False
        self._cancelled: set[int] = set()

    @property
    def address(self) -> int:
        """Where the flag stands: the user data of `native.abort_callback`."""
        return ctypes.addressof(self._flag)

    def begin(self, requests: Iterable[int], *, yielding: bool = False) -> bool:
        """Lower the flag for a decode of these requests; False when one of them has been cancelled already.

        A `yielding` decode is background work that stops as soon as foreground work arrives.
        """
        with self._lock:
            current = frozenset(requests)
            if current & self._cancelled:
                return False
            self._current, self._yielding = current, yielding
            self._flag[0] = b"\0"
            return True

    def end(self) -> None:
        with self._lock:
            self._current, self._yielding = frozenset(), False
            self._flag[0] = b"\0"

    def cancel(self, request: int) -> None:
        """Mark a request as cancelled and stop the decode it is in."""
        with self._lock:
            self._cancelled.add(request)
            if request in self._current:
                self._flag[0] = b"\1"

    def cancelled(self, request: int) -> bool:
        with self._lock:
            return request in self._cancelled

    def forget(self, request: int) -> None:
        """Drop the mark of a request that has ended."""
        with self._lock:
            self._cancelled.discard(request)

    def foreground_waits(self) -> None:
        """Stop the decode that is under way if it is background work."""
        with self._lock:
            if self._yielding:
                self._flag[0] = b"\1"

    def stop(self) -> None:
        """Stop whatever decode is under way."""
        with self._lock:
            if self._current:
                self._flag[0] = b"\1"
