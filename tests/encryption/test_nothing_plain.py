"""A word that is alive in what is kept stands in no file of the data folder, once that is encrypted."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from app.commands.cli import run
from app.locations import locations
from tools.desk_db import DeskDatabase
from tools.desk_db.keys import keys_of
from tools.desk_db.sqlite import CAN_ENCRYPT

MARKER = "Zanzibarquartz"


def mailbox(path: Path) -> Path:
    """A mail with the word in its subject, its text and what is attached."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Ana <ana@example.org>", f"About {MARKER}"
    mail["Date"], mail["Message-ID"] = "Sat, 21 Nov 2026 10:00:00 +0000", "<1@example.org>"
    mail.set_content(f"The {MARKER} comes on Friday. Please pay the deposit for it.")
    mail.add_attachment(f"A note that says {MARKER} too.", filename=f"{MARKER}.txt")
    path.write_bytes(b"From ana@example.org Sat Nov 21 10:00:00 2026\n" + mail.as_bytes() + b"\n")
    return path


def use(tmp_path: Path) -> None:
    """A day with llama-desk."""
    papers = tmp_path / "papers"
    papers.mkdir(exist_ok=True)
    (papers / f"{MARKER}.txt").write_text(f"The {MARKER} costs 300 euros. It is paid in March.\n" * 20)
    passages = f"{papers}"
    for arguments in (
        ("inbox", "import", str(mailbox(tmp_path / "box.mbox"))),
        ("index", "add", passages),
        ("summarise", passages, "--model", "pocket"),
        ("ask", f"What does {MARKER} cost?", "--in", passages, "--chat", "new", "--model", "pocket"),
        ("search", MARKER),
        ("calendar", "add", f"Talk about {MARKER}", "--start", "tomorrow at 3pm"),
        ("undo",),
        ("backup",),
    ):
        assert run(arguments) == 0, arguments


def holding(folder: Path) -> set[str]:
    """The files in which the word stands in one of the usual encodings, or in a name."""
    found = set()
    for path in folder.rglob("*"):
        content = path.read_bytes().lower() if path.is_file() else b""
        words = (MARKER.lower().encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
        if MARKER.lower() in path.name.lower() or any(word in content for word in words):
            found.add(path.relative_to(folder).as_posix())
    return found


def used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The files that hold the word after a day, with the write-ahead log as it is while the database is open."""
    use(tmp_path)
    capsys.readouterr()
    with DeskDatabase.open(locations().database) as db:
        db.facts.add(f"remember {MARKER}", 1.0)
        assert db.rows("SELECT count(*) FROM passages_fts WHERE passages_fts MATCH ?", (MARKER,)) > [(0,)]
        assert db.rows("SELECT count(*) FROM inbox_fts WHERE inbox_fts MATCH ?", (MARKER,)) == [(1,)]
        assert db.rows("SELECT count(*) FROM conversation_turns WHERE text LIKE ?", (f"%{MARKER}%",)) > [(0,)]
        assert (locations().home / "desk.sqlite-wal").stat().st_size > 0
        return holding(locations().home)


@pytest.mark.skipif(not CAN_ENCRYPT, reason="there is no SQLCipher here")
def test_no_file_holds_it_when_it_is_encrypted(desk_home, tmp_path, monkeypatch, capsys):
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse battery")
    monkeypatch.setenv("LLAMA_DESK_PASSPHRASE_FILE", str(passphrase))
    assert run(["privacy", "encrypt", "--passphrase-file", str(passphrase), "--yes"]) == 0
    assert used(tmp_path, capsys) == set()
    [key] = keys_of(locations().database).known
    for path in locations().home.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert key not in content
        assert key.hex().encode() not in content


def test_the_files_that_hold_it_are_found_when_it_is_plain(desk_home, tmp_path, capsys):
    found = used(tmp_path, capsys)
    assert {"desk.sqlite", "desk.sqlite-wal"} < found
    assert all(name.startswith(("desk.sqlite", "backups/desk-")) for name in found)
