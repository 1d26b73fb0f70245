"""What the user has forgotten is in no file of the data folder: database, log, indexes, backups, logs of programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.commands.cli import run
from app.forgetting.answers import FORGOTTEN
from app.locations import locations
from tests.inbox.mails import mail, mbox
from tests.store.test_occupancy import another_process
from tools.desk_db import DeskDatabase, NewTurn, Piece, Summary
from tools.desk_db.backups import Backups

MARKER = "Qxzvkwpjmarker"
FRAGMENT = b"zvkwpj"
"""The indexes hold words in small letters, and of neighbours only what differs."""


@pytest.fixture
def home(desk_home, monkeypatch) -> Path:
    monkeypatch.setenv("LLAMA_DESK_NOW", "2026-11-21T12:00+00:00")
    return locations().make().home


@pytest.fixture
def papers(tmp_path) -> Path:
    """A folder to be forgotten and one to stay, both with a text that they share."""
    for name, secret in (("private", f"The code word is {MARKER}. It opens the door of the cellar."), ("public", "")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "note.txt").write_text(secret or "The rent is 950 euros a month and is due on the third day.")
        (folder / "shared.txt").write_text("The garden is watered on Mondays and on Thursdays by the neighbours.")
    return tmp_path


def holding(home: Path) -> list[str]:
    """The files of the data folder in which the marker stands."""
    return [
        file.relative_to(home).as_posix()
        for file in sorted(home.rglob("*"))
        if file.is_file() and FRAGMENT in file.read_bytes().lower()
    ]


def forget(capsys, *arguments: str):
    capsys.readouterr()
    assert run(["forget", *arguments, "--yes", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def opened() -> DeskDatabase:
    return DeskDatabase.open(locations().database)


def cited(path: str, quote: str = MARKER) -> dict[str, object]:
    citation = {"path": path, "place": "line 1", "start": 0, "end": 1, "quote": quote}
    return {"sentence": f"It says {quote}.", "supported": True, "citations": [citation], "unsupported": []}


def talk(db: DeskDatabase, *turns: NewTurn) -> int:
    conversation = db.conversations.start(title="A talk")
    last = None
    for turn in turns:
        last = db.conversations.append(conversation.id, turn, last).id
    db.conversations.keep_summary(Summary(last, f"In short: {turns[-1].text}"))
    return conversation.id


def said(conversation: int) -> list[str]:
    with opened() as db:
        return [turn.text for turn in db.conversations.turns(conversation)]


def derive(db: DeskDatabase, folder: Path) -> None:
    """What a model would have made of the files."""
    known = db.files.known(str(folder))["note.txt"]
    texts = [("of the file", known.content_hash), ("of all", "the hash of several texts")]
    for key, content_hash in texts:
        db.pieces.put(Piece(f"{folder.name} {key}", "part", content_hash, "model", "1", f"{MARKER} {key}", 1, 1))
    db.plans.put(known.content_hash, "key", f"a plan for {MARKER}")
    hashes = db.rows("SELECT DISTINCT text_hash FROM passages")
    for (text_hash,) in hashes:
        db.write("INSERT INTO vectors (model, text_hash, vector) VALUES ('m', ?, zeroblob(8))", (text_hash,))


def test_a_folder_with_all_that_was_derived_from_it(home, papers, capsys):
    private, public = papers / "private", papers / "public"
    assert run(["index", "add", str(private), str(public)]) == 0
    with opened() as db:
        derive(db, private)
        asked = NewTurn("user", "What is the code word?", folder=str(private))
        by_citation = talk(
            db,
            NewTurn("user", "What opens the cellar?"),
            NewTurn("assistant", MARKER, sentences=(cited(str(private / "note.txt")),)),
            NewTurn("user", "And what else?"),
            NewTurn("assistant", f"Only {MARKER}."),
        )
        by_folder = talk(db, asked, NewTurn("assistant", MARKER, folder=str(private)))
        tool = {"tool": "files_search", "arguments": {"query": "code"}, "resolved": {}}
        by_tool = talk(db, NewTurn("user", "Find it."), NewTurn("assistant", MARKER, calls=(tool,)))
        other = talk(
            db,
            NewTurn("user", "The rent?", folder=str(public)),
            NewTurn("assistant", "950", sentences=(cited("note.txt", "950 euros"),), folder=str(public)),
        )
    assert run(["backup"]) == 0
    backup = Backups(home / "backups").all()[0]
    assert {"desk.sqlite", f"backups/{backup.name}"} <= set(holding(home))

    result = forget(capsys, str(private))

    assert holding(home) == []
    assert (result["files"], result["answers"], result["backups_rewritten"]) == (2, 4, 2)
    assert said(by_citation) == ["What opens the cellar?", FORGOTTEN, "And what else?", FORGOTTEN]
    assert said(by_folder) == ["What is the code word?", FORGOTTEN]
    assert said(by_tool) == ["Find it.", FORGOTTEN]
    assert said(other) == ["The rent?", "950"]
    with opened() as db:
        assert db.indexed_folders.roots() == [str(public)]
        assert db.rows("SELECT count(*) FROM passages") == db.rows("SELECT count(*) FROM vectors") == [(2,)]
        assert db.rows("SELECT turn_id FROM conversation_summaries") == [(8 + 2,)]
        assert not any(str(private).encode() in file.read_bytes() for file in home.rglob("*") if file.is_file())
    assert run(["search", "rent"]) == 0
    assert "950" in capsys.readouterr().out
    assert run(["chats", "search", "cellar", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1
    assert [each.path.stat().st_mode & 0o777 for each in Backups(home / "backups").all()] == [0o600, 0o600]
    assert forget(capsys, str(private))["files"] == 0


def test_a_file_that_was_read_from_two_folders_is_counted_once(home, papers, capsys):
    assert run(["index", "add", str(papers)]) == 0
    assert run(["summarise", str(papers / "private" / "note.txt"), "--no-model"]) == 0
    assert forget(capsys, str(papers / "private"))["files"] == 2


def test_of_what_was_never_read_it_is_said_that_there_was_nothing(home, papers, capsys):
    assert run(["forget", str(papers / "private"), "--yes"]) == 0
    assert capsys.readouterr().out == f"There was nothing of {papers / 'private'}, neither here nor in a backup.\n"


def test_a_part_of_an_indexed_folder_and_that_it_will_be_read_again(home, papers, capsys):
    assert run(["index", "add", str(papers)]) == 0
    assert holding(home)
    result = forget(capsys, str(papers / "private" / "note.txt"))
    assert result["files"] == 1
    assert holding(home) == []
    assert run(["forget", str(papers / "private"), "--yes"]) == 0
    assert f"It lies in {papers}, which is in the index" in capsys.readouterr().err


def test_a_source_of_messages(home, tmp_path, capsys):
    box, other = tmp_path / "box.mbox", tmp_path / "other.mbox"
    box.write_bytes(mbox([mail(1, body=f"Please say {MARKER} at the door.\n"), mail(2, body="Shared.\n")]))
    other.write_bytes(mbox([mail(2, body="Shared.\n"), mail(3, body="Bring the keys on Friday.\n")]))
    assert run(["inbox", "import", str(box), str(other)]) == 0
    with opened() as db:
        ((number,),) = db.rows("SELECT id FROM inbox_messages WHERE body LIKE ?", (f"%{MARKER}%",))
        with db.journal.effect("inbox_action_items", summary=f"Keep the action item “{MARKER}”"):
            db.write(
                "INSERT INTO inbox_action_items (message_id, what, who, due, due_on, quote, status, created_at)"
                " VALUES (?, ?, '', '', '', ?, 'open', 1.0)",
                (number, f"say {MARKER}", MARKER),
            )
        cites = talk(
            db, NewTurn("user", "What now?"), NewTurn("assistant", MARKER, sentences=(cited(f"inbox/{number}"),))
        )
        drafted = {"tool": "inbox_draft_reply", "arguments": {"message": "of Ana"}}
        drafts = talk(db, NewTurn("user", "Answer it."), NewTurn("assistant", f"Dear {MARKER}", calls=(drafted,)))
    assert run(["backup"]) == 0
    assert len(holding(home)) >= 2
    result = forget(capsys, "--inbox", str(box))
    assert (result["messages"], result["answers"]) == (1, 2)
    assert holding(home) == []
    assert said(cites)[1] == said(drafts)[1] == FORGOTTEN
    with opened() as db:
        assert db.rows("SELECT count(*) FROM inbox_messages") == [(2,)]
        assert db.journal.history() == []


def test_a_conversation_that_was_removed_already_but_is_in_a_backup(home, capsys):
    with opened() as db:
        number = talk(db, NewTurn("user", f"My word is {MARKER}."))
        stays = talk(db, NewTurn("user", "Something else."))
    assert run(["backup"]) == 0
    assert run(["chats", "remove", str(number), "--yes"]) == 0
    assert [name for name in holding(home) if not name.startswith("backups/")] == []
    assert holding(home)
    assert forget(capsys, "--chat", str(number))["backups_rewritten"] == 1
    assert holding(home) == []
    assert said(stays) == ["Something else."]
    assert run(["forget", "--chat", "99", "--yes"]) == 1
    assert "There is no conversation 99" in capsys.readouterr().err


def test_another_conversation_of_the_same_number_stays_in_a_backup(home, capsys):
    with opened() as db:
        talk(db, NewTurn("user", "The one before."))
    assert run(["backup"]) == 0
    (home / "desk.sqlite").unlink()
    with opened() as db:
        number = talk(db, NewTurn("user", f"My word is {MARKER}."))
    assert number == 1
    result = forget(capsys, "--chat", "1")
    assert (result["conversations"], result["backups_rewritten"]) == (1, 0)
    assert run(["backup", "restore", "--yes"]) == 0
    assert said(1) == ["The one before."]


def test_a_removed_event_with_the_history(home, capsys):
    assert run(["calendar", "add", MARKER, "--start", "tomorrow at 3pm"]) == 0
    assert run(["calendar", "remove", MARKER]) == 0
    assert run(["calendar", "add", "Dinner", "--start", "tomorrow at 6pm"]) == 0
    assert holding(home)
    result = forget(capsys, "--history")
    assert (result["effects"], result["backups_removed"]) == (3, 1)
    assert [backup.kind for backup in Backups(home / "backups").all()] == ["asked"]
    assert holding(home) == []
    assert run(["undo"]) == 1
    assert "nothing to undo" in capsys.readouterr().err
    with opened() as db:
        rows = db.rows("SELECT title, status FROM calendar_events ORDER BY title")
        assert rows == [("", "cancelled"), ("Dinner", "confirmed")]
    out = home.parent / "out.ics"
    assert run(["calendar", "export", str(out)]) == 0
    assert run(["calendar", "import", str(out)]) == 0
    assert run(["calendar", "list", "tomorrow", "--json"]) == 0
    assert "Dinner" in capsys.readouterr().out


def test_a_backup_that_cannot_be_read_is_removed(home, papers, capsys):
    assert run(["index", "add", str(papers / "private")]) == 0
    assert run(["backup"]) == 0
    newest = Backups(home / "backups").all()[0].path
    newest.write_bytes(newest.read_bytes()[:20_000] + MARKER.encode() * 2000)
    (home / "backups" / "unreadable-20261101T100000").mkdir()
    (home / "backups" / "unreadable-20261101T100000" / "desk.sqlite").write_text(MARKER)
    assert forget(capsys, str(papers / "private"))["backups_removed"] == 2
    assert holding(home) == []


def test_it_is_asked_for_and_refused_beside_another_process(home, papers, capsys, monkeypatch):
    assert run(["index", "add", str(papers / "private")]) == 0
    folder = str(papers / "private")
    for arguments in ([], [folder, "--history"], [folder]):
        assert run(["forget", *arguments]) == 2
    assert "say --yes" in capsys.readouterr().err
    with another_process("open", home / "desk.sqlite") as other:
        assert run(["forget", folder, "--yes"]) == 1
        assert f"process {other.pid}" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    for answer, code, left in (("", 1, True), ("y", 0, False)):
        monkeypatch.setattr("click.termui.visible_prompt_func", lambda _, answer=answer: answer)
        assert run(["forget", folder]) == code
        out = capsys.readouterr()
        assert "2 files, 2 passages" in out.err
        assert bool(holding(home)) is left
    assert "SSD" in out.err
