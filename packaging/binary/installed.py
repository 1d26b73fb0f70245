"""The built file in a place of its own: an empty home, an environment of almost nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

_SECONDS = 300.0
_WINDOWS = (
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "COMSPEC",
    "PATHEXT",
    "WINDIR",
    "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE",
)


class Failed(Exception):
    """What was expected is not so."""


def expect(holds: object, what: str) -> None:
    if not holds:
        raise Failed(what)


@dataclass(frozen=True)
class Installed:
    """`root` has everything, `file` is the copy that is run, `prefix` what it is run by."""

    root: Path
    file: Path
    prefix: tuple[str, ...]

    @property
    def papers(self) -> Path:
        return self.root / "papers"

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def environment(self) -> dict[str, str]:
        """Not the user's, but for what Windows cannot do without."""
        for folder in (self.home, self.root / "tmp"):
            folder.mkdir(exist_ok=True)
        if sys.platform == "win32":
            local = {"LOCALAPPDATA": str(self.home), "USERPROFILE": str(self.home), "TEMP": str(self.root / "tmp")}
            kept = {name: os.environ[name] for name in _WINDOWS if name in os.environ}
            return kept | local | {"LLAMA_DESK_HOME": str(self.data)}
        terminal = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
        # The system's time zones would stand in for those inside.
        return terminal | {"HOME": str(self.home), "LLAMA_DESK_HOME": str(self.data), "PYTHONTZPATH": ""}

    def unpacked(self) -> Path:
        """The folder that the file was unpacked into."""
        found = [path.parent for path in self.home.rglob("_internal")]
        expect(len(found) == 1, f"unpacked into {len(found)} folders")
        return found[0]

    def command(self, *arguments: str) -> list[str]:
        return [*self.prefix, str(self.file), *arguments]

    def run(
        self, *arguments: str, code: int | None = 0, more: Mapping[str, str] = MappingProxyType({})
    ) -> subprocess.CompletedProcess[str]:
        """Run it, with `more` in its environment, and expect this exit code, or any."""
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment | dict(more),
            cwd=self.root,
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            timeout=_SECONDS,
        )
        said = f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()[-600:]} {done.stdout[-300:]}"
        expect(code is None or done.returncode == code, said)
        return done

    def say(self, *arguments: str) -> str:
        return self.run(*arguments).stdout

    def settings(self, text: str) -> None:
        self.data.mkdir(exist_ok=True)
        (self.data / "settings.toml").write_text(text, "utf-8")
