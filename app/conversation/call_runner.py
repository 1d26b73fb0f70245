"""One call: checked, judged by the policy, shown, agreed to, carried out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.conversation.events import AnswerEvent, AnswerNotice, CallEnded, CallStatus, Confirm, Decision, Proposed
from app.conversation.policy import Policy
from app.database_thread import DatabaseThread
from app.errors import DeskError
from runtime.errors import RuntimeProblem
from tools.date_language import Dates
from tools.desk_db import DeskDatabase
from tools.errors import ToolProblem
from tools.registry import Call, Choose, Found, Handed, Outcome, Plan, Registry, ToolDesk, Unsettled, WrongCall


@dataclass(frozen=True, slots=True)
class Request:
    """A call to be run: the tool's name and the arguments as they were written, not yet checked."""

    name: str
    arguments: Mapping[str, Any]
    picked: str = ""
    """The value among them that the user picked from several."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a call ended, for the turn that it is part of; always the last that comes of it."""

    data: Mapping[str, Any] = field(default_factory=dict)
    """What the model is told."""
    over: bool = False
    """Whether it is the user who acts next."""
    shown: bool = False
    """Whether the user has seen the result already, so that nobody needs to tell it."""
    choose: Choose | None = None


class Tasks(Protocol):
    """Does what tools hand over; its last event is a `Ran`."""

    def do(self, number: int, call: Call, handed: Handed, policy: Policy) -> AsyncGenerator[AnswerEvent | Ran]: ...


class CallRunner:
    """Runs calls on the desk database's thread. Nothing is written without the user's yes."""

    def __init__(self, database: DatabaseThread, registry: Registry, dates: Dates, tasks: Tasks) -> None:
        self._database = database
        self._registry = registry
        self.dates = dates
        self._tasks = tasks

    async def run(
        self, number: int, request: Request, policy: Policy, confirm: Confirm
    ) -> AsyncGenerator[AnswerEvent | Ran]:
        """The events of one call, `Ran` the last. Raises WrongCall for one that its writer can mend."""
        tool = self._registry[request.name]
        call = tool.parse(request.arguments)
        if refusal := policy.refusal(tool):
            yield CallEnded(number, call, "refused", reason=refusal)
            yield Ran({"error": refusal}, over=True, shown=True)
            return
        try:
            outcome = await self._on_desk(lambda desk: tool.run(desk, call))
            match outcome:
                case Found():
                    policy.provenance.read(outcome.sources)
                    yield CallEnded(number, call, "done", data=outcome.data)
                    if outcome.notice:
                        yield AnswerNotice(outcome.notice)
                    yield Ran(outcome.data)
                case Handed():
                    async with aclosing(self._tasks.do(number, call, outcome, policy)) as events:
                        async for event in events:
                            yield event
                case Plan():
                    async with aclosing(self._write(number, call, outcome, policy, confirm)) as events:
                        async for event in events:
                            yield event
        except Unsettled as unsettled:
            yield Ran(_unclear(unsettled.choose), over=True, choose=unsettled.choose)
        except WrongCall:
            raise
        except (ToolProblem, RuntimeProblem, DeskError) as problem:
            yield CallEnded(number, call, "failed", reason=problem.sentence())
            yield Ran({"error": problem.sentence()}, over=True, shown=True)

    async def _write(
        self, number: int, call: Call, plan: Plan, policy: Policy, confirm: Confirm
    ) -> AsyncGenerator[AnswerEvent | Ran]:
        tool = self._registry[call.tool]
        while True:
            proposed = Proposed(number, policy.preview(tool, call, plan))
            yield proposed
            decision = await confirm(proposed)
            if decision.arguments is None:
                break
            call, plan = await self._edited(call, plan, decision, policy)
        if not decision.agreed:
            status: CallStatus = "proposed" if decision.undecided else "refused"
            reason = "" if decision.undecided else "You said no."
            yield CallEnded(number, call, status, resolved=plan.resolved, reason=reason)
            yield Ran({"declined": True}, over=True, shown=True)
            return
        done = await self._database.run(lambda _: plan.run())
        yield CallEnded(number, call, "done", plan.resolved, done.data, effect_id=done.effect_id)
        yield Ran(done.data)

    async def _edited(self, call: Call, plan: Plan, decision: Decision, policy: Policy) -> tuple[Call, Plan]:
        """The call and the plan with the user's values. Raises ToolProblem when they are none."""
        tool = self._registry[call.tool]
        for value in (decision.arguments or {}).values():
            policy.provenance.heard(str(value))
        edited = tool.parse(decision.arguments or {})
        planned = await self._on_desk(lambda desk: tool.run(desk, edited))
        return (edited, planned) if isinstance(planned, Plan) else (call, plan)

    async def _on_desk(self, work: Callable[[ToolDesk], Outcome]) -> Outcome:
        def on_thread(db: DeskDatabase) -> Outcome:
            return work(ToolDesk(db, self.dates))

        return await self._database.run(on_thread)


def _unclear(choose: Choose) -> dict[str, Any]:
    labels = [choice.label for choice in choose.choices[:2]]
    return {"unclear": dict(zip(("first", "second"), labels, strict=False))}
