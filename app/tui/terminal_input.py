"""What comes from the terminal: bytes that are no UTF-8 end nothing, and a terminal that is gone ends the program."""

from __future__ import annotations

import select
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable
from functools import partial

_STDIN = 0


def take_any_bytes() -> None:
    """Let Textual's driver read them: its strict decoder would end the program at half of a letter.

    A terminal of another encoding sends such bytes, and one that took back a letter byte by byte while the program
    started.
    """
    if sys.platform != "win32":
        from textual.drivers import linux_driver

        vars(linux_driver)["getincrementaldecoder"] = _forgiving


def _forgiving(encoding: str) -> Callable[[], object]:
    return partial(getincrementaldecoder(encoding), errors="replace")


def terminal_is_gone() -> bool:
    """Whether nobody holds the other end any more.

    The system tells only a program whose terminal is its controlling one, and Textual reads on from any other for ever.
    """
    if sys.platform == "win32":
        return False
    polled = select.poll()
    polled.register(_STDIN, 0)
    return any(flags & select.POLLHUP for _, flags in polled.poll(0))
