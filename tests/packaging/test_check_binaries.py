"""What the native code in a folder needs, found by objdump in libraries that are made here."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "packaging" / "check_binaries.py"
PLAIN = "int three(void) { return 3; }"
INTEGERS = "typedef int v8 __attribute__((vector_size(32))); void add(v8 *a, v8 *b) { *a += *b; }"
MASKED = "typedef int v16 __attribute__((vector_size(64))); void add(v16 *a, v16 *b) { *a += *b; }"
FUSED = "void fuse(float *a, float b, float c) { *a = __builtin_fmaf(*a, b, c); }"
FLOATS = "typedef float v8 __attribute__((vector_size(32))); void add(v8 *a, v8 *b) { *a += *b; }"
NEW_GLIBC = "#include <threads.h>\nint f(void *x) { return thrd_join(*(thrd_t *)x, 0); }"


@pytest.fixture(scope="module")
def checker() -> ModuleType:
    """The script; `packaging` is no package."""
    spec = importlib.util.spec_from_file_location("check_binaries", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def build(path: Path, source: str, *flags: str) -> None:
    compiler = shutil.which("cc")
    if sys.platform != "linux" or compiler is None or shutil.which("objdump") is None:
        pytest.skip("needs Linux, a C compiler and objdump")
    path.parent.mkdir(exist_ok=True)
    (code := path.parent.parent / "code.c").write_text(source)
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(path), str(code), *flags], check=True)


def faults(checker: ModuleType, folder: Path, glibc: tuple[int, ...] = (2, 99)) -> list[str]:
    return [fault for binary in checker.check(folder, glibc) for fault in binary.faults]


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="instructions of x86")
@pytest.mark.parametrize(
    ("source", "flag", "level", "fitting", "unfitting"),
    [
        (PLAIN, "-O2", "none", "libllama.so", None),
        (FLOATS, "-mavx", "AVX", "libggml-cpu-sandybridge.so", "libggml-cpu-sse42.so"),
        (FUSED, "-mfma", "FMA", "libggml-cpu-piledriver.so", "libggml-cpu-ivybridge.so"),
        (INTEGERS, "-mavx2", "AVX2", "libggml-cpu-haswell.so", "libggml-cpu-piledriver.so"),
        (MASKED, "-mavx512f", "AVX-512", "libggml-cpu-zen4.so", "libggml-cpu-alderlake.so"),
        (MASKED, "-mavx512f", "AVX-512", "libcrypto.so.3", "libllama.so"),
        (INTEGERS, "-mavx2", "AVX2", "libggml-cpu-icelake.so", "libz.so.1"),
    ],
)
def test_instructions_are_those_that_the_name_says(  # noqa: PLR0917 - a row of the table
    checker: ModuleType, tmp_path: Path, source: str, flag: str, level: str, fitting: str, unfitting: str | None
) -> None:
    build(tmp_path / "good" / fitting, source, flag)
    [binary] = checker.check(tmp_path / "good", (2, 99))
    assert (binary.level, binary.faults) == (level, [])
    if unfitting is not None:
        build(tmp_path / "bad" / unfitting, source, flag)
        [fault] = faults(checker, tmp_path / "bad")
        assert fault.startswith(f"has {level} instructions where ")


def test_a_newer_glibc_is_found(checker: ModuleType, tmp_path: Path) -> None:
    build(tmp_path / "lib" / "libllama.so", NEW_GLIBC)
    [binary] = checker.check(tmp_path / "lib", (2, 27))
    assert binary.glibc >= (2, 28)
    assert [one for one in binary.faults if one.startswith("asks for glibc 2.")]
    assert faults(checker, tmp_path / "lib", binary.glibc) == []


def test_a_library_is_beside_it_or_on_every_system(checker: ModuleType, tmp_path: Path) -> None:
    build(tmp_path / "lib" / "libother.so.1", PLAIN, "-Wl,-soname,libother.so.1")
    build(tmp_path / "lib" / "libggml-base.so", PLAIN, "-Wl,--no-as-needed", str(tmp_path / "lib" / "libother.so.1"))
    assert faults(checker, tmp_path / "lib") == []
    (tmp_path / "lib" / "libother.so.1").unlink()
    assert faults(checker, tmp_path / "lib") == ["needs libother.so.1, which is not beside it"]
    [binary] = checker.check(tmp_path / "lib", (2, 99), ["libother.so.1"])
    assert binary.faults == []


def test_only_the_gpus_own_backend_may_need_its_driver(checker: ModuleType, tmp_path: Path) -> None:
    build(tmp_path / "driver" / "libvulkan.so.1", PLAIN, "-Wl,-soname,libvulkan.so.1")
    driver = ("-Wl,--no-as-needed", str(tmp_path / "driver" / "libvulkan.so.1"))
    build(tmp_path / "lib" / "libggml-vulkan.so", PLAIN, *driver)
    assert faults(checker, tmp_path / "lib") == []
    build(tmp_path / "lib" / "libggml-cuda.so", PLAIN, *driver)
    assert faults(checker, tmp_path / "lib") == ["needs libvulkan.so.1, which is not beside it"]


def test_no_folder_of_the_build_is_left_in_ours(checker: ModuleType, tmp_path: Path) -> None:
    build(tmp_path / "lib" / "libggml.so", PLAIN, "-Wl,-rpath,/home/somebody/build")
    assert faults(checker, tmp_path / "lib") == ["looks for libraries in /home/somebody/build"]
    build(tmp_path / "lib" / "libggml.so", PLAIN, "-Wl,-rpath,$ORIGIN")
    assert faults(checker, tmp_path / "lib") == []


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    build(tmp_path / "lib" / "libllama.so", NEW_GLIBC)
    command = [sys.executable, str(SCRIPT), str(tmp_path / "lib"), "--glibc"]
    bad = subprocess.run([*command, "2.17"], capture_output=True, text=True, check=False)
    assert (bad.returncode, bad.stderr.startswith("libllama.so asks for glibc 2.")) == (1, True)
    good = subprocess.run([*command, "2.99"], capture_output=True, text=True, check=False)
    assert good.returncode == 0
    assert "1 files; the newest glibc that one asks for is 2." in good.stdout
    (tmp_path / "none").mkdir()
    empty = subprocess.run([*command[:2], str(tmp_path / "none")], capture_output=True, text=True, check=False)
    assert (empty.returncode, "There is no ELF file" in empty.stderr) == (1, True)
