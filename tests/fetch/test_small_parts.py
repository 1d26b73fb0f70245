"""Rates, environments and the hashes that are kept."""

from __future__ import annotations

from pathlib import Path

from runtime.fetch.environment import fetcher_environment
from runtime.fetch.pace import Pace
from runtime.fetch.teller import Teller


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_rate_is_that_of_the_last_seconds():
    clock = Clock()
    pace = Pace(clock)
    pace.note(0)
    assert pace.bytes_per_second is None
    for second in range(1, 31):
        clock.now += 1
        pace.note(second * 100 if second <= 15 else 1500 + (second - 15) * 1000)
    assert pace.bytes_per_second == 1000
    assert pace.seconds_left(26_500) == 10
    pace.note(0)
    assert pace.bytes_per_second is None


def test_progress_is_told_a_few_times_a_second():
    clock, told = Clock(), []
    teller = Teller(told.append, clock)
    for done in range(1001):
        clock.now += 0.001
        teller.fetching(done, 1000)
    assert 9 <= len(told) <= 12
    assert (told[0].done, told[-1].done) == (0, 1000)


def test_the_fetcher_gets_nothing_of_the_user(monkeypatch):
    environ = {
        "HOME": "/home/ana",
        "USER": "ana",
        "HF_TOKEN": "hf_secret",
        "HF_ENDPOINT": "https://mirror.example",
        "HF_HUB_OFFLINE": "1",
        "HTTPS_PROXY": "http://proxy.example",
        "PYTHONPATH": "/evil",
        "SSL_CERT_FILE": "/etc/ca.pem",
        "HF_HUB_ENABLE_HF_TRANSFER": "1",
    }
    given = fetcher_environment(environ, Path("/data"), gated=False)
    assert given["LLAMA_DESK_HOME"] == str(Path("/data"))
    assert {name for name in given if name in environ} == {"HF_ENDPOINT", "SSL_CERT_FILE"}
    assert given["HF_HUB_DISABLE_TELEMETRY"] == given["HF_HUB_DISABLE_IMPLICIT_TOKEN"] == "1"
    assert fetcher_environment(environ, Path("/data"), gated=True)["HF_TOKEN"] == "hf_secret"
