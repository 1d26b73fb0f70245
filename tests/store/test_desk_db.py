"""The desk database: what goes in comes out, at once, together, and under the right conditions only."""

from __future__ import annotations

import os
import stat
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.desk_db import DeskDatabase, FileRecord, ModelFile, Overview, Piece
from tools.passages import Document, Passage


def document(content_hash: str, *texts: str, title: str = "A title", note: str = "") -> Document:
    passages, start = [], 0
    for ordinal, text in enumerate(texts):
        passages.append(Passage(ordinal, f"page {ordinal + 1}", start, start + len(text), text))
        start += len(text)
    return Document(content_hash, "txt", title, tuple(passages), note)


def piece(key: str, output: str = "A summary.") -> Piece:
    return Piece(key, "passage", "hash", "model", "1", output, prompt_tokens=10, tokens=3)


@pytest.fixture
def db(tmp_path: Path):
    with DeskDatabase.open(tmp_path / "desk.db") as opened:
        yield opened


class TestDocuments:
    def test_come_back_as_they_were(self, db):
        saved = document("h1", "First. ", "Second.\n", title="Läse", note="only the first half")
        db.documents.save(saved)
        assert db.documents.get("h1") == saved
        assert db.documents.text("h1") == "First. Second.\n"
        assert db.documents.get("unknown") is None
        assert db.documents.text("unknown") is None

    def test_without_passages_are_stored_too(self, db):
        db.documents.save(document("empty"))
        assert db.documents.get("empty") == document("empty")

    def test_saved_again_are_replaced(self, db):
        db.documents.save(document("h1", "old words"))
        db.documents.save(document("h1", "new"))
        assert db.documents.text("h1") == "new"
        assert db.rows("SELECT count(*) FROM passages") == [(1,)]

    def test_of_another_extractor_are_not_there(self, tmp_path):
        with DeskDatabase.open(tmp_path / "desk.db", extractor_version=1) as old:
            old.documents.save(document("h1", "as version 1 read it"))
        with DeskDatabase.open(tmp_path / "desk.db", extractor_version=2) as new:
            assert new.documents.get("h1") is None
            assert new.documents.stored(["h1"]) == set()
            new.documents.save(document("h1", "as version 2 reads it"))
            assert new.documents.text("h1") == "as version 2 reads it"
            assert new.rows("SELECT count(*) FROM documents") == [(1,)]

    def test_have_an_overview(self, db):
        saved = document("h1", "one ", "two", title="Minutes")
        db.documents.save_many([saved, document("empty")])
        assert db.documents.overviews(["h1", "empty", "unknown"]) == {
            "h1": Overview("Minutes", 2),
            "empty": Overview.of(document("empty")),
        }
        assert Overview.of(saved) == Overview("Minutes", 2)

    def test_of_a_folder_come_by_path(self, db):
        db.documents.save_many(document(f"h{number}", f"text {number}") for number in range(450))
        records = [FileRecord(f"{number:03}.txt", 1, 1, "done", "", f"h{number}") for number in range(450)]
        db.files.record_many("/folder", [*records, FileRecord("zz.bin", 1, 1, "skipped", "binary")])
        db.files.record_many("/other", [FileRecord("copy.txt", 1, 1, "done", "", "h7")])
        found = list(db.documents.in_folder("/folder"))
        assert [path for path, _ in found] == [record.path for record in records]
        assert found[449][1].text == "text 449"
        assert [path for path, _ in db.documents.in_folder("/other")] == ["copy.txt"]

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=4))
    def test_keep_any_text(self, db, texts):
        saved = document("any", *texts)
        db.documents.save(saved)
        assert db.documents.get("any") == saved
        with db._connections.transaction() as database:
            # rank 1 compares the index with the texts it is meant to index
            database.execute("INSERT INTO passages_fts (passages_fts, rank) VALUES ('integrity-check', 1)")


