"""Standard input, output and errors that are there, even where whoever started the program closed them."""

from __future__ import annotations

import os
import sys


def open_closed_streams() -> None:
    """Lead each standard stream that is closed to nowhere.

    Python has no stream for it then, and the next file that is opened takes its number: what a library writes to
    standard error would end in that file.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, which is this one
            os.set_inheritable(number, True)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
