"""Build llama.cpp so that it runs on every processor of its kind, and the backends for GPUs beside it.

    python packaging/build_llama.py                 the wheel of llama-cpp-python
    python packaging/build_llama.py --vulkan        the Vulkan backend alone, as a library to put beside it
    python packaging/build_llama.py --cuda          the CUDA backend alone

The source is the one that packaging/requirements.lock names, the tools are those of build_llama.lock and, for CUDA,
build_llama_cuda.lock; all are checked against the hashes there. It needs uv and a C++ compiler; with --glibc it brings
the compiler too, and CUDA's own it always brings. For Vulkan there have to be glslc and headers of 1.3.275 or newer.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import sys
import sysconfig
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from llama_bench import THE_SAME_TIME, Bench

LEAST_VULKAN = (1, 3, 275)  # with vk::LayerSettingEXT
LEAST_MAC = "13.3"  # Accelerate's newer interface, which ggml uses, is of that version

OFFLINE = {"LLAMA_OPENSSL": "OFF", "LLAMA_CURL": "OFF", "LLAMA_SUBPROCESS": "OFF", "MTMD_VIDEO": "OFF"}
VARIANTS = {"GGML_NATIVE": "OFF", "GGML_BACKEND_DL": "ON", "GGML_CPU_ALL_VARIANTS": "ON"}
# The package installs the libraries that it knows by name, and the variants are not among them: so all of llama.cpp's
# own places for them are the package's folder, and what else is put there stays out of the wheel.
INTO_THE_PACKAGE = {
    "CMAKE_INSTALL_BINDIR": "llama_cpp/lib",
    "CMAKE_INSTALL_LIBDIR": "llama_cpp/lib",
    "CMAKE_INSTALL_INCLUDEDIR": "llama_cpp/include",
}
LEFT_OUT = ("llama_cpp/include/**", "llama_cpp/lib/cmake/**", "llama_cpp/lib/pkgconfig/**", "bin/**")
# One file per library in place of three copies, which a wheel makes of links.
ONE_NAME = {"CMAKE_PLATFORM_NO_VERSIONED_SONAME": "ON"}
# Libraries that a backend brings along lie beside it; on Windows that is where they are looked for anyway.
FROM_BESIDE = {"CMAKE_BUILD_WITH_INSTALL_RPATH": "ON", "CMAKE_INSTALL_RPATH": "$ORIGIN"}
# The bindings switch on a library that nothing of theirs uses, for a seventh of the objects.
NOT_COMMON = "set(LLAMA_BUILD_COMMON OFF)\n"


def main() -> None:
    """Build what the command line asks for."""
    asked = _arguments()
    bench, out = Bench(asked.work.resolve(), asked.jobs, asked.glibc), asked.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    bench.prepare()
    if asked.vulkan:
        made = build_module(bench, out, "vulkan", _vulkan_flags(bench))
    elif asked.cuda:
        toolkit = _install_cuda(bench)
        flags = _cuda_flags(toolkit, asked.cuda_architectures)
        made = build_module(bench, out, "cuda", flags, _cuda_libraries(toolkit))
    else:
        made = build_wheel(bench, out)
    print(f"{made}: {made.stat().st_size / 1e6:.1f} MB in {(time.monotonic() - start) / 60:.1f} minutes")


def build_wheel(bench: Bench, out: Path) -> Path:
    """The wheel of the bindings with every CPU variant; on macOS with Metal, whose kernels are in it."""
    (hook := bench.work / "not_common.cmake").write_text(NOT_COMMON, "utf-8")
    flags = _platform_flags() | OFFLINE | ONE_NAME | INTO_THE_PACKAGE | _common_flags()
    flags["CMAKE_PROJECT_llama.cpp_INCLUDE"] = hook.as_posix()
    settings = {
        "build-dir": str(bench.work / "build-cpu"),
        "cmake.args": ";".join([*_generator(), *_options(flags)]),
        "wheel.exclude": ";".join(LEFT_OUT),
    }
    shutil.rmtree(bench.source / "llama_cpp" / "lib", ignore_errors=True)  # of an earlier build: it would be packed too
    for old in out.glob("llama_cpp_python-*.whl"):
        old.unlink()
    command = [bench.python, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    chosen = [one for name, value in settings.items() for one in ("--config-settings", f"{name}={value}")]
    bench.run([*command, bench.source, "--wheel-dir", out, *chosen], bench.environment())
    [wheel] = out.glob("llama_cpp_python-*.whl")
    return wheel


def build_module(bench: Bench, out: Path, name: str, flags: Mapping[str, str], more: Iterable[Path] = ()) -> Path:
    """The library of one backend, from the same source as the wheel's, in a folder and an archive of its own.

    `more` are libraries that it needs and that no system has. The folder in the archive is named for the version, as it
    is where llama-desk looks for backends that were added.
    """
    build, target = bench.work / f"build-{name}", f"ggml-{name}"
    parts = ("COMMON", "TESTS", "EXAMPLES", "TOOLS", "SERVER", "APP")
    alone = {f"LLAMA_BUILD_{part}": "OFF" for part in parts} | {"GGML_CPU": "OFF", "GGML_NATIVE": "OFF"}
    ours = {"CMAKE_BUILD_TYPE": "Release", "GGML_BACKEND_DL": "ON", **alone, **OFFLINE, **ONE_NAME, **FROM_BESIDE}
    options = [*_generator(), *_options(ours | _common_flags() | dict(flags))]
    cmake, environment = bench.tool("cmake"), bench.environment()
    bench.run([cmake, "-S", bench.vendored, "-B", build, *options], environment)
    bench.run(
        [cmake, "--build", build, "--config", "Release", "--target", target, "--parallel", bench.jobs], environment
    )
    folder = out / name / bench.version
    shutil.rmtree(out / name, ignore_errors=True)
    folder.mkdir(parents=True)
    library = next(build.rglob(f"{target}.dll" if sys.platform == "win32" else f"lib{target}.so"))
    made = shutil.copy(library, folder)
    if sys.platform == "linux":
        bench.run(["strip", "--strip-unneeded", made])
    for other in more:
        shutil.copy(other, folder)
    for place in (*folder.iterdir(), folder):
        os.utime(place, (THE_SAME_TIME, THE_SAME_TIME))
    system = sysconfig.get_platform().replace("-", "_")
    return Path(shutil.make_archive(str(out / f"llama-desk-{name}-{system}"), "zip", out / name))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--vulkan", action="store_true", help="only the Vulkan backend")
    what.add_argument("--cuda", action="store_true", help="only the CUDA backend")
    parser.add_argument("--cuda-architectures", metavar="LIST", help="as CMake writes them; llama.cpp's own by default")
    parser.add_argument("--glibc", metavar="VERSION", help="the oldest glibc to run with, such as 2.28")
    parser.add_argument("--out", type=Path, default=Path("build/llama"), help="for the result (%(default)s)")
    parser.add_argument("--work", type=Path, default=Path("build/llama-work"), help="kept for later (%(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2, help="compilers at once (%(default)s)")
    asked = parser.parse_args()
    if asked.glibc and sys.platform != "linux":
        parser.error("--glibc is for Linux.")
    if asked.glibc and platform.machine() != "x86_64" and not asked.vulkan:
        parser.error("Zig does not know the names of ARM's variants: build the wheel on a system with an old glibc.")
    if asked.glibc and asked.cuda:
        parser.error("nvcc needs the system's own compiler: build --cuda on a system with an old glibc.")
    return asked


def _platform_flags() -> dict[str, str]:
    if sys.platform == "darwin":
        return {"GGML_NATIVE": "OFF", "CMAKE_OSX_DEPLOYMENT_TARGET": LEAST_MAC}
    if sys.platform == "win32" and platform.machine() == "ARM64":
        return VARIANTS | {"GGML_CPU_ALL_VARIANTS": "OFF"}  # llama.cpp has one variant there
    return VARIANTS


def _common_flags() -> dict[str, str]:
    """Threads are llama.cpp's own, not OpenMP's: one library less to bring along."""
    launchers = {f"CMAKE_{language}_COMPILER_LAUNCHER": "ccache" for language in ("C", "CXX")}
    return {"GGML_OPENMP": "OFF"} | (launchers if shutil.which("ccache") else {})


def _vulkan_flags(bench: Bench) -> dict[str, str]:
    _expect_vulkan_headers()
    if not bench.glibc:
        return {"GGML_VULKAN": "ON"}
    # The system's folder of headers is for the system's glibc: only Vulkan's are taken from it.
    headers = bench.work / "vulkan-headers"
    shutil.rmtree(headers, ignore_errors=True)
    for name in ("vulkan", "vk_video", "spirv"):
        shutil.copytree(_vulkan_header(name), headers / name)
    # Zig looks for no libraries where Debian has them.
    places = {"CMAKE_LIBRARY_ARCHITECTURE": f"{platform.machine()}-linux-gnu", "Vulkan_INCLUDE_DIR": headers.as_posix()}
    return {"GGML_VULKAN": "ON", **places}


def _expect_vulkan_headers() -> None:
    """End with a sentence where the headers are none or too old, before minutes of compiling end with an error."""
    place = _vulkan_header("vulkan/vulkan_core.h")
    text = place.read_text("utf-8", errors="replace") if place.is_file() else ""
    complete = re.search(r"VK_HEADER_VERSION_COMPLETE VK_MAKE_API_VERSION\(0, (\d+), (\d+)", text)
    last = re.search(r"define VK_HEADER_VERSION (\d+)", text)
    found = tuple(map(int, (*complete.groups(), last[1]))) if complete and last else ()
    if found < LEAST_VULKAN:
        said = f"of version {'.'.join(map(str, found))}" if found else "not there"
        least = ".".join(map(str, LEAST_VULKAN))
        sys.exit(f"Vulkan's headers are {said}, and {least} is needed: name the folder of a newer SDK in VULKAN_SDK.")


def _vulkan_header(name: str) -> Path:
    """A header or a folder of them: of the SDK that is named, else of the system."""
    places = [Path(place) / "include" / name for place in (os.environ.get("VULKAN_SDK", "/usr"), "/usr")]
    return next((path for path in places if path.exists()), places[0])


def _install_cuda(bench: Bench) -> Path:
    """Install NVIDIA's toolkit from its packages, and return its folder."""
    bench.install("build_llama_cuda.lock")
    toolkit = bench.package("nvidia") / "cu13"
    if sys.platform == "linux":
        # A package holds no links, and a linker looks for names without numbers, in a folder lib64.
        for library in toolkit.glob("lib/lib*.so.*"):
            _link(library.with_name(f"{library.name.partition('.so.')[0]}.so"), library.name)
        _link(toolkit / "lib64", "lib")
    return toolkit


