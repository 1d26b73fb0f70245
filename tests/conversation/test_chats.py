"""What is said is kept: the question before its answer, the answer however it ends, and every branch of both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from app.conversation.chats import Chats
from app.conversation.events import Answered, AnswerEvent, AnswerNotice, AnswerText, CallEnded, Said
from app.database_thread import DatabaseThread
from app.desk import LocalDesk
from app.errors import DeskError
from app.folder_summary.report import Citation, CitedSentence
from app.locations import locations
from app.summary_options import SummaryOptions
from tests.summary.papers import make_papers
from tools.desk_db import Conversation, NoSuchConversation
from tools.desk_tools import calendar_create

KEYS = calendar_create.parse({"title": "Keys", "start": "Friday"})

CITATION = Citation(path="lease.txt", place="lines 1-2", start=0, end=4, quote="Rent")
SENTENCE = CitedSentence(sentence="The rent is 950 euro.", supported=True, citations=[CITATION])
ANSWER = (AnswerText("The rent "), AnswerText("is 950 euro."), Answered((SENTENCE,), "Llama 1B"))
PERSONAS = {"brief": "Be brief."}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[DatabaseThread]:
    thread = DatabaseThread(tmp_path / "desk.db")
    yield thread
    await thread.close()


@pytest.fixture
def chats(database: DatabaseThread) -> Chats:
    return Chats(database, PERSONAS, keeps=True)


async def play(*events: AnswerEvent | Exception, wait: asyncio.Event | None = None) -> AsyncGenerator[AnswerEvent]:
    for event in events:
        if isinstance(event, Exception):
            raise event
        yield event
    if wait is not None:
        await wait.wait()


async def ask(chats: Chats, question: str, *answer: AnswerEvent, folder: Path | None = None) -> list[AnswerEvent]:
    await chats.say(question, folder, "Llama 1B")
    return [event async for event in chats.kept(play(*(answer or ANSWER)), folder)]


async def said(chats: Chats) -> list[tuple[str, str]]:
    shown = await chats.shown()
    return [] if shown is None else [(one.turn.role, one.turn.text) for one in shown.turns]


async def test_a_question_and_its_answer_are_kept_as_they_were(chats: Chats) -> None:
    assert await ask(chats, "How much is the rent?", folder=Path("/papers")) == list(ANSWER)
    shown = await chats.shown()
    assert shown is not None
    assert shown.conversation.title == "How much is the rent?"
    question, answer = (one.turn for one in shown.turns)
    assert (question.text, question.said.folder) == ("How much is the rent?", "/papers")
    assert (answer.text, answer.said.model, answer.said.stopped) == (SENTENCE.sentence, "Llama 1B", False)
    assert [CitedSentence.model_validate(each) for each in answer.said.sentences] == [SENTENCE]


async def test_the_question_is_on_the_disk_before_it_is_answered(chats: Chats, database: DatabaseThread) -> None:
    await chats.say("How much is the rent?", None, "")
    other = DatabaseThread(database._database.path)
    (kept,) = await other.run(lambda db: db.conversations.latest())
    assert [turn.text for turn in await other.run(lambda db: db.conversations.turns(kept.id))] == [
        "How much is the rent?"
    ]
    await other.close()


@pytest.mark.parametrize(
    ("events", "text", "calls"),
    [
        ((Said("I cannot help with that."), Answered((), "m")), "I cannot help with that.", 0),
        ((AnswerNotice("That is not in the files."), Answered((), None)), "That is not in the files.", 0),
        ((CallEnded(1, KEYS, "proposed"), Answered((), "m")), "", 1),
        ((Said("One."), Said("Two?", asks=True), Answered((), "m")), "One.\n\nTwo?", 0),
        ((AnswerText("Wrong."), AnswerText("", restart=True), AnswerText("R"), Answered((SENTENCE,), "m")),
         SENTENCE.sentence, 0),
    ],
)  # fmt: skip
async def test_every_kind_of_answer_is_kept(chats: Chats, events, text, calls) -> None:
    await ask(chats, "Well?", *events)
    shown = await chats.shown()
    assert shown is not None
    assert (shown.turns[1].turn.text, len(shown.turns[1].turn.said.calls)) == (text, calls)


async def test_an_answer_that_is_stopped_is_kept_as_far_as_it_came(chats: Chats) -> None:
    started, never = asyncio.Event(), asyncio.Event()

    async def answer() -> None:
        await chats.say("How much is the rent?", None, "")
        async with aclosing(chats.kept(play(AnswerText("The rent is"), wait=never), None)) as events:
            async for _ in events:
                started.set()

    task = asyncio.create_task(answer())
    await started.wait()
    task.cancel()
    # The next question waits until the stopped answer is in its place.
    await chats.say("And the deposit?", None, "")
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await said(chats) == [
        ("user", "How much is the rent?"),
        ("assistant", "The rent is"),
        ("user", "And the deposit?"),
    ]
    shown = await chats.shown()
    assert shown is not None
    assert shown.turns[1].turn.said.stopped


async def test_an_answer_that_fails_is_kept_as_far_as_it_came(chats: Chats) -> None:
    with pytest.raises(DeskError):
        await ask(chats, "How much?", AnswerText("The rent is "), DeskError("The disk is full."))
    assert await said(chats) == [("user", "How much?"), ("assistant", "The rent is")]
    with pytest.raises(DeskError):
        await ask(chats, "And now?", DeskError("The disk is full."))
    assert (await said(chats))[2:] == [("user", "And now?")]


async def test_asking_instead_leaves_the_first_as_a_branch(chats: Chats) -> None:
    await ask(chats, "How much is the rent?")
    await ask(chats, "And when?")
    shown = await chats.shown()
    assert shown is not None
    first = shown.turns[0].turn
    assert (await chats.ask_instead(shown.turns[2].turn.id)).text == "And when?"
    await ask(chats, "And where?")
    assert [text for role, text in await said(chats) if role == "user"] == ["How much is the rent?", "And where?"]
    assert [one.question for one in await chats.thread()] == ["How much is the rent?", "And where?"]
    await chats.ask_instead(first.id)
    await ask(chats, "How large is the flat?")
    shown = await chats.shown()
    assert shown is not None
    assert shown.turns[0].turn.text == "How large is the flat?"
    assert (shown.turns[0].siblings.position, shown.turns[0].siblings.previous) == (2, first.id)
    back = await chats.go_to(first.id)
    assert [one.turn.text for one in back.turns if one.turn.role == "user"] == ["How much is the rent?", "And where?"]
    await ask(chats, "Thanks")
    assert [text for _, text in await said(chats)][-2] == "Thanks"


async def test_answering_again_puts_the_answers_beside_each_other(chats: Chats) -> None:
    await ask(chats, "How much is the rent?", Said("Much."), Answered((), "m"), folder=Path("/papers"))
    shown = await chats.shown()
    assert shown is not None
    question = await chats.answer_again(shown.turns[1].turn.id)
    assert (question.text, question.said.folder) == ("How much is the rent?", "/papers")
    _ = [event async for event in chats.kept(play(*ANSWER), Path("/papers"))]
    shown = await chats.shown()
    assert shown is not None
    assert [one.turn.text for one in shown.turns] == ["How much is the rent?", SENTENCE.sentence]
    assert (shown.turns[1].siblings.position, len(shown.turns[1].siblings.ids)) == (2, 2)


async def test_a_persona_stays_with_its_conversation(chats: Chats, database: DatabaseThread) -> None:
    await chats.begin("brief")
    assert chats.instructions == "Be brief."
    await ask(chats, "How much is the rent?")
    assert chats.current is not None
    first = chats.current.id
    await chats.begin()
    await ask(chats, "And now?")
    assert chats.instructions == ""
    changed = Chats(database, {}, keeps=True)
    await changed.open(first)
    assert (changed.persona, changed.instructions) == ("brief", "Be brief.")
    with pytest.raises(DeskError, match="no persona “loud”"):
        await chats.begin("loud")


async def test_a_removed_conversation_is_over(chats: Chats) -> None:
    await ask(chats, "How much is the rent?")
    assert chats.current is not None
    number = chats.current.id
    assert (await chats.rename(number, "The rent")).title == "The rent"
    assert chats.current.title == "The rent"
    assert [hit.conversation_id for hit in await chats.search("rent", limit=1)] == [number]
    await chats.remove(number)
    assert await chats.shown() is None
    assert await chats.latest() == []
    with pytest.raises(NoSuchConversation):
        await chats.open(number)
    await ask(chats, "And now?")
    assert [each.title for each in await chats.latest()] == ["And now?"]


class TestTheDesk:
    @pytest.fixture
    async def desk(self, desk_home: Path) -> AsyncIterator[LocalDesk]:
        opened = LocalDesk.open(locations(), use_model=False, keep_chats=True)
        yield opened
        await opened.close()

    async def talk(self, desk: LocalDesk, question: str, folder: Path | None) -> None:
        async with aclosing(desk.ask(question, folder)) as events:
            async for event in events:
                if isinstance(event, Answered):
                    break

    async def test_keeps_what_is_asked_about_a_folder(self, desk: LocalDesk, tmp_path: Path) -> None:
        papers = make_papers(tmp_path / "papers")
        _ = [event async for event in desk.summarise([papers], SummaryOptions(use_model=False))]
        await self.talk(desk, "When is the deposit returned?", papers)
        await self.talk(desk, "How much is the rent?", papers)
        await desk.forget_conversation()
        await self.talk(desk, "And the rent?", papers)
        listed: list[Conversation] = await desk.chats.latest()
        assert [(each.title, each.turns) for each in listed] == [
            ("And the rent?", 2),
            ("When is the deposit returned?", 4),
        ]
        chat = await desk.chats.open(listed[1].id)
        answer = chat.turns[1].turn
        assert answer.said.folder == str(papers)
        assert any("thirty (30) days" in each["citations"][0]["quote"] for each in answer.said.sentences)
        thread = await desk.chats.thread()
        assert [one.question for one in thread] == ["When is the deposit returned?", "How much is the rent?"]
        _ = [event async for event in desk.answer_again(answer.id)]
        shown = await desk.chats.shown()
        assert shown is not None
        assert [one.siblings.position for one in shown.turns] == [1, 2]
        assert shown.turns[1].turn.said == answer.said

    async def test_keeps_nothing_unless_it_is_to(self, desk_home: Path, tmp_path: Path) -> None:
        locations().make().settings.write_text("keep_chats = false\n")
        for keep in (True, False):
            desk = LocalDesk.open(locations(), use_model=False, keep_chats=keep)
            await self.talk(desk, "How much is the rent?", None)
            assert await desk.chats.latest() == []
            await desk.close()
