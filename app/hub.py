"""Where a download would go: Hugging Face, or the mirror that the user named."""

from __future__ import annotations

import os

from runtime.fetch.hosts import Hub, hub_at
from runtime.fetch.problems import FetchProblem
from runtime.manifest import whole_manifest


def hub_in_use() -> Hub:
    """A mirror's address that is none leads nowhere: then it is the hub itself."""
    hosts = whole_manifest().hosts
    try:
        return hub_at(os.environ.get("HF_ENDPOINT"), hosts)
    except FetchProblem:
        return hub_at(None, hosts)
