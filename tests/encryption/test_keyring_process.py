"""The process that speaks to the system's keyring: what it can do, and what it cannot."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.commands.cli import run
from app.encryption.at_start import _may_be_needed
from app.encryption.key_note import KeyNote, write_note
from app.encryption.state import look_at_encryption
from app.encryption.system_keyring import KeyringFailed, SystemKeyring
from app.locations import Locations, locations
from app.roles import role_command
from tools.desk_db.sqlite import CAN_ENCRYPT

ROOT = Path(__file__).parents[2]
KEY = b"\x07" * 32


@pytest.fixture
def fake(tmp_path, monkeypatch) -> Path:
    """The file of a keyring that is found as a system's own is."""
    file = tmp_path / "fake-keyring.json"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.encryption.file_backend.FileBackend")
    monkeypatch.setenv("LLAMA_DESK_TEST_KEYRING", str(file))
    return file


@pytest.fixture
def keyring():
    started = SystemKeyring.start(stays=False)
    yield started
    started.rest()


def test_a_key_comes_back_and_goes(fake, keyring):
    assert keyring.works()
    assert keyring.get("desk-1") is None
    keyring.set("desk-1", KEY)
    assert keyring.get("desk-1") == KEY
    assert json.loads(fake.read_text()) == {"llama-desk desk-1": KEY.hex()}
    keyring.delete("desk-1")
    assert keyring.get("desk-1") is None


def test_without_a_keyring_it_says_so(keyring):
    assert not keyring.works()
    with pytest.raises(KeyringFailed, match="there is none"):
        keyring.get("desk-1")


def test_a_keyring_that_refuses_is_a_sentence(fake, keyring):
    fake.write_text("{half a")
    with pytest.raises(KeyringFailed, match="JSONDecodeError"):
        keyring.get("desk-1")


def test_a_process_that_ended_is_a_sentence(fake, keyring):
    keyring.rest()
    with pytest.raises(KeyringFailed, match="no answer"):
        keyring.get("desk-1")
    assert not keyring.works()


