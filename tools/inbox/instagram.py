"""Instagram's JSON exports (and Facebook's, which are alike): one file for each ten thousand messages of a chat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from tools.inbox.chat import Chat, ChatLine, at_epoch
from tools.inbox.json_values import fields, number, objects, text
from tools.inbox.records import Attachment

_MEDIA = {"photos": "image", "videos": "video", "audio_files": "audio", "gifs": "image", "files": ""}


def is_instagram(export: Any) -> bool:
    messages = objects(fields(export).get("messages"))[:20]
    return any("timestamp_ms" in message and "sender_name" in message for message in messages)


def instagram_chats(export: Any, name: str) -> Iterator[tuple[Chat, list[ChatLine], int]]:
    """The chat with its lines, oldest first, and how many of its messages have no date that can be read."""
    top = fields(export)
    messages = objects(top.get("messages"))
    lines = [line for message in reversed(messages) if (line := _line(message))]
    title = _text(top.get("title")) or ", ".join(
        _text(person.get("name")) for person in objects(top.get("participants"))
    )
    yield Chat("instagram", title or name, text(top.get("thread_path"))), lines, len(messages) - len(lines)


def _line(message: dict[str, Any]) -> ChatLine | None:
    milliseconds = number(message.get("timestamp_ms"))
    date = None if milliseconds is None else at_epoch(milliseconds / 1000)
    if date is None:
        return None
    share = fields(message.get("share"))
    said = (_text(message.get("content")), _text(share.get("share_text")), _text(share.get("link")))
    return ChatLine(
        sender=_text(message.get("sender_name")),
        date=date,
        body="\n".join(part for part in said if part),
        attachments=tuple(
            Attachment(PurePosixPath(_text(media.get("uri"))).name, kind, None)
            for key, kind in _MEDIA.items()
            for media in objects(message.get(key))
        ),
    )


def _text(value: Any) -> str:
    """These exports write each byte of a text's UTF-8 as a character of its own."""
    raw = text(value)
    try:
        return raw.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return raw
