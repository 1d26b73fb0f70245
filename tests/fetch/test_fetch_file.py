"""Downloading one file from a hub that does everything wrong that a server can do."""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import time
from contextlib import ExitStack, suppress
from dataclasses import replace

import pytest
from filelock import FileLock

from runtime.fetch.events import Fetched, Progress
from runtime.fetch.fetch_file import Patience, Source, fetch_file
from runtime.fetch.hosts import hub_at
from runtime.fetch.problems import FetchProblem
from tests.fetch.conftest import BODY, QUICK, make_entry


class Pull:
    """Pulls into one folder, and keeps what was told."""

    def __init__(self, source: Source, folder) -> None:
        self.source = source
        self.folder = folder
        self.told: list[Progress] = []

    def __call__(self, entry=None, **options) -> Fetched:
        return fetch_file(
            entry or make_entry(),
            self.source,
            self.folder,
            tell=self.told.append,
            **({"patience": QUICK} | options),
        )

    def files(self) -> dict[str, int]:
        return {path.name: path.stat().st_size for path in self.folder.iterdir()}


@pytest.fixture
def pull(source, tmp_path) -> Pull:
    return Pull(source, tmp_path / "models")


WHOLE = {"tiny-1b-q4.gguf": len(BODY)}


def part_of(size: int) -> dict[str, int]:
    return {"tiny-1b-q4.gguf.part": size}


def test_a_file_is_fetched_whole_and_private(pull, hub):
    done = pull()
    assert (done.sha256, done.size, done.verified) == (hashlib.sha256(BODY).hexdigest(), len(BODY), True)
    assert pull.files() == WHOLE
    assert [one.path.split("?")[0] for one in hub.seen] == [
        f"/tests/Tiny-GGUF/resolve/{'c' * 40}/tiny-1b-q4.gguf",
        "/delivery/file",
    ]
    assert pull.told[0].state == "asking"
    assert (pull.told[-1].state, pull.told[-1].done, pull.told[-1].total) == ("fetching", len(BODY), len(BODY))


