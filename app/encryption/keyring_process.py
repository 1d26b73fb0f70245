"""The process that speaks to the system's keyring, which lies behind a socket that the sealed desk has not.

It reads a request from each line of standard input and answers with a line. It sees keys, and nothing of the user's.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runtime.seal import Grants, SealFailed, seal
from runtime.seal.trial import OPTION, run_trial

SERVICE = "llama-desk"


def main(arguments: Sequence[str] = ()) -> int:
    everything = (Path("/"),)  # keyrings keep what they are given in places of their own
    try:
        report = seal("keyring", Grants(read=everything, write=everything))
    except SealFailed as failed:
        sys.stderr.write(f"{failed}\n")
        return 1
    if list(arguments[:1]) == [OPTION]:
        return run_trial(report)
    keyring = _Keyring()
    for line in sys.stdin:
        try:
            answer = keyring.answer(**json.loads(line))
        except Exception as error:  # noqa: BLE001 - each keyring raises what it likes
            answer = {"failed": type(error).__name__}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


class _Keyring:
    def __init__(self) -> None:
        self._backend: Any = None

    def answer(self, do: str, name: str = "", key: str = "") -> dict[str, Any]:
        import keyring

        if self._backend is None:
            # Those that are not recommended keep what they are given in plain files, or nowhere.
            keyring.core.init_backend(keyring.core.recommended)
            self._backend = keyring.get_keyring()
        if not keyring.core.recommended(self._backend):
            return {"failed": "there is none"}
        match do:
            case "get":
                return {"key": self._backend.get_password(SERVICE, name)}
            case "set":
                self._backend.set_password(SERVICE, name, key)
                return {}
            case "delete":
                self._backend.delete_password(SERVICE, name)
                return {}
            case _:
                return {"works": True}