@pytest.mark.skipif(sys.platform != "linux", reason="the seal of Linux")
def test_one_that_never_answers_holds_up_a_sealed_desk_no_longer_than_it_waits(tmp_path):
    """The desk may not even end it: it was started before the seal."""
    program = (
        "import subprocess, sys; from app.encryption import system_keyring as k; k._SECONDS = k._FIRST_SECONDS = 0.2;"
        "k._SAID_AFTER_SECONDS = 0.1; silent = 'import time; time.sleep(30)';"
        "pipes = {'stdin': subprocess.PIPE, 'stdout': subprocess.PIPE, 'encoding': 'utf-8'};"
        "keyring = k.SystemKeyring(subprocess.Popen([sys.executable, '-c', silent], **pipes), stays=False);"
        "from runtime.seal import Grants, seal; from pathlib import Path; seal('desk', Grants(read=(Path('/'),)));"
        "print(keyring.works(), keyring.works()); keyring.rest(); print('rested', flush=True); import os; os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("False False\nrested\n", "")


@pytest.mark.parametrize(
    ("attempt", "reaches"),
    [
        ("socket.socket(socket.AF_UNIX).connect('/nobody-listens')", "FileNotFoundError"),
        ("socket.create_connection(('127.0.0.1', 9))", "PermissionError"),
        ("socket.getaddrinfo('localhost', 80)", "PermissionError"),
        ("socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))", "PermissionError"),
        ("ctypes.CDLL(None, use_errno=True).socket(2, 1, 0) == -1 and os.kill(0, -1)", "OSError"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="the seal of Linux")
def test_it_reaches_this_machine_s_sockets_and_no_network(attempt, reaches):
    program = f"import ctypes, os, socket; from runtime.seal import Grants, seal; seal('keyring', Grants()); {attempt}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert reaches in done.stderr.splitlines()[-1]


@pytest.mark.skipif(not CAN_ENCRYPT, reason="there is no SQLCipher here")
def test_a_first_command_encrypts_where_there_is_a_keyring(fake, desk_home, monkeypatch):
    """Through the launcher, sealed, as a user runs it."""
    monkeypatch.setenv("LLAMA_DESK_NOW", "2026-11-22T10:00:00+01:00")
    added = desk("calendar", "add", "Review", "--start", "tomorrow at 3pm")
    assert added.returncode == 0, added.stderr
    state = look_at_encryption(Locations(desk_home))
    assert (state.encrypted, state.keeper, state.plain) == (True, "keyring", [])
    [before] = json.loads(fake.read_text()).values()
    assert desk("privacy", "rotate", "--yes").returncode == 0
    [after] = json.loads(fake.read_text()).values()
    assert before != after
    assert "Review" in desk("calendar", "list", "tomorrow").stdout
    fake.unlink()
    lost = desk("calendar", "list", "tomorrow")
    assert (lost.returncode, lost.stdout) == (1, "")
    assert "not in the system's keyring any more" in lost.stderr
    assert lost.stderr.count("\n") == 1


def desk(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*role_command("launcher")[:-1], *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not CAN_ENCRYPT, reason="there is no SQLCipher here")
def test_it_is_started_only_where_the_key_may_be(tmp_path):
    places = Locations(tmp_path)
    assert _may_be_needed(places)
    places.database.write_bytes(b"SQLite format 3\x00")
    assert not _may_be_needed(places)
    write_note(tmp_path, KeyNote(keeper="keyring", names=["desk-1"]))
    assert _may_be_needed(places)
    write_note(tmp_path, KeyNote(keeper="nobody"))
    assert not _may_be_needed(places)
    places.key_note.write_text("{half a")
    assert not _may_be_needed(places)


class TestCommands:
    def test_a_passphrase_from_a_file_all_the_way(self, desk_home, tmp_path, monkeypatch, capsys):
        run(["backup"])
        passphrase, wrong = tmp_path / "passphrase", tmp_path / "wrong"
        passphrase.write_text("correct horse battery\n")
        wrong.write_text("something else\n")
        monkeypatch.setenv("LLAMA_DESK_PASSPHRASE_FILE", str(passphrase))
        assert run(["privacy", "encrypt", "--passphrase-file", str(passphrase), "--yes", "--json"]) == 0
        said = json.loads(capsys.readouterr().out.partition("\n{")[2].join(["{", ""]))
        assert said["encryption"]["encrypted"]
        assert said["encryption"]["keeper"] == "passphrase"
        assert (said["backups_rewritten"], said["backups_removed"], said["backups_left"]) == (1, 0, 0)
        before = locations().database.read_bytes()
        monkeypatch.setenv("LLAMA_DESK_PASSPHRASE_FILE", str(wrong))
        done = desk("history")
        assert done.returncode == 1
        assert done.stderr == "That passphrase is not the one. Nothing was changed; try again.\n"
        assert locations().database.read_bytes() == before
        monkeypatch.setenv("LLAMA_DESK_PASSPHRASE_FILE", str(passphrase))
        assert desk("history").returncode == 0
        assert run(["privacy"]) == 0
        assert "Encryption: the database is encrypted (SQLCipher, SQLite 3." in capsys.readouterr().out
        assert run(["privacy", "decrypt", "--yes"]) == 0
        assert "none, as you chose" in capsys.readouterr().out

    def test_nobody_is_asked_where_nobody_can_be(self, desk_home, capsys):
        for command in ("encrypt", "rotate", "decrypt"):
            assert run(["privacy", command]) == 2
            assert "say --yes" in capsys.readouterr().err

    def test_without_a_keyring_the_other_way_is_named(self, desk_home, capsys):
        assert run(["privacy", "encrypt", "--yes"]) == 1
        assert "privacy encrypt --passphrase" in capsys.readouterr().err

    def test_two_keepers_are_one_too_many(self, desk_home, capsys):
        assert run(["privacy", "encrypt", "--keyring", "--passphrase", "--yes"]) == 2
