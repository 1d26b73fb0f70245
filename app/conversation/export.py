"""A kept conversation as JSON, with all of its branches, and as Markdown, the one that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from app.conversation.transcript import said_beside
from app.folder_summary.render import Sources, escape, escape_lines
from app.folder_summary.report import CitedSentence
from app.wording import joined
from tools.desk_db import DeskDatabase, Turn
from tools.desk_db.conversation_records import Role
from tools.folder_walk import base_folder

_NAMES: dict[Role, str] = {"user": "You", "assistant": "Desk", "tool": "Tool"}


class ExportedTurn(BaseModel):
    """One turn; `sentences` are those of an answer with what carries each, their paths relative to `folder`."""

    id: int
    parent: int | None
    role: Role
    text: str
    stopped: bool
    sentences: list[CitedSentence]
    calls: list[dict[str, Any]]
    folder: str
    model: str
    tokens: int
    created: str


class ExportedSummary(BaseModel):
    """What stands for everything up to and with the turn `until` where that no longer fits the model's context."""

    until: int
    text: str


class ExportedChat(BaseModel):
    """What `chats show --json` and `chats export --format json` give: times are ISO 8601 with their zone."""

    id: int
    title: str
    persona: str
    instructions: str
    model: str
    created: str
    changed: str
    path: list[int]
    """The turns that are shown, from the first one on."""
    turns: list[ExportedTurn]
    """Those of all branches, parents first."""
    summaries: list[ExportedSummary]


def export_chat(db: DeskDatabase, conversation_id: int, zone: tzinfo) -> ExportedChat:
    """The whole conversation. Raises NoSuchConversation when it is not there."""
    conversation = db.conversations.get(conversation_id)
    turns = db.conversations.turns(conversation_id)
    return ExportedChat(
        id=conversation.id,
        title=conversation.title,
        persona=conversation.persona,
        instructions=conversation.instructions,
        model=conversation.model,
        created=written_time(conversation.created_at, zone),
        changed=written_time(conversation.changed_at, zone),
        path=[turn.id for turn in db.conversations.path(conversation.leaf_id)],
        turns=[_exported(turn, zone) for turn in turns],
        summaries=[
            ExportedSummary(until=summary.turn_id, text=summary.text)
            for summary in db.conversations.summaries(turn.id for turn in turns)
        ],
    )


def chat_to_markdown(chat: ExportedChat) -> str:
    """The turns that are shown, each answer with its numbered sources."""
    sources = Sources()
    about = joined(chat.created, f"persona {chat.persona}" if chat.persona else "", chat.model)
    lines = [f"# {escape(chat.title or 'Conversation')}", "", f"*{escape(about)}*", ""]
    summaries = {summary.until: summary.text for summary in chat.summaries}
    places = _places(chat.turns)
    shown = set(chat.path)
    for turn in (turn for turn in chat.turns if turn.id in shown):
        lines += [f"**{_NAMES[turn.role]}**{places[turn.id]}", "", *_said(turn, sources)]
        if turn.id in summaries:
            lines += [f"*In short, for the model: {escape(summaries[turn.id])}*", ""]
    return "\n".join([*lines, *sources.section()]).rstrip() + "\n"


def written_time(moment: float, zone: tzinfo) -> str:
    return datetime.fromtimestamp(moment, zone).isoformat(timespec="seconds")


def _exported(turn: Turn, zone: tzinfo) -> ExportedTurn:
    return ExportedTurn(
        id=turn.id,
        parent=turn.parent_id,
        role=turn.role,
        text=turn.text,
        stopped=turn.said.stopped,
        sentences=[CitedSentence.model_validate(sentence) for sentence in turn.said.sentences],
        calls=list(turn.said.calls),
        folder=turn.said.folder,
        model=turn.said.model,
        tokens=turn.said.tokens,
        created=written_time(turn.created_at, zone),
    )


def _places(turns: Sequence[ExportedTurn]) -> dict[int, str]:
    """ " (2 of 3)" for a turn that has others in its place, nothing for one that has none."""
    groups: dict[int | None, list[int]] = {}
    for turn in turns:
        groups.setdefault(turn.parent, []).append(turn.id)
    return {
        turn: f" ({number} of {len(group)})" if len(group) > 1 else ""
        for group in groups.values()
        for number, turn in enumerate(group, 1)
    }


def _said(turn: ExportedTurn, sources: Sources) -> list[str]:
    lines: list[str] = []
    if turn.sentences:
        cited = [_with_whole_paths(sentence, turn.folder) for sentence in turn.sentences]
        lines += [sources.paragraph(cited), ""]
    if beside := said_beside(turn.text, [sentence.model_dump() for sentence in turn.sentences]):
        lines += [escape_lines(beside), ""]
    lines += [line for call in turn.calls for line in (f"- {_call(call)}",)] + ([""] if turn.calls else [])
    return [*lines, "*Stopped here.*", ""] if turn.stopped else lines


def _with_whole_paths(sentence: CitedSentence, folder: str) -> CitedSentence:
    """Answers of one conversation may be about several folders."""
    if not folder:
        return sentence
    base = base_folder(Path(folder))
    citations = [each.model_copy(update={"path": str(base / each.path)}) for each in sentence.citations]
    return sentence.model_copy(update={"citations": citations})


def _call(call: dict[str, Any]) -> str:
    arguments = "; ".join(f"{name}: {_value(value)}" for name, value in call.get("arguments", {}).items())
    return escape(f"{call.get('tool', '')} ({call.get('status', '')}) {arguments}".strip())


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
