"""A turn of the assistant: the model proposes calls, code decides, carries them out and says what became of them."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from app.conversation.asking_back import question_back
from app.conversation.call_runner import CallRunner, Ran, Request
from app.conversation.choosing import Pending, offered
from app.conversation.clauses import clauses
from app.conversation.events import (
    Answered,
    AnswerEvent,
    AnswerNotice,
    Confirm,
    PassagesFound,
    Said,
    nobody,
)
from app.conversation.folder_question import FolderQuestions
from app.conversation.heard_values import heard_values
from app.conversation.history import Exchange
from app.conversation.memory import LONGEST_ANSWER, Memory, Remembered
from app.conversation.policy import Policy
from app.conversation.provenance import Provenance
from app.conversation.telling import copies, tell
from app.conversation.tool_calls import calls_in, engine_tools
from app.database_thread import DatabaseThread
from app.engine_session import EngineSession
from app.errors import DeskError
from app.folder_summary.report import CitedSentence
from app.wording import count
from runtime.client import Restarted
from runtime.errors import RuntimeProblem
from runtime.protocol import Delta, Turn
from tools.registry import Registry, WrongCall
from tools.sanitise import sanitise

MOST_ROUNDS = 6
"""Answers of the model in one turn; each may call tools."""
MOST_CORRECTIONS = 2
"""How often in a turn a wrong call goes back to the model."""
LONGEST_TOLD = 1500
"""Characters of a result that the pocket model tells in its own words; code tells a longer one."""
NO_CALL = "The model wrote no call that can be carried out. Ask in other words."


class Assistant:
    """Answers requests with tools. Remembers the conversation; one request at a time."""

    def __init__(
        self,
        database: DatabaseThread,
        session: EngineSession,
        registry: Registry,
        runner: CallRunner,
        questions: FolderQuestions,
        *,
        may_write: bool = True,
    ) -> None:
        """`may_write` is False for a model that did not pass its test: its writes are refused."""
        self._database = database
        self._session = session
        self._runner = runner
        self._questions = questions
        self._may_write = may_write
        self._tools = engine_tools(registry)
        self._names = frozenset(tool.name for tool in registry)
        self._memory = Memory(session, self._tools)
        self._pending: Pending | None = None

    def forget(self) -> None:
        """Begin a new conversation."""
        self._memory.clear()
        self._pending = None

    @property
    def instructions(self) -> str:
        """How the persona of this conversation answers."""
        return self._memory.instructions

    @instructions.setter
    def instructions(self, instructions: str) -> None:
        self._memory.instructions = instructions

    def recall(self, thread: Sequence[Exchange]) -> None:
        """Go on with a conversation as it was kept."""
        self._memory.recall(thread)
        self._pending = None

    def go_on_from(self, other: Assistant) -> None:
        """Go on with the conversation of an assistant that had another model."""
        self._memory.take_over(other._memory)
        self._pending = other._pending

    async def answer(
        self, request: str, confirm: Confirm = nobody, *, folder: Path | None = None
    ) -> AsyncGenerator[AnswerEvent]:
        """The events of one answer, `Answered` the last; closing the generator stops the model.

        `folder` is the one that the user has open: questions are about its files. What was carried out before a cancel
        stays done, and stands in the history to be undone.
        """
        sentences: list[CitedSentence] = []
        number = 0
        for turn in self._turns(request, folder):
            turn.number = number
            try:
                async with aclosing(self._turn(turn, confirm)) as events:
                    async for event in events:
                        if isinstance(event, Answered):
                            sentences += event.sentences
                        else:
                            yield event
            except (RuntimeProblem, DeskError) as problem:
                yield AnswerNotice(problem.sentence())
                break
            finally:
                self._memory.keep(turn.exchange())
            number = turn.number
            if turn.asks:
                break
        yield Answered(tuple(sentences), self._session.name)

    def _turns(self, request: str, folder: Path | None) -> Iterable[_Turn]:
        """What the request comes to: the call that it settles, or one turn, or one for each part for a small model."""
        pending, self._pending = self._pending, None
        before = self._memory.reminded()
        settled = pending.settled(request) if pending else None
        # The answer to a question back goes on with what was asked for then.
        asked_for = " ".join([*(before[-1].user_words if before and before[-1].asks else ()), request])
        parts = clauses(request) if self._session.is_pocket and not before else [request]
        for part in parts:
            said = [words for exchange in before for words in exchange.user_words]
            provenance = Provenance([*said, request])
            if settled is not None:
                provenance.heard(settled.picked)
            provenance.read(source for exchange in before for source in exchange.sources)
            yield _Turn(part, Policy(asked_for, provenance, folder=folder, may_write=self._may_write), settled)

    async def _turn(self, turn: _Turn, confirm: Confirm) -> AsyncGenerator[AnswerEvent]:
        for _ in range(MOST_ROUNDS):
            if turn.settled is None:
                async with aclosing(self._generate(turn)) as notices:
                    async for notice in notices:
                        yield notice
            try:
                calls, words = turn.take(self._names)
            except WrongCall as wrong:
                if self._give_back(turn, wrong):
                    continue
                yield AnswerNotice(NO_CALL)
                return
            if question := self._question(turn, calls):
                yield question
                return
            step = self._say(turn, words) if not calls else self._run(turn, calls, confirm)
            async with aclosing(step) as events:
                async for event in events:
                    yield event
            if turn.over:
                return
        yield AnswerNotice(f"Stopped after {MOST_ROUNDS} rounds of calls. Ask for the rest on its own.")

    async def _generate(self, turn: _Turn) -> AsyncGenerator[AnswerNotice]:
        """Let the model write on, into `turn.text`."""
        facts = await self._database.run(lambda db: tuple(fact.text for fact in db.facts.all()))
        fitted = await self._memory.fit(turn.turns, facts)
        if fitted.dropped:
            earlier = count(fitted.dropped, "earlier request")
            yield AnswerNotice(f"{earlier} no longer fit this model's context: a short summary stands in their place.")
        client = await self._session.client()
        turn.text = ""
        # The pocket model copies words well, and now and then makes one up.
        said = "\n".join(one.content for one in fitted.turns if one.role == "user")
        pocket = self._session.is_pocket
        writing = client.generate(
            turns=fitted.turns,
            tools=heard_values(self._tools, said, self._runner.dates) if pocket else self._tools,
            copied_from=said if pocket else None,
            max_tokens=LONGEST_ANSWER,
        )
        async with aclosing(writing) as events:
            async for event in events:
                match event:
                    case Delta():
                        turn.text += event.text
                    case Restarted():
                        turn.text = ""
                        yield AnswerNotice(event.message)
                    case _:
                        continue

    async def _run(self, turn: _Turn, calls: Sequence[Request], confirm: Confirm) -> AsyncGenerator[AnswerEvent]:
        for request in calls:
            turn.number += 1
            ran = Ran()
            try:
                async with aclosing(self._runner.run(turn.number, request, turn.policy, confirm)) as events:
                    async for event in events:
                        if isinstance(event, Ran):
                            ran = event
                        else:
                            yield event
            except WrongCall as wrong:
                if not self._give_back(turn, wrong):
                    turn.over = True
                    yield AnswerNotice(wrong.sentence())
                return
            turn.hear(ran.data, told=ran.shown)
            turn.over = ran.over
            if ran.choose is not None:
                self._pending = Pending(request, ran.choose)
                turn.asks = True
                yield Said(offered(ran.choose), asks=True)
            if turn.over:
                return
        if self._session.is_pocket and (not turn.untold or len(turn.turns[-1].content) > LONGEST_TOLD):
            turn.over = True
            if turn.untold:
                yield Said(tell(turn.untold))

    def _give_back(self, turn: _Turn, wrong: WrongCall) -> bool:
        """Let the model mend a call; False when it cannot, or was given enough chances."""
        turn.hear({"error": wrong.sentence()}, told=True)
        return not self._session.is_pocket and turn.may_correct()

    def _question(self, turn: _Turn, calls: Sequence[Request]) -> Said | None:
        """What the pocket model's calls lack, asked back: it finds what was said, and code sees what was not."""
        if not self._session.is_pocket:
            return None
        questions = (question_back(call.name, call.arguments, turn.request) for call in calls)
        question = next(filter(None, questions), None)
        return turn.ask(question) if question else None

    async def _say(self, turn: _Turn, words: str) -> AsyncGenerator[AnswerEvent]:
        """What the model says in plain words: a result told, a question back, or that nothing fits."""
        turn.over = True
        if turn.called:
            yield Said(_checked(words, turn.untold, alone=self._session.is_pocket))
            return
        turn.asks = words.endswith(("?", "？", "؟"))
        if not turn.asks:
            # Words that no tool fits may be a question that the files answer.
            async with aclosing(self._questions.answer(turn.request, turn.policy.folder, by_words=True)) as events:
                async for event in events:
                    match event:
                        case PassagesFound(passages=()):
                            break
                        case Answered(sentences=()):
                            break
                        case Answered():
                            yield event
                            return
                        case _:
                            yield event
        yield Said(words or NO_CALL, asks=turn.asks)


