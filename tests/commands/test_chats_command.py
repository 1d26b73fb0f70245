"""`llama-desk chats`: what it prints, its exit codes, its sentences."""

from __future__ import annotations

import json

import pytest

from app.commands.cli import run
from app.locations import locations
from tools.desk_db import DeskDatabase, NewTurn


@pytest.fixture
def kept(desk_home) -> list[int]:
    """Three conversations, the oldest first."""
    ids = []
    with DeskDatabase.open(locations().make().database) as db:
        for number in range(1, 4):
            conversation = db.conversations.start(model="Llama 1B")
            asked = db.conversations.append(
                conversation.id, NewTurn("user", f"What is the rent of flat {number}?"), None
            )
            db.conversations.append(conversation.id, NewTurn("assistant", f"It is {number}00 euro."), asked.id)
            ids.append(conversation.id)
    return ids


def printed(capsys, *arguments: str):
    assert run(["chats", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_list_comes_page_by_page(kept, capsys):
    first = printed(capsys, "list", "--limit", "2")
    assert [chat["id"] for chat in first["chats"]] == [kept[2], kept[1]]
    assert first["chats"][0]["title"] == "What is the rent of flat 3?"
    assert first["chats"][0]["turns"] == 2
    rest = printed(capsys, "list", "--limit", "2", "--before", str(first["next"]))
    assert ([chat["id"] for chat in rest["chats"]], rest["next"]) == ([kept[0]], None)
    assert run(["chats", "list", "--limit", "2"]) == 0
    out = capsys.readouterr()
    assert "What is the rent of flat 3? (2 turns)" in out.out
    assert f"--before {kept[1]}" in out.err


def test_a_conversation_is_shown_and_exported(kept, capsys, tmp_path):
    assert run(["chats", "show", str(kept[0])]) == 0
    text = capsys.readouterr().out
    assert "**You**\n\nWhat is the rent of flat 1?" in text
    assert "**Desk**\n\nIt is 100 euro." in text
    shown = printed(capsys, "show", str(kept[0]))
    assert [turn["text"] for turn in shown["turns"]] == ["What is the rent of flat 1?", "It is 100 euro."]
    for form, target in (("md", tmp_path / "a.md"), ("json", tmp_path / "a.json")):
        assert run(["chats", "export", str(kept[0]), "--format", form, "--out", str(target)]) == 0
        assert capsys.readouterr().out == ""
    assert (tmp_path / "a.md").read_text() == text
    assert json.loads((tmp_path / "a.json").read_text()) == shown
    assert run(["chats", "export", str(kept[0])]) == 0
    assert capsys.readouterr().out == text


def test_what_was_said_is_found(kept, capsys):
    (hit,) = printed(capsys, "search", "200 euro", "--limit", "1")
    assert (hit["chat"], hit["role"], hit["snippet"]) == (kept[1], "assistant", "It is 200 euro.")
    assert run(["chats", "search", "xylophone"]) == 0
    assert "Nothing found" in capsys.readouterr().err


def test_a_conversation_gets_another_title(kept, capsys):
    assert printed(capsys, "rename", str(kept[0]), "The flat")["chat"]["title"] == "The flat"
    assert printed(capsys, "show", str(kept[0]))["title"] == "The flat"


def test_a_conversation_is_removed_only_when_that_is_meant(kept, capsys, monkeypatch):
    assert run(["chats", "remove", str(kept[0])]) == 2
    assert "say --yes" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "")
    assert run(["chats", "remove", str(kept[0])]) == 1
    assert "Nothing was removed." in capsys.readouterr().err
    assert len(printed(capsys, "list")["chats"]) == 3
    assert printed(capsys, "remove", str(kept[0]), "--yes")["status"] == "removed"
    assert [chat["id"] for chat in printed(capsys, "list")["chats"]] == [kept[2], kept[1]]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["show", "99"], 1, "There is no conversation 99"),
        (["export", "99"], 1, "There is no conversation 99"),
        (["export", "1", "--format", "pdf"], 2, "pdf"),
        (["rename", "99", "x"], 1, "There is no conversation 99"),
        (["remove", "99", "--yes"], 1, "There is no conversation 99"),
        (["list", "--before", "99"], 1, "There is no conversation 99"),
        (["search", " "], 2, "no word to search for"),
        (["show", "x"], 2, "x"),
        (["open"], 2, "No such command"),
    ],
)
def test_a_mistake_is_one_sentence_and_its_exit_code(desk_home, capsys, arguments, code, sentence):
    assert run(["chats", *arguments, *(["--json"] if arguments != ["open"] else [])]) == code
    out = capsys.readouterr()
    assert sentence in out.err
    assert "Traceback" not in out.err
    if arguments != ["open"]:
        assert sentence in json.loads(out.out)["error"]["message"]


def test_no_conversations_is_said(desk_home, capsys):
    assert run(["chats", "list"]) == 0
    out = capsys.readouterr()
    assert (out.out, "no conversations yet" in out.err) == ("", True)
