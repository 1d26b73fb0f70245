"""Telegram's JSON exports: of one chat, or of the whole account (https://core.telegram.org/import-export)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from tools.inbox.chat import Chat, ChatLine, at_epoch, in_zone_of
from tools.inbox.json_values import fields, items, number, objects, text, whole
from tools.inbox.records import Attachment

_MEDIA = ("file", "photo", "contact_vcard")
_SIZES = {"file": "file_size", "photo": "photo_file_size", "contact_vcard": "contact_vcard_file_size"}


def is_telegram(export: Any) -> bool:
    return bool(_chats(export)) and any(
        "date_unixtime" in message or ("from" in message and "text" in message)
        for chat in _chats(export)
        for message in objects(chat.get("messages"))[:20]
    )


def telegram_chats(export: Any, name: str) -> Iterator[tuple[Chat, list[ChatLine], int]]:
    """Each chat with its lines, and how many of its messages have no date that can be read."""
    for chat in _chats(export):
        messages = [message for message in objects(chat.get("messages")) if message.get("type") != "service"]
        lines = [line for message in messages if (line := _line(message))]
        found = Chat("telegram", text(chat.get("name")) or name, text(chat.get("id")))
        yield found, lines, len(messages) - len(lines)


def _chats(export: Any) -> list[dict[str, Any]]:
    top = fields(export)
    if "messages" in top:
        return [top]
    return [chat for part in ("chats", "left_chats") for chat in objects(fields(top.get(part)).get("list"))]


def _line(message: dict[str, Any]) -> ChatLine | None:
    date = _date(message)
    if date is None:
        return None
    return ChatLine(
        sender=text(message.get("from")),
        date=date,
        body=_body(message.get("text")) or text(message.get("sticker_emoji")),
        address=text(message.get("from_id")),
        attachments=tuple(_attachment(message, kind) for kind in _MEDIA if text(message.get(kind))),
        own_id=text(message.get("id")),
    )


def _date(message: dict[str, Any]) -> datetime | None:
    try:
        local = datetime.fromisoformat(text(message.get("date")))
    except ValueError:
        local = None
    seconds = number(message.get("date_unixtime"))
    moment = None if seconds is None else at_epoch(seconds)
    if moment is None:
        return local
    return in_zone_of(moment, local) if local and local.tzinfo is None else moment


def _body(value: Any) -> str:
    """The pieces of a formatted text. A link that touches the formatted piece before it was set apart on the screen."""
    body = text(value)
    after_entity = False
    for piece in items(value):
        said = text(piece) or text(fields(piece).get("text"))
        if after_entity and fields(piece).get("type") in ("link", "text_link") and body and not body[-1].isspace():
            body += " "
        body += said
        after_entity = isinstance(piece, dict)
    return body


def _attachment(message: dict[str, Any], kind: str) -> Attachment:
    path = text(message[kind])
    # A file that was left out of the export has a sentence in brackets in place of its path.
    name = text(message.get("file_name")) if kind == "file" else ""
    name = name or (PurePosixPath(path).name if not path.startswith("(") else kind)
    return Attachment(name, text(message.get("mime_type")) if kind == "file" else "", whole(message.get(_SIZES[kind])))
