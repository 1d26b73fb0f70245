"""Text as it streams: whole characters, no part of a stop string, nothing lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runtime.engine.detokenize import TextStream


def stream(pieces: list[bytes], *stop: str) -> tuple[list[str], bool]:
    text = TextStream(stop)
    shown = [text.feed(piece) for piece in pieces]
    return [*shown, text.finish()], text.stopped


def test_a_character_comes_when_its_last_byte_has() -> None:
    shown, _ = stream([b"a\xe2", b"\x82", b"\xac!"])
    assert shown == ["a", "", "€!", ""]


def test_bytes_that_are_no_text_do_not_hold_it_back() -> None:
    assert stream([b"\xff", b"a"])[0][:2] == ["\ufffd", "a"]


def test_half_a_character_at_the_end_is_dropped() -> None:
    assert "".join(stream([b"ok\xe2\x82"])[0]) == "ok"


def test_the_start_of_a_stop_string_is_held_back_until_it_is_decided() -> None:
    shown, stopped = stream([b"one <", b"e", b"nd> two"], "<end>")
    assert shown == ["one ", "", "", ""]
    assert stopped
    shown, stopped = stream([b"one <", b"e", b"m>"], "<end>")
    assert "".join(shown) == "one <em>"
    assert not stopped


def test_the_earliest_of_several_stop_strings_counts() -> None:
    assert "".join(stream([b"abcdef"], "de", "bc")[0]) == "a"


def test_one_space_of_a_first_word_is_dropped() -> None:
    text = TextStream(drop_space=True)
    assert text.feed(b"") + text.feed(b"  Once") + text.feed(b" upon") == " Once upon"


@given(
    st.text(max_size=40),
    st.lists(st.integers(1, 5), max_size=40),
    st.lists(st.text(min_size=1, max_size=4), max_size=3),
)
def test_any_cut_of_the_bytes_gives_the_text_before_the_first_stop(
    text: str, sizes: list[int], stops: list[str]
) -> None:
    data = text.encode("utf-8", "replace")
    text = data.decode()
    pieces, place = [], 0
    for size in [*sizes, len(data)]:
        pieces.append(data[place : place + size])
        place += size
    shown, stopped = stream(pieces, *stops)
    said = "".join(shown)
    assert text.startswith(said)
    assert not any(stop in said for stop in stops)
    if not stopped:
        assert said == text
