"""A hub on this machine and the entry of a file that it has."""

from __future__ import annotations

import hashlib
import os
import random
import ssl
from collections.abc import Iterator

import pytest

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from runtime.fetch.fetch_file import Patience, Source
from runtime.fetch.hosts import Hub, hub_at
from runtime.manifest import ManifestEntry
from tests.fetch.hub_server import CERTIFICATE, HubServer, running_hub

BODY = random.Random(7).randbytes(1_500_000)
QUICK = Patience(stall=1.0, first_pause=0.01, longest_pause=2.0, tries=3)


def make_entry(**changes: object) -> ManifestEntry:
    """The entry of a file whose bytes are `BODY`."""
    fields: dict[str, object] = {
        "id": "tiny-1b-q4",
        "name": "Tiny 1B, Q4",
        "family": "Tiny",
        "role": "chat",
        "quantisation": "Q4_K_M",
        "parameters": 1_000_000,
        "repository": "tests/Tiny-GGUF",
        "file": "tiny-1b-q4.gguf",
        "revision": "c" * 40,
        "sha256": hashlib.sha256(BODY).hexdigest(),
        "size": len(BODY),
        "licence": "Apache-2.0",
        "good_at": "Tests.",
    }
    return ManifestEntry.model_validate(fields | changes)


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with running_hub(BODY) as server:
        yield server


@pytest.fixture
def source(hub: HubServer) -> Source:
    """The hub, which leads to its delivery host as the real one does."""
    hub.delivery = hub.elsewhere
    allowed = hub_at(hub.endpoint)
    allowed = Hub(allowed.endpoint, (*allowed.destinations, ("127.0.0.1", hub.port)))
    return Source(allowed, trust=ssl.create_default_context(cafile=CERTIFICATE))
