"""How much main memory there is for a model."""

from __future__ import annotations

from pathlib import Path

import psutil


def available_memory() -> tuple[int, int]:
    """Bytes of main memory: all that this process may ever have, and what it may take now without swapping.

    Both are bounded by the limit of the control group that Linux runs it in, as in a container.
    """
    memory = psutil.virtual_memory()
    total, available = memory.total, memory.available
    group = _control_group()
    if group is None:
        return total, available
    limit, used = group
    return min(total, limit), min(available, max(0, limit - used))


def _control_group() -> tuple[int, int] | None:
    """The limit of this process's control group (version 2), and what it uses of it; None without a limit."""
    try:
        name = Path("/proc/self/cgroup").read_text("ascii").strip().rpartition("::")[2]
        folder = Path("/sys/fs/cgroup") / name.lstrip("/")
        return int((folder / "memory.max").read_text("ascii")), int((folder / "memory.current").read_text("ascii"))
    except (OSError, ValueError):  # another system, version 1, or "max"
        return None
