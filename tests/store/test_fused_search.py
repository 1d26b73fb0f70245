"""Search by words and by meaning: in any part of what was read, in the order of both, and without what is gone."""

from __future__ import annotations

import numpy as np
import pytest

from tests.store.test_search import store
from tools.desk_db import DeskDatabase, FileRecord
from tools.desk_db.text_hash import text_hash
from tools.passages import Document, Passage
from tools.search import Meaning, VectorIndex, search
from tools.search.fusion import K, fuse
from tools.search.hits import Hit

MODEL = "model"


@pytest.fixture
def db(tmp_path):
    with DeskDatabase.open(tmp_path / "desk.db") as opened:
        yield opened


def axis(number: int, width: int = 8) -> np.ndarray:
    return np.eye(width, dtype=np.float32)[number]


def give_vectors(db: DeskDatabase, vectors: dict[str, np.ndarray], model: str = MODEL) -> None:
    db.vectors.put_many(model, [(text_hash(text), vector) for text, vector in vectors.items()])


def paths(hits: list[Hit]) -> list[str]:
    return [hit.path for hit in hits]


def hit(text: str) -> Hit:
    return Hit("/folder", text, "line 1", 0, len(text), "", 1.0, text, text)


def test_a_part_of_a_folder_can_be_searched_and_so_can_what_is_around_folders(db):
    store(db, "/home/papers", {"a/lease.txt": "one deposit", "a b/c.txt": "two deposits", "top.txt": "deposit three"})
    store(db, "/home/mail", {"letter.txt": "deposit four"})
    store(db, "/home/alone.txt", {"alone.txt": "deposit five"})
    assert paths(search(db, "deposit", root="/home/papers/a")) == ["a/lease.txt"]
    assert paths(search(db, "deposit", root="/home/papers/a b")) == ["a b/c.txt"]
    assert paths(search(db, "deposit", root="/home/papers/top.txt")) == ["top.txt"]
    assert sorted(paths(search(db, "deposit", root="/home/papers"))) == ["a b/c.txt", "a/lease.txt", "top.txt"]
    assert len(search(db, "deposit", root="/home")) == 5
    assert paths(search(db, "deposit", root="/home/alone.txt")) == ["alone.txt"]
    assert search(db, "deposit", root="/home/paper") == []
    assert search(db, "deposit", root="/elsewhere") == []


def test_the_same_text_in_two_places_is_named_by_the_one_that_was_searched(db):
    store(db, "/home", {"a/one.txt": "herons", "b/two.txt": "herons"})
    assert paths(search(db, "herons", root="/home/b")) == ["b/two.txt"]
    assert paths(search(db, "herons")) == ["a/one.txt"]


def test_fusion_adds_the_reciprocal_ranks():
    fused = fuse([[hit("a"), hit("b"), hit("c")], [hit("b"), hit("d")]])
    assert paths(fused) == ["b", "a", "d", "c"]
    assert [found.score for found in fused] == pytest.approx(
        [1 / (K + 2) + 1 / (K + 1), 1 / (K + 1), 1 / (K + 2), 1 / (K + 3)]
    )


def test_a_passage_is_found_by_what_it_means(db):
    texts = {"surety.txt": "a surety is paid", "car.txt": "the car is red", "deposit.txt": "the deposit"}
    store(db, "/folder", texts)
    give_vectors(db, dict(zip(texts.values(), (axis(0), axis(1), axis(0) * 0.8 + axis(2) * 0.6), strict=True)))
    meaning = Meaning(axis(0), VectorIndex(MODEL))
    assert paths(search(db, "deposit", meaning=meaning)) == ["deposit.txt", "surety.txt", "car.txt"]
    assert paths(search(db, "deposit")) == ["deposit.txt"]
    assert search(db, "  ", meaning=meaning) == []


def test_vectors_that_come_later_are_taken_in_and_what_is_gone_is_not_found(db):
    store(db, "/folder", {"one.txt": "one", "two.txt": "two"})
    give_vectors(db, {"one": axis(0)})
    meaning = Meaning(axis(1), VectorIndex(MODEL))
    assert paths(search(db, "zzz", meaning=meaning)) == ["one.txt"]
    give_vectors(db, {"two": axis(1)})
    assert paths(search(db, "zzz", meaning=meaning)) == ["two.txt", "one.txt"]
    db.files.remove_many("/folder", ["two.txt"])
    assert paths(search(db, "zzz", meaning=meaning)) == ["one.txt"]
    assert db.documents.remove_unused() == 1
    assert db.rows("SELECT text_hash FROM vectors") == [(text_hash("one"),)]


