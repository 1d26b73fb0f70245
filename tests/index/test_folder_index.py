"""Indexed folders: read once, remembered, kept fresh, searched by meaning, and forgotten without a trace."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from app.conversation.events import Answered, AnswerNotice, PassagesFound
from app.conversation.prompts import NOT_THERE
from app.desk import LocalDesk
from app.errors import DeskError
from app.file_index.folder_index import Refreshed, folder_to_index, indexed_folder
from app.file_index.instructions import instructions_for
from app.file_index.watch import FolderWatch, look
from app.locations import Locations, locations
from app.summary_options import SummaryOptions
from runtime.errors import RuntimeProblem
from tests.embedding_models import make_embedder
from tests.summary.papers import make_papers
from tools.folder_walk import walk


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    return make_papers(tmp_path / "papers").resolve()


@pytest.fixture
async def desk(desk_home: Path) -> AsyncIterator[LocalDesk]:
    opened = LocalDesk.open(locations(), use_model=False)
    yield opened
    await opened.close()


@pytest.fixture
async def desk_with_vectors(desk_home: Path) -> AsyncIterator[LocalDesk]:
    make_embedder(locations().make().models / "bert.gguf")
    opened = LocalDesk.open(locations(), use_model=False)
    yield opened
    await opened.close()


async def ended(steps: Any) -> Refreshed:
    async with aclosing(steps):
        return [step async for step in steps][-1]


async def vectors_made(desk: LocalDesk) -> int:
    return max([step.done async for step in desk.index.make_vectors()], default=0)


async def paths(desk: LocalDesk, words: str, folder: Path | None = None) -> list[str]:
    return [Path(hit.path).name for hit in await desk.search(words, folder, limit=10)]


async def test_only_what_was_read_is_counted(desk, papers):
    (papers / "empty.txt").touch()
    (papers / "model.gguf").write_bytes(b"GGUF")
    first = await ended(desk.index.add(papers))
    [kept] = await desk.index.kept()
    assert first.added == kept.folder.files == 3
    again = await ended(desk.index.refresh(papers))
    assert (again.added, again.unchanged, again.removed) == (0, 3, 0)


async def test_a_folder_is_read_once_and_then_what_changed(desk, papers):
    first = await ended(desk.index.add(papers))
    assert (first.added, first.changed, first.unchanged, first.removed) == (3, 0, 0, 0)
    again = await ended(desk.index.refresh(papers))
    assert (again.added, again.changed, again.unchanged, again.removed) == (0, 0, 3, 0)
    (papers / "minutes.txt").write_text("The budget for the garden was approved by all members of the house.")
    (papers / "lease.txt").unlink()
    (papers / "new.txt").write_text("A new bench stands in the garden since the third of October.")
    third = await ended(desk.index.refresh(papers))
    assert (third.added, third.changed, third.unchanged, third.removed) == (1, 1, 1, 1)
    assert await paths(desk, "deposit") == []
    assert set(await paths(desk, "garden")) == {"minutes.txt", "new.txt"}


async def test_what_a_summary_has_read_is_not_read_again(desk, papers, monkeypatch):
    async for _ in desk.summarise([papers / "letters"], SummaryOptions(use_model=False)):
        pass
    read: list[str] = []
    extract_many = desk.index._extractor.extract_many
    monkeypatch.setattr(
        desk.index._extractor, "extract_many", lambda root, names: extract_many(root, read.extend(names) or list(names))
    )
    refreshed = await ended(desk.index.add(papers))
    assert refreshed.added == 3
    assert sorted(read) == ["lease.txt", "minutes.txt"]
    assert await paths(desk, "heating", papers / "letters") == ["heating.md"]


async def test_a_file_that_was_only_touched_keeps_its_passages(desk, papers):
    await ended(desk.index.add(papers))
    before = await desk._database.run(lambda db: db.rows("SELECT id, text FROM passages ORDER BY id"))
    os.utime(papers / "lease.txt", ns=(1, 1))
    assert (await ended(desk.index.refresh(papers))).unchanged == 3
    assert await desk._database.run(lambda db: db.rows("SELECT id, text FROM passages ORDER BY id")) == before


async def test_a_folder_that_is_removed_leaves_nothing_behind(desk_with_vectors, papers, tmp_path):
    desk = desk_with_vectors
    other = tmp_path.resolve() / "other"
    other.mkdir()
    (other / "lease.txt").write_text((papers / "lease.txt").read_text())
    async for _ in desk.summarise([papers / "letters"], SummaryOptions(use_model=False)):
        pass
    await ended(desk.index.add(papers))
    await ended(desk.index.add(other))
    assert await vectors_made(desk) > 0
    await desk.index.remove(papers)
    assert [kept.folder.root for kept in await desk.index.kept()] == [str(other)]
    assert await paths(desk, "heating") == ["lease.txt"]  # the nearest of what is left
    assert await paths(desk, "deposit") == ["lease.txt"]
    left = await desk._database.run(lambda db: db.rows("SELECT count(*), count(DISTINCT text_hash) FROM passages"))
    assert await desk._database.run(lambda db: db.rows("SELECT count(*) FROM vectors")) == [left[0][1:]]
    await desk.index.remove(other)
    for table in ("files", "documents", "passages", "vectors", "indexed_folders"):
        assert await desk._database.run(lambda db, table=table: db.rows(f"SELECT * FROM {table}")) == []
    assert not any(b"Brandt" in file.read_bytes() for file in locations().home.glob("desk.sqlite*"))
    with pytest.raises(DeskError, match="not in the index"):
        await desk.index.remove(papers)


async def test_a_folder_around_an_indexed_one_does_not_take_it_along(desk, papers):
    await ended(desk.index.add(papers))
    await ended(desk.index.add(papers / "letters"))
    await desk.index.remove(papers)
    assert await paths(desk, "heating") == ["heating.md"]


async def test_the_list_says_what_could_not_be_read(desk, papers):
    (papers / "broken.docx").write_bytes(b"PK\x03\x04 no archive")
    refreshed = await ended(desk.index.add(papers))
    assert [problem.path for problem in refreshed.problems] == ["broken.docx"]
    [kept] = await desk.index.kept()
    assert kept.problems == refreshed.problems
    assert (kept.folder.files, kept.vectors) == (3, 0)
    assert kept.folder.passages >= 3
    assert kept.folder.refreshed_at


async def test_stopping_keeps_what_is_done_and_the_next_run_goes_on(desk, tmp_path):
    folder = make_papers(tmp_path / "many", copies=60).resolve()
    steps = desk.index.add(folder)
    async for step in steps:
        if getattr(step, "phase", "") == "reading" and step.done > 1:
            break
    await steps.aclose()
    [kept] = await desk.index.kept()
    assert kept.folder.refreshed_at is None
    assert 0 < kept.folder.files <= 63  # a slow machine commits all of them together
    refreshed = await ended(desk.index.refresh(folder))
    assert refreshed.unchanged == kept.folder.files
    assert refreshed.added + refreshed.unchanged == 63


def test_what_is_no_folder_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file.txt").write_text("text")
    with pytest.raises(DeskError, match="does not exist"):
        folder_to_index(tmp_path / "absent")
    with pytest.raises(DeskError, match="is a file"):
        folder_to_index(tmp_path / "file.txt")
    with pytest.raises(DeskError, match="is not there") as caught:
        indexed_folder(tmp_path / "absent")
    assert "index remove" in caught.value.hint


async def test_a_folder_that_is_gone_keeps_what_was_read(desk, papers):
    await ended(desk.index.add(papers))
    papers.rename(papers.with_name("elsewhere"))
    with pytest.raises(DeskError, match="is not there"):
        await ended(desk.index.refresh(papers))
    assert await paths(desk, "deposit") == ["lease.txt"]


async def test_words_that_no_file_has_find_what_means_the_same(desk_with_vectors, papers):
    desk = desk_with_vectors
    await ended(desk.index.add(papers))
    assert await paths(desk, "surety") == []  # no vectors yet
    assert await vectors_made(desk) == (await desk.index.kept())[0].folder.passages
    assert await vectors_made(desk) == 0
    assert (await paths(desk, "surety"))[0] == "lease.txt"
    assert (await paths(desk, "boiler"))[0] == "heating.md"
    assert (await paths(desk, "assembly"))[0] == "minutes.txt"
    assert (await paths(desk, "assembly", papers / "letters")) == ["heating.md"]
    [kept] = await desk.index.kept()
    assert kept.vectors == kept.folder.passages


async def test_a_question_is_answered_from_passages_that_mean_it(desk_with_vectors, papers):
    desk = desk_with_vectors
    await ended(desk.index.add(papers))
    await vectors_made(desk)
    events = [event async for event in desk.ask("Who paid the boiler of Brandt?", papers / "letters")]
    [found] = [event for event in events if isinstance(event, PassagesFound)]
    assert found.passages[0].path == "heating.md"
    answer = events[-1]
    assert isinstance(answer, Answered)
    opened = await desk.open_document(papers / "letters", "heating.md")
    for sentence in answer.sentences:
        for citation in sentence.citations:
            assert opened.text[citation.start : citation.end] == citation.quote


async def test_a_question_that_no_passage_answers_is_not_in_the_files(desk_with_vectors, papers):
    desk = desk_with_vectors
    await ended(desk.index.add(papers))
    await vectors_made(desk)
    events = [event async for event in desk.ask("Zebras?", papers)]
    assert AnswerNotice(NOT_THERE) in events
    assert events[-1] == Answered((), None)


async def test_a_model_that_breaks_leaves_the_search_by_words(desk_with_vectors, papers, monkeypatch):
    desk = desk_with_vectors
    await ended(desk.index.add(papers))
    await vectors_made(desk)

    async def broken(_: object) -> None:
        raise RuntimeProblem("The engine stopped.", hint="Try again.")

    monkeypatch.setattr(desk._vectors._embedder, "question", broken)
    assert await paths(desk, "deposit") == ["lease.txt"]


async def test_two_embedding_models_are_none_until_the_settings_name_one(desk_home, papers):
    places = locations().make()
    for name in ("a", "b"):
        make_embedder(places.models / f"{name}.gguf", seed=ord(name))
    assert await _model_of(places) is None
    places.settings.write_text('embedding_model = "b"')
    named = await _model_of(places)
    assert named is not None
    places.settings.write_text('embedding_model = "a"')
    assert await _model_of(places) not in (None, named)
    places.settings.write_text('embedding_model = "c"')
    with pytest.raises(DeskError, match="no model 'c'"):
        LocalDesk.open(places, use_model=False)


async def _model_of(places: Locations) -> str | None:
    desk = LocalDesk.open(places, use_model=False)
    try:
        return desk.index.vectors.model
    finally:
        await desk.close()


@pytest.mark.parametrize(
    ("file", "question"),
    [
        ("nomic-embed-text-v1.5.Q8_0", "search_query: "),
        ("multilingual-e5-small-f16", "query: "),
        ("bge-m3-Q4_K_M", ""),
        ("all-MiniLM-L6-v2", ""),
    ],
)
def test_a_question_begins_as_its_model_was_trained(file, question):
    assert instructions_for(file).question == question


async def test_the_watch_reads_what_changes_and_says_what_fails_once(desk_with_vectors, papers):
    desk = desk_with_vectors
    await ended(desk.index.add(papers))
    said: list[str] = []
    watch = FolderWatch(desk._database, desk.index, lambda: False, interval=0.05)

    async def follow() -> None:
        async for sentence in watch.run():
            said.append(sentence)  # noqa: PERF401 - seen while it goes on

    task = asyncio.create_task(follow())
    try:
        (papers / "note.txt").write_text("The automobile is parked behind the house since Tuesday.")
        await _until(lambda: desk.search("vehicle", None, limit=1), lambda hits: hits and hits[0].path == "note.txt")
        (papers / "note.txt").unlink()
        await _until(lambda: paths(desk, "automobile parked"), lambda found: "note.txt" not in found)
        papers.rename(papers.with_name("elsewhere"))
        await _until(lambda: asyncio.sleep(0, said), bool)
        await asyncio.sleep(0.3)
        assert [sentence.count("is not there") for sentence in said] == [1]
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until(ask: Any, holds: Any) -> None:
    async with asyncio.timeout(60):
        while not holds(await ask()):
            await asyncio.sleep(0.05)


async def test_the_watch_rests_while_a_person_waits(desk, papers):
    await ended(desk.index.add(papers))
    (papers / "note.txt").write_text("The automobile is parked behind the house since Tuesday.")
    watch = FolderWatch(desk._database, desk.index, lambda: True, interval=0.01)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), aclosing(watch.run()) as problems:
            await anext(problems)
    assert await paths(desk, "automobile") == []


async def test_a_look_opens_no_file_and_sees_every_difference(desk, papers):
    def differs(db: Any) -> bool:
        return any(look(db, papers))

    await ended(desk.index.add(papers))
    assert not await desk._database.run(differs)
    (papers / "new.txt").write_text("new")
    assert await desk._database.run(differs)
    (papers / "new.txt").unlink()
    assert not await desk._database.run(differs)
    (papers / "minutes.txt").unlink()
    assert await desk._database.run(differs)
    assert len(list(walk(papers))) == 3
