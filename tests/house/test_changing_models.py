"""Changing the model while the desk is open: the conversation goes on, and what cannot be used changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.conversation.events import Answered, AnswerEvent, AnswerNotice, Said
from app.desk import LocalDesk
from app.errors import DeskError
from app.locations import Locations, locations
from app.model_choice import models_to_choose
from app.settings import load_settings
from app.summary_options import SummaryOptions
from runtime.errors import BadModelFile, RuntimeProblem
from runtime.pocket import POCKET_MODEL
from tests.conversation.scripted_engine import ScriptedEngine, Wait
from tests.embedding_models import make_embedder
from tests.models import make_tiny_llama
from tests.summary.papers import make_papers

pytestmark = pytest.mark.usefixtures("desk_home")


class Session(ScriptedEngine):
    """A scripted engine as the desk holds one: the file's name says how it is."""

    opened: dict[str, Session]

    def __init__(self, model: Path, *answers: str | Wait, n_ctx: int = 4096) -> None:
        super().__init__(*answers, n_ctx=n_ctx, is_pocket=model == POCKET_MODEL)
        self.model = model
        self.name = f"The model {model.stem}"
        self.fingerprint = self.model_fingerprint = model.stem
        self.loaded = None
        self.ended = False

    async def speed(self) -> float:
        return 0.0

    def take_notice(self) -> str:
        return ""

    async def close(self) -> None:
        self.ended = True


@pytest.fixture
def places() -> Locations:
    return locations().make()


@pytest.fixture
def sessions(places: Locations, monkeypatch: pytest.MonkeyPatch) -> dict[str, Session]:
    """What each installed model will say, by its name."""
    known: dict[str, Session] = {}

    def open_scripted(path: Path, *_: Any, **__: Any) -> Session:
        return known[path.stem]

    def script(name: str, *answers: str | Wait, **options: Any) -> None:
        (places.models / f"{name}.gguf").touch()
        known[name] = Session(places.models / f"{name}.gguf", *answers, **options)

    script("first", "Hello Ana.", "Hello again.")
    script("second", "You said Ana.")
    script("small", "A short summary.", "Yes.", n_ctx=400)
    monkeypatch.setattr("app.desk.open_session", open_scripted)
    return known


@pytest.fixture
async def desk(sessions: dict[str, Session]) -> AsyncIterator[LocalDesk]:
    opened = LocalDesk.open(locations(), model="first")
    yield opened
    await opened.close()


@pytest.fixture
async def keeping_desk(sessions: dict[str, Session]) -> AsyncIterator[LocalDesk]:
    opened = LocalDesk.open(locations(), model="first", keep_chats=True)
    yield opened
    await opened.close()


async def say(desk: LocalDesk, words: str) -> list[AnswerEvent]:
    return [event async for event in desk.request(words)]


def told(session: Session) -> list[str]:
    """What the model was sent last, without the system's turn."""
    return [turn.content for turn in session.asked[-1][1:]]


async def test_the_other_model_goes_on_with_the_conversation(desk: LocalDesk, sessions: dict[str, Session]) -> None:
    await say(desk, "I am Ana")
    assert await desk.use_model("second") == "The model second"
    events = await say(desk, "Who am I?")
    assert told(sessions["second"]) == ["I am Ana", "Hello Ana.", "Who am I?"]
    assert events[-1] == Answered((), "The model second")
    assert Said("You said Ana.") in events
    assert (await desk.engine_state()).model == "The model second"


async def test_a_kept_conversation_goes_on_too(keeping_desk: LocalDesk, sessions: dict[str, Session]) -> None:
    await say(keeping_desk, "I am Ana")
    await keeping_desk.use_model("second")
    await say(keeping_desk, "Who am I?")
    assert told(sessions["second"]) == ["I am Ana", "Hello Ana.", "Who am I?"]


async def test_what_does_not_fit_the_smaller_context_is_summarised(
    desk: LocalDesk, sessions: dict[str, Session]
) -> None:
    await say(desk, "I am Ana and " + "I like words " * 120)
    await desk.use_model("small")
    events = await say(desk, "Do you know me?")
    assert any(isinstance(event, AnswerNotice) and "no longer fit" in event.text for event in events)
    assert sum(len(content.split()) for content in told(sessions["small"])) < 100
    assert told(sessions["small"])[-1] == "Do you know me?"


