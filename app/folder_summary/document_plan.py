"""What of each document is sent to the model, and in which pieces; kept, so that a second run needs no engine."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from app.database_thread import DatabaseThread
from app.engine_session import EngineSession
from app.folder_summary import prompts
from app.folder_summary.language import language_of
from app.folder_summary.planning import Budget, Unit, budget_for, chunk, within
from app.folder_summary.reading import FoundFile
from app.folder_summary.units import measure
from app.summary_options import Reading
from tools.passages import Document

INSTRUCTIONS = f"instructions {prompts.PROMPT_VERSION}"
"""Stands in place of a content hash where the size of the instructions is kept."""


class DocumentPlan(BaseModel):
    """A document's units and language, as one model counts and one context limits them."""

    language: str
    units: list[Unit]

    def chunks(self, budget: int, reading: Reading, key_spans: Sequence[tuple[int, int]]) -> list[list[Unit]]:
        """The units of each request: all of them; or in one request those of the key sentences, or just these."""
        if reading == "sentences":
            sentences = sorted(
                (_sentence(unit, span) for span in key_spans for unit in self.units if _overlap(unit, span)),
                key=lambda unit: unit.start,
            )
            return [within(sentences, budget)] if sentences else []
        if reading == "quick":
            first = self.units[:1]
            key_units = [unit for span in key_spans for unit in self.units if _overlap(unit, span)]
            chosen = within(list(dict.fromkeys([*key_units, *first])), budget)
            return [sorted(chosen, key=lambda unit: unit.start)] if chosen else []
        return chunk(self.units, budget)


class Planner:
    """Plans documents for one model."""

    def __init__(self, session: EngineSession, database: DatabaseThread, *, fresh: bool) -> None:
        self._fresh = fresh
        self._session = session
        self._database = database

    async def budget(self) -> Budget:
        """What one request may hold beside its instructions and the longest title.

        Raises DeskError when the model's context is too small.
        """
        key = self._session.fingerprint
        stored = await self._database.run(lambda db: db.plans.get(INSTRUCTIONS, key))
        overhead = int(stored) if stored else await self._count_instructions()
        if not stored:
            await self._database.run(lambda db: db.plans.put(INSTRUCTIONS, key, str(overhead)))
        return budget_for(self._session.n_ctx, overhead + self.title_limit)

    @property
    def title_limit(self) -> int:
        """The most tokens of a title: no tokeniser takes more than one for a byte."""
        return min(80, self._session.n_ctx // 32)

    async def plan(self, file: FoundFile, budget: Budget) -> DocumentPlan:
        key = f"{self._session.fingerprint} {budget.input}"
        stored = await self._database.run(lambda db: db.plans.get(file.content_hash, key))
        if stored and not self._fresh:
            return DocumentPlan.model_validate_json(stored)
        document = await self._database.run(lambda db: db.documents.get(file.content_hash))
        if document is None:
            return DocumentPlan(language=prompts.ANY_LANGUAGE, units=[])
        plan = await self._make(document, budget)
        await self._database.run(lambda db: db.plans.put(file.content_hash, key, plan.model_dump_json()))
        return plan

    async def _make(self, document: Document, budget: Budget) -> DocumentPlan:
        language = await self._database.run(lambda _: language_of(document.text))
        units = await measure(document, budget.input, self._session.count_tokens)
        return DocumentPlan(language=language, units=units)

    async def _count_instructions(self) -> int:
        client = await self._session.client()
        longest = max(
            (
                prompts.summarise_text("", "", prompts.ANY_LANGUAGE),
                prompts.combine_parts("", [""], prompts.ANY_LANGUAGE),
                prompts.combine_files([""], prompts.ANY_LANGUAGE),
            ),
            key=lambda turns: len(turns[-1].content),
        )
        return await client.count_turns(longest)


def _sentence(unit: Unit, span: tuple[int, int]) -> Unit:
    """The part of the unit that is in the span, and about how many of its tokens that takes, rather too many."""
    start, end = max(unit.start, span[0]), min(unit.end, span[1])
    return Unit(start, end, min(unit.tokens, 2 + 2 * unit.tokens * (end - start) // (unit.end - unit.start)))


def _overlap(unit: Unit, span: tuple[int, int]) -> bool:
    return unit.start < span[1] and span[0] < unit.end


def shortened(name: str, limit: int) -> str:
    """The name's first characters, as many as fit `limit` bytes of UTF-8."""
    return " ".join(name.split()).encode()[:limit].decode(errors="ignore")
