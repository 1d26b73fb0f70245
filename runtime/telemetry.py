"""What keeps libraries from reporting on their user: the one place where it is switched off, for every process."""

from __future__ import annotations

TELEMETRY_OFF = {
    "DO_NOT_TRACK": "1",
    "DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # The Xet client reports from native code, where no hook sees it: it is not used at all.
    "HF_HUB_DISABLE_XET": "1",
    "HF_XET_TELEMETRY_ENABLED": "0",
}
"""Environment variables that every role sets before it imports anything that reads them."""