async def test_the_present_model_is_unloaded_before_the_other_is_used(
    desk: LocalDesk, sessions: dict[str, Session]
) -> None:
    await desk.use_model("second")
    assert sessions["first"].ended
    assert not sessions["second"].ended


async def test_the_same_model_stays_as_it_is(desk: LocalDesk, sessions: dict[str, Session]) -> None:
    assert await desk.use_model("first") == "The model first"
    assert not sessions["first"].ended


async def test_the_choice_is_kept_in_the_settings(desk: LocalDesk, places: Locations) -> None:
    await desk.use_model("second")
    assert load_settings(places.settings).model == "second.gguf"
    assert [choice.name for choice in await desk.models() if choice.in_use] == ["second"]


async def test_a_change_waits_for_what_is_under_way_and_what_comes_waits_for_it(
    desk: LocalDesk, sessions: dict[str, Session]
) -> None:
    sessions["first"].answers = [Wait()]
    answer = asyncio.create_task(say(desk, "Think"))
    while not sessions["first"].asked:
        await asyncio.sleep(0.01)
    change = asyncio.create_task(desk.use_model("second"))
    await asyncio.sleep(0.05)
    assert not change.done()
    later = asyncio.create_task(say(desk, "And now?"))
    await asyncio.sleep(0.05)
    assert not later.done()
    answer.cancel()
    assert await change == "The model second"
    await later
    assert len(sessions["first"].asked) == 1
    assert told(sessions["second"])[-1] == "And now?"


@pytest.mark.parametrize(
    ("name", "problem", "words"),
    [("nothing", DeskError, "no model 'nothing'"), ("letter.gguf", BadModelFile, "letter.gguf"),
     ("vectors.gguf", BadModelFile, "turns texts into vectors")],
)  # fmt: skip
async def test_one_that_cannot_be_used_is_a_sentence_and_the_present_one_stays(
    places: Locations, tiny_model: Path, name: str, problem: type[DeskError | RuntimeProblem], words: str
) -> None:
    (places.models / "letter.gguf").write_text("Dear Sir or Madam")
    make_embedder(places.models / "vectors.gguf")
    desk = LocalDesk.open(places, model=str(tiny_model))
    before = await desk.engine_state()
    with pytest.raises(problem, match=words):
        await desk.use_model(name)
    assert await desk.engine_state() == before
    assert load_settings(places.settings).model is None
    await desk.close()


async def test_two_real_models_one_after_the_other(places: Locations, tiny_model: Path, tmp_path: Path) -> None:
    make_tiny_llama(places.models / "other.gguf", seed=7)
    papers = make_papers(tmp_path / "papers")
    desk = LocalDesk.open(places, model=str(tiny_model))
    async with aclosing(desk.summarise([papers], SummaryOptions(use_model=False))) as events:
        async for _ in events:
            pass
    assert desk._session is not None
    async for _ in desk.ask("When is the deposit returned?", papers):
        pass
    first = desk._session
    pid = first._client.pid
    assert pid is not None
    assert psutil.pid_exists(pid)
    await desk.use_model("other")
    assert not psutil.pid_exists(pid)
    assert [exchange.question for exchange in desk._questions.thread] == ["When is the deposit returned?"]
    async for _ in desk.ask("And the rent?", papers):
        pass
    assert desk._session.loaded is not None
    assert desk._session.fingerprint != first.fingerprint
    assert desk._questions.thread[-1].question == "And the rent?"
    await desk.close()


def test_the_list_has_the_installed_ones_our_own_and_the_one_in_use(places: Locations, tmp_path: Path) -> None:
    for name in ("b.gguf", "a.gguf"):
        (places.models / name).write_bytes(b"123")
    elsewhere = tmp_path / "elsewhere.gguf"
    elsewhere.touch()
    listed = models_to_choose(places, elsewhere)
    assert [(choice.name, choice.in_use) for choice in listed] == [
        ("elsewhere", True),
        ("a", False),
        ("b", False),
        ("pocket", False),
    ]
    assert (listed[1].size, listed[1].is_pocket, listed[3].is_pocket) == (3, False, True)
    assert [choice.in_use for choice in models_to_choose(places, POCKET_MODEL)] == [False, False, True]
