"""The whole job on real processes: the extractor, the database, and llama.cpp on a model that the tests made."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from app.desk import LocalDesk
from app.folder_summary.events import DigestReady, Event, FilesRead, FileSummarised, Finished, Notice, TextWritten
from app.folder_summary.report import CitedSentence, FileReport, Report
from app.locations import locations
from app.summary_options import SummaryOptions
from tests.models import make_tiny_llama
from tests.summary.papers import LEASE, make_papers
from tools.desk_db import DeskDatabase


@pytest.fixture
def papers(tmp_path):
    return make_papers(tmp_path / "papers")


async def summarise(folder: Path, *, model: Path | None = None, **options) -> tuple[Report, list[Event]]:
    desk = LocalDesk.open(locations(), model=str(model) if model else None, use_model=model is not None)
    try:
        events = [event async for event in desk.summarise([folder], SummaryOptions(**options))]
    finally:
        await desk.close()
    finished = events[-1]
    assert isinstance(finished, Finished)
    return finished.report, events


def without_stats(report: Report) -> dict:
    return report.model_dump(exclude={"stats"})


def assert_verbatim(report: Report, texts: dict[str, str]) -> int:
    cited = 0
    for sentence in [*report.summary, *(said for row in report.files for said in row.summary)]:
        for citation in sentence.citations:
            assert texts[citation.path][citation.start : citation.end] == citation.quote
            cited += 1
    return cited


def texts_of(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.[tm][xd]*")}


async def test_levels_of_subfolders_are_chosen_and_what_lies_deeper_stays_known(desk_home, tmp_path):
    folder = tmp_path / "case"
    for path in ("a.txt", "one/b.txt", "one/two/c.txt"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("The deposit comes back within thirty days.")
    await summarise(folder, use_model=False)
    (folder / "a.txt").unlink()
    report, _ = await summarise(folder, use_model=False, levels=1)
    rows = {row.path: (row.status, row.reason) for row in report.files}
    assert rows == {"one/b.txt": ("done", ""), "one/two/": ("skipped", "is more than 1 folder deep")}
    with DeskDatabase.open(locations().database) as db:
        assert set(db.files.known(str(folder))) == {"one/b.txt", "one/two/c.txt"}


async def test_without_a_model_every_file_has_its_row_and_every_sentence_its_source(desk_home, papers):
    report, events = await summarise(papers, use_model=False)
    rows = {row.path: row for row in report.files}
    assert {path: row.status for path, row in rows.items()} == {
        "lease.txt": "done",
        "letters/heating.md": "done",
        "minutes.txt": "done",
        "photo.jpg": "skipped",
    }
    assert rows["photo.jpg"].reason
    assert report.coverage.sentence() == "3 of 4 files in full, 1 skipped"
    assert report.coverage.passages_read == report.coverage.passages > 0
    assert assert_verbatim(report, texts_of(papers)) > 3
    assert all(sentence.supported and sentence.citations for sentence in report.summary)
    assert any(isinstance(event, DigestReady) for event in events)
    assert report.model is None


async def test_a_row_that_was_sent_is_not_changed_any_more(desk_home, papers, tiny_model):
    desk = LocalDesk.open(locations(), model=str(tiny_model))
    sent: list[tuple[FileReport, FileReport]] = []
    try:
        async for event in desk.summarise([papers], SummaryOptions()):
            rows = (
                event.rows if isinstance(event, FilesRead) else [event.row] if isinstance(event, FileSummarised) else []
            )
            sent += [(row, row.model_copy(deep=True)) for row in rows]
    finally:
        await desk.close()
    assert len(sent) > 8
    assert all(row == as_it_was for row, as_it_was in sent)


async def test_with_a_model_it_ends_and_what_is_cited_is_verbatim(desk_home, papers, tiny_model):
    report, events = await summarise(papers, model=tiny_model)
    assert report.stats.generated > 0
    assert report.stats.reused == 0
    assert report.model
    assert not report.notices
    assert_verbatim(report, texts_of(papers))
    assert any(isinstance(event, TextWritten) and event.text for event in events)


async def test_a_second_run_writes_nothing_and_starts_no_engine(desk_home, papers, tiny_model):
    first, _ = await summarise(papers, model=tiny_model)
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    second, _ = await summarise(papers, model=tiny_model)
    assert (second.stats.generated, second.stats.reused) == (0, first.stats.generated)
    assert without_stats(second) == without_stats(first)
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before


async def test_a_changed_file_costs_only_itself(desk_home, papers, tiny_model):
    first, _ = await summarise(papers, model=tiny_model)
    (papers / "lease.txt").write_text(LEASE + "\nPets are allowed.\n")
    second, _ = await summarise(papers, model=tiny_model)
    # The lease and, as it depends on every file, the folder.
    assert second.stats.generated == 2
    assert second.stats.reused == first.stats.generated - 2


async def test_a_copy_of_a_file_is_summarised_with_it_and_counted_once(desk_home, papers, tiny_model):
    first, _ = await summarise(papers, model=tiny_model)
    (papers / "minutes copy.txt").write_bytes((papers / "minutes.txt").read_bytes())
    second, _ = await summarise(papers, model=tiny_model)
    rows = {row.path: row for row in second.files}
    assert rows["minutes copy.txt"].title == rows["minutes.txt"].title
    assert second.stats.generated <= 2  # the copy's title may be its name; the folder's summary names it
    assert second.stats.reused >= first.stats.generated - 1


async def test_a_file_that_is_ignored_from_now_on_is_neither_read_nor_quoted(desk_home, papers):
    await summarise(papers, use_model=False)
    (papers / ".llamadeskignore").write_text("minutes.txt\n")
    report, _ = await summarise(papers, use_model=False)
    rows = {row.path: row.status for row in report.files}
    assert rows["minutes.txt"] == "skipped"
    cited = {citation.path for sentence in report.summary for citation in sentence.citations}
    assert "minutes.txt" not in cited


async def test_fresh_writes_everything_anew_and_the_same(desk_home, papers, tiny_model):
    first, _ = await summarise(papers, model=tiny_model)
    second, _ = await summarise(papers, model=tiny_model, fresh=True)
    assert (second.stats.generated, second.stats.reused) == (first.stats.generated, 0)
    assert without_stats(second) == without_stats(first)


async def test_quick_reads_less_and_says_so(desk_home, tmp_path, tiny_model):
    folder = make_papers(tmp_path / "long", copies=1)
    full, _ = await summarise(folder, model=tiny_model)
    quick, _ = await summarise(folder, model=tiny_model, depth="quick")
    row = next(row for row in quick.files if row.path == "report-00.txt")
    assert (row.status, "quick" in row.reason) == ("partial", True)
    assert 0 < row.passages_read < row.passages
    assert quick.stats.prompt_tokens < full.stats.prompt_tokens


async def test_closing_it_half_way_keeps_what_is_done_and_the_next_run_goes_on(
    desk_home, tmp_path, tiny_model, monkeypatch
):
    folder = make_papers(tmp_path / "many", copies=4)
    whole, _ = await summarise(folder, model=tiny_model, fresh=True)
    monkeypatch.setenv("LLAMA_DESK_HOME", str(tmp_path / "second home"))
    await stop_after(folder, tiny_model, files=3)
    rest, _ = await summarise(folder, model=tiny_model)
    assert rest.stats.reused > 0
    assert rest.stats.reused + rest.stats.generated == whole.stats.generated
    assert without_stats(rest) == without_stats(whole)


async def stop_after(folder: Path, model: Path, files: int) -> None:
    desk = LocalDesk.open(locations(), model=str(model))
    try:
        async with contextlib.aclosing(desk.summarise([folder], SummaryOptions())) as events:
            async for event in events:
                files -= isinstance(event, FileSummarised)
                if not files:
                    return
    finally:
        await desk.close()


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a POSIX signal")
async def test_the_run_ends_well_when_the_engine_is_killed_half_way(desk_home, tmp_path, tiny_model):
    folder = make_papers(tmp_path / "many", copies=3)
    whole, _ = await summarise(folder, model=tiny_model)
    desk = LocalDesk.open(locations(), model=str(tiny_model))
    killed = False
    told: list[str] = []
    try:
        async for event in desk.summarise([folder], SummaryOptions(fresh=True)):
            if isinstance(event, Notice):
                told.append(event.text)
            if isinstance(event, TextWritten) and event.text and not killed:
                kill(engines())
                killed = True
            if isinstance(event, Finished):
                assert without_stats(event.report) == without_stats(whole)
                assert event.report.stats.generated == whole.stats.generated
    finally:
        await desk.close()
    assert killed
    assert len(told) == 1
    assert "engine" in told[0]


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a POSIX signal")
async def test_a_model_that_keeps_dying_is_named_and_the_digest_stands(desk_home, tmp_path, tiny_model):
    folder = make_papers(tmp_path / "many", copies=3)
    desk = LocalDesk.open(locations(), model=str(tiny_model))
    notices: list[str] = []
    report = Report()
    try:
        async for event in desk.summarise([folder], SummaryOptions()):
            if isinstance(event, TextWritten) and event.text:
                kill(engines())
            if isinstance(event, Notice):
                notices.append(event.text)
            if isinstance(event, Finished):
                report = event.report
    finally:
        await desk.close()
    assert any(tiny_model.name in text for text in notices)
    assert all(row.summary for row in report.files if row.status == "done")
    assert report.notices
    assert any("the model stopped before it" in row.reason for row in report.files)
    assert report.coverage.partial


def engines() -> Sequence[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if is_engine(child)]


def is_engine(process: psutil.Process) -> bool:
    try:
        return "--role=engine" in process.cmdline()
    except psutil.Error:  # it has ended meanwhile
        return False


def kill(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        process.send_signal(signal.SIGKILL)


async def test_a_model_with_too_little_room_leaves_the_digest_and_says_so(desk_home, papers, tmp_path):
    small = make_tiny_llama(tmp_path / "small.gguf", n_ctx=128)
    report, _ = await summarise(papers, model=small)
    assert report.summary
    assert ["128 tokens is too small" in notice for notice in report.notices] == [True]


async def test_a_folder_with_nothing_to_read_says_so(desk_home, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    report, _ = await summarise(folder, use_model=False)
    assert report.files == []
    assert report.summary == list[CitedSentence]()
