"""What the desk makes of an answer, whatever the process that read a stranger's file may send."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.extraction.answers import BadAnswer, read_answer
from tools.extraction.wire import MAX_FRAME, Answer, read_frame, write_frame
from tools.sanitise import is_clean

SOUND = Answer(
    status="done", reason="", content_hash="00", size=1, mtime_ns=1, format="txt", title="t", note="", cuts=[],
    retiring=False,
)  # fmt: skip

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(SOUND)), inner, max_size=4),
    max_leaves=10,
)


@given(st.text(st.characters(codec="utf-8")), st.lists(st.tuples(st.integers(0, 20), st.text(max_size=5)), max_size=5))
def test_a_document_is_a_partition_of_clean_text_or_refused(text: str, cuts: list[tuple[int, str]]) -> None:
    head = json.dumps(SOUND | {"cuts": cuts}).encode()
    try:
        extraction, _ = read_answer("a.txt", head, text.encode())
    except BadAnswer:
        return
    document = extraction.document
    assert document is not None
    assert document.text == text
    assert [passage.start for passage in document.passages] == [0, *(passage.end for passage in document.passages[:-1])]
    assert all(is_clean(passage.text) and is_clean(passage.place) and passage.text for passage in document.passages)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()), st.binary(max_size=50))
def test_anything_else_is_refused(head: bytes, text: bytes) -> None:
    try:
        extraction, _ = read_answer("a.txt", head, text)
    except BadAnswer:
        return
    assert extraction.status in ("skipped", "failed")


@given(st.text(st.characters(codec="utf-8"), max_size=200), st.text(max_size=20))
def test_frames_arrive_as_they_were_sent(text: str, reason: str) -> None:
    stream = io.BytesIO()
    for _ in range(2):
        write_frame(stream, SOUND | {"reason": reason}, text)
    stream.seek(0)
    for _ in range(2):
        frame = read_frame(stream)
        assert frame is not None
        assert json.loads(frame[0])["reason"] == reason
        assert frame[1].decode() == text
    assert read_frame(stream) is None


def test_a_frame_cut_short_is_the_end_and_one_too_long_is_refused() -> None:
    stream = io.BytesIO()
    write_frame(stream, SOUND, "text")
    assert read_frame(io.BytesIO(stream.getvalue()[:-1])) is None
    with pytest.raises(ValueError, match="longer than"):
        read_frame(io.BytesIO((MAX_FRAME + 1).to_bytes(4, "little")))
