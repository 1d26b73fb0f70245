"""Where other programs keep their models."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.model_store import Place, places_of

HOME, OWN = Path("/home/ana"), Path("/data/models")


def folders(program: str, platform: str = "linux", **variables: str) -> list[str]:
    places = places_of(OWN, environ=variables, home=HOME, platform=platform)
    return [place.folder.as_posix() for place in places if place.program == program]


def test_our_own_folder_comes_first():
    assert places_of(OWN, environ={}, home=HOME)[0] == Place("llama-desk", OWN)


def test_ollama_on_linux_may_run_as_a_service():
    assert folders("ollama") == ["/home/ana/.ollama/models", "/usr/share/ollama/.ollama/models"]
    assert folders("ollama", "darwin") == ["/home/ana/.ollama/models"]
    assert folders("ollama", OLLAMA_MODELS="/big/ollama") == ["/big/ollama"]


def test_lm_studio_has_two_homes():
    assert folders("lmstudio") == ["/home/ana/.lmstudio/models", "/home/ana/.cache/lm-studio/models"]


def test_gpt4all_follows_each_system():
    assert folders("gpt4all") == ["/home/ana/.local/share/nomic.ai/GPT4All"]
    assert folders("gpt4all", XDG_DATA_HOME="/data") == ["/data/nomic.ai/GPT4All"]
    assert folders("gpt4all", "darwin") == ["/home/ana/Library/Application Support/nomic.ai/GPT4All"]
    assert folders("gpt4all", "win32") == ["/home/ana/AppData/Local/nomic.ai/GPT4All"]
    assert folders("gpt4all", "win32", LOCALAPPDATA="/local") == ["/local/nomic.ai/GPT4All"]


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"XDG_CACHE_HOME": "/caches"},
        {"HF_HOME": "~/hf", "XDG_CACHE_HOME": "/caches"},
        {"HF_HUB_CACHE": "/hub", "HF_HOME": "/hf"},
    ],
)
def test_the_hub_s_cache_is_where_its_own_library_looks(variables, tmp_path):
    ours = places_of(OWN, environ=variables, home=tmp_path, platform="linux")[1].folder
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "USERPROFILE": str(tmp_path), **variables}
    if "SYSTEMROOT" in os.environ:
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    told = subprocess.run(
        [sys.executable, "-c", "from huggingface_hub import constants; print(constants.HF_HUB_CACHE)"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ours == Path(told.stdout.strip())
