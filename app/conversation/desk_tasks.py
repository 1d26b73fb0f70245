"""The work that tools hand over: answers from files, digests of messages, action items, drafts, what is shown."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from app.conversation.action_items import find_items
from app.conversation.call_runner import Ran
from app.conversation.drafting import draft
from app.conversation.events import AnswerEvent, CallEnded, FileWanted, FolderWanted, PassagesFound, Said
from app.conversation.folder_question import FolderQuestions
from app.conversation.message_digest import digest_messages
from app.conversation.message_passages import path_of
from app.conversation.policy import Policy
from app.database_thread import DatabaseThread
from app.engine_session import EngineSession
from tools.date_language import Dates
from tools.desk_tools.inbox_tools import source_of
from tools.desk_tools.tasks import DigestMessages, DraftReply, FindItems, OpenFile, SearchFiles, SummariseFolder
from tools.inbox import ActionItem, Inbox, Kept, Message
from tools.registry import Call, Handed, Source


class DeskTasks:
    """Fulfils `app.conversation.call_runner.Tasks`."""

    def __init__(
        self, database: DatabaseThread, session: EngineSession, questions: FolderQuestions, dates: Dates
    ) -> None:
        self._database = database
        self._session = session
        self._questions = questions
        self._dates = dates

    async def do(self, number: int, call: Call, handed: Handed, policy: Policy) -> AsyncGenerator[AnswerEvent | Ran]:
        """The events of the work, `Ran` the last. Raises RuntimeProblem, DeskError or ToolProblem."""
        match handed.task:
            case SearchFiles() as task:
                work = self._search(number, call, task, policy)
            case DigestMessages() as task:
                work = self._digest(number, call, task, policy)
            case FindItems() as task:
                work = self._items(number, call, task, policy)
            case DraftReply() as task:
                work = self._draft(number, call, task, policy)
            case OpenFile() as task:
                work = _shown(number, call, FileWanted(task.root, task.path), {"opened": task.path})
            case SummariseFolder() as task:
                wanted = FolderWanted(task.folder, task.depth)
                work = _shown(number, call, wanted, {"summarised": str(task.folder)})
            case task:
                raise TypeError(f"{call.tool} handed over {task!r}")
        async with aclosing(work) as events:
            async for event in events:
                yield event

    async def _search(
        self, number: int, call: Call, task: SearchFiles, policy: Policy
    ) -> AsyncGenerator[AnswerEvent | Ran]:
        hits: list[dict[str, Any]] = []
        question = task.query if self._session.is_pocket else policy.request
        async with aclosing(self._questions.answer(question, task.folder or policy.folder)) as events:
            async for event in events:
                if isinstance(event, PassagesFound):
                    hits = [{"path": one.path, "place": one.place} for one in event.passages]
                    policy.provenance.read(Source(one.path, one.quote) for one in event.passages)
                yield event
        yield CallEnded(number, call, "done", data={"hits": hits})
        yield Ran({"hits": hits}, shown=True)

    async def _digest(
        self, number: int, call: Call, task: DigestMessages, policy: Policy
    ) -> AsyncGenerator[AnswerEvent | Ran]:
        messages = task.messages
        policy.provenance.read(map(source_of, messages))
        async with aclosing(digest_messages(messages, self._database, self._questions, self._dates.zone)) as events:
            async for event in events:
                yield event
        data: dict[str, Any] = {"digested": len(messages)} if messages else {"messages": []}
        yield CallEnded(number, call, "done", data=data)
        yield Ran(data)

    async def _items(
        self, number: int, call: Call, task: FindItems, policy: Policy
    ) -> AsyncGenerator[AnswerEvent | Ran]:
        policy.provenance.read(map(source_of, task.messages))
        items = await find_items(task.messages, self._session)
        kept = await self._database.run(lambda db: _keep(Inbox(db, self._dates), items))
        by_id = {message.id: message for message in task.messages}
        told = [_told(item, by_id) for item in items]
        yield CallEnded(number, call, "done", data={"items": told}, effect_id=kept.effect_id if kept else None)
        yield Ran({"items": [{key: one[key] for key in ("what", "who", "by") if one.get(key)} for one in told]})

    async def _draft(
        self, number: int, call: Call, task: DraftReply, policy: Policy
    ) -> AsyncGenerator[AnswerEvent | Ran]:
        policy.provenance.read([source_of(task.message)])
        text = await draft(task.message, task.points, self._session)
        yield CallEnded(number, call, "done", data={"drafted": True, "text": text})
        yield Said(text)
        yield Ran({"drafted": True})


async def _shown(
    number: int, call: Call, wanted: FileWanted | FolderWanted, data: dict[str, Any]
) -> AsyncGenerator[AnswerEvent | Ran]:
    yield CallEnded(number, call, "done", data=data)
    yield wanted
    yield Ran(data, shown=True)


def _keep(inbox: Inbox, items: list[ActionItem]) -> Kept | None:
    return inbox.add_items(items) if items else None


def _told(item: ActionItem, messages: dict[int, Message]) -> dict[str, Any]:
    told = {"what": item.what, "who": item.who, "by": item.due, "message": path_of(messages[item.message_id])}
    return {key: value for key, value in told.items() if value}