class TestForgetting:
    def test_takes_what_no_file_has(self, db):
        db.documents.save_many([document("kept", "kept words"), document("gone", "gone words")])
        kept, gone = FileRecord("a", 1, 1, "done", "", "kept"), FileRecord("b", 1, 1, "done", "", "gone")
        db.files.record_many("/f", [kept, gone])
        db.files.remove_many("/f", ["b"])
        assert db.documents.remove_unused() == 1
        assert db.documents.stored(["kept", "gone"]) == {"kept"}
        assert db.documents.remove_unused() == 0

    def test_leaves_no_trace_of_the_words(self, db, tmp_path):
        secret = "Zanzibarquartz"
        text = f"the word {secret} stands here {'and some other words ' * 200}"
        db.documents.save_many([document("gone", text), *(document(f"h{n}", f"note number {n}") for n in range(200))])
        db.files.record_many("/f", [FileRecord(f"{n}", 1, 1, "done", "", f"h{n}") for n in range(200)])
        db.pieces.put(replace(piece("about it", f"It says {secret}."), content_hash="gone"))
        db.pieces.put(replace(piece("about another"), content_hash="h1"))
        assert _anywhere(tmp_path, secret)
        assert db.documents.remove_unused() == 1
        assert set(db.pieces.get_many(["about it", "about another"])) == {"about another"}
        assert not _anywhere(tmp_path, secret)


def _anywhere(folder: Path, word: str) -> bool:
    return any(word.casefold().encode() in path.read_bytes().lower() for path in folder.iterdir())


class TestFiles:
    def test_come_back_by_path(self, db):
        record = FileRecord("a/b.txt", 12, 345, "failed", "It is password-protected.", "hash", inode=7)
        db.files.record_many("/folder", [record])
        known = db.files.known("/folder")
        assert known["a/b.txt"].seen_at > 0
        assert [_unseen(found) for found in known.values()] == [record]
        assert db.files.known("/elsewhere") == {}
        assert db.files.roots() == ["/folder"]

    def test_seen_again_are_replaced(self, db):
        db.files.record_many("/folder", [FileRecord("a", 1, 1, "done", "", "h1")])
        db.files.record_many("/folder", [FileRecord("a", 2, 2, "skipped", "too large")])
        assert [_unseen(found) for found in db.files.known("/folder").values()] == [
            FileRecord("a", 2, 2, "skipped", "too large")
        ]

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(paths=st.sets(st.text(st.characters(), min_size=1), min_size=1, max_size=5))
    def test_may_have_any_name(self, db, paths):
        """Names that are not valid Unicode reach Python as lone surrogates."""
        db.documents.save(document("h", "text"))
        db.files.record_many("/f\udcff", [FileRecord(path, 1, 1, "done", path, "h") for path in paths])
        assert set(db.files.known("/f\udcff")) == paths
        assert [path for path, _ in db.documents.in_folder("/f\udcff")] == sorted(paths)
        db.files.remove_many("/f\udcff", paths)
        assert db.files.known("/f\udcff") == {}


def _unseen(record: FileRecord) -> FileRecord:
    return replace(record, seen_at=0.0)


class TestPieces:
    def test_come_back_by_key(self, db):
        db.pieces.put(piece("k1"))
        found = db.pieces.get("k1")
        assert found is not None
        assert (found.output, found.prompt_tokens, found.tokens) == ("A summary.", 10, 3)
        assert found.created_at > 0
        assert db.pieces.get("k2") is None

    def test_written_anew_are_replaced(self, db):
        db.pieces.put(piece("k1"))
        db.pieces.put(piece("k1", "Another summary."))
        assert db.pieces.get("k1").output == "Another summary."

    def test_many_are_found_at_once(self, db):
        with db.transaction():
            for number in range(50):
                db.pieces.put(piece(f"k{number}"))
        assert set(db.pieces.get_many(f"k{number}" for number in range(40, 60))) == {f"k{n}" for n in range(40, 50)}
        assert db.pieces.get_many([]) == {}


