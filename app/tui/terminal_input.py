"""What comes from the terminal: bytes that are no UTF-8 are shown as such and end nothing."""

from __future__ import annotations

import sys
from codecs import getincrementaldecoder
from collections.abc import Callable
from functools import partial


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
