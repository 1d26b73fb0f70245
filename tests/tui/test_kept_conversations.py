"""Going back in a conversation, driven by keys over the real desk: the database, the digest, no model."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from app.desk import LocalDesk
from app.locations import locations
from app.tui.answer_entry import AnswerEntry
from app.tui.app import LlamaDeskApp
from app.tui.conversation_view import MOST_TURNS
from app.tui.entries import Question
from app.tui.prompt import Prompt
from app.tui.sentence_list import SentenceRow
from app.tui.sources_pane import SourcesPane
from tests.summary.papers import make_papers
from tests.tui.conftest import until
from tools.desk_db import DeskDatabase, NewTurn

SIZE = (160, 50)
DEPOSIT, RENT = "When is the deposit returned?", "How much is the monthly rent?"


@pytest.fixture
def open_app(desk_home):
    def make() -> LlamaDeskApp:
        return LlamaDeskApp(LocalDesk.open(locations(), use_model=False, keep_chats=True))

    return make


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    return make_papers(tmp_path / "papers")


def words_on(app) -> str:
    return "\n".join(str(line.content) for line in app.screen.query(Static) if line.display and line.region)


def names(app) -> list[str]:
    """What stands over the questions and answers, with which of several each is."""
    return [str(entry.query_one(".name", Static).content) for entry in app.desk_screen.conversation.said()]


def questions(app) -> list[str]:
    return [entry.text for entry in app.screen.query(Question)]


async def idle(pilot, app) -> None:
    await pilot.pause(0.1)
    await until(pilot, lambda: not app.desk_screen.jobs.at_work)
    await until(
        pilot,
        lambda: not any(each.group in ("mark", "chat", "forget") and each.is_running for each in app.workers),
    )
    await pilot.pause()


async def ask(pilot, app, question: str) -> None:
    app.screen.query_one(Prompt).put(question)
    await pilot.press("enter")
    await idle(pilot, app)


def put_cursor_in(app, answer: int) -> None:
    """The cursor on the first sentence of an answer."""
    app.desk_screen.conversation._go_to(app.screen.query(AnswerEntry)[answer].query(SentenceRow).first())


async def with_papers(pilot, app, papers: Path) -> None:
    await ask(pilot, app, str(papers))


async def test_an_edited_question_stands_beside_the_first_and_both_can_be_seen(open_app, papers):
    app = open_app()
    async with app.run_test(size=SIZE) as pilot:
        await with_papers(pilot, app, papers)
        await ask(pilot, app, DEPOSIT)
        await ask(pilot, app, "Who is the landlord?")
        put_cursor_in(app, 0)
        await pilot.press("f8")
        assert app.screen.query_one(Prompt).value == DEPOSIT
        assert "asks this instead" in words_on(app)
        await ask(pilot, app, RENT)
        assert questions(app) == [RENT]
        assert names(app) == ["You  2 of 2", "Desk"]
        await pilot.press("alt+left")
        await idle(pilot, app)
        assert questions(app) == [DEPOSIT, "Who is the landlord?"]
        assert names(app)[0] == "You  1 of 2"
        assert "thirty (30) days" in words_on(app)
        put_cursor_in(app, 0)
        await pilot.press("alt+right")
        await idle(pilot, app)
        assert questions(app) == [RENT]


async def test_escape_leaves_an_edited_question_as_it_was(open_app, papers):
    app = open_app()
    async with app.run_test(size=SIZE) as pilot:
        await with_papers(pilot, app, papers)
        await ask(pilot, app, DEPOSIT)
        await pilot.press("f8", "escape")
        assert app.screen.query_one(Prompt).value == ""
        await ask(pilot, app, RENT)
        assert questions(app) == [DEPOSIT, RENT]
        assert names(app)[::2] == ["You", "You"]


async def test_an_answer_again_stands_beside_the_first(open_app, papers):
    app = open_app()
    async with app.run_test(size=SIZE) as pilot:
        await with_papers(pilot, app, papers)
        await ask(pilot, app, DEPOSIT)
        await pilot.press("f9")
        await idle(pilot, app)
        assert names(app) == ["You", "Desk  2 of 2"]
        await pilot.press("alt+left")
        await idle(pilot, app)
        assert names(app) == ["You", "Desk  1 of 2"]
        await pilot.press("alt+left")
        assert names(app) == ["You", "Desk  1 of 2"]


async def test_a_conversation_opened_again_goes_on_about_its_folder(open_app, papers):
    app = open_app()
    async with app.run_test(size=SIZE) as pilot:
        await with_papers(pilot, app, papers)
        await ask(pilot, app, DEPOSIT)
    app = open_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.desk_screen.branches.open(1)
        await until(pilot, lambda: questions(app) == [DEPOSIT])
        await idle(pilot, app)
        assert "thirty (30) days" in words_on(app)
        assert "Ask about papers" in app.screen.query_one(Prompt).placeholder
        await pilot.press("ctrl+down")
        pane = app.screen.query_one(SourcesPane)
        await until(pilot, lambda: "lines" in str(pane.query_one(".place", Static).content))
        await ask(pilot, app, RENT)
        assert len(app.screen.query(AnswerEntry)) == 2
    with DeskDatabase.open(locations().database) as db:
        (conversation,) = db.conversations.latest()
        assert [turn.text for turn in db.conversations.turns(conversation.id) if turn.role == "user"] == [DEPOSIT, RENT]


async def test_a_long_conversation_shows_its_end_and_says_so(open_app):
    with DeskDatabase.open(locations().make().database) as db, db.transaction():
        conversation, parent = db.conversations.start(), None
        for number in range(MOST_TURNS + 4):
            role = "assistant" if number % 2 else "user"
            parent = db.conversations.append(conversation.id, NewTurn(role, f"turn {number}"), parent).id
    app = open_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.desk_screen.branches.open(conversation.id)
        await until(pilot, lambda: len(app.desk_screen.conversation.said()) == MOST_TURNS)
        await idle(pilot, app)
        assert questions(app)[0] == "turn 4"
        assert "turn 63" in words_on(app)
        note = "4 turns before these: `llama-desk chats show 1` has them all."
        assert any(note in str(line.content) for line in app.screen.query(Static))


async def test_without_anything_kept_there_is_nothing_to_go_back_to(open_app):
    app = open_app()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        for key in ("f8", "f9", "alt+left"):
            await pilot.press(key)
        await pilot.pause()
        said = [notification.message for notification in app._notifications]
        assert ["nothing to go back to" in words for words in said] == [True, True, False]
        assert "one version" in said[2]


async def test_a_new_conversation_is_another_one(open_app, papers):
    app = open_app()
    async with app.run_test(size=SIZE) as pilot:
        await with_papers(pilot, app, papers)
        await ask(pilot, app, DEPOSIT)
        await pilot.press("ctrl+n")
        await idle(pilot, app)
        await with_papers(pilot, app, papers)
        await ask(pilot, app, RENT)
    with DeskDatabase.open(locations().database) as db:
        assert [each.title for each in db.conversations.latest()] == [RENT, DEPOSIT]
