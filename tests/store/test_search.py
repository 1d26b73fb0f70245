"""Search: the words of eight languages find their passages, and no input is an error."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.desk_db import DeskDatabase, FileRecord
from tools.passages import Document, Passage
from tools.search import search

TEXTS = {
    "lease.txt": "The deposit shall be returned within thirty days. The companies sign twice.",
    "minutes.txt": "The budget was approved. The café stays open until 22:30, said Zoë.",
    "ja.txt": "来週の会議で予算を決定します。",
    "zh.txt": "下周的开会时间改到星期三，预算不变。",
    "ko.txt": "다음 주 회의를 준비합니다.",
    "th.txt": "การประชุมงบประมาณจะจัดขึ้นในวันพุธหน้า",
    "hi.txt": "अगले सप्ताह बजट की बैठक होगी।",
    "code.py": "def read_frame(stream): return stream.read(4)",
}


def store(db: DeskDatabase, root: str, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        content_hash = f"hash of {text}"
        db.documents.save(Document(content_hash, "txt", path, (Passage(0, "lines 1-2", 0, len(text), text),)))
        db.files.record_many(root, [FileRecord(path, len(text), 1, "done", "", content_hash)])


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    with DeskDatabase.open(tmp_path_factory.mktemp("desk") / "desk.db") as opened:
        store(opened, "/folder", TEXTS)
        yield opened


def paths(db: DeskDatabase, words: str) -> list[str]:
    return [hit.path for hit in search(db, words, root="/folder")]


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("deposit", "lease.txt"),
        ("DEPOSITS", "lease.txt"),
        ("company", "lease.txt"),
        ("cafe", "minutes.txt"),
        ("Zoe", "minutes.txt"),
        ("22:30", "minutes.txt"),
        ("会議", "ja.txt"),
        ("予算を", "ja.txt"),
        ("开会", "zh.txt"),
        ("开会是什么时间？", "zh.txt"),
        ("회의", "ko.txt"),
        ("ประชุม", "th.txt"),
        ("งบประมาณ", "th.txt"),
        ("बैठक", "hi.txt"),
        ("सप्ताह", "hi.txt"),
        ("read_frame", "code.py"),
        ("what is the deposit?", "lease.txt"),
        ("When will the deposit, if any, come back to the tenant?", "lease.txt"),
        ('"thirty days"', "lease.txt"),
        ("ｂｕｄｇｅｔ", "minutes.txt"),
    ],
)
def test_words_find_their_passage(db, words, path):
    assert paths(db, words)[0] == path


@pytest.mark.parametrize(
    "words", ["", "   ", "?!", '"', '""', "nonexistentword", '"days thirty"', "AND", "\x00", "\ud800"]
)
def test_what_is_not_there_is_not_found(db, words):
    assert paths(db, words) == []


def test_passages_with_all_the_words_come_first(db):
    assert paths(db, "budget days deposit")[0] == "lease.txt"
    assert set(paths(db, "budget deposit")) == {"lease.txt", "minutes.txt"}


def test_a_hit_says_where_it_is(db):
    (hit,) = search(db, "companies")
    text = TEXTS["lease.txt"]
    assert (hit.root, hit.path, hit.place, hit.start, hit.end) == ("/folder", "lease.txt", "lines 1-2", 0, len(text))
    assert hit.text == text
    assert hit.snippet == "The companies sign twice."
    assert hit.score > 0


def test_search_stays_in_its_folder_and_says_equal_things_once(tmp_path):
    with DeskDatabase.open(tmp_path / "desk.db") as db:
        store(db, "/a", {"one.txt": "a sentence about herons", "two.txt": "a sentence about herons"})
        store(db, "/b", {"three.txt": "herons again"})
        assert [hit.path for hit in search(db, "herons", root="/a")] == ["one.txt"]
        assert [hit.path for hit in search(db, "herons", root="/b")] == ["three.txt"]
        assert {hit.root for hit in search(db, "herons")} == {"/a", "/b"}
        assert search(db, "herons", root="/c") == []
        assert len(search(db, "herons", limit=1)) == 1
        db.files.remove_many("/b", ["three.txt"])
        assert search(db, "herons", root="/b") == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(st.characters()) | st.text(st.sampled_from("\"*^:()+-{}.,'ANDORNEAR会 aé\x00")))
def test_no_words_are_an_error(db, words):
    assert isinstance(search(db, words), list)


def test_a_pasted_page_is_no_error(db):
    page = "deposit " + " ".join(f"word{number}" for number in range(5000)) + "会議の予算" * 2000
    assert paths(db, page)[0] == "lease.txt"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_word_of_a_passage_finds_it(db, data):
    path = data.draw(st.sampled_from(sorted(TEXTS)))
    word = data.draw(st.sampled_from(TEXTS[path].split()))
    assert path in [hit.path for hit in search(db, f'"{word}"', limit=50)]
