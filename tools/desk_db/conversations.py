"""Conversations: the turns of each as a tree, of which the path to one leaf is what is shown."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from tools.desk_db.connections import Connections, stored_path
from tools.desk_db.conversation_records import Conversation, NewTurn, NoSuchConversation, Siblings, Summary, Turn
from tools.desk_db.index_text import index_text
from tools.desk_db.sqlite import Database
from tools.sanitise import sanitise

LONGEST_TITLE = 60
"""Characters of the first question that become a title."""


class Conversations:
    """A turn is on the disk when `append` returns, and is never changed: an edited question is another turn beside it.

    What does not exist raises `NoSuchConversation`.
    """

    def __init__(self, connections: Connections, clock: Callable[[], float] = time.time) -> None:
        self._connections = connections
        self._clock = clock

    def start(self, *, title: str = "", persona: str = "", instructions: str = "", model: str = "") -> Conversation:
        """Begin a conversation; without a `title` its first question becomes one."""
        now = self._clock()
        with self._connections.transaction() as database:
            row = database.conn.execute(
                "INSERT INTO conversations (title, persona, instructions, model, created_at, changed_at)"
                " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
                (one_line(title), one_line(persona), sanitise(instructions), one_line(model), now, now),
            ).fetchone()
            return self.get(row[0])

    def get(self, conversation_id: int) -> Conversation:
        rows = self._connections.rows(f"{_SELECT_CONVERSATIONS} WHERE conversations.id = ?", (conversation_id,))
        if not rows:
            raise NoSuchConversation(
                f"There is no conversation {conversation_id}.",
                hint="`llama-desk chats list` shows those that there are.",
            )
        return Conversation(*rows[0])

    def latest(self, limit: int = 50, *, before: Conversation | None = None) -> list[Conversation]:
        """The conversations in which something was said last, newest first; `before` gives the page that follows it."""
        where, key = ("", ()) if before is None else ("WHERE (changed_at, id) < (?, ?)", (before.changed_at, before.id))
        rows = self._connections.rows(
            f"{_SELECT_CONVERSATIONS} {where} ORDER BY changed_at DESC, id DESC LIMIT ?", (*key, limit)
        )
        return [Conversation(*row) for row in rows]

    def append(self, conversation_id: int, said: NewTurn, parent: int | None) -> Turn:
        """Put a turn under `parent` (None: as a first one) and let the conversation stand there."""
        with self._connections.transaction() as database:
            conversation = self.get(conversation_id)
            if parent is not None and self.turn(parent).conversation_id != conversation_id:
                raise NoSuchConversation(f"The turn {parent} is not one of conversation {conversation_id}.")
            now = self._clock()
            turn_id = _insert(database, conversation_id, said, parent, now)
            title = conversation.title or (title_from(said.text) if said.role == "user" else "")
            database.conn.execute(
                "UPDATE conversations SET leaf_id = ?, changed_at = ?, title = ? WHERE id = ?",
                (turn_id, now, title, conversation_id),
            )
            return self.turn(turn_id)

    def turn(self, turn_id: int) -> Turn:
        turns = self._turns("id = ?", turn_id)
        if not turns:
            raise NoSuchConversation(f"There is no turn {turn_id}.", hint="It may have been removed.")
        return turns[0]

    def turns(self, conversation_id: int) -> list[Turn]:
        """All turns of all branches, parents before what follows them."""
        return self._turns("conversation_id = ?", conversation_id)

    def path(self, leaf_id: int | None) -> list[Turn]:
        """The turns from the first one down to `leaf_id`; none for None."""
        return self._turns(f"id IN ({_UPWARDS} SELECT id FROM line)", leaf_id)  # noqa: S608

    def siblings(self, turn_id: int) -> Siblings:
        """The turns under the same parent as this one: what was said in its place."""
        turn = self.turn(turn_id)
        rows = self._connections.rows(
            "SELECT id FROM conversation_turns WHERE conversation_id = ? AND parent_id IS ? ORDER BY id",
            (turn.conversation_id, turn.parent_id),
        )
        ids = tuple(row[0] for row in rows)
        return Siblings(ids, ids.index(turn_id) + 1)

    def go_to(self, turn_id: int) -> Conversation:
        """Let the conversation stand on the branch of this turn: at the newest turn that came of it."""
        with self._connections.transaction() as database:
            conversation_id = self.turn(turn_id).conversation_id
            database.conn.execute(
                f"UPDATE conversations SET leaf_id = ({_DOWNWARDS} SELECT max(id) FROM line) WHERE id = ?2",  # noqa: S608
                (turn_id, conversation_id),
            )
            return self.get(conversation_id)

    def rename(self, conversation_id: int, title: str) -> Conversation:
        """Give a title; an empty one gives the beginning of the first question back."""
        with self._connections.transaction() as database:
            self.get(conversation_id)
            firsts = self._turns("conversation_id = ? AND role = 'user'", conversation_id, order="id LIMIT 1")
            wanted = one_line(title) or next((title_from(turn.text) for turn in firsts), "")
            database.conn.execute("UPDATE conversations SET title = ? WHERE id = ?", (wanted, conversation_id))
            return self.get(conversation_id)

    def remove(self, conversation_id: int) -> None:
        """Forget a conversation: its words stay nowhere in the database's files, the index included."""
        with self._connections.transaction() as database:
            self.get(conversation_id)
            database.conn.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))
            # Until its segments are merged the index keeps the words of rows that are gone.
            database.conn.execute("INSERT INTO conversation_turns_fts (conversation_turns_fts) VALUES ('optimize')")
        self._connections.checkpoint()

    def blank(self, turn_ids: Iterable[int], text: str) -> None:
        """Let turns say `text` and nothing else, in their places; what they said stays nowhere in the database.

        The one change that a turn can meet: what it rested on was forgotten.
        """
        ids = json.dumps(list(turn_ids))
        with self._connections.transaction() as database:
            for statement in _BLANK:
                database.conn.execute(statement, {"ids": ids, "text": text})

    def forget_folders(self, turn_ids: Iterable[int]) -> None:
        """Drop the names of the folders that turns were about."""
        self._connections.write(
            "UPDATE conversation_turns SET folder = '' WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(turn_ids)),),
        )

    def drop_summaries(self, turn_ids: Iterable[int]) -> None:
        """Drop the summaries that end at these turns."""
        self._connections.write(
            "DELETE FROM conversation_summaries WHERE turn_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(turn_ids)),),
        )

    def keep_summary(self, summary: Summary) -> None:
        """Keep what was said up to a turn in short, in place of an earlier summary up to there."""
        with self._connections.transaction() as database:
            self.turn(summary.turn_id)
            database.conn.execute(
                "INSERT OR REPLACE INTO conversation_summaries (turn_id, text) VALUES (?, ?)",
                (summary.turn_id, sanitise(summary.text)),
            )

    def summaries(self, turn_ids: Iterable[int]) -> list[Summary]:
        """The summaries that end at these turns, in the turns' order."""
        rows = self._connections.rows(
            "SELECT turn_id, text FROM conversation_summaries"
            " WHERE turn_id IN (SELECT value FROM json_each(?)) ORDER BY turn_id",
            (json.dumps(list(turn_ids)),),
        )
        return [Summary(*row) for row in rows]

    def _turns(self, where: str, *parameters: Any, order: str = "id") -> list[Turn]:
        rows = self._connections.rows(
            f"SELECT {_COLUMNS} FROM conversation_turns WHERE {where} ORDER BY {order}",  # noqa: S608
            parameters,
        )
        return [_turn(row) for row in rows]