class _Turn:
    """What has happened since the user spoke."""

    def __init__(self, request: str, policy: Policy, settled: Request | None) -> None:
        self.request = request
        self.policy = policy
        self.settled = settled
        """A call that the user's words settled, so that the model need not be asked."""
        self.turns: list[Turn] = [Turn(role="user", content=request)]
        self.text = ""
        self.number = 0
        self.called = False
        self.untold: dict[str, Any] = {}
        """What the calls gave back that the user has not read yet."""
        self.asks = False
        self.over = False
        self._corrections = 0

    def take(self, names: Collection[str]) -> tuple[tuple[Request, ...], str]:
        """The calls that are to be run now, or the words that were written. Raises WrongCall for what is neither."""
        if self.settled is not None:
            settled, self.settled = self.settled, None
            call = {"name": settled.name, "parameters": dict(settled.arguments)}
            self.turns.append(Turn(role="assistant", content=json.dumps(call, ensure_ascii=False)))
            return (settled,), ""
        text, self.text = self.text, ""
        self.turns.append(Turn(role="assistant", content=text))
        calls = tuple(Request(call.name, call.arguments) for call in calls_in(text, names))
        return calls, "" if calls else sanitise(text).strip()

    def ask(self, question: str) -> Said:
        """Ask for what a call lacks, in place of the call."""
        self.turns[-1] = Turn(role="assistant", content=question)
        self.asks = self.over = True
        return Said(question, asks=True)

    def hear(self, data: Mapping[str, Any], *, told: bool = False) -> None:
        """A tool's result enters the context."""
        self.called = True
        self.turns.append(Turn(role="tool", content=json.dumps(dict(data), ensure_ascii=False)))
        if not told:
            self.untold |= data

    def may_correct(self) -> bool:
        self._corrections += 1
        return self._corrections <= MOST_CORRECTIONS

    def exchange(self) -> Remembered:
        return Remembered(tuple(self.turns), self.policy.provenance.sources, self.asks)


def _checked(words: str, results: Mapping[str, Any], *, alone: bool) -> str:
    """The model's telling of results, if it says all of them just as they are; else what code tells.

    `alone` drops words that do not: a small model's may be wrong.
    """
    if copies(words, results):
        return words
    return tell(results) if alone else f"{words}\n\n{tell(results)}".strip()
