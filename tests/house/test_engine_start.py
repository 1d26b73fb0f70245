"""The engine of the app, sealed, reads the user's own backends."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from llama_cpp import __version__ as bindings_version

from app.engine_start import engine_client
from app.locations import Locations


async def test_a_sealed_engine_loads_a_backend_of_the_data_folder(tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("needs Linux and a C compiler")
    places = Locations(tmp_path / "home").make()
    library = places.backends / bindings_version / "libggml-cuda.so"
    library.parent.mkdir(mode=0o700)
    (source := tmp_path / "module.c").write_text("void *ggml_backend_init(void) { return 0; }\n")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    library.chmod(0o600)
    async with engine_client(places) as client:
        answer = await client.devices()
    assert answer.folder == str(library.parent)
    # It was loaded: only then does ggml ask it for its GPUs.
    assert [module.fault for module in answer.modules] == [f"{library} found no driver that it can use."]


async def test_an_engine_starts_without_any(tmp_path: Path) -> None:
    async with engine_client(Locations(tmp_path / "home").make()) as client:
        answer = await client.devices()
    assert answer.modules == ()
    assert "CPU" in answer.backends
