"""The whole way on real inference, with nothing made up: request, call, yes, database, answer, and back by undo."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from app.clock import user_dates
from app.commands.cli import run
from app.locations import locations
from app.settings import load_settings
from tests.conversation.conftest import dump, write_mails
from tools.desk_db import DeskDatabase
from tools.inbox import Inbox

REVIEW = "Schedule a budget review with Ana tomorrow at 3pm"


@pytest.fixture(autouse=True)
def _saturday(desk_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_DESK_NOW", "2026-11-21T09:30")
    monkeypatch.setenv("TZ", "Europe/Zurich")
    desk_home.mkdir()
    (desk_home / "settings.toml").write_text('zone = "Europe/Zurich"\nlanguages = ["en"]\n', "utf-8")


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Any:
    def asked(request: str, *options: str) -> dict[str, Any]:
        run(["ask", request, "--json", *options])
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return answer

    return asked


def desk() -> DeskDatabase:
    return DeskDatabase.open(locations().make().database)


def titles() -> list[str]:
    with desk() as db:
        return [title for (title,) in db.rows("SELECT title FROM calendar_events ORDER BY id")]


def test_a_write_waits_for_a_yes_then_is_done_and_undone(ask, capsys):
    answer = ask(REVIEW)
    (call,) = answer["calls"]
    assert call["status"] == "proposed"
    assert call["resolved"]["start"] == "2026-11-22T15:00:00+01:00"
    assert call["marked"] == {}
    assert titles() == []
    with desk() as db:
        before = dump(db)
    (call,) = ask(REVIEW, "--yes-to", "calendar_create")["calls"]
    assert call["status"] == "done"
    assert titles() == ["budget review"]
    listed = ask("What is in my calendar tomorrow?")
    assert "Sun 22 Nov 2026 15:00" in listed["reply"]
    assert "budget review" in listed["reply"]
    assert run(["undo", str(call["effect"])]) == 0
    with desk() as db:
        assert dump(db) == before


def test_an_event_is_moved_and_cancelled_by_what_it_is_called(ask):
    ask(REVIEW, "--yes-to", "calendar_create")
    (moved,) = ask("Move the budget review to Monday at 10am", "--yes-to", "calendar_move")["calls"]
    assert moved["resolved"]["start"].startswith("2026-11-23T10:00")
    (gone,) = ask("Cancel the budget review", "--yes-to", "calendar_cancel")["calls"]
    assert gone["status"] == "done"
    assert "Nothing" in ask("What is in my calendar on Monday?")["reply"]


def test_a_yes_is_to_one_tool_alone(ask):
    (call,) = ask(REVIEW, "--yes-to", "calendar_move")["calls"]
    assert call["status"] == "proposed"
    assert titles() == []


def test_an_unknown_tool_in_a_yes_is_a_usage_error(capsys):
    assert run(["ask", REVIEW, "--yes-to", "send_mail"]) == 2
    assert "There is no tool send_mail" in capsys.readouterr().err


SCENE = "Summarise my last ten messages, pull out the action items, and put the follow-up with Ana in the calendar"


def test_the_scene_of_messages_items_and_a_follow_up(ask, tmp_path, capsys):
    mails = write_mails(tmp_path / "mails")
    with desk() as db:
        Inbox(db, user_dates(load_settings(locations().settings))).import_path(mails)
    ask("Show my last message")  # the first use of a model keeps its file's hash
    with desk() as db:
        before = dump(db)
    answer = ask(f"{SCENE} on Friday at 3pm", "--yes-to", "calendar_create")
    assert [call["tool"] for call in answer["calls"]] == ["inbox_digest", "inbox_action_items", "calendar_create"]
    assert [call["status"] for call in answer["calls"]] == ["done"] * 3
    assert answer["answer"]
    for sentence in answer["answer"]:
        assert sentence["supported"]
        assert all(citation["path"].startswith("inbox/") for citation in sentence["citations"])
    assert titles() == ["follow-up"]
    assert run(["undo"]) == 0
    while run(["undo"]) == 0:
        pass
    with desk() as db:
        assert dump(db) == before


def test_the_scene_asks_when_and_goes_on_with_the_answer(ask, tmp_path, capsys):
    with desk() as db:
        Inbox(db, user_dates(load_settings(locations().settings))).import_path(write_mails(tmp_path / "mails"))
    asked = ask(SCENE, "--chat", "new")
    assert [call["tool"] for call in asked["calls"]] == ["inbox_digest", "inbox_action_items"]
    assert asked["reply"].endswith("When should it start?")
    answered = ask("Friday at 3pm", "--chat", str(asked["chat"]), "--yes-to", "calendar_create")
    (call,) = answered["calls"]
    assert (call["tool"], call["status"], call["arguments"]["attendees"]) == ("calendar_create", "done", ["Ana"])
    assert titles() == ["follow-up"]


def test_text_on_standard_input_is_what_the_question_is_about(ask, monkeypatch):
    text = "The heating was repaired on Thursday. It cost 420 francs. The invoice goes to the landlord.\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    answer = ask("Who gets the invoice?")
    assert answer["answer"][0]["sentence"] == "The invoice goes to the landlord."
    assert answer["answer"][0]["citations"][0]["path"] == "standard input"


def test_a_question_back_is_answered_in_the_same_conversation(ask, capsys):
    asked = ask("Schedule a meeting with Ana", "--chat", "new")
    assert asked["calls"] == []
    assert asked["reply"].endswith("?")
    answered = ask("tomorrow at 3pm", "--chat", str(asked["chat"]))
    (call,) = answered["calls"]
    assert (call["tool"], call["status"]) == ("calendar_create", "proposed")
    assert call["arguments"]["start"] == "tomorrow at 3pm"
    assert call["arguments"]["attendees"] == ["Ana"]
    assert run(["ask", "and?", "--chat", "9999"]) == 1
    assert run(["ask", "and?", "--chat", "last"]) == 2