def _link(place: Path, target: str) -> None:
    if not place.is_symlink():
        place.symlink_to(target)


def _cuda_flags(toolkit: Path, architectures: str | None) -> dict[str, str]:
    compiler = next(toolkit.rglob("nvcc.exe" if sys.platform == "win32" else "nvcc"))
    flags = {
        "GGML_CUDA": "ON",
        "GGML_CUDA_NCCL": "OFF",
        "GGML_CUDA_NO_VMM": "ON",  # or it is linked with a driver, of which the packages have no stand-in
        "CMAKE_CUDA_COMPILER": compiler.as_posix(),
        "CUDAToolkit_ROOT": toolkit.as_posix(),
    }
    return flags | ({"CMAKE_CUDA_ARCHITECTURES": architectures} if architectures else {})


def _cuda_libraries(toolkit: Path) -> list[Path]:
    """What the CUDA backend needs of the toolkit to run."""
    pattern = "bin/x86_64/{}64_*.dll" if sys.platform == "win32" else "lib/lib{}.so.*"
    return [path for name in ("cudart", "cublas", "cublasLt") for path in toolkit.glob(pattern.format(name))]


def _options(flags: Mapping[str, str]) -> list[str]:
    return [f"-D{name}={value}" for name, value in flags.items()]


def _generator() -> list[str]:
    """Ninja is among the tools; on Windows Visual Studio's own generator finds its compiler by itself."""
    return [] if sys.platform == "win32" else ["-GNinja"]


if __name__ == "__main__":
    main()
