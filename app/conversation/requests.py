"""A request to the assistant: the model proposes calls of tools, or says something in plain words."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from app.conversation.events import Answered, AnswerEvent, AnswerNotice, PassagesFound, Proposed, Said
from app.conversation.folder_question import FolderQuestions
from app.conversation.tool_calls import TOOLS, NotACall, parse_calls
from app.engine_session import EngineSession
from runtime.client import Restarted
from runtime.errors import RuntimeProblem
from runtime.protocol import Delta, Turn
from tools.catalogue import Call, FilesSearch
from tools.sanitise import sanitise

LONGEST_ANSWER = 400
"""Tokens."""

SYSTEM = (
    "You are the assistant of llama-desk on the user's own computer. Call a tool when one fits the request; copy the"
    " values from the user's words and leave out what the user did not say. Ask when something needed is missing."
    " Answer in one plain sentence when no tool fits. Nothing here can send or fetch anything."
)
"""The same bytes for every request, so that its key-value cache is computed once and shared."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model makes of a request: calls, or words; neither when it wrote nothing of use."""

    calls: tuple[Call, ...] = ()
    words: str = ""


async def answer_request(
    request: str, session: EngineSession, questions: FolderQuestions
) -> AsyncGenerator[AnswerEvent]:
    """The events of one answer, `Answered` the last; closing the generator stops the model.

    A search of the files is carried out: its answer comes from what was read. So does the answer to words that the
    model has no tool for, where the files say something; else the model's own words stand. Other calls are proposed.
    """
    reply = Reply()
    try:
        reply = await reply_to(request, session)
    except RuntimeProblem as problem:
        yield AnswerNotice(problem.sentence())
    proposed = [call for call in reply.calls if not isinstance(call, FilesSearch)]
    for call in proposed:
        yield Proposed(call)
    if proposed:
        yield Answered((), session.name)
        return
    async with aclosing(questions.answer(request, None)) as events:
        async for event in events:
            if reply.words and isinstance(event, PassagesFound) and not event.passages:
                yield Said(reply.words)
                yield Answered((), session.name)
                return
            yield event


async def reply_to(request: str, session: EngineSession) -> Reply:
    """Ask the model with all tools at hand. Raises RuntimeProblem when the engine cannot answer."""
    client = await session.client()
    turns = (Turn(role="system", content=SYSTEM), Turn(role="user", content=request))
    text = ""
    async with aclosing(client.generate(turns=turns, tools=TOOLS, max_tokens=LONGEST_ANSWER)) as events:
        async for event in events:
            match event:
                case Delta():
                    text += event.text
                case Restarted():
                    text = ""
                case _:
                    continue
    try:
        calls = parse_calls(text)
    except NotACall:
        return Reply()
    return Reply(calls) if calls else Reply(words=sanitise(text).strip())
