"""How well a model calls tools: twenty requests through the real turn, on a desk that is thrown away."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from app.conversation.assistant import Assistant
from app.conversation.call_runner import CallRunner
from app.conversation.desk_tasks import DeskTasks
from app.conversation.events import AnswerNotice, CallEnded, Proposed, Said
from app.conversation.folder_question import FolderQuestions
from app.database_thread import DatabaseThread
from app.engine_session import EngineSession
from tools.date_language import Dates
from tools.desk_tools import SHIPPED
from tools.registry import Call, Registry

ENOUGH = 0.7
"""The share of right answers below which a model's writing tools are off."""
_NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)


class Case(BaseModel):
    """`tool` is empty where none fits; `|` stands between arguments that are equally right."""

    request: str
    tool: str = ""
    arguments: dict[str, Any] = {}
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """A case, what the model did, and whether that was right."""

    case: Case
    did: str
    right: bool


def load_cases() -> list[Case]:
    text = (resources.files("app.conversation") / "self_test.toml").read_text("utf-8")
    return [Case.model_validate(case) for case in tomllib.loads(text)["case"]]


async def try_model(session: EngineSession) -> AsyncIterator[Tried]:
    """Each case as it is done. Nobody agrees to anything, so nothing is written even on that desk.

    Raises RuntimeProblem when the engine cannot answer.
    """
    with tempfile.TemporaryDirectory(prefix="llama-desk-test-") as folder:
        database = DatabaseThread(Path(folder) / "desk.sqlite")
        try:
            for case in load_cases():
                yield await _try(case, _assistant(database, session))
        finally:
            await database.close()


def _assistant(database: DatabaseThread, session: EngineSession) -> Assistant:
    dates = Dates(lambda: _NOW, ("en",))
    registry = Registry(SHIPPED)
    questions = FolderQuestions(database, None)
    runner = CallRunner(database, registry, dates, DeskTasks(database, session, questions, dates))
    return Assistant(database, session, registry, runner, questions)


async def _try(case: Case, assistant: Assistant) -> Tried:
    """What the model does first decides; a notice counts only where nothing else comes."""
    notices = []
    async with aclosing(assistant.answer(case.request)) as events:
        async for event in events:
            match event:
                case Proposed(preview=preview):
                    return Tried(case, _said(preview.call), _is_right(case, preview.call))
                case CallEnded(call=call):
                    return Tried(case, _said(call), _is_right(case, call))
                case Said(text=text, asks=asks):
                    return Tried(case, text, not case.tool and asks == case.asks)
                case AnswerNotice(text=text):
                    notices.append(text)
                case _:
                    continue
    return Tried(case, " ".join(notices) or "nothing", right=False)


def _is_right(case: Case, call: Call) -> bool:
    given = call.arguments()
    return call.tool == case.tool and all(_equal(wanted, given.get(name)) for name, wanted in case.arguments.items())


def _equal(wanted: Any, given: Any) -> bool:
    if isinstance(wanted, str):
        return isinstance(given, str) and given.casefold() in wanted.casefold().split("|")
    if isinstance(wanted, list):
        return isinstance(given, list) and sorted(map(str, given)) == sorted(map(str, wanted))
    return bool(wanted == given)


def _said(call: Call) -> str:
    return f"{call.tool}({', '.join(f'{name}={value!r}' for name, value in call.arguments().items())})"
