"""`llama-desk privacy`: what the processes themselves say of their seal, and what was blocked."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from app.commands.cli import run
from app.locations import locations
from app.privacy_log import PrivacyLog
from app.roles import role_command
from runtime.seal.report import Role
from runtime.seal.trial import OPTION, read_trial
from tests.summary.papers import make_papers

ROLES: tuple[Role, ...] = ("desk", "engine", "extractor")


def test_each_role_says_what_holds_it(desk_home, tmp_path, capsys):
    folder = make_papers(tmp_path / "papers")
    run(["summarise", str(folder), "--no-model"])
    capsys.readouterr()
    assert run(["privacy", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found["roles"]) == {"launcher", *ROLES}
    assert found["ledger"]["blocked"] == 0
    assert found["grants"] == [str(folder)]
    if sys.platform == "linux":
        assert all(found["roles"][role]["missing"] == [] for role in ROLES)
        assert found["ledger"]["bytes_sent"] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the seal of Linux")
def test_no_role_finds_a_way_out(desk_home, capsys):
    assert run(["privacy", "--test"]) == 0
    told = capsys.readouterr().out
    assert "77 ways out were tried, none of them open." in told
    assert "OPEN" not in told


@pytest.mark.skipif(sys.platform != "linux", reason="the seal of Linux")
@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_sealed_without_its_parent(desk_home, role):
    """As a trial of its own: what `privacy` starts has inherited the desk's seal."""
    done = subprocess.run([*role_command(role), OPTION], input="", capture_output=True, text=True, check=True)
    assert read_trial(done.stdout).missing == ()


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
