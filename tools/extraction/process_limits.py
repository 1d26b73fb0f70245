"""What the extractor process may use, set by the kernel where there is one that can; and its end with its parent's."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from pathlib import Path

MEMORY_BYTES = 768 * 2**20
CPU_SECONDS = 10
RETIRING_BYTES = 256 * 2**20
OPEN_FILES = 64


def limit_process() -> None:
    """Limit address space (on Linux: elsewhere it is not kept, or counts what is shared), writing and open files."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the desk decides what ends
    if sys.platform == "win32":
        return
    import resource

    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":
        _lower(resource.RLIMIT_AS, MEMORY_BYTES)


def allow_cpu_time() -> None:
    """Let this process use 10 more seconds of processor time; the signal at their end is its end."""
    if sys.platform == "win32":
        return
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + CPU_SECONDS, hard))


def holds_much_memory() -> bool:
    """Whether this process has grown so large that a new one is better than what the allocator keeps."""
    if sys.platform == "linux":
        size = _resident_bytes()  # ru_maxrss is inherited here: it may be the desk's own
    elif sys.platform == "win32":
        size = 0  # the client watches the size from outside
    else:
        import resource

        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in bytes on macOS
    return size > RETIRING_BYTES


def _resident_bytes() -> int:
    """The memory of this process by /proc/self/statm (proc(5)); 0 where that is closed to it."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def exit_with_parent() -> None:
    """End this process when the other end of its stdin closes, even in the midst of a file.

    A thread waits for the hang-up, where the system can tell it without reading. PR_SET_PDEATHSIG is not used: it fires
    when the parent's *thread* ends that started this process, which may be one of many.
    """
    if not hasattr(select, "poll"):
        return
    stdin = select.poll()
    stdin.register(sys.stdin.fileno(), select.POLLHUP)

    def wait() -> None:
        while not any(event & (select.POLLHUP | select.POLLERR) for _, event in stdin.poll()):
            time.sleep(0.2)  # macOS also wakes for a request that waits to be read
        os._exit(0)

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()


def _lower(limit: int, value: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(limit)
    if hard == resource.RLIM_INFINITY or hard > value:
        resource.setrlimit(limit, (value, value))
