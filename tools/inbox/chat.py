"""What the exports of all chat programs share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path

from tools.inbox.records import Attachment, Person, ReadMessage
from tools.sanitise import sanitise

MY_NAME = "Me"
"""The sender of what the owner of an export wrote, where the export gives no name."""
_EARLIEST, _LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_COPY = re.compile(r" \(\d{1,3}\)$")


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One message of a chat, as its export says it. `own_id` is the chat program's own, where it has one."""

    sender: str
    date: datetime
    body: str
    address: str = ""
    attachments: tuple[Attachment, ...] = ()
    own_id: str = ""


@dataclass(frozen=True, slots=True)
class Chat:
    """`key` tells the chat from others of its kind; two exports of one chat have the same."""

    source: str
    name: str
    key: str = ""


def chat_messages(chat: Chat, lines: Iterable[ChatLine], zone: tzinfo | None) -> Iterator[ReadMessage]:
    """The lines as messages. Where dates name no zone they are in `zone`, or else in that of this machine."""
    name = one_line(chat.name)
    key = one_line(chat.key) or name
    equal: Counter[tuple[str, str, str]] = Counter()
    turns: Counter[tuple[str, str]] = Counter()
    for line in lines:
        sender = Person(one_line(line.sender), one_line(line.address))
        body, date, who = sanitise(line.body).strip("\n"), line.date.isoformat(), "\t".join(sender)
        equal[date, who, body] += 1
        turns[date, who] += 1
        yield ReadMessage(
            source=chat.source,
            date=date,
            sent_at=_moment(line.date, zone),
            sender=sender,
            body=body,
            attachments=tuple(Attachment(one_line(a.name), one_line(a.media_type), a.size) for a in line.attachments),
            message_id=one_line(line.own_id),
            related_ids=(key,),
            chat=name,
            occurrence=0 if line.own_id else equal[date, who, body],
            place=f"{key}\n{one_line(line.own_id) or f'{date}\n{who}\n{turns[date, who]}'}",
        )


def at_epoch(seconds: float) -> datetime | None:
    """The moment so many seconds after 1970 began, in UTC; None for what can be no message's date."""
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return moment if _EARLIEST <= moment <= _LATEST else None


def in_zone_of(moment: datetime, local: datetime) -> datetime:
    """`moment` in the zone in which clocks showed `local`, where such a zone is possible."""
    shift = timedelta(minutes=15 * round((local - moment.replace(tzinfo=None)) / timedelta(minutes=15)))
    return moment.astimezone(timezone(shift)) if abs(shift) <= timedelta(hours=15) else moment


def one_line(text: str) -> str:
    return " ".join(sanitise(text).split())


def name_from(path: Path) -> str:
    """A chat's name from its file's, or from its folder's where all exports have the same file name."""
    stem = _COPY.sub("", path.stem)
    generic = stem.lower() in ("_chat", "chat", "result", "data", "main", "messages") or re.fullmatch(
        r"message_\d+", stem
    )
    return path.parent.name if generic else stem


def _moment(date: datetime, zone: tzinfo | None) -> float | None:
    try:
        return (date.replace(tzinfo=zone) if date.tzinfo is None and zone else date).timestamp()
    except (OverflowError, OSError, ValueError):
        return None
