"""The inbox: messages of mail programs and chats, read from what those keep or export, found again by their words."""

from __future__ import annotations

from tools.inbox.heads import MessageHead
from tools.inbox.importing import Progress, TextOf, import_path
from tools.inbox.inbox import Inbox, Kept
from tools.inbox.matching import Found, Match
from tools.inbox.quoting import BodyParts
from tools.inbox.records import (
    ActionItem,
    Failure,
    FoundMessage,
    ImportReport,
    InboxProblem,
    ItemStatus,
    Message,
    Person,
    Thread,
)

__all__ = [
    "ActionItem",
    "BodyParts",
    "Failure",
    "Found",
    "FoundMessage",
    "ImportReport",
    "Inbox",
    "InboxProblem",
    "ItemStatus",
    "Kept",
    "Match",
    "Message",
    "MessageHead",
    "Person",
    "Progress",
    "TextOf",
    "Thread",
    "import_path",
]
