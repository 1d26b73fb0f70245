"""Which hosts a download may connect to: the hub or the mirror in its place, and the hub's own delivery hosts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from runtime.fetch.problems import FetchProblem

HUB = "https://huggingface.co"
HUB_HOSTS = ("huggingface.co", "hf.co")
"""These and the hosts below them. The hub answers with a signed address at one of its delivery hosts, as
cdn-lfs.huggingface.co and cas-bridge.xethub.hf.co; a mirror may send there as well."""
HTTPS_PORT = 443

type Destination = tuple[str, int]
"""A host, or "*." and the end of its name, and a port."""


@dataclass(frozen=True, slots=True)
class Hub:
    """Where files are asked for, and where a download may lead."""

    endpoint: str
    """"https://huggingface.co", or the mirror that HF_ENDPOINT names."""
    destinations: tuple[Destination, ...]

    def check(self, url: str) -> None:
        """Raises FetchProblem for an address that a download may not lead to."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or HTTPS_PORT
        except ValueError:
            raise FetchProblem("The download led to an address that is none.", hint="Try again later.") from None
        if parts.scheme != "https" or not is_allowed(host, port, self.destinations):
            raise FetchProblem(
                f"{host_of(self.endpoint)} leads to {_shown(parts.scheme, host)}, where llama-desk does not go.",
                hint="Try again later, or from another mirror.",
            )

    def is_own(self, url: str) -> bool:
        """Whether `url` is at the endpoint itself: only there may a token be shown."""
        own, other = urlsplit(self.endpoint), urlsplit(url)
        return (own.scheme, own.hostname, own.port) == (other.scheme, other.hostname, other.port)


def hub_at(endpoint: str | None, hosts: Sequence[str] = HUB_HOSTS) -> Hub:
    """The hub at `endpoint`, or Hugging Face itself; it may lead to `hosts` and the ones below them.

    Raises FetchProblem for what is not an https address.
    """
    endpoint = (endpoint or HUB).rstrip("/")
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname, parts.port or HTTPS_PORT
    except ValueError:
        host, port = None, 0
    if not host or parts.scheme != "https" or parts.username is not None or parts.query or parts.fragment:
        raise FetchProblem("HF_ENDPOINT is not an https:// address of a mirror.", hint="Correct it, or unset it.")
    patterns = (pattern for name in hosts for pattern in (name, f"*.{name}"))
    return Hub(endpoint, ((host, port), *((pattern, HTTPS_PORT) for pattern in patterns)))


def is_allowed(host: str, port: int, destinations: tuple[Destination, ...]) -> bool:
    host = host.lower()
    return any(port == allowed and _matches(host, pattern) for pattern, allowed in destinations)


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def _matches(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _shown(scheme: str, host: str) -> str:
    """A foreign address in a sentence: its host, where that is made of letters alone."""
    plain = re.fullmatch(r"[A-Za-z0-9.-]{1,100}", host)
    return f"{scheme}://{host}" if plain and scheme in {"http", "https"} else "another place"