class TestModels:
    def test_fingerprints_hold_while_the_file_is_unchanged(self, db):
        model = ModelFile("/models/a.gguf", 100, 5, "abc")
        db.models.put(model)
        assert db.models.get("/models/a.gguf", size=100, mtime_ns=5) == model
        assert db.models.get("/models/a.gguf", size=101, mtime_ns=5) is None
        assert db.models.get("/models/a.gguf", size=100, mtime_ns=6) is None

    def test_plans_belong_to_a_document_and_a_key(self, db):
        db.plans.put("h1", "llama 2048", "a plan")
        db.plans.put("h1", "llama 4096", "another")
        db.plans.put("h1", "llama 2048", "a better plan")
        assert db.plans.get("h1", "llama 2048") == "a better plan"
        assert db.plans.get("h2", "llama 2048") is None

    def test_plans_end_with_their_extractor(self, db, tmp_path):
        db.plans.put("h1", "key", "a plan")
        with DeskDatabase.open(tmp_path / "desk.db", extractor_version=db.extractor_version + 1) as newer:
            assert newer.plans.get("h1", "key") is None


class TestTransactions:
    def test_keep_all_or_nothing(self, db):
        with pytest.raises(KeyError), db.transaction():
            db.pieces.put(piece("k1"))
            raise KeyError
        assert db.pieces.get("k1") is None

    def test_inside_another_are_undone_alone(self, db):
        with db.transaction():
            db.pieces.put(piece("outer"))
            with pytest.raises(KeyError), db.transaction():
                db.pieces.put(piece("inner"))
                raise KeyError
        assert set(db.pieces.get_many(["outer", "inner"])) == {"outer"}

    def test_see_what_they_wrote_and_others_do_not(self, db):
        seen_elsewhere: list[Piece | None] = []
        with db.transaction():
            db.pieces.put(piece("k1"))
            assert db.pieces.get("k1") is not None
            reader = threading.Thread(target=lambda: seen_elsewhere.append(db.pieces.get("k1")))
            reader.start()
            reader.join(timeout=10)
        assert seen_elsewhere == [None]

    def test_of_many_threads_take_turns(self, db):
        def write(thread: int) -> None:
            for number in range(10):
                with db.transaction():
                    db.pieces.put(piece(f"{thread}-{number}"))
                    assert db.pieces.get(f"{thread}-{number}") is not None

        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert db.rows("SELECT count(*) FROM pieces") == [(80,)]

    def test_of_two_desks_take_turns(self, db, tmp_path):
        with DeskDatabase.open(tmp_path / "desk.db") as second:
            for number in range(20):
                (db if number % 2 else second).pieces.put(piece(f"k{number}"))
            assert len(db.pieces.get_many(f"k{number}" for number in range(20))) == 20


class TestTheFile:
    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
    def test_is_for_its_owner_alone(self, tmp_path):
        old_mask = os.umask(0)
        try:
            with DeskDatabase.open(tmp_path / "new" / "home" / "desk.db") as db:
                db.pieces.put(piece("k1"))
                modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in db.path.parent.iterdir()}
        finally:
            os.umask(old_mask)
        assert {"desk.db", "desk.db-wal", "desk.db-shm", "desk.db.lock", f"desk.db.user-{os.getpid()}"} <= set(modes)
        assert set(modes.values()) == {0o600}
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "new" / "home").stat().st_mode) == 0o700

    def test_survives_power_loss_as_far_as_it_can(self, db):
        with db.transaction():
            assert db.rows("PRAGMA journal_mode") == [("wal",)]
            assert db.rows("PRAGMA synchronous") == [(2,)]
            assert db.rows("PRAGMA foreign_keys") == [(1,)]

    def test_readers_cannot_write(self, db):
        with pytest.raises(Exception, match="cannot be written"):
            db.rows("DELETE FROM pieces")

    def test_connections_of_ended_threads_are_closed(self, db):
        for _ in range(5):
            reader = threading.Thread(target=db.pieces.get, args=("k",))
            reader.start()
            reader.join(timeout=10)
        assert len(db._connections._readers) <= 1
