"""Where the programs that run local models keep their files, on each system and by each one's own variables.

Sources: huggingface_hub's constants, Ollama's docs/faq.md, LM Studio's "import models" page, GPT4All's wiki.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Program = Literal["llama-desk", "huggingface", "ollama", "lmstudio", "gpt4all"]

PROGRAM_NAMES: dict[Program, str] = {
    "llama-desk": "llama-desk",
    "huggingface": "Hugging Face's cache",
    "ollama": "Ollama",
    "lmstudio": "LM Studio",
    "gpt4all": "GPT4All",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A folder in which a program keeps models; it may not be there."""

    program: Program
    folder: Path


def places_of(
    own: Path, *, environ: Mapping[str, str] | None = None, home: Path | None = None, platform: str = sys.platform
) -> tuple[Place, ...]:
    """Our own models folder and those of other programs, in the order in which they are looked through.

    `environ`, `home` and `platform` are this process's own unless given.
    """
    variables = os.environ if environ is None else environ
    user = Path.home() if home is None else home
    others = (
        Place("huggingface", _huggingface(variables, user)),
        *(Place("ollama", folder) for folder in _ollama(variables, user, platform)),
        *(Place("lmstudio", folder) for folder in _lmstudio(user)),
        *(Place("gpt4all", folder) for folder in _gpt4all(variables, user, platform)),
    )
    return (Place("llama-desk", own), *others)


def _huggingface(variables: Mapping[str, str], home: Path) -> Path:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if variables.get(name):
            return _path(variables[name], home)
    if variables.get("HF_HOME"):
        return _path(variables["HF_HOME"], home) / "hub"
    caches = variables.get("XDG_CACHE_HOME")
    return (_path(caches, home) if caches else home / ".cache") / "huggingface" / "hub"


def _ollama(variables: Mapping[str, str], home: Path, platform: str) -> tuple[Path, ...]:
    if variables.get("OLLAMA_MODELS"):
        return (_path(variables["OLLAMA_MODELS"], home),)
    own = home / ".ollama" / "models"
    return (own, Path("/usr/share/ollama/.ollama/models")) if platform == "linux" else (own,)


def _lmstudio(home: Path) -> tuple[Path, ...]:
    return (home / ".lmstudio" / "models", home / ".cache" / "lm-studio" / "models")


def _gpt4all(variables: Mapping[str, str], home: Path, platform: str) -> tuple[Path, ...]:
    if platform == "darwin":
        data = home / "Library" / "Application Support"
    elif platform == "win32":
        data = _path(variables["LOCALAPPDATA"], home) if variables.get("LOCALAPPDATA") else home / "AppData" / "Local"
    else:
        data = _path(variables["XDG_DATA_HOME"], home) if variables.get("XDG_DATA_HOME") else home / ".local" / "share"
    return (data / "nomic.ai" / "GPT4All",)


def _path(text: str, home: Path) -> Path:
    """The folder that a variable names; "~" is the home that was given."""
    path = Path(os.path.expandvars(text))
    return home.joinpath(*path.parts[1:]) if path.parts[:1] == ("~",) else path
