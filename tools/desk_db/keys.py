"""The keys under which the files of a data folder are encrypted: whoever starts the program says where they come from.

Without that nothing is encrypted. A key is 32 random bytes, which SQLCipher takes as they are.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """What may open the files of one data folder.

    `known` are all, the newest first: while the key is being changed there are two. `encrypts` says whether what is
    written anew is encrypted, with the newest.
    """

    known: tuple[bytes, ...] = field(default=(), repr=False)
    encrypts: bool = False

    @property
    def wanted(self) -> bytes | None:
        """The key of a file that is written anew; None for a plain one."""
        return self.known[0] if self.encrypts else None


type KeySource = Callable[[Path, bool], Keys]
"""Gives the keys for a file of a data folder; told whether the file is about to be made.

May ask the user. Raises `DatabaseProblem` when the keys cannot be had.
"""


class _Source:
    keys_of: KeySource = staticmethod(lambda _path, _is_new: Keys())


def use_keys(source: KeySource) -> None:
    """Take keys from `source` from now on, for the whole process."""
    _Source.keys_of = staticmethod(source)


def keys_of(path: Path, *, is_new: bool = False) -> Keys:
    """The keys for this file; see `KeySource`."""
    return _Source.keys_of(path, is_new)


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)
