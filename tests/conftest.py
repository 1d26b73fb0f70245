"""What the tests of every area share: a tiny model, a private home, the command that starts the engine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.models import make_tiny_llama

ROOT = Path(__file__).parents[1]
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"  # no test touches the keyring of whoever runs it


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that llama.cpp loads in milliseconds; made once in each xdist worker. Never write to it."""
    return make_tiny_llama(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files beside the checkout; tests that need it are skipped where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder shared/data is not beside this checkout")
    return folder


@pytest.fixture
def desk_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which the program keeps everything while the test runs."""
    home = tmp_path / "desk"
    monkeypatch.setenv("LLAMA_DESK_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def engine_command() -> tuple[str, ...]:
    """The command that starts a real engine process from any folder."""
    return (sys.executable, "-I", "-m", "runtime.engine")


def pytest_sessionfinish() -> None:
    """Close what llama_cpp leaves open when it is imported, or each worker complains of it at its end."""
    utilities = sys.modules.get("llama_cpp._utils")
    for name in ("outnull_file", "errnull_file"):
        if utilities is not None:
            getattr(utilities, name).close()
