"""Chats exported as JSON, of whichever program: told apart by what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from tools.inbox.chat import chat_messages, name_from
from tools.inbox.files import OpenFile
from tools.inbox.instagram import instagram_chats, is_instagram
from tools.inbox.json_values import LARGEST_EXPORT, parsed
from tools.inbox.records import Failure, InboxProblem, ReadMessage
from tools.inbox.signal_export import is_signal, signal_chats
from tools.inbox.telegram import is_telegram, telegram_chats

_KINDS = ((is_telegram, telegram_chats), (is_instagram, instagram_chats), (is_signal, signal_chats))


class NotAnExport(InboxProblem):
    """A file is JSON, and of something else."""


def read_chat_json(file: OpenFile, zone: tzinfo | None) -> Iterator[ReadMessage | Failure]:
    """The messages of an export. Raises `NotAnExport` for JSON of any other kind."""
    export = _export(file)
    for is_kind, chats in _KINDS:
        if is_kind(export):
            for chat, lines, undated in chats(export, name_from(file.path)):
                yield from chat_messages(chat, lines, zone)
                if undated:
                    yield Failure.of(f"{file.path}, chat {chat.name}", f"{undated} of its messages have no date.")
            return
    raise NotAnExport("is not an export of Telegram, Signal or Instagram.")


def _export(file: OpenFile) -> Any:
    """The file's value; of JSON Lines a list of the lines' values."""
    data = file.content(LARGEST_EXPORT)
    try:
        return parsed(data)
    except InboxProblem:
        lines = data.splitlines()
        if len(lines) > 1 and all(line.lstrip()[:1] in (b"{", b"") for line in lines[:10]):
            return [parsed(line) for line in lines if line.strip()]
        raise
