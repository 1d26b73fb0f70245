"""The environment variables of the engine and the extractor: an allow-list, so that nothing of the user's leaks in."""

from __future__ import annotations

from collections.abc import Mapping

KEPT = frozenset(
    {
        "HOME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "LLAMA_DESK_HOME",
        "PATH",
        "TEMP",
        "TMP",
        "TMPDIR",
        # Windows starts no process and finds no library without these.
        "COMSPEC",
        "LOCALAPPDATA",
        "NUMBER_OF_PROCESSORS",
        "PATHEXT",
        "PROCESSOR_ARCHITECTURE",
        "SYSTEMDRIVE",
        "SYSTEMROOT",
        "USERPROFILE",
        "WINDIR",
    }
)


def worker_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What of `environ` a worker gets: no Python settings, no proxies, no paths from which to load native code."""
    kept = {name: value for name, value in environ.items() if name.upper() in KEPT}
    # An abort would otherwise start a debugger to print its own stack.
    return kept | {"GGML_NO_BACKTRACE": "1"}
