"""Going back in a conversation, driven by keys over the real desk: the database, the digest, no model."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from app.desk import LocalDesk
from app.locations import locations
from app.tui.answer_entry import AnswerEntry
from app.tui.app import LlamaDeskApp
from app.tui.ask_first import AskFirst
from app.tui.chats_pane import ChatList
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
        await pilot.press(*"/title Mine", "enter")
        await pilot.pause()
        said = [notification.message for notification in app._notifications]
        assert ["nothing to go back to" in words for words in said] == [True, True, False, False]
        assert "one version" in said[2]
        assert "none to name" in said[3]


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


class TestTheList:
    @pytest.fixture
    def kept(self, desk_home) -> list[int]:
        """Three conversations, the oldest first."""
        ids = []
        with DeskDatabase.open(locations().make().database) as db, db.transaction():
            for number in range(1, 4):
                conversation = db.conversations.start()
                asked = db.conversations.append(conversation.id, NewTurn("user", f"How large is flat {number}?"), None)
                db.conversations.append(conversation.id, NewTurn("assistant", f"It has {number} rooms."), asked.id)
                db.conversations.append(conversation.id, NewTurn("assistant", "Nobody knows."), asked.id)
                ids.append(conversation.id)
        return ids

    async def in_the_list(self, pilot, app) -> ChatList:
        await pilot.press("ctrl+t")
        rows = app.screen.query_one(ChatList)
        await until(pilot, lambda: rows.rows and rows.has_focus)
        await idle(pilot, app)
        return rows

    async def test_the_latest_is_first_and_enter_opens_it(self, open_app, kept):
        app = open_app()
        async with app.run_test(size=SIZE) as pilot:
            rows = await self.in_the_list(pilot, app)
            assert [line.conversation_id for line in rows.rows] == kept[::-1]
            assert "How large is flat 3?" in rows.render_line(0).text
            await pilot.press("down", "enter")
            await until(pilot, lambda: questions(app) == ["How large is flat 2?"])
            await idle(pilot, app)
            assert app.desk_screen.places.here == "conversation"
            assert "Nobody knows." in words_on(app)

    async def test_what_was_said_is_found_and_opened_on_its_branch(self, open_app, kept):
        app = open_app()
        async with app.run_test(size=SIZE) as pilot:
            await pilot.press(*"/chats 2 rooms", "enter")
            rows = app.screen.query_one(ChatList)
            await until(pilot, lambda: rows.rows and rows.rows[0].turn_id is not None)
            await idle(pilot, app)
            assert "You: It has" not in words_on(app)
            assert "Desk: It has 2 rooms." in words_on(app)
            await pilot.press("enter")
            await until(pilot, lambda: questions(app) == ["How large is flat 2?"])
            await idle(pilot, app)
            assert "It has 2 rooms." in words_on(app)
            assert names(app) == ["You", "Desk  1 of 2"]

    async def test_a_title_is_given_to_the_one_at_the_cursor(self, open_app, kept):
        app = open_app()
        async with app.run_test(size=SIZE) as pilot:
            rows = await self.in_the_list(pilot, app)
            await pilot.press("down", "t", *"The flat", "enter")
            await until(pilot, lambda: rows.rows[1].title == "The flat")

    async def test_one_is_removed_only_after_a_yes(self, open_app, kept):
        app = open_app()
        async with app.run_test(size=SIZE) as pilot:
            rows = await self.in_the_list(pilot, app)
            await pilot.press("d")
            await until(pilot, lambda: isinstance(app.screen, AskFirst))
            await pilot.press("enter")
            await idle(pilot, app)
            assert len(rows.rows) == 3
            await pilot.press("d")
            await until(pilot, lambda: isinstance(app.screen, AskFirst))
            await pilot.press("y")
            await until(pilot, lambda: len(rows.rows) == 2)
        with DeskDatabase.open(locations().database) as db:
            assert [each.id for each in db.conversations.latest()] == kept[1::-1]

    async def test_the_one_that_is_going_on_can_be_removed(self, open_app, kept):
        app = open_app()
        async with app.run_test(size=SIZE) as pilot:
            await self.in_the_list(pilot, app)
            await pilot.press("enter")
            await until(pilot, lambda: questions(app) == ["How large is flat 3?"])
            rows = await self.in_the_list(pilot, app)
            await pilot.press("d")
            await until(pilot, lambda: isinstance(app.screen, AskFirst))
            await pilot.press("y")
            await until(pilot, lambda: len(rows.rows) == 2)
            await pilot.press("escape")
            await idle(pilot, app)
            assert questions(app) == []
            await ask(pilot, app, "Anything new?")
        with DeskDatabase.open(locations().database) as db:
            assert db.conversations.latest()[0].title == "Anything new?"

    async def test_an_empty_list_says_what_will_stand_there(self, open_app):
        app = open_app()
        async with app.run_test(size=SIZE) as pilot:
            await pilot.press("ctrl+t")
            await until(pilot, lambda: "There is nothing here yet." in words_on(app))


async def test_a_persona_answers_a_new_conversation(open_app, desk_home):
    locations().make().settings.write_text('[personas]\nbrief = "Be brief."\n')
    app = open_app()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press(*"/persona loud", "enter")
        await until(pilot, lambda: any("no persona “loud”" in each.message for each in app._notifications))
        await pilot.press(*"/persona brief", "enter")
        await until(pilot, lambda: any("“brief” answers" in each.message for each in app._notifications))
        await ask(pilot, app, "Well?")
    with DeskDatabase.open(locations().database) as db:
        (conversation,) = db.conversations.latest()
        assert (conversation.persona, conversation.instructions) == ("brief", "Be brief.")
