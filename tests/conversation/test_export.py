"""A conversation on paper: every turn of what is shown, every branch in the JSON, and the sources."""

from __future__ import annotations

import re
from datetime import UTC
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.conversation.export import ExportedChat, chat_to_markdown, export_chat
from app.folder_summary.render import escape_lines
from app.folder_summary.report import Citation, CitedSentence
from tools.desk_db import DeskDatabase, NewTurn, Summary
from tools.sanitise import sanitise

SENTENCE = CitedSentence(
    sentence="The deposit comes back within 30 days.",
    supported=True,
    citations=[Citation(path="lease.pdf", place="page 4", start=10, end=40, quote="within thirty (30) days")],
)
CALL = {"tool": "calendar_create", "arguments": {"title": "Keys", "attendees": ["Ana", "Ben"]}, "status": "proposed"}


@pytest.fixture
def db(tmp_path: Path):
    ticks = count(1_790_000_000)
    with DeskDatabase.open(tmp_path / "desk.db", clock=lambda: float(next(ticks))) as opened:
        with opened._connections.exclusive() as database:
            # What survives a power cut is not the question here, and waiting for the disk takes the longest.
            database.execute("PRAGMA synchronous = OFF")
        yield opened


def talk(db: DeskDatabase, *turns: NewTurn, **about: str) -> int:
    conversation, parent = db.conversations.start(**about), None
    for said in turns:
        parent = db.conversations.append(conversation.id, said, parent).id
    return conversation.id


def markdown(db: DeskDatabase, conversation: int) -> str:
    return chat_to_markdown(export_chat(db, conversation, UTC))


def test_an_answer_shows_its_sources_wherever_its_folder_was(db):
    answer = NewTurn("assistant", SENTENCE.sentence, sentences=(SENTENCE.model_dump(),), folder="/papers", model="m")
    chat = talk(db, NewTurn("user", "When does it come back?"), answer, persona="brief", model="Llama 1B")
    text = markdown(db, chat)
    assert text.startswith("# When does it come back?\n\n*2026-09-21T")
    assert "+00:00 · persona brief · Llama 1B*" in text
    assert "**You**\n\nWhen does it come back?\n\n**Desk**\n\nThe deposit comes back within 30 days. [1]\n" in text
    assert "- [1] /papers/lease.pdf, page 4: “within thirty (30) days”" in text


def test_a_call_a_stop_and_a_summary_are_shown(db):
    chat = talk(
        db, NewTurn("user", "Keys?"), NewTurn("assistant", "", (CALL,)), NewTurn("assistant", "The keys", stopped=True)
    )
    last = db.conversations.get(chat).leaf_id
    db.conversations.keep_summary(Summary(last, "They spoke of keys."))
    text = markdown(db, chat)
    assert "- calendar\\_create (proposed) title: Keys; attendees: Ana, Ben" in text
    assert "The keys\n\n*Stopped here.*" in text
    assert "*In short, for the model: They spoke of keys.*" in text


def test_markdown_has_the_branch_that_is_shown_and_json_has_all(db):
    chat = talk(db, NewTurn("user", "first question"), NewTurn("assistant", "first answer"))
    again = db.conversations.append(chat, NewTurn("user", "second question"), None)
    text = markdown(db, chat)
    assert "second question" in text
    assert "**You** (2 of 2)" in text
    assert "first answer" not in text
    exported = ExportedChat.model_validate_json(export_chat(db, chat, UTC).model_dump_json())
    assert [turn.text for turn in exported.turns] == ["first question", "first answer", "second question"]
    assert exported.path == [again.id]
    assert [turn.parent for turn in exported.turns] == [None, exported.turns[0].id, None]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(), min_size=1, max_size=8), place=st.integers(0, 7), branch=st.text())
def test_every_turn_of_the_path_is_there(db, texts, place, branch):
    chat = talk(db, *(NewTurn("user" if n % 2 == 0 else "assistant", text) for n, text in enumerate(texts)))
    ids = [turn.id for turn in db.conversations.turns(chat)]
    db.conversations.append(chat, NewTurn("assistant", branch), ids[place % len(ids)])
    exported = export_chat(db, chat, UTC)
    path = [turn.text for turn in db.conversations.path(db.conversations.get(chat).leaf_id)]
    by_number = {turn.id: turn.text for turn in exported.turns}
    assert [by_number[number] for number in exported.path] == path
    assert [turn.text for turn in exported.turns] == [sanitise(text) for text in [*texts, branch]]
    text, place = chat_to_markdown(exported), 0
    for said in path:
        place = text.index(escape_lines(said), place) + len(escape_lines(said))


@given(text=st.text(st.sampled_from("a1 \n\t-+=#>*_.)[]!<&|`~\\")))
def test_lines_stay_lines_and_do_nothing_else(text):
    shown = escape_lines(text)
    assert re.sub(r"\\(.)", r"\1", shown).split() == text.split()
    for line in shown.split("\n"):
        assert not re.match(r"\s*([-+*]\s|#|>|\d+[.)]\s|[-=*_]{2,}\s*$|~~~|```|\|)", line)
        assert not line.startswith(("    ", "\t"))
