"""What the launcher opens for its desk: regular files below what the user pointed at, and nothing with keys in it."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.house.test_roles import python_app
from tools.desk_db.sqlite import CAN_ENCRYPT
from tools.reading import Withheld, WithheldFile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there the desk opens them itself")
if sys.platform != "win32":
    from app.workers import grants_log, service, withheld
    from app.workers import launcher as of_the_launcher
    from app.workers.granted import Granted, NotGiven
    from app.workers.grants_log import GrantsLog
    from app.workers.launcher import Launcher
    from app.workers.service import MOST_LISTED, LauncherService


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with a folder of papers, one of keys, and a program's own."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    withheld._here.cache_clear()
    for name in ("home/papers/inner", "home/.ssh", "home/.config/google-chrome/Default", "home/.config/notes", "own"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("papers/a.txt", "papers/inner/b.txt", "papers/id_rsa", ".ssh/key", "other.txt", ".config/notes/c.txt"):
        (tmp_path / "home" / name).write_text(name)
    (tmp_path / "own" / "d.txt").write_text("own")
    yield tmp_path / "home"
    withheld._here.cache_clear()


@pytest.fixture
def launcher(home):
    line, desks = socket.socketpair()
    log = GrantsLog(home.parent / "grants.log")
    LauncherService(line, partial(Granted, [home.parent / "own"], log)).start()
    with desks:
        yield Launcher(desks)


def text_of(descriptor: int) -> str:
    with os.fdopen(descriptor, encoding="utf-8") as file:
        return file.read()


def refused(launcher, path, **how) -> int | None:
    with pytest.raises(OSError) as raised:
        os.close(launcher.open(path, **how))
    return raised.value.errno


def test_files_below_what_was_granted_are_opened_and_no_others(launcher, home):
    assert refused(launcher, home / "papers" / "a.txt") == errno.EACCES
    launcher.grant(home / "papers")
    assert text_of(launcher.open(home / "papers" / "a.txt")) == "papers/a.txt"
    assert text_of(launcher.open(home / "papers" / "inner" / "b.txt", follow=False)) == "papers/inner/b.txt"
    assert text_of(launcher.open(home.parent / "own" / "d.txt")) == "own"
    assert refused(launcher, home / "other.txt") == errno.EACCES
    assert refused(launcher, home / "papers" / ".." / "other.txt") == errno.EACCES
    assert refused(launcher, home / "papers" / "missing") == errno.ENOENT


def test_a_file_that_was_granted_opens_none_beside_it(launcher, home):
    launcher.grant(home / "other.txt")
    assert text_of(launcher.open(home / "other.txt")) == "other.txt"
    (home / "other.txt.more").write_text("more")
    assert refused(launcher, home / "other.txt.more") == errno.EACCES


def test_what_is_opened_is_for_reading_alone(launcher, home):
    launcher.grant(home / "papers")
    descriptor = launcher.open(home / "papers" / "a.txt")
    with pytest.raises(OSError):
        os.write(descriptor, b"x")
    os.close(descriptor)


def test_no_link_leads_out_of_what_was_granted(launcher, home):
    launcher.grant(home / "papers")
    (home / "papers" / "link").symlink_to(home / "other.txt")
    (home / "papers" / "keys").symlink_to(home / ".ssh")
    assert refused(launcher, home / "papers" / "link") == errno.EACCES
    assert refused(launcher, home / "papers" / "link", follow=False) == errno.ELOOP
    with pytest.raises(WithheldFile):
        launcher.open(home / "papers" / "keys" / "key")
    (home / "papers" / "inside").symlink_to(home / "papers" / "a.txt")
    assert text_of(launcher.open(home / "papers" / "inside")) == "papers/a.txt"


def test_a_name_in_an_open_folder_is_just_a_name(launcher, home):
    launcher.grant(home / "papers")
    folder = os.open(home / "papers", os.O_RDONLY)
    assert text_of(launcher.open("a.txt", follow=False, folder=folder)) == "papers/a.txt"
    for name in ("../other.txt", "inner/b.txt", "..", "", "/etc/passwd"):
        assert refused(launcher, name, folder=folder) == errno.EINVAL
    os.close(folder)
    folder = os.open(home, os.O_RDONLY)
    assert refused(launcher, "other.txt", folder=folder) == errno.EACCES
    os.close(folder)


def test_what_is_no_regular_file_is_not_opened(launcher, home):
    os.mkfifo(home / "papers" / "pipe")
    launcher.grant(home / "papers")
    launcher.grant(Path("/dev"))
    for path in (home / "papers" / "pipe", home / "papers", Path("/dev/null"), Path("/dev/tty")):
        assert refused(launcher, path) in {errno.ENXIO, errno.ENOENT}


def test_a_slow_disk_holds_up_no_process(launcher, home, desk_home, monkeypatch):
    asked, awake = threading.Event(), threading.Event()

    def slow(*_arguments, **_named) -> int:
        asked.set()
        awake.wait(60)
        raise OSError(errno.EIO, "gone")

    monkeypatch.setattr(service, "open_granted", slow)
    launcher.grant(home / "papers")
    reading = threading.Thread(target=lambda: refused(launcher, home / "papers" / "a.txt"))
    reading.start()
    assert asked.wait(60)
    worker = launcher.start("extractor", [home / "papers"])
    assert reading.is_alive()
    worker.kill()
    assert worker.wait(60) != 0
    awake.set()
    reading.join()


def test_the_answer_to_what_was_interrupted_is_not_taken_for_another(launcher, home, monkeypatch):
    launcher.grant(home / "papers")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(of_the_launcher, "receive", Mock(side_effect=KeyboardInterrupt))
        launcher.open(home / "papers" / "a.txt")
    assert text_of(launcher.open(home / "papers" / "inner" / "b.txt")) == "papers/inner/b.txt"


def test_keys_and_passwords_are_not_opened_whatever_was_granted(launcher, home):
    for path in (home / ".ssh", home / ".ssh" / "key", home / ".config" / "google-chrome" / "Default"):
        with pytest.raises(Withheld, match="holds keys or passwords, so llama-desk does not read it"):
            launcher.grant(path)
    launcher.grant(home)
    for path in (home / ".ssh" / "key", home / "papers" / "id_rsa"):
        with pytest.raises(WithheldFile, match="holds keys or passwords"):
            launcher.open(path)
    assert text_of(launcher.open(home / "other.txt")) == "other.txt"


def test_a_worker_is_given_what_lies_beside_them(home):
    assert withheld.without_withheld(home / "papers") == [home / "papers"]
    given = withheld.without_withheld(home)
    assert set(given) == {home / "papers", home / "other.txt", home / ".config" / "notes"}
    with pytest.raises(Exception, match="holds keys or passwords"):
        Granted([], GrantsLog(home / "log")).add(home / ".ssh")


def test_a_worker_that_is_given_a_folder_around_the_data_folder_is_not_given_that(home):
    (home / "papers" / "data").mkdir()
    given = withheld.without_withheld(home / "papers", home / "papers" / "data")
    assert set(given) == {home / "papers" / name for name in ("a.txt", "inner", "id_rsa")}
    assert withheld.without_withheld(home / "papers" / "data", home / "papers" / "data") == [home / "papers" / "data"]


def test_what_cannot_be_written_down_is_not_given(home, monkeypatch):
    log = GrantsLog(home.parent / "grants.log")
    log.make()
    granted = Granted([], log)
    monkeypatch.setattr(grants_log, "_MOST_BYTES", 10)
    granted.add(home / "papers")
    with pytest.raises(NotGiven, match=r"other.txt is not read, because that could not be written"):
        granted.add(home / "other.txt")
    granted.add(home / "papers" / "inner")
    assert not granted.holds(str(home / "other.txt"))


def test_where_there_is_no_place_for_the_list_folders_are_read_without_one(home, monkeypatch):
    def closed(*_arguments):
        raise PermissionError(errno.EACCES, "Permission denied")

    log = GrantsLog(home.parent / "grants.log")
    monkeypatch.setattr(grants_log.os, "open", closed)
    log.make()
    granted = Granted([], log)
    granted.add(home / "papers")
    assert granted.holds(str(home / "papers" / "a.txt"))


def test_a_folder_of_keys_that_a_variable_names_is_one(home, monkeypatch):
    places = withheld.withheld_places(home, {"GNUPGHOME": str(home / "papers"), "PASSWORD_STORE_DIR": ""})
    assert {str(home / "papers"), str(home / ".ssh")} <= places
    assert str(Path.cwd()) not in places


def test_each_grant_is_written_down_once_and_what_is_forgotten_loses_its_name(launcher, home):
    for path in (home / "papers", home / "papers" / "inner", home / "papers", home / "other.txt", home.parent / "own"):
        launcher.grant(path)
    assert [one.path for one in launcher.grants()] == [str(home / "papers"), str(home / "other.txt")]
    assert all(one.at > 1_700_000_000 for one in launcher.grants())
    launcher.forget_grant(home / "papers")
    assert [one.path for one in launcher.grants()] == ["", str(home / "other.txt")]
    assert refused(launcher, home / "papers" / "a.txt") == errno.EACCES
    assert b"papers" not in (home.parent / "grants.log").read_bytes()
    assert (home.parent / "grants.log").stat().st_mode & 0o777 == 0o600


def test_a_damaged_log_is_passed_over_and_a_long_one_told_from_its_end(launcher, home):
    log = home.parent / "grants.log"
    log.write_bytes(b"{half a li\n[]\n" + b"".join(b'{"at": 1, "path": "/p%d"}\n' % number for number in range(99)))
    assert [one.path for one in launcher.grants()] == [f"/p{number}" for number in range(99)][-MOST_LISTED:]


def test_a_sealed_desk_reads_through_its_launcher_alone(home, desk_home, tmp_path):
    """The program as a whole: what it was pointed at is read, with what ignore files say; keys are not."""
    (home / "papers" / ".gitignore").write_text("inner/\n")
    (home / "papers" / "a.txt").write_text("The deposit comes back within thirty days.")
    command = [*python_app(), "summarise", "--no-model", "--json"]
    done = subprocess.run([*command, str(home / "papers")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = {one["path"]: one["status"] for one in json.loads(done.stdout)["files"]}
    assert rows["a.txt"] == "done"
    assert rows["inner/"] == "skipped"  # as the file says that only the launcher could open
    refused = subprocess.run([*command, str(home / ".ssh")], capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "holds keys or passwords, so llama-desk does not read it" in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_program_tells_what_was_given_to_be_read_and_forgets_it(home, desk_home):
    def run(*arguments: str) -> str:
        return subprocess.run([*python_app(), *arguments], capture_output=True, text=True, check=True).stdout

    folder = str(home / "papers")
    run("summarise", "--no-model", folder)
    run("summarise", "--no-model", folder)
    assert [one["path"] for one in json.loads(run("privacy", "--json"))["granted"]] == [folder]
    run("forget", folder, "--yes")
    assert [one["path"] for one in json.loads(run("privacy", "--json"))["granted"]] == [""]
    assert "something whose name is not kept" in run("privacy")


@pytest.mark.skipif(not CAN_ENCRYPT, reason="there is no SQLCipher here")
def test_beside_encrypted_data_no_name_is_written_down(home, desk_home, tmp_path, monkeypatch):
    def run(*arguments: str) -> str:
        return subprocess.run([*python_app(), *arguments], capture_output=True, text=True, check=True).stdout

    (tmp_path / "passphrase").write_text("correct horse battery")
    monkeypatch.setenv("LLAMA_DESK_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    log = desk_home.with_name(f"{desk_home.name}.grants.log")
    run("summarise", "--no-model", str(home / "papers"))
    assert b"papers" in log.read_bytes()
    run("privacy", "encrypt", "--passphrase-file", str(tmp_path / "passphrase"), "--yes")
    run("summarise", "--no-model", str(home / "papers"))
    assert b"papers" not in log.read_bytes()
    assert [one["path"] for one in json.loads(run("privacy", "--json"))["granted"]] == ["", ""]


@pytest.mark.skipif(not CAN_ENCRYPT, reason="there is no SQLCipher here")
@pytest.mark.parametrize("joint", [" ", "="])
def test_the_file_of_a_passphrase_that_the_command_line_names_is_read(home, desk_home, tmp_path, joint):
    (tmp_path / "passphrase").write_text("correct horse battery")
    named = f"--passphrase-file{joint}{tmp_path / 'passphrase'}".split(" ", 1)
    command = [*python_app(), "privacy", "encrypt", "--yes", *named]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_messages_are_imported_through_the_launcher_and_passwords_beside_them_are_passed_over(home, desk_home):
    profile = home / "papers"
    (profile / "Inbox").write_bytes(
        b"From - Mon Nov 16 10:00:00 2026\nFrom: ana@example.org\nTo: me@example.org\nSubject: Lunch\n"
        b"Date: Mon, 16 Nov 2026 10:00:00 +0000\nMessage-ID: <1@x>\n\nCome to lunch.\n"
    )
    (profile / "logins.json").write_text('{"messages": [], "logins": ["secret"]}')
    command = [*python_app(), "inbox", "import", "--json", str(profile)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (json.loads(done.stdout)["added"], json.loads(done.stdout)["failed"]) == (1, [])


def test_a_model_file_anywhere_is_checked_and_run(home, desk_home):
    from runtime.pocket import POCKET_MODEL

    model = home / "papers" / "mine.gguf"
    model.write_bytes(POCKET_MODEL.read_bytes())
    command = [*python_app(), "models", "verify", str(model)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    ask = [*python_app(), "ask", "--model", str(model), "--json", "what is in my calendar today?"]
    done = subprocess.run(ask, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"]
