"""What can be forgotten, each with all that was derived from it; the same in the database and in a backup of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from app.forgetting.answers import Resting, about_folder, blank, resting, rests_on_folder, rests_on_messages
from tools.calendar.store import EventStore
from tools.desk_db import DeskDatabase, NoSuchConversation, Turn
from tools.folder_walk import base_folder
from tools.inbox import sources


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of each kind there is to be forgotten."""

    files: int = 0
    passages: int = 0
    messages: int = 0
    answers: int = 0
    conversations: int = 0
    effects: int = 0

    def __bool__(self) -> bool:
        return any((self.files, self.passages, self.messages, self.answers, self.conversations, self.effects))


class Target(Protocol):
    """Something to be forgotten.

    `in_backups` is False when a backup as a whole is what is to be forgotten: it shows how things were.
    """

    @property
    def in_backups(self) -> bool: ...

    def counts(self, db: DeskDatabase) -> Counts:
        """What there is of it in a database."""

    def forget(self, db: DeskDatabase) -> None:
        """Remove it; nothing happens where there is none of it."""


@dataclass(frozen=True, slots=True)
class FolderTarget:
    """A folder, or one file, by its whole path: passages, vectors, summaries, and answers that rest on them."""

    folder: Path
    in_backups: ClassVar[bool] = True

    def counts(self, db: DeskDatabase) -> Counts:
        files = self._files(db)
        hashes = {
            record.content_hash
            for root, paths in files.items()
            for path, record in db.files.known(root).items()
            if path in paths and record.content_hash
        }
        overviews = db.documents.overviews(hashes)
        return Counts(
            files=len({base_folder(Path(root)) / path for root, paths in files.items() for path in paths}),
            passages=sum(overview.passages for overview in overviews.values()),
            answers=len(resting(db, self._rests).answers),
        )

    def forget(self, db: DeskDatabase) -> None:
        files = self._files(db)
        with db.transaction():
            blank(db, resting(db, self._rests))
            named = [
                turn.id
                for (conversation_id,) in db.rows("SELECT id FROM conversations")
                for turn in db.conversations.turns(conversation_id)
                if about_folder(turn, self.folder)
            ]
            db.conversations.forget_folders(named)
            for root in db.indexed_folders.roots():
                if Path(root).is_relative_to(self.folder):
                    db.indexed_folders.remove(root)
            for root, paths in files.items():
                db.files.remove_many(root, paths)
        db.documents.remove_unused()
        if files:
            db.pieces.remove_unused()

    def kept_around(self, db: DeskDatabase) -> list[str]:
        """The indexed folders that hold this one: they stay, and would be read again."""
        return [
            root
            for root in db.indexed_folders.roots()
            if self.folder.is_relative_to(root) and self.folder != Path(root)
        ]

    def _files(self, db: DeskDatabase) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for root in db.files.roots():
            base = base_folder(Path(root))
            inside = {path for path in db.files.known(root) if (base / path).is_relative_to(self.folder)}
            if inside:
                found[root] = inside
        return found

    def _rests(self, turn: Turn) -> bool:
        return rests_on_folder(turn, self.folder)


@dataclass(frozen=True, slots=True)
class SourceTarget:
    """The messages that came from a file or a folder alone, their action items, and answers that rest on them."""

    path: Path
    in_backups: ClassVar[bool] = True

    def counts(self, db: DeskDatabase) -> Counts:
        messages = sources.only_from(db, self.path)
        return Counts(messages=len(messages), answers=len(_resting_on(db, messages).answers))

    def forget(self, db: DeskDatabase) -> None:
        with db.transaction():
            blank(db, _resting_on(db, sources.only_from(db, self.path)))
        sources.forget(db, self.path)


def _resting_on(db: DeskDatabase, messages: list[int]) -> Resting:
    ids = set(messages)
    return resting(db, lambda turn: rests_on_messages(turn, ids)) if ids else Resting()


@dataclass(frozen=True, slots=True)
class ChatTarget:
    """A conversation; after an older backup was restored its number may be another's, but not with its beginning."""

    conversation_id: int
    created_at: float
    in_backups: ClassVar[bool] = True

    def counts(self, db: DeskDatabase) -> Counts:
        try:
            conversation = db.conversations.get(self.conversation_id)
        except NoSuchConversation:
            return Counts()
        return Counts(conversations=int(conversation.created_at == self.created_at))

    def forget(self, db: DeskDatabase) -> None:
        if self.counts(db):
            db.conversations.remove(self.conversation_id)


@dataclass(frozen=True, slots=True)
class HistoryTarget:
    """How things were: what was done, what undo could bring back, what cancelled events said, and the backups."""

    in_backups: ClassVar[bool] = False

    def counts(self, db: DeskDatabase) -> Counts:
        return Counts(effects=db.journal.count())

    def forget(self, db: DeskDatabase) -> None:
        with db.transaction():
            db.journal.forget_all()
            EventStore(db).blank_cancelled()
