"""The pocket model at work: a request becomes a call, a folder becomes a summary, with nothing else on the machine."""

from __future__ import annotations

import hashlib
import json

import pytest

from app.commands.cli import run
from runtime.pocket import POCKET_MODEL
from tests.summary.papers import make_papers

MEGABYTES = 8


def test_the_file_is_small():
    assert POCKET_MODEL.stat().st_size <= MEGABYTES * 1_000_000


@pytest.mark.parametrize(
    ("request_", "tool", "arguments"),
    [
        (
            "Schedule a budget review with Ana tomorrow at 3pm",
            "calendar_create",
            {"title": "budget review", "start": "tomorrow at 3pm", "attendees": ["Ana"]},
        ),
        ("Show me the last ten messages from Ben", "inbox_recent", {"count": 10, "sender": "Ben"}),
        ("Cancel the dentist appointment", "calendar_cancel", {"event": "dentist appointment"}),
        ("Summarise the folder ~/Documents/tax", "files_summarise", {"folder": "~/Documents/tax"}),
    ],
)
def test_a_request_becomes_the_right_call(desk_home, capsys, request_, tool, arguments):
    run(["ask", request_, "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert [(call["tool"], call["arguments"]) for call in answer["calls"]] == [(tool, arguments)]
    assert answer["model"] == "llama-desk pocket"


def test_what_no_tool_is_for_gets_plain_words(desk_home, capsys):
    assert run(["ask", "What is the capital of France?", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["calls"] == []
    assert answer["reply"].endswith(".")


def test_a_folder_is_summarised_out_of_its_own_words(desk_home, tmp_path, capsys):
    folder = make_papers(tmp_path / "papers")
    assert run(["summarise", str(folder), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["model"] == "llama-desk pocket"
    assert report["stats"]["generated"] > 0
    said = [sentence for row in report["files"] for sentence in row["summary"]]
    assert said
    assert all(sentence["supported"] for sentence in said)
    assert run(["summarise", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stats"]["generated"] == 0


def test_the_card_is_of_this_file():
    card = POCKET_MODEL.with_name("CARD.md").read_text("utf-8")
    assert hashlib.sha256(POCKET_MODEL.read_bytes()).hexdigest() in card
