"""`llama-desk inbox`: what it prints, its exit codes, its sentences."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import time

import pytest

from app.commands.cli import run
from app.locations import locations
from app.roles import role_command
from tests.conversation.conftest import write_mails
from tests.inbox.mails import inbox_of, mail, mbox
from tools.desk_db import DeskDatabase
from tools.inbox import ActionItem

LAUNCHER = role_command("launcher")[:-1]
CSV = base64.b64encode(b"item,price\nroof repair,1200\n").decode()
WITH_FILE = (
    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nThe offers are attached.\n--b\n"
    "Content-Type: text/csv; name=offers.csv\nContent-Disposition: attachment\n"
    f"Content-Transfer-Encoding: base64\n\n{CSV}\n--b--\n"
)


@pytest.fixture
def box(tmp_path, desk_home, monkeypatch):
    monkeypatch.setenv("LLAMA_DESK_NOW", "2026-03-10T12:00+00:00")
    (desk_home).mkdir()
    (desk_home / "settings.toml").write_text('zone = "Europe/Zurich"\nlanguages = ["en"]\n')
    box = tmp_path / "box.mbox"
    box.write_bytes(
        mbox(
            [mail(1, body="Please return the keys by Friday.\n"), mail(2, subject="Offers", headers=WITH_FILE, body="")]
        )
    )
    return box


def read(capsys):
    return json.loads(capsys.readouterr().out)


def test_an_import_adds_and_a_second_one_adds_nothing(box, capsys):
    assert run(["inbox", "import", str(box), "--json"]) == 0
    out = capsys.readouterr()
    assert json.loads(out.out) == {"added": 2, "changed": 0, "unchanged": 0, "failed": []}
    assert out.err == ""
    assert run(["inbox", "import", str(box)]) == 0
    assert capsys.readouterr().out == "0 messages added, 0 changed, 2 there already.\n"


def test_what_fails_is_named_and_the_rest_comes_in(box, tmp_path, capsys):
    (tmp_path / "bad.eml").write_bytes(b"not a mail")
    assert run(["inbox", "import", str(box), str(tmp_path / "bad.eml"), "--json"]) == 3
    report = read(capsys)
    assert report["added"] == 2
    assert report["failed"] == [
        {"source": str(tmp_path / "bad.eml"), "reason": "is not an e-mail: it has no sender, date or subject."}
    ]
    assert run(["inbox", "import", str(tmp_path / "missing")]) == 1
    assert "missing cannot be read: no such file or directory." in capsys.readouterr().err


def test_messages_are_listed_and_found(box, capsys):
    run(["inbox", "import", str(box)])
    capsys.readouterr()
    assert run(["inbox", "list", "--from", "Ana", "--json"]) == 0
    first, second = read(capsys)
    assert (first["subject"], second["subject"]) == ("Offers", "Mail 1")
    assert first["sender"] == {"name": "Ana López", "address": "ana@example.org"}
    assert first["date"] == "2026-03-03T10:02:00+01:00"
    assert first["attachments"] == ["offers.csv"]
    assert run(["inbox", "list", "--count", "1"]) == 0
    assert re.fullmatch(r" +\d+  2026-03-03 10:02  Ana López: Offers\n", capsys.readouterr().out)
    assert run(["inbox", "search", "keys", "--after", "last week", "--json"]) == 0
    [found] = read(capsys)
    assert (found["snippet"], found["id"]) == ("Please return the keys by Friday.", second["id"])
    assert run(["inbox", "search", "keys", "--before", "last week", "--json"]) == 0
    assert read(capsys) == []


def test_the_text_of_an_attachment_is_found(box, capsys):
    run(["inbox", "import", str(box)])
    capsys.readouterr()
    assert run(["inbox", "search", "roof", "--json"]) == 0
    [found] = read(capsys)
    assert found["snippet"].startswith("offers.csv: ")
    assert "roof repair" in found["snippet"]
    assert not list(locations().home.glob("attachment-*"))


def test_what_is_not_there_is_said(box, capsys):
    assert run(["inbox", "list"]) == 0
    assert 'The inbox is empty: "inbox import PATH" fills it.' in capsys.readouterr().err
    run(["inbox", "import", str(box)])
    capsys.readouterr()
    assert run(["inbox", "search", "zeppelin"]) == 0
    assert capsys.readouterr().err == "Nothing found.\n"
    assert run(["inbox", "search", "keys", "--after", "3/4"]) == 1
    assert "can mean" in capsys.readouterr().err
    assert run(["inbox", "search", " "]) == 2


def test_action_items_are_listed_and_ticked(box, capsys):
    run(["inbox", "import", str(box)])
    with DeskDatabase.open(locations().database) as db:
        inbox = inbox_of(db)
        message = inbox.find("keys").clear
        inbox.add_items([ActionItem(message.id, "Return the keys", "return the keys by Friday", "Bob", "Friday")])
    capsys.readouterr()
    assert run(["inbox", "items"]) == 0
    assert capsys.readouterr().out == (
        f"     1  [ ] Return the keys (Bob, by 2026-03-06)\n"
        f"            message {message.id}: “return the keys by Friday”\n"
    )
    assert run(["inbox", "done", "1", "--json"]) == 0
    done = read(capsys)
    assert (done["item"]["status"], done["item"]["due_on"]) == ("done", "2026-03-06")
    assert done["effect"] is not None
    assert run(["inbox", "items", "--json"]) == 0
    assert read(capsys) == []
    assert run(["inbox", "items", "--all", "--json"]) == 0
    assert [item["what"] for item in read(capsys)] == ["Return the keys"]
    assert run(["inbox", "done", "7", "--json"]) == 1
    assert read(capsys)["error"]["message"] == "There is no action item 7."


def test_a_mailbox_is_forgotten(box, capsys):
    run(["inbox", "import", str(box)])
    capsys.readouterr()
    assert run(["inbox", "forget", str(box), "--json"]) == 0
    assert read(capsys) == {"removed": 2}
    assert run(["inbox", "forget", str(box)]) == 1
    assert "No messages came from" in capsys.readouterr().err
    assert box.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process alone")
def test_ctrl_c_stops_an_import_and_keeps_what_was_stored(box, desk_home):
    box.write_bytes(mbox(mail(number % 60, subject=f"Mail {number}") for number in range(60_000)))
    command = [*LAUNCHER, "inbox", "import", str(box)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        deadline = time.monotonic() + 60
        while _stored(desk_home) == 0 and time.monotonic() < deadline:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=30)
    kept = _stored(desk_home)
    assert process.returncode == 130
    assert re.fullmatch(r"Stopped; \d+ messages are kept, and the same command goes on from there\.\n", said.decode())
    assert 0 < kept < 60_000
    assert int(said.split()[1]) == kept


def _stored(home) -> int:
    if not (home / "desk.sqlite").exists():
        return 0
    with DeskDatabase.open(home / "desk.sqlite") as db:
        return inbox_of(db).store.count()


@pytest.mark.parametrize("options", [["--no-model"], []])
def test_a_digest_cites_the_messages(desk_home, tmp_path, capsys, options):
    assert run(["inbox", "import", str(write_mails(tmp_path / "mails"))]) == 0
    capsys.readouterr()
    assert run(["inbox", "digest", "--json", *options]) == 0
    summary = json.loads(capsys.readouterr().out)["summary"]
    assert summary
    cited = {citation["path"] for sentence in summary for citation in sentence["citations"]}
    assert cited <= {"inbox/1", "inbox/2", "inbox/3"}
    assert run(["inbox", "digest", "--from", "Ben", *options]) == 0
    assert "heating" in capsys.readouterr().out
    assert run(["inbox", "digest", "--from", "nobody at all", *options]) == 0
    assert "No message fits" in capsys.readouterr().err


def test_messages_without_a_sentence_are_said_to_have_none(box, tmp_path, capsys):
    (tmp_path / "empty.eml").write_bytes(mail(4, subject="Nothing more", body=""))
    assert run(["inbox", "import", str(tmp_path / "empty.eml")]) == 0
    capsys.readouterr()
    assert run(["inbox", "digest", "--no-model"]) == 0
    assert capsys.readouterr().err == "These messages hold no sentence that could stand for them.\n"


def test_a_date_of_the_future_is_shown_and_comes_last(box, tmp_path, capsys):
    late = mail(3, subject="Future").replace(b"Tue, 3 Mar 2026", b"Mon, 30 Jun 3609")
    (tmp_path / "late.eml").write_bytes(late)
    assert run(["inbox", "import", str(box), str(tmp_path / "late.eml")]) == 0
    capsys.readouterr()
    assert run(["inbox", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r" +\d+  3609-06-30T10:03  Ana López: Future", lines[-1])
    assert run(["inbox", "list", "--json"]) == 0
    last = read(capsys)[-1]
    assert (last["date"], last["date_written"]) == ("", "3609-06-30T10:03:00+01:00")