def test_a_small_folder_among_many_nearer_passages_is_searched_to_its_end(db):
    random = np.random.default_rng(1)
    near = {f"near {number}": axis(0) + 0.01 * random.standard_normal(8).astype(np.float32) for number in range(300)}
    far = {f"far {number}": axis(1) + 0.01 * number * axis(2) for number in range(5)}
    store(db, "/many", {f"{text}.txt": text for text in near})
    store(db, "/many/few", {f"{text}.txt": text for text in far})
    give_vectors(db, near | far)
    meaning = Meaning(axis(0) + axis(2), VectorIndex(MODEL))
    found = search(db, "zzz", root="/many/few", meaning=meaning)
    assert paths(found) == [f"far {number}.txt" for number in reversed(range(5))]


def test_the_product_is_exact(db):
    random = np.random.default_rng(2)
    vectors = {f"text {number}": random.standard_normal(8).astype(np.float32) for number in range(200)}
    vectors = {text: vector / np.linalg.norm(vector) for text, vector in vectors.items()}
    give_vectors(db, vectors)
    index = VectorIndex(MODEL)
    index.update(db)
    question = axis(3)
    expected = sorted(vectors, key=lambda text: -float(vectors[text].astype(np.float16).astype(np.float32) @ question))
    assert [found for found, _ in index.nearest(question, 20)] == [text_hash(text) for text in expected[:20]]


def test_the_vectors_of_another_model_are_not_compared(db):
    store(db, "/folder", {"one.txt": "one"})
    give_vectors(db, {"one": axis(0, width=4)}, model="other")
    assert search(db, "zzz", meaning=Meaning(axis(0), VectorIndex(MODEL))) == []
    assert search(db, "zzz", meaning=Meaning(axis(0), VectorIndex("other"))) == []  # of another width
    db.vectors.remove_others(MODEL)
    assert not db.vectors.known("other")


def test_passages_wait_for_a_vector_only_in_indexed_folders_and_once(db):
    store(db, "/kept", {"a.txt": "one", "b.txt": "two", "copy.txt": "one"})
    store(db, "/other", {"c.txt": "three"})
    db.indexed_folders.add("/kept")
    assert {waiting.text for waiting in db.vectors.waiting(MODEL, after=0, limit=10)} == {"one", "two"}
    give_vectors(db, {"one": axis(0)})
    assert [waiting.text for waiting in db.vectors.waiting(MODEL, after=0, limit=10)] == ["two"]
    assert db.vectors.counts(MODEL) == {"/kept": 2}


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("The deposits were repaid. Nothing else.", "deposit repaid", ["deposits", "repaid"]),
        ("来週の会議で予算を決定します。", "会議", ["会議"]),
        ("การประชุมงบประมาณจะจัดขึ้นในวันพุธหน้า", "ประชุม", ["ประชุม"]),
        ("अगले सप्ताह बजट की बैठक होगी।", "बैठक", ["बैठक"]),
        ("Un café à Genève.", "geneve", ["Genève"]),
        ("Nothing of it.", "zzz", []),
    ],
)
def test_the_words_looked_for_are_marked_in_the_snippet(db, text, words, found):
    store(db, "/folder", {"a.txt": text, "z.txt": "zzz"})
    give_vectors(db, {text: axis(0)})
    hits = search(db, words, meaning=Meaning(axis(0), VectorIndex(MODEL)))
    [snippet] = [hit for hit in hits if hit.path == "a.txt"]
    marked = [snippet.snippet[start:end] for start, end in snippet.matches]
    assert marked == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("क्षेत्र की बैठक", "क्षेत्र"),
        ("शक्\u200dति और ज्ञान", "शक्ति"),
        ("क़लम और काग़ज़", "\u0958लम"),
        ("हिन्दी में लिखा", "हिन्दी"),
        ("ค่าเช่าเดือนละหนึ่งหมื่นบาท", "ค่าเช่า"),
        ("ผู้เช่าต้องชำระเงินประกัน", "เงินประกัน"),
        ("น้ำประปาและไฟฟ้า", "น้ำ"),
        ("พ.ศ. ๒๕๖๙", "๒๕๖๙"),
        ("敷金は三十日以内に返されます", "敷金"),
        ("보증금은 삼십일 이내에 반환된다", "보증금"),
        ("押金将在三十天内退还", "退还"),
    ],
)
def test_words_of_scripts_with_marks_or_without_spaces_are_found(db, text, words):
    store(db, "/folder", {"wanted.txt": text, "other.txt": "something else, and बजट, การ, 会議"})
    assert paths(search(db, words)) == ["wanted.txt"]


def test_a_passage_of_an_older_reading_is_not_found(db):
    db.documents.save(Document("h", "txt", "a", (Passage(0, "line 1", 0, 3, "one"),)))
    db.files.record_many("/folder", [FileRecord("a.txt", 1, 1, "done", "", "h")])
    give_vectors(db, {"one": axis(0)})
    assert paths(search(db, "one", meaning=Meaning(axis(0), VectorIndex(MODEL)))) == ["a.txt"]
    db.write("UPDATE documents SET extractor_version = extractor_version - 1")
    assert search(db, "one", meaning=Meaning(axis(0), VectorIndex(MODEL))) == []
