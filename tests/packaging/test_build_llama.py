"""What packaging/build_llama.py fetches is what the locks name."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from llama_cpp import __version__ as bindings_version

PACKAGING = Path(__file__).parents[2] / "packaging"


@pytest.fixture
def bench_module() -> Iterator[ModuleType]:
    """The script; `packaging` is no package."""
    spec = importlib.util.spec_from_file_location("llama_bench", PACKAGING / "llama_bench.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_the_source_is_of_the_locked_version_and_has_its_hash(bench_module: ModuleType, tmp_path: Path) -> None:
    bench = bench_module.Bench(tmp_path, 1, None)
    assert bench.version == bindings_version
    name, *hashes = bench_module._pinned().replace("\\\n", "").split()
    assert name == f"llama-cpp-python=={bindings_version}"
    assert hashes
    assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes)


@pytest.mark.parametrize("lock", ["build_llama.lock", "build_llama_cuda.lock"])
def test_every_tool_has_a_version_and_hashes(lock: str) -> None:
    text = (PACKAGING / lock).read_text("utf-8").replace("\\\n", "")
    tools = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert tools
    assert all(re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line) for line in tools)


def test_what_is_built_does_not_say_where(
    bench_module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CFLAGS", "-O1")
    environment = bench_module.Bench(tmp_path, 3, None).environment()
    assert environment["GIT_CEILING_DIRECTORIES"] == str(tmp_path)
    assert environment["CMAKE_BUILD_PARALLEL_LEVEL"] == "3"
    if sys.platform != "win32":
        assert environment["CFLAGS"] == f"-O1 -ffile-prefix-map={tmp_path / 'source'}=."


def test_the_compiler_for_an_old_glibc_is_the_locked_one(bench_module: ModuleType, tmp_path: Path) -> None:
    zig = tmp_path / "tools" / "lib" / "python3" / "site-packages" / "ziglang"
    zig.mkdir(parents=True)
    environment = bench_module.Bench(tmp_path, 1, "2.28").environment()
    assert environment["CC"].startswith(f"{zig / 'zig'} cc -target ")
    assert environment["CXX"].endswith("-linux-gnu.2.28 -g0")


def test_a_change_that_does_not_fit_the_source_is_said(bench_module: ModuleType, tmp_path: Path) -> None:
    [(name, (old, new))] = bench_module._AMENDED.items()
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_text(f"before\n{old}after\n", "utf-8")
    bench_module.amend(tmp_path)
    assert file.read_text("utf-8") == f"before\n{new}after\n"
    with pytest.raises(SystemExit, match="is not as it was"):
        bench_module.amend(tmp_path)
