"""The texts that the model writes, each stored the moment it is whole and never written twice."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from typing import Protocol

from app.database_thread import DatabaseThread
from app.engine_session import EngineSession
from app.folder_summary.prompts import PROMPT_VERSION
from app.folder_summary.report import Stats
from runtime.client import Restarted
from runtime.protocol import Delta, Turn, Usage
from tools.desk_db import Piece
from tools.sanitise import sanitise


class Listener(Protocol):
    """Hears of a piece while it is written."""

    def wrote(self, text: str) -> None:
        """A little more of it."""

    def began_again(self, why: str) -> None:
        """What was written before is void, for a reason that the user should read."""


@dataclass(frozen=True, slots=True)
class PieceRequest:
    """One text to be written: `kind` is "part", "file" or "folder", `content_hash` the file's or the inputs'."""

    kind: str
    content_hash: str
    turns: tuple[Turn, ...]
    max_tokens: int
    words_of: str | None = None
    """The text that all words have to be taken from, if there is such a rule."""

    def key(self, fingerprint: str) -> str:
        """The hash of everything that the text depends on."""
        prompt = [(turn.role, turn.content) for turn in self.turns]
        parts = [self.kind, self.content_hash, fingerprint, PROMPT_VERSION, self.max_tokens, prompt]
        if self.words_of is not None:
            parts.append("copied")
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


class PieceWriter:
    """Writes pieces with one model, or takes them from the database; counts both in `stats`."""

    def __init__(self, session: EngineSession, database: DatabaseThread, stats: Stats, *, fresh: bool) -> None:
        self._session = session
        self._database = database
        self._stats = stats
        self._fresh = fresh
        self._seen: set[str] = set()

    async def write(self, request: PieceRequest, listener: Listener) -> Piece:
        """The piece for `request`. Greedy, so that the same request gives the same text."""
        key = request.key(self._session.fingerprint)
        stored = await self._database.run(lambda db: db.pieces.get(key))
        if stored is not None and (key in self._seen or not self._fresh):
            # Equal texts within one run are one piece: it is counted once.
            self._stats.reused += key not in self._seen
            self._seen.add(key)
            return stored
        piece = await self._generate(key, request, listener)
        await self._database.run(lambda db: db.pieces.put(piece))
        self._seen.add(key)
        self._stats.generated += 1
        self._stats.prompt_tokens += piece.prompt_tokens
        self._stats.tokens += piece.tokens
        return piece

    async def _generate(self, key: str, request: PieceRequest, listener: Listener) -> Piece:
        client = await self._session.client()
        text = ""
        prompt_tokens = tokens = 0
        events = client.generate(
            turns=request.turns, max_tokens=request.max_tokens, words_of=request.words_of, priority="background"
        )
        async with contextlib.aclosing(events):
            async for event in events:
                match event:
                    case Delta():
                        part = sanitise(event.text)
                        text += part
                        listener.wrote(part)
                    case Restarted():
                        text = ""
                        listener.began_again(event.message)
                    case Usage():
                        prompt_tokens, tokens = event.prompt_tokens, event.tokens
                    case _:
                        pass
        return Piece(
            key=key,
            kind=request.kind,
            content_hash=request.content_hash,
            model=self._session.fingerprint,
            prompt_version=PROMPT_VERSION,
            output=text.strip(),
            prompt_tokens=prompt_tokens,
            tokens=tokens,
        )
