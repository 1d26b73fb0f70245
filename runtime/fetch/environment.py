"""The environment variables of the fetcher: an allow-list, so that nothing of the user's leaks into it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from runtime.telemetry import TELEMETRY_OFF

KEPT = frozenset(
    {
        "HF_ENDPOINT",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        # Windows starts no process and finds no library without these.
        "PATHEXT",
        "PROCESSOR_ARCHITECTURE",
        "SYSTEMDRIVE",
        "SYSTEMROOT",
        "WINDIR",
    }
)
SILENT = TELEMETRY_OFF | {"HF_HUB_DISABLE_PROGRESS_BARS": "1"}
"""What the client of the hub is told: report nothing, draw nothing."""


def fetcher_environment(environ: Mapping[str, str], home: Path, *, gated: bool) -> dict[str, str]:
    """What of `environ` the fetcher gets, and the data folder `home`.

    HF_TOKEN is passed on for a gated repository alone.
    """
    kept = {name: value for name, value in environ.items() if name.upper() in KEPT}
    if gated and environ.get("HF_TOKEN"):
        kept["HF_TOKEN"] = environ["HF_TOKEN"]
    return kept | SILENT | {"LLAMA_DESK_HOME": str(home)}


def certificates(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The certificates that the user wants trusted in place of the system's, which the fetcher has to read."""
    return tuple(Path(environ[name]) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if environ.get(name))
