"""Action items out of messages: the model writes them in a form that a grammar holds, code checks each of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from app.engine_session import EngineSession
from runtime.client import Restarted
from runtime.protocol import Delta, Turn
from tools.desk_tools.inbox_tools import sender
from tools.inbox import ActionItem, Message
from tools.sentences import split_sentences
from tools.words import content_words

ASK = "List the action items in these messages."
"""The words that the pocket model was trained on."""
LONGEST_ANSWER = 400
"""Tokens."""
LONGEST_MESSAGE = 600
"""Characters of one message that the model reads."""
TOGETHER = 6
"""Messages in one question. The pocket model reads them sentence by sentence: it mixes up who said what."""


class _Item(BaseModel):
    model_config = ConfigDict(extra="forbid")

    what: str
    who: str = ""
    by: str = ""
    message: int


class _Items(BaseModel):
    items: list[_Item] = []


async def find_items(messages: Sequence[Message], session: EngineSession) -> list[ActionItem]:
    """What the messages ask to be done; each item's words stand in the message that it cites.

    Raises RuntimeProblem when the engine cannot answer.
    """
    found: list[ActionItem] = []
    oldest_first = [message for message in reversed(messages) if _text(message)]
    said = [(message, text) for message in oldest_first for text in _pieces(message, session)]
    size = 1 if session.is_pocket else TOGETHER
    for start in range(0, len(said), size):
        together = said[start : start + size]
        written = await _written([f"{sender(message)}: {text}" for message, text in together], session)
        found += filter(None, (_checked(item, together[item.message - 1][0]) for item in written))
    return found


def _pieces(message: Message, session: EngineSession) -> list[str]:
    """What is read at once of a message: all of it, or for the pocket model each of its sentences."""
    text = _text(message)
    return sentences_of(text) if session.is_pocket else [text]


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, for a model that reads them one by one."""
    return [text[start:end].strip() for start, end in split_sentences(text)]


async def _written(said: Sequence[str], session: EngineSession) -> list[_Item]:
    """The items of these messages, each a line of who and what; of one that is none of them there is none."""
    lines = [f"[{number}] {text}" for number, text in enumerate(said, 1)]
    turn = Turn(role="user", content="\n".join([ASK, "", *lines]))
    client = await session.client()
    text = ""
    writing = client.generate(turns=(turn,), json_schema=items_form(said), max_tokens=LONGEST_ANSWER)
    async with aclosing(writing) as events:
        async for event in events:
            match event:
                case Delta():
                    text += event.text
                case Restarted():
                    text = ""
                case _:
                    continue
    try:
        items = _Items.model_validate_json(text).items
    except ValidationError:
        items = _whole_ones(text)
    return [item for item in items if 1 <= item.message <= len(said)]


def _whole_ones(text: str) -> list[_Item]:
    """The items before the place where an answer was cut off."""
    items: list[_Item] = []
    decoder = json.JSONDecoder()
    place = text.find("[") + 1
    while place and (start := text.find("{", place)) >= 0:
        try:
            value, place = decoder.raw_decode(text, start)
            items.append(_Item.model_validate(value))
        except (ValueError, ValidationError):
            break
    return items


def items_form(said: Sequence[str]) -> dict[str, Any]:
    """The JSON schema of an answer about these messages: an item takes its words from the message that it cites."""
    of_each = [_item_form(number, text) for number, text in enumerate(said, 1)]
    items = {"type": "array", "items": {"anyOf": of_each}, "maxItems": 20}
    return {"type": "object", "properties": {"items": items}, "required": ["items"], "additionalProperties": False}


def _item_form(number: int, said: str) -> dict[str, Any]:
    text = {"type": "string", "copied_from": said}
    return {
        "type": "object",
        "properties": {"what": text, "who": text, "by": text, "message": {"const": number}},
        "required": ["what", "who", "message"],
        "additionalProperties": False,
    }


def _checked(item: _Item, message: Message) -> ActionItem | None:
    """The item with the sentence that says it; None when its words do not stand in the message.

    Who and by when are kept only where the message says so, or names its sender.
    """
    text = _text(message)
    wanted = set(content_words(item.what))
    quote = max(sentences_of(text), key=lambda one: len(wanted & set(content_words(one))), default="")
    stands = quote in " ".join(message.body.split())
    if not wanted or not stands or not wanted <= set(content_words(quote)):
        return None
    said = f"{sender(message)} {text}".casefold()
    who = item.who if item.who.casefold() in said else ""
    due = item.by if item.by.casefold() in said else ""
    return ActionItem(message_id=message.id, what=item.what, quote=quote, who=who, due=due)


def _text(message: Message) -> str:
    return " ".join((message.parts.own or message.body).split())[:LONGEST_MESSAGE]
