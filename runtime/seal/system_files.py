"""What every role has to read to run at all: this program, Python, the system's libraries and facts."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

_LINUX = (
    *("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/opt", "/nix/store"),
    *("/etc", "/proc", "/sys/devices", "/sys/class", "/sys/bus", "/sys/fs/cgroup"),
    *("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"),
)
_LINUX_DEVICES = ("/dev/null", "/dev/dri", "/dev/kfd", "/dev/shm")  # noqa: S108 - where GPU drivers share memory
_NVIDIA = "nvidia*"
_TERMINAL = ("/dev/tty", "/dev/pts", "/dev/ptmx")


def program_files() -> tuple[Path, ...]:
    """The folders of this program and of the Python that runs it.

    Of one that is packed into a file the file alone: it may lie among whatever its user has downloaded.
    """
    bundle = getattr(sys, "_MEIPASS", None)
    found = [Path(bundle)] if bundle else []
    found += [Path(prefix) for prefix in (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)]
    executable = Path(sys.executable).resolve()
    found += [executable if bundle else executable.parent]
    found += [Path(sysconfig.get_paths()[name]) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    # A checkout that is installed to be edited lies outside of them.
    found += [Path(__file__).resolve().parents[1] / name for name in ("", "../app", "../tools")]
    found += [Path(__file__).resolve().parents[2] / "models_manifest.toml"]
    return tuple(dict.fromkeys(path.resolve() for path in found if path.exists()))


def system_files() -> tuple[Path, ...]:
    """The system's libraries, settings and facts, without any user's files."""
    return tuple(Path(path) for path in _LINUX)


def resolver_files() -> tuple[Path, ...]:
    """Where the system says which servers know the names of hosts; often a link into a folder of the day."""
    return (Path("/etc/resolv.conf").resolve(),)


def devices() -> tuple[Path, ...]:
    """What is written to as well: GPUs, and where their drivers share memory."""
    return tuple(Path(path) for path in _LINUX_DEVICES) + tuple(_graphics_cards())


def terminal() -> tuple[Path, ...]:
    return tuple(Path(path) for path in _TERMINAL)


def _graphics_cards() -> Iterator[Path]:
    yield from Path("/dev").glob(_NVIDIA)
