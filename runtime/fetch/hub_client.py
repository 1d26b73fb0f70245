"""Asking the hub where a file is, through huggingface-hub, and opening it there.

Importing this module imports huggingface-hub, which reads its settings from the environment at that moment.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx2
from huggingface_hub import close_session, get_hf_file_metadata, get_session, hf_hub_url, set_client_factory
from huggingface_hub.errors import HfHubHTTPError

from runtime.fetch.first_connection import FirstConnection
from runtime.fetch.hosts import HUB, Hub, host_of
from runtime.fetch.problems import FetchProblem, Interrupted, not_found, refused_by_hub
from runtime.manifest import ManifestEntry

MOST_REDIRECTS = 5
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that another try may mend."""
_HEADERS = {
    "user-agent": "llama-desk",  # spelt as the library spells it, or both would be sent
    # Compressed bytes have another length and another hash.
    "Accept-Encoding": "identity",
}


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """Where a file is right now, and what the hub says of it."""

    url: str
    size: int | None
    sha256: str | None


class HubClient:
    """Requests for one file. Faults are Interrupted where another try may help, FetchProblem where none does."""

    def __init__(
        self, entry: ManifestEntry, hub: Hub, first: FirstConnection, *, token: str | None, stall: float
    ) -> None:
        """`stall`: the seconds of silence after which a connection counts as broken."""
        self.first = first
        self._entry = entry
        self._hub = hub
        self._token = (token if entry.gated else None) or False
        self._stall = stall

    def resolve(self) -> RemoteFile:
        """Ask where the file is. An address that it gives is good for minutes only."""
        entry, endpoint = self._entry, self._hub.endpoint
        url = hf_hub_url(entry.repository, entry.file, revision=entry.revision, endpoint=endpoint)
        with self._faults():
            try:
                found = self.first.during(
                    lambda: get_hf_file_metadata(
                        url, token=self._token, timeout=self._stall, headers=dict(_HEADERS), endpoint=endpoint
                    )
                )
            except HfHubHTTPError as error:
                self._check_status(error.response)
                raise self._odd_status(error.response.status_code) from error
            address = urljoin(url, found.location)
        self._hub.check(address)
        return RemoteFile(address, found.size, found.etag if re.fullmatch(r"[0-9a-f]{64}", found.etag or "") else None)

    @contextmanager
    def open(self, url: str, start: int) -> Iterator[httpx2.Response]:
        """The answer to a request for the bytes from `start` on: its status is 200, 206 or 416."""
        with self._faults():
            for _ in range(MOST_REDIRECTS + 1):
                self._hub.check(url)
                with get_session().stream("GET", url, headers=self._headers(url, start)) as response:
                    if response.has_redirect_location:
                        url = urljoin(url, response.headers["location"])
                        continue
                    if response.status_code not in {200, 206, 416}:
                        self._check_status(response)
                        raise self._odd_status(response.status_code)
                    yield response
                    return
        raise self._too_many_redirects()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Faults of the connection, in our words."""
        host = host_of(self._hub.endpoint)
        try:
            yield
        except httpx2.TooManyRedirects as error:
            raise self._too_many_redirects() from error
        except TimeoutError as error:
            raise self._unreachable(never_connected=True) from error
        except httpx2.ConnectTimeout as error:
            raise Interrupted(self._unreachable(never_connected=True)) from error
        except httpx2.TimeoutException as error:
            raise Interrupted(
                FetchProblem(f"{host} fell silent.", hint="What is here is kept; pull again to go on.")
            ) from error
        except httpx2.TransportError as error:
            if _certificate_refused(error):
                raise FetchProblem(
                    f"{host} could not prove that it is itself: its certificate is not valid here.",
                    hint="Check the date of this machine, or the network that you are on.",
                ) from error
            raise Interrupted(self._unreachable(never_connected=isinstance(error, httpx2.ConnectError))) from error
        except (httpx2.InvalidURL, httpx2.RequestError, ValueError) as error:  # an address that is none
            raise FetchProblem(f"{host} answered what cannot be understood.", hint="Try again later.") from error

    def _unreachable(self, *, never_connected: bool) -> FetchProblem:
        host = host_of(self._hub.endpoint)
        if not never_connected:
            return FetchProblem(
                f"The connection to {host} broke off.", hint="What is here is kept; pull again to go on."
            )
        where = "" if self._hub.endpoint == HUB else "correct HF_ENDPOINT or "
        hint = f"{where}connect this machine to the network and pull again."
        return FetchProblem(f"{host} cannot be reached.", hint=hint[0].upper() + hint[1:])

    def _headers(self, url: str, start: int) -> dict[str, str]:
        headers = dict(_HEADERS)
        if self._token and self._hub.is_own(url):
            headers["authorization"] = f"Bearer {self._token}"
        if start:
            headers["Range"] = f"bytes={start}-"
        return headers

    def _check_status(self, response: httpx2.Response) -> None:
        host, status = host_of(self._hub.endpoint), response.status_code
        if status in {401, 403}:
            raise refused_by_hub(self._entry, status, host)
        if status in {404, 410}:
            raise not_found(self._entry, host)
        if status in PASSING:
            problem = FetchProblem(
                f"{host} is too busy to answer ({status}).", hint="What is here is kept; pull again later to go on."
            )
            raise Interrupted(problem, wait=_retry_after(response))

    def _odd_status(self, status: int) -> FetchProblem:
        return FetchProblem(f"{host_of(self._hub.endpoint)} answered {status}.", hint="Try again later.")

    def _too_many_redirects(self) -> FetchProblem:
        return FetchProblem(
            f"{host_of(self._hub.endpoint)} leads in circles.", hint="Try again later, or from another mirror."
        )


@contextmanager
def hub_client(
    entry: ManifestEntry,
    hub: Hub,
    *,
    token: str | None,
    stall: float,
    connect: float,
    trust: ssl.SSLContext | None = None,
) -> Iterator[HubClient]:
    """A client whose every request, huggingface-hub's too, goes to the destinations of `hub` alone.

    `stall` and `connect` are in seconds, as those of `Patience`. `trust` takes the place of the system's certificates,
    or of those that SSL_CERT_FILE names.
    """

    def check(request: httpx2.Request) -> None:
        hub.check(str(request.url))
        request.extensions["timeout"] = {**request.extensions.get("timeout", {}), "connect": connect}
        request.extensions["trace"] = first.trace

    def client() -> httpx2.Client:
        # Proxies of the environment are not followed: they are no destination of a download.
        return httpx2.Client(verify=trusted, trust_env=False, timeout=stall, event_hooks={"request": [check]})

    trusted = trust or _trusted_certificates()
    first = FirstConnection(connect)
    set_client_factory(client)
    try:
        yield HubClient(entry, hub, first, token=token, stall=stall)
    finally:
        close_session()


def _trusted_certificates() -> ssl.SSLContext:
    try:
        return httpx2.create_ssl_context()
    except OSError as error:
        raise FetchProblem(
            "The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read.", hint="Correct it, or unset it."
        ) from error


def _certificate_refused(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _retry_after(response: httpx2.Response) -> float | None:
    """The seconds that the server asks to wait; dates are not read, and give the usual pause."""
    value = response.headers.get("retry-after", "").strip()
    return float(value) if re.fullmatch(r"\d{1,6}", value) else None
