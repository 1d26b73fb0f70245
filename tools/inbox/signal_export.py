"""Signal's messages as JSON: Signal Desktop's own plain export (main.jsonl), its database's rows, and signal-export's.

Signal Desktop's file has a line for each frame of the format of its backups (Backup.proto in libsignal); signal-export
(https://github.com/carderne/signal-export) writes a folder for each chat, with a line for each message in data.json.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tools.inbox.chat import MY_NAME, Chat, ChatLine, at_epoch
from tools.inbox.json_values import fields, number, objects, text, whole
from tools.inbox.records import Attachment

_Found = Iterator[tuple[Chat, list[ChatLine], int]]


def is_signal(export: Any) -> bool:
    """`export` is the value of a file, or the values of its lines."""
    return any(
        "chatItem" in row or "recipient" in row or _is_exported(row) or _is_database_row(row)
        for row in (_lines(export) or _rows(export))[:50]
    )


def signal_chats(export: Any, name: str) -> _Found:
    """Each chat with its lines, and how many of its messages have no date that can be read."""
    lines = _lines(export)
    if any("chatItem" in row or "recipient" in row for row in lines):
        yield from _backup_chats(lines)
    elif any(_is_exported(row) for row in lines[:50]):
        found = [line for row in lines if (line := _exported_line(row))]
        yield Chat("signal", name), found, len(lines) - len(found)
    else:
        yield from _database_chats(export)


def _lines(export: Any) -> list[dict[str, Any]]:
    return objects(export)


def _rows(export: Any) -> list[dict[str, Any]]:
    return objects(export) or objects(fields(export).get("messages")) or objects(fields(export).get("messsages"))


def _is_exported(row: dict[str, Any]) -> bool:
    return {"date", "sender", "body"} <= row.keys()


def _is_database_row(row: dict[str, Any]) -> bool:
    return "conversationId" in row and ("sent_at" in row or "timestamp" in row)


def _exported_line(row: dict[str, Any]) -> ChatLine | None:
    try:
        date = datetime.fromisoformat(text(row.get("date")))
    except ValueError:
        return None
    return ChatLine(
        sender=text(row.get("sender")),
        date=date,
        body=text(row.get("body")).rstrip(),
        attachments=tuple(Attachment(text(file.get("name")), "", None) for file in objects(row.get("attachments"))),
    )


def _database_chats(export: Any) -> _Found:
    """Rows of Signal Desktop's table of messages, with or without that of its conversations."""
    known = {text(row.get("id")): row for row in objects(fields(export).get("conversations"))}
    # A group's message names its author by another of the author's ids.
    for row in list(known.values()):
        known |= {text(row[key]): row for key in ("uuid", "serviceId", "e164") if text(row.get(key))}
    chats: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(export):
        if text(row.get("type")) in ("incoming", "outgoing"):
            chats.setdefault(text(row.get("conversationId")), []).append(row)
    for key, rows in chats.items():
        lines = [line for row in rows if (line := _database_line(row, known))]
        yield Chat("signal", _contact_name(known.get(key, {})) or key, key), lines, len(rows) - len(lines)


def _database_line(row: dict[str, Any], known: dict[str, dict[str, Any]]) -> ChatLine | None:
    milliseconds = number(row.get("sent_at")) or number(row.get("timestamp"))
    date = None if milliseconds is None else at_epoch(milliseconds / 1000)
    if date is None:
        return None
    author = next((text(row[key]) for key in ("sourceServiceId", "sourceUuid", "source") if text(row.get(key))), "")
    contact = known.get(author) or known.get(text(row.get("conversationId")), {})
    mine = row.get("type") == "outgoing"
    return ChatLine(
        sender=MY_NAME if mine else _contact_name(contact) or author,
        date=date,
        body=text(row.get("body")),
        address="" if mine else text(contact.get("e164")) or text(row.get("source")),
        attachments=tuple(
            Attachment(text(file.get("fileName")), text(file.get("contentType")), whole(file.get("size")))
            for file in objects(row.get("attachments"))
        ),
        own_id=text(row.get("id")),
    )


def _contact_name(row: dict[str, Any]) -> str:
    keys = ("name", "profileFullName", "profileName", "e164")
    return next((text(row[key]) for key in keys if text(row.get(key))), "")


def _backup_chats(frames: list[dict[str, Any]]) -> _Found:
    recipients = {text(fields(f.get("recipient")).get("id")): fields(f.get("recipient")) for f in frames}
    chats = {text(fields(f.get("chat")).get("id")): text(fields(f.get("chat")).get("recipientId")) for f in frames}
    said: dict[str, list[dict[str, Any]]] = {}
    for frame in frames:
        item = fields(frame.get("chatItem"))
        if "standardMessage" in item:
            said.setdefault(text(item.get("chatId")), []).append(item)
    for key, chat_items in said.items():
        name, address = _recipient(recipients.get(chats.get(key, ""), {}))
        lines = [line for item in chat_items if (line := _backup_line(item, recipients))]
        yield Chat("signal", name or address or key, address or name), lines, len(chat_items) - len(lines)


def _backup_line(item: dict[str, Any], recipients: dict[str, dict[str, Any]]) -> ChatLine | None:
    milliseconds = number(item.get("dateSent"))
    date = None if milliseconds is None else at_epoch(milliseconds / 1000)
    if date is None:
        return None
    name, address = _recipient(recipients.get(text(item.get("authorId")), {}))
    said = fields(item["standardMessage"])
    files = [fields(attachment.get("pointer")) for attachment in objects(said.get("attachments"))]
    return ChatLine(
        sender=MY_NAME if "outgoing" in item else name,
        date=date,
        body=text(fields(said.get("text")).get("body")),
        address=address,
        attachments=tuple(
            Attachment(
                text(file.get("fileName")),
                text(file.get("contentType")),
                whole(fields(file.get("locatorInfo")).get("size") or file.get("size")),
            )
            for file in files
        ),
    )


def _recipient(recipient: dict[str, Any]) -> tuple[str, str]:
    """A person's or a group's name, and a number or user name that stays the same when the name changes."""
    if "self" in recipient:
        return MY_NAME, ""
    group = fields(fields(recipient.get("group")).get("snapshot"))
    if title := text(fields(group.get("title")).get("title")):
        return title, ""
    contact = fields(recipient.get("contact"))
    names = [
        " ".join(filter(None, (text(contact.get(f"{kind}GivenName")), text(contact.get(f"{kind}FamilyName")))))
        for kind in ("system", "profile")
    ]
    return next(filter(None, names), ""), text(contact.get("e164")) or text(contact.get("username"))
