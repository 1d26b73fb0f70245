"""A library that lies where ggml would look for a backend is not run by the engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from runtime.frames import read_frame, write_frame
from runtime.protocol import COMMAND, EVENT, DeviceList, Devices, Hello

SOURCE = """\
#include <stdio.h>
__attribute__((constructor)) static void ran(void) {{ FILE *mark = fopen("{mark}", "w"); if (mark) fclose(mark); }}
int ggml_backend_score(void) {{ return 1000000; }}
void *ggml_backend_init(void) {{ return 0; }}
"""

LOOK = """\
import ctypes
from llama_cpp import llama_cpp
llama_cpp._lib.ggml_backend_load_all()
"""

AS_IF_BACKENDS_WERE_LIBRARIES = """\
from runtime.engine import backends
real, loaded = backends._function, []
def function(name, *types):
    if name == "ggml_backend_reg_count":
        return lambda: len(loaded)
    if name == "ggml_backend_load_all_from_path":
        return lambda folder: (real(name, *types)(folder), loaded.append(folder))
    return real(name, *types)
backends._function = function
backends.load_backends()
assert loaded == [str(backends.FOLDER).encode()], loaded
"""


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A folder full of libraries with the names of backends, which leave the file `ran` when they are loaded."""
    compiler = shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("needs Linux and a C compiler")
    folder = tmp_path / "planted"
    folder.mkdir()
    source = tmp_path / "planted.c"
    source.write_text(SOURCE.format(mark=tmp_path / "ran"))
    first = folder / "libggml-cpu-haswell.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(first), str(source)], check=True)
    for name in ("libggml-cpu.so", "libggml-vulkan.so", "libggml-cuda.so", "libggml-blas.so"):
        shutil.copy(first, folder / name)
    return folder


def run(program: str, folder: Path) -> None:
    """Run a program in `folder`, which is the first in PATH too."""
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    subprocess.run([sys.executable, "-P", "-c", program], cwd=folder, env=environment, check=True, timeout=120)


def test_llama_cpp_by_itself_runs_what_lies_in_the_working_directory(planted: Path) -> None:
    run(LOOK, planted)
    assert (planted.parent / "ran").exists(), "the planted library is not one that would be found"


def test_the_engine_does_not_even_where_the_backends_are_libraries(planted: Path) -> None:
    run(AS_IF_BACKENDS_WERE_LIBRARIES, planted)
    assert not (planted.parent / "ran").exists()


def test_an_engine_process_does_not(planted: Path, engine_command: tuple[str, ...]) -> None:
    environment = os.environ | {
        "PATH": f"{planted}{os.pathsep}{os.environ['PATH']}",
        "GGML_BACKEND_PATH": str(planted / "libggml-vulkan.so"),
    }
    with subprocess.Popen(
        engine_command, cwd=planted, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as engine:
        assert engine.stdout is not None
        payload = read_frame(engine.stdout)
        engine.kill()
    assert payload is not None
    assert isinstance(EVENT.validate_json(payload), Hello)
    assert not (planted.parent / "ran").exists()


def test_an_engine_with_a_library_for_each_processor_takes_one_of_its_own(
    planted: Path, engine_command: tuple[str, ...]
) -> None:
    """The same with the build that packaging/build_llama.py makes, under the very names that its libraries have."""
    variants = [path.name for path in llama_cpp_folder().glob("libggml-cpu-*.so")]
    if not variants:
        pytest.skip("llama.cpp is installed here with its CPU built in; packaging/build_llama.py makes the other build")
    for name in variants:
        shutil.copy(planted / "libggml-cpu.so", planted / name)
    everywhere = {name: f"{planted}{os.pathsep}{os.environ.get(name, '')}" for name in ("PATH", "LD_LIBRARY_PATH")}
    with subprocess.Popen(
        engine_command, cwd=planted, env=os.environ | everywhere, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as engine:
        assert engine.stdout is not None
        read_frame(engine.stdout)
        write_frame(engine.stdin, COMMAND.dump_json(Devices(request=1)))
        payload = read_frame(engine.stdout)
        engine.kill()
    assert payload is not None
    answer = EVENT.validate_json(payload)
    assert isinstance(answer, DeviceList)
    assert f"libggml-cpu-{answer.cpu_variant}.so" in variants
    assert not (planted.parent / "ran").exists()


def llama_cpp_folder() -> Path:
    found = find_spec("llama_cpp")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "lib"
