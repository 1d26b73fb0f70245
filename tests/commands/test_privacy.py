"""`llama-desk privacy`: what the processes themselves say of their seal, and what was blocked."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys

import pytest

from app.commands.cli import run
from app.download_log import DownloadLog
from app.locations import locations
from app.privacy_log import PrivacyLog
from app.roles import role_command
from runtime.seal.escapes import Targets
from runtime.seal.report import Role
from runtime.seal.trial import OPTION, read_trial
from tests.summary.papers import make_papers

ROLES: tuple[Role, ...] = ("desk", "engine", "extractor")
UDP_ALONE = ["where UDP goes, which asks name servers"]


def test_each_role_says_what_holds_it(desk_home, tmp_path, capsys):
    folder = make_papers(tmp_path / "papers")
    run(["summarise", str(folder), "--no-model"])
    capsys.readouterr()
    assert run(["privacy", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found["roles"]) == {"launcher", *ROLES, "fetcher", "keyring"}
    fetcher = found["roles"]["fetcher"]
    assert fetcher["network"] == (
        "443 to huggingface.co, hf.co and the hosts below them, only during a download that was confirmed"
    )
    assert fetcher["files"] == "writes the models folder; reads none of yours"
    assert found["ledger"]["blocked"] == 0
    assert found["grants"] == [str(folder)]
    if sys.platform == "linux":
        assert all(found["roles"][role]["missing"] == [] for role in ROLES)
        assert found["ledger"]["bytes_sent"] == 0
        assert fetcher["missing"] == UDP_ALONE
        assert any(one.startswith("files by the kernel") for one in fetcher["by"])


@pytest.mark.skipif(sys.platform != "linux", reason="the seal of Linux")
def test_no_role_finds_a_way_out(desk_home, capsys):
    assert run(["privacy", "--test"]) == 0
    told = capsys.readouterr().out
    assert "126 ways out were tried, none of them open." in told
    assert "OPEN" not in told


@pytest.mark.skipif(sys.platform != "linux", reason="the seal of Linux")
@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_sealed_without_its_parent(desk_home, role):
    """As a trial of its own, whoever starts it."""
    done = subprocess.run([*role_command(role), OPTION], input="", capture_output=True, text=True, check=True)
    assert read_trial(done.stdout).missing == ()


@pytest.mark.skipif(sys.platform != "linux", reason="the seal of Linux")
def test_a_fetcher_without_its_parent_finds_no_way_out_either(desk_home):
    """Here it has its own seal alone, whoever starts it."""
    places = locations().make()
    places.database.write_text("private")
    targets = Targets(
        unix_path=str(places.home / "s"),
        abstract_name="llama-desk-nobody-listens",
        victim=os.getpid(),
        secret=str(places.database),
        outside=str(places.home),
    )
    asked = json.dumps(dataclasses.asdict(targets))
    command = [*role_command("fetcher"), OPTION]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    trial = read_trial(done.stdout)
    assert list(trial.missing) == UDP_ALONE
    assert len(trial.attempts) >= 25
    assert [one for one in trial.attempts if one["open"]] == []


def test_a_mirror_is_told_of_and_an_address_that_is_none_is_not(desk_home, monkeypatch, capsys):
    for endpoint, network in (("https://mirror.example:8443", "443 and 8443 to mirror.example,"), ("x", "443 to hugg")):
        monkeypatch.setenv("HF_ENDPOINT", endpoint)
        assert run(["privacy", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["roles"]["fetcher"]["network"].startswith(network)


def test_downloads_are_listed_with_how_they_ended(desk_home, capsys):
    log = DownloadLog(locations().make().download_log)
    log.end(log.begin("tiny-1b-q4", "mirror.example"), "done", 1_500_000)
    log.begin("tiny-3b-q4", "huggingface.co")
    run(["privacy"])
    told = capsys.readouterr().out
    assert "tiny-1b-q4 from mirror.example: done, 2 MB came in" in told
    assert "tiny-3b-q4 from huggingface.co: under way, or cut short, 0 kB came in" in told
    assert "Each sent requests that name the file and nothing else" in told
    run(["privacy", "--json"])
    first, second = json.loads(capsys.readouterr().out)["ledger"]["downloads"]
    assert (first["model"], first["received"], first["outcome"]) == ("tiny-1b-q4", 1_500_000, "done")
    assert second["outcome"] == "begun"


def test_the_ledger_of_downloads_is_private_bounded_and_passes_over_what_is_broken(tmp_path):
    log = DownloadLog(tmp_path / "downloads.log")
    (tmp_path / "downloads.log.1").write_text("{half a li\n[]\n")
    for _ in range(3000):
        log.end(log.begin("tiny-1b-q4", "huggingface.co"), "failed", 7)
    assert {one.received for one in log.all()[1:]} == {7}
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 512 * 1024
    if sys.platform != "win32":
        assert (tmp_path / "downloads.log").stat().st_mode & 0o777 == 0o600


def test_an_attempt_is_in_the_ledger_with_the_code_that_made_it(desk_home, tmp_path, capsys):
    log = locations().make().privacy_log
    program = (
        "from pathlib import Path; from app.privacy_log import PrivacyLog; from runtime.seal import Grants, seal;"
        f"log = Path({str(log)!r}); seal('desk', Grants(write=(log.parent,)), note=PrivacyLog(log).add)\n"
        "def phone_home():\n"
        "    import socket; socket.getaddrinfo('example.org', 443)\n"
        "phone_home()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "llama-desk opens no connection" in done.stderr
    [blocked] = PrivacyLog(log).blocked()
    assert blocked.event == "socket.getaddrinfo"
    assert "phone_home" in blocked.code
    run(["privacy"])
    assert "Connections attempted and blocked: 1" in capsys.readouterr().out


def test_a_broken_line_of_the_ledger_is_passed_over(tmp_path):
    log = PrivacyLog(tmp_path / "privacy.log")
    log.add("socket.connect", "a.b")
    with (tmp_path / "privacy.log").open("a") as file:
        file.write("{half a li\n[]\n")
    log.add("socket.bind", "c.d")
    assert [one.event for one in log.blocked()] == ["socket.connect", "socket.bind"]