def test_nothing_about_the_user_is_sent(pull, hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    pull.source = replace(pull.source, token="hf_secret")
    pull()
    for one in hub.seen:
        assert set(one.headers) == {"host", "accept", "accept-encoding", "connection", "user-agent"}
        assert one.headers["user-agent"] == "llama-desk"


def test_a_token_is_shown_to_the_hub_alone_and_for_a_gated_file_alone(pull, hub):
    pull.source = replace(pull.source, token="hf_secret")
    pull(make_entry(gated=True, instead="other-1b-q4"))
    asked, sent = hub.seen
    assert asked.headers["authorization"] == "Bearer hf_secret"
    assert "authorization" not in sent.headers


def test_what_is_here_and_right_is_not_fetched_again(pull, hub):
    pull()
    hub.seen.clear()
    assert pull().was_here
    assert hub.seen == []


def test_a_file_of_the_name_with_other_bytes_is_replaced(pull):
    pull.folder.mkdir()
    (pull.folder / "tiny-1b-q4.gguf").write_bytes(b"other")
    assert not pull().was_here
    assert pull.files() == WHOLE


def test_a_cut_connection_goes_on_where_it_was(pull, hub):
    hub.faults.cut_after = [100_000, 1, 900_000]
    pull()
    assert hub.ranges() == [None, "bytes=100000-", "bytes=100001-", "bytes=1000001-"]
    assert "waiting" in {event.state for event in pull.told}
    assert pull.files() == WHOLE


def test_a_later_pull_goes_on_where_the_first_one_ended(pull, hub):
    hub.faults.cut_after = [700_000, 0, 0, 0]
    with pytest.raises(FetchProblem, match="broke off"):
        pull()
    assert pull.files() == part_of(700_000)
    assert pull().resumed_from == 700_000
    assert hub.ranges()[-1] == "bytes=700000-"
    assert pull.told[-2].done >= 700_000


def test_a_part_that_is_whole_is_not_asked_for(pull, hub):
    pull.folder.mkdir()
    (pull.folder / "tiny-1b-q4.gguf.part").write_bytes(BODY)
    pull()
    assert hub.ranges() == []
    assert pull.files() == WHOLE


@pytest.mark.parametrize("damaged", [b"\0" * 5000, BODY[:99] + b"x", BODY + b"more"], ids=range(3))
def test_a_damaged_part_costs_one_download_and_no_more(pull, damaged):
    pull.folder.mkdir()
    (pull.folder / "tiny-1b-q4.gguf.part").write_bytes(damaged)
    done = pull()
    assert (done.sha256, done.resumed_from) == (hashlib.sha256(BODY).hexdigest(), 0)
    assert pull.files() == WHOLE


def test_a_silent_server_is_left_and_tried_again(pull, hub):
    hub.faults.stall_after = [50_000]
    pull(patience=replace(QUICK, stall=0.3))
    assert hub.ranges() == [None, "bytes=50000-"]


def test_a_server_that_stays_silent_is_given_up(pull, hub):
    hub.faults.stall_after = [50_000, 0, 0, 0]
    with pytest.raises(FetchProblem, match="fell silent"):
        pull(patience=replace(QUICK, stall=0.2))
    assert pull.files() == part_of(50_000)


@pytest.mark.parametrize("status", [429, 503, 500, 408])
def test_a_busy_server_is_tried_again(pull, hub, status):
    hub.faults.ask_status, hub.faults.send_status = [status], [status]
    pull()
    assert pull.files() == WHOLE


@pytest.mark.parametrize("status", [429, 503])
def test_the_pause_is_as_long_as_the_server_asks(pull, hub, status):
    hub.faults.send_status, hub.faults.retry_after = [status], "1"
    pull()
    assert [event.seconds_left for event in pull.told if event.state == "waiting"] == [1.0]


def test_a_pause_that_is_too_long_is_not_waited_for(pull, hub):
    hub.faults.send_status, hub.faults.retry_after = [429], "3600"
    with pytest.raises(FetchProblem, match=r"too busy to answer \(429\)"):
        pull()
    assert pull.files() == {}


def test_a_part_that_the_server_does_not_have_is_begun_anew(pull, hub):
    pull.folder.mkdir()
    (pull.folder / "tiny-1b-q4.gguf.part").write_bytes(BODY[:5000])
    hub.faults.send_status = [416]
    pull()
    assert hub.ranges() == ["bytes=5000-", None]
    assert pull.files() == WHOLE


@pytest.mark.parametrize("fault", ["ignores_ranges", "wrong_range"])
def test_a_server_without_ranges_is_taken_from_the_beginning(pull, hub, fault):
    hub.faults.cut_after = [500_000]
    setattr(hub.faults, fault, True)
    pull()
    assert pull.files() == WHOLE


@pytest.mark.parametrize(
    ("faults", "sentence"),
    [
        ({"ask_status": [401]}, r"does not give out tiny-1b-q4\.gguf \(it answered 401\)"),
        ({"ask_status": [403]}, "it answered 403"),
        ({"ask_status": [404]}, r"no longer has tiny-1b-q4\.gguf"),
        ({"ask_status": [418]}, "answered 418"),
        ({"ask_status": [503] * 9}, r"too busy to answer \(503\)"),
        ({"send_status": [401]}, "it answered 401"),
        ({"send_status": [403]}, "it answered 403"),
        ({"send_status": [404]}, "no longer has"),
        ({"send_status": [416] * 9}, "no such part"),
        ({"send_status": [429] * 9}, r"too busy to answer \(429\)"),
        ({"lead_to": "https://evil.example/file?q=1"}, r"leads to https://evil\.example, where llama-desk does not go"),
        ({"lead_to": "http://huggingface.co/file"}, "leads to http://huggingface.co"),
        ({"lead_to": "file:///etc/passwd"}, "leads to another place"),
        ({"lead_to": "https://huggingface.co.evil.example/"}, r"leads to https://huggingface\.co\.evil\.example"),
        ({"lead_to": "https://[::broken/"}, "an address that is none|cannot be understood"),
        ({"circles": True}, "leads in circles"),
        ({"linked_size": 99}, "names 99 bytes"),
        ({"content_length": 99}, "names 99 bytes"),
        ({"content_length": 2_000_000}, "names 2,000,000 bytes"),
        ({"content_length": 0, "extra": b"x"}, "more bytes than"),
        ({"body": bytes(len(BODY))}, "its SHA-256 is another, so it was removed"),
    ],
)
def test_a_fault_ends_in_one_sentence_and_leaves_nothing(pull, hub, faults, sentence):
    for name, value in faults.items():
        setattr(hub.faults, name, value)
    with pytest.raises(FetchProblem, match=sentence) as caught:
        pull(patience=replace(QUICK, first_pause=0.001))
    assert pull.files() == {}
    assert caught.value.hint
    assert "\n" not in caught.value.sentence()


def test_another_file_under_the_name_is_refused_before_it_is_fetched(pull, hub):
    hub.body = bytes(len(BODY))
    with pytest.raises(FetchProblem, match="offers another file under the name"):
        pull()
    assert (hub.ranges(), pull.files()) == ([], {})


def test_an_end_that_comes_too_early_is_no_end(pull, hub):
    hub.faults.content_length, hub.faults.cut_after = 0, [400_000, 0, 0]
    with pytest.raises(FetchProblem, match="stopped after 400,000 of 1,500,000 bytes"):
        pull()
    assert pull.files() == part_of(400_000)


def test_a_gated_file_is_explained_and_another_is_named(pull, hub):
    hub.faults.ask_status = [401]
    with pytest.raises(FetchProblem) as caught:
        pull(make_entry(gated=True, instead="other-1b-q4"))
    assert "open only to those who accepted its terms" in caught.value.message
    assert "HF_TOKEN" in caught.value.hint
    assert "other-1b-q4" in caught.value.hint


def test_a_certificate_of_nobody_is_refused(pull, hub):
    pull.source = replace(pull.source, trust=None)
    with pytest.raises(FetchProblem, match="could not prove that it is itself"):
        pull()


def test_certificates_that_are_not_there_are_named(pull, monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    pull.source = replace(pull.source, trust=None)
    with pytest.raises(FetchProblem, match="SSL_CERT_FILE"):
        pull()


def test_a_machine_without_a_network_is_told_so(pull, hub):
    pull.source = Source(hub_at("https://localhost:1"))
    with pytest.raises(FetchProblem, match="localhost cannot be reached") as told:
        pull()
    assert told.value.hint == "Correct HF_ENDPOINT or connect this machine to the network and pull again."
    assert pull.files() == {}


def test_a_host_that_cannot_be_reached_is_not_tried_for_longer_than_a_connection_may_take(pull, hub):
    pull.source = Source(hub_at("https://localhost:1"))
    began = time.monotonic()
    with pytest.raises(FetchProblem, match="localhost cannot be reached"):
        pull(patience=Patience(connect=0.5))
    assert time.monotonic() - began < 5.0  # all tries and their pauses take fifteen


@pytest.mark.parametrize("answers", [False, True], ids=["no connection", "no TLS"])
def test_a_connection_that_hangs_is_given_up(pull, hub, answers):
    with socket.create_server(("127.0.0.1", 0), backlog=8 if answers else 0) as silent, ExitStack() as held:
        if not answers:  # as many as the system keeps for nobody: the next one is not answered at all
            for _ in range(4):
                with suppress(OSError):
                    held.enter_context(socket.create_connection(silent.getsockname(), timeout=0.05))
        pull.source = Source(hub_at(f"https://localhost:{silent.getsockname()[1]}"))
        began = time.monotonic()
        with pytest.raises(FetchProblem, match="localhost cannot be reached"):
            pull(patience=Patience(connect=0.5))
        assert 0.4 < time.monotonic() - began < 5.0
    assert pull.files() == {}


def test_once_connected_a_server_may_take_its_time(pull, hub):
    hub.faults.stall_after = [0]
    pull(patience=replace(QUICK, stall=0.8, connect=0.4))
    assert pull.files() == WHOLE


@pytest.mark.parametrize("endpoint", ["http://localhost", "localhost", "https://me@mirror.example", "https://[broken"])
def test_a_mirror_is_an_https_address(endpoint):
    with pytest.raises(FetchProblem, match="HF_ENDPOINT"):
        hub_at(endpoint)


def test_a_disk_without_room_is_told_before_the_download(pull, hub, monkeypatch):
    monkeypatch.setattr("runtime.fetch.fetch_file.ROOM_LEFT", 1 << 60)
    with pytest.raises(FetchProblem, match="no room"):
        pull()
    assert (hub.ranges(), pull.files()) == ([], {})


def test_a_disk_that_fills_up_keeps_the_part(pull, hub, monkeypatch):
    write, written = os.write, []

    def full(descriptor, data):
        if sum(written) > 600_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(write(descriptor, data))
        return written[-1]

    with monkeypatch.context() as patched:
        patched.setattr("runtime.fetch.part_file.os.write", full)
        with pytest.raises(FetchProblem, match="is full"):
            pull()
    assert pull.files() == part_of(sum(written))
    assert pull().resumed_from == sum(written)


def test_two_downloads_of_one_file_do_not_meet(pull, hub):
    pull.folder.mkdir()
    lock = FileLock(pull.folder / ".tiny-1b-q4.gguf.lock")
    with lock, pytest.raises(FetchProblem, match="by another llama-desk"):
        pull()
    assert hub.seen == []
    pull()
    assert pull.files() == WHOLE


UNKNOWN = {"sha256": None, "size": None, "revision": None}


def test_a_file_without_a_hash_needs_a_yes_and_its_hash_is_kept(pull, hub):
    with pytest.raises(FetchProblem, match=r"hash of tiny-1b-q4\.gguf is not known"):
        pull(make_entry(**UNKNOWN))
    assert hub.seen == []
    assert not pull(make_entry(**UNKNOWN), unverified=True).verified
    assert "/resolve/main/" in hub.seen[0].path
    again = pull(make_entry(**UNKNOWN))
    assert again.verified
    assert again.was_here
    (pull.folder / "tiny-1b-q4.gguf").unlink()
    hub.body = bytes(len(BODY))
    with pytest.raises(FetchProblem, match="offers another file"):
        pull(make_entry(**UNKNOWN))


def test_a_file_that_nobody_knows_a_hash_of_is_never_joined_from_two(pull, hub):
    hub.faults.names_hash = False
    hub.faults.cut_after = [300_000]
    done = pull(make_entry(**UNKNOWN), unverified=True)
    assert done.sha256 == hashlib.sha256(BODY).hexdigest()
    assert hub.ranges() == [None, None]


def test_a_file_of_unknown_length_is_asked_for_it(pull, hub):
    hub.faults.linked_size = None
    pull(make_entry(size=None))
    assert pull.files() == WHOLE


def test_patience_is_long_where_people_wait():
    assert Patience().stall >= 10