def title_from(text: str) -> str:
    """The beginning of a text as a title."""
    line = one_line(text)
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"


def one_line(text: str) -> str:
    return " ".join(sanitise(text).split())


_SELECT_CONVERSATIONS = """
    SELECT id, title, persona, instructions, model, created_at, changed_at, leaf_id,
        (SELECT count(*) FROM conversation_turns WHERE conversation_id = conversations.id)
    FROM conversations
"""
_BLANK = (
    "INSERT INTO conversation_turns_fts (conversation_turns_fts, rowid, text)"
    " SELECT 'delete', id, coalesce(indexed, text) FROM conversation_turns"
    " WHERE id IN (SELECT value FROM json_each(:ids))",
    "UPDATE conversation_turns SET text = :text, indexed = NULL, calls = '[]', sentences = '[]', folder = '',"
    " tokens = 0 WHERE id IN (SELECT value FROM json_each(:ids))",
    "INSERT INTO conversation_turns_fts (rowid, text) SELECT id, text FROM conversation_turns"
    " WHERE id IN (SELECT value FROM json_each(:ids))",
)
_COLUMNS = "id, conversation_id, parent_id, role, text, calls, sentences, folder, model, tokens, stopped, created_at"
# A turn's number is larger than its parent's: the order of numbers is that of the path.
_UPWARDS = """
    WITH RECURSIVE line (id, parent_id) AS (
        SELECT id, parent_id FROM conversation_turns WHERE id = ?1
        UNION ALL
        SELECT above.id, above.parent_id FROM line JOIN conversation_turns AS above ON above.id = line.parent_id
    )
"""
_DOWNWARDS = """
    WITH RECURSIVE line (id) AS (
        VALUES (?1)
        UNION ALL
        SELECT below.id FROM line JOIN conversation_turns AS below
        ON below.conversation_id = ?2 AND below.parent_id = line.id
    )
"""


def _insert(database: Database, conversation_id: int, said: NewTurn, parent: int | None, now: float) -> int:
    text = sanitise(said.text)
    indexed = index_text(text)
    row = (
        conversation_id,
        parent,
        said.role,
        text,
        None if indexed == text else indexed,
        json.dumps(said.calls),
        json.dumps(said.sentences),
        stored_path(said.folder),
        one_line(said.model),
        said.tokens,
        int(said.stopped),
        now,
    )
    turn_id: int = database.conn.execute(
        "INSERT INTO conversation_turns (conversation_id, parent_id, role, text, indexed, calls, sentences, folder,"
        " model, tokens, stopped, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?, ?, ?, ?) RETURNING id",
        row,
    ).fetchone()[0]
    return turn_id


def _turn(row: tuple[Any, ...]) -> Turn:
    turn_id, conversation_id, parent_id, role, text, calls, sentences, folder, model, tokens, stopped, created = row
    said = NewTurn(
        role, text, tuple(json.loads(calls)), tuple(json.loads(sentences)), folder, model, tokens, bool(stopped)
    )
    return Turn(turn_id, conversation_id, parent_id, said, created)
