"""A hub for tests: HTTPS on this machine, with the addresses and headers of the real one, and faults on request."""

from __future__ import annotations

import hashlib
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).parent
CERTIFICATE = HERE / "test_only_localhost.pem"
KEY = HERE / "test_only_localhost_key.pem"


@dataclass
class Faults:
    """What the server does wrong. Each list is used up one by one; the last behaviour is the right one."""

    ask_status: list[int] = field(default_factory=list)
    """Statuses of the next answers to the question where the file is."""
    send_status: list[int] = field(default_factory=list)
    """Statuses of the next answers to requests for its bytes."""
    retry_after: str | None = None
    cut_after: list[int] = field(default_factory=list)
    """How many bytes the next answers send before the connection is cut."""
    stall_after: list[int] = field(default_factory=list)
    """How many bytes they send before they fall silent."""
    lead_to: str | None = None
    """The address that the question is answered with."""
    linked_size: int | None = None
    content_length: int | None = None
    """A length that is a lie; 0 for none at all."""
    extra: bytes = b""
    """Sent after the file."""
    body: bytes | None = None
    """Other bytes than those that the hub has named."""
    ignores_ranges: bool = False
    wrong_range: bool = False
    names_hash: bool = True
    circles: bool = False


@dataclass
class Seen:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]


class HubServer(ThreadingHTTPServer):
    """Serves one file at every repository's address, by way of a delivery address as the real hub does."""

    daemon_threads = True

    def __init__(self, body: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.body = body
        self.delivery = self.endpoint
        """Where the question leads to: the hub itself, as with a mirror, until a test says otherwise."""
        self.faults = Faults()
        self.seen: list[Seen] = []
        self.stop = threading.Event()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, KEY)
        # The handshake is left to the request's own thread.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def endpoint(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def elsewhere(self) -> str:
        """The same server under another name."""
        return f"https://127.0.0.1:{self.port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves is what these tests are about."""

    def ranges(self) -> list[str | None]:
        """The Range headers of the requests for bytes."""
        return [one.headers.get("range") for one in self.seen if one.method == "GET"]


class _Handler(BaseHTTPRequestHandler):
    server: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        pass

    def do_HEAD(self) -> None:
        self._note()
        faults = self.server.faults
        if faults.ask_status:
            self._refuse(faults.ask_status.pop(0))
            return
        body = self.server.body
        if self.path.startswith("/delivery/") and not faults.circles:
            self.send_response(200)
        else:
            self.send_response(302)
            self.send_header("Location", faults.lead_to or f"{self.server.delivery}/delivery/file?signature=x")
        self.send_header("X-Repo-Commit", "c" * 40)
        self.send_header("X-Linked-Size", str(faults.linked_size or len(body)))
        if faults.names_hash:
            self.send_header("X-Linked-Etag", f'"{hashlib.sha256(body).hexdigest()}"')
        self.send_header("Content-Length", str(len(body)) if self.path.startswith("/delivery/") else "0")
        self.end_headers()

    def do_GET(self) -> None:
        self._note()
        faults = self.server.faults
        if faults.send_status:
            self._refuse(faults.send_status.pop(0))
        elif faults.circles:
            self.send_response(302)
            self.send_header("Location", "/delivery/file?again")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._send_file(self.server.body if faults.body is None else faults.body)

    def _send_file(self, body: bytes) -> None:
        faults = self.server.faults
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(asked[1]) if asked and not faults.ignores_ranges else 0
        if start > len(body) or (asked and start == len(body)):
            self._refuse(416)
            return
        rest = body[start:] + faults.extra
        self.send_response(206 if asked and not faults.ignores_ranges else 200)
        if asked and not faults.ignores_ranges:
            named = start + 7 if faults.wrong_range else start
            self.send_header("Content-Range", f"bytes {named}-{len(body) - 1}/{len(body)}")
        if faults.content_length != 0:
            self.send_header("Content-Length", str(faults.content_length or len(rest)))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        self._send_bytes(rest)

    def _send_bytes(self, data: bytes) -> None:
        faults = self.server.faults
        cut = faults.cut_after.pop(0) if faults.cut_after else None
        stall = faults.stall_after.pop(0) if faults.stall_after else None
        end = min(x for x in (cut, stall, len(data)) if x is not None)
        for place in range(0, end, 16384):
            self.wfile.write(data[place : min(place + 16384, end)])
        if stall is not None:
            self.server.stop.wait(60)
        if cut is not None or stall is not None or faults.content_length == 0:
            self.close_connection = True

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        if self.server.faults.retry_after is not None:
            self.send_header("Retry-After", self.server.faults.retry_after)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _note(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append(Seen(self.command, self.path, headers))


@contextmanager
def running_hub(body: bytes) -> Iterator[HubServer]:
    server = HubServer(body)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
