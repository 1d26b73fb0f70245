"""Results told by code, whether a model's telling copies them, and requests taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.conversation.clauses import clauses
from app.conversation.telling import copies, tell

EVENTS = {"events": [{"start": "Fri 27 Nov 2026 15:00", "title": "Budget review", "location": "Room 4"}]}


def test_a_list_is_told_entry_by_entry():
    assert tell(EVENTS) == "1 event:\n- Fri 27 Nov 2026 15:00, Budget review, Room 4"
    assert tell({"events": []}) == "Nothing is in the calendar."


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"moved": {"title": "Review", "from": "Mon", "to": "Tue"}}, "Moved Review from Mon to Tue."),
        ({"declined": True}, "Nothing was changed."),
        ({"error": "There is no event called x."}, "There is no event called x."),
        ({"free": []}, "No free time found."),
        ({"remembered": "I take the tram"}, "Remembered: I take the tram"),
        ({"weather": {"sky": "blue"}}, "weather: blue"),
    ],
)
def test_every_result_has_words(data, words):
    assert tell(data) == words


def test_a_telling_copies_a_result_only_with_every_value():
    assert copies("On fri 27 nov 2026 15:00 there is Budget  review in room 4.", EVENTS)
    assert not copies("On Fri 27 Nov 2026 15:30 there is Budget review in Room 4.", EVENTS)
    assert not copies("Budget review on Fri 27 Nov 2026 15:00.", EVENTS)
    assert copies("", {"declined": True})


def test_a_telling_counts_right():
    two = {"items": [{"what": "call Ana"}, {"what": "send 3 offers"}]}
    assert copies("2 action items:\n- call Ana\n- send 3 offers", two)
    assert not copies("4 action items:\n- call Ana\n- send 3 offers", two)
    assert copies("Here they are:\n- call Ana\n- send 3 offers", two)


@given(
    st.recursive(
        st.text(max_size=20) | st.integers() | st.booleans(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    )
)
def test_what_code_tells_of_unknown_shapes_always_copies_them(value):
    data = {"thing": value}
    assert copies(str(tell(data)), {"thing": _sanitised(value)})


def _sanitised(value):
    from tools.sanitise import sanitise

    if isinstance(value, dict):
        return {name: _sanitised(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_sanitised(one) for one in value]
    return sanitise(value) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("request_", "parts"),
    [
        (
            "Summarise my last ten messages, pull out the action items, and put the follow-up with Ana in the calendar",
            [
                "Summarise my last ten messages",
                "Pull out the action items",
                "Put the follow-up with Ana in the calendar",
            ],
        ),
        ("Schedule lunch with Ana, Ben and Carla tomorrow at noon", None),
        ("pull out the action items", ["Pull out the action items"]),
        ("lunch with Ana at noon", None),
        ("Remember that I add milk and sugar", None),
        ("Put a review on Friday and one on Monday", None),
        ("Cancel the dentist. Then move the review to Friday.", ["Cancel the dentist", "Move the review to Friday"]),
        (
            "Fasse meine Mails zusammen und trag den Termin am Freitag ein.",
            ["Fasse meine Mails zusammen", "Trag den Termin am Freitag ein"],
        ),
        ("สรุปข้อความ แล้วเพิ่มนัดกับอานา", ["สรุปข้อความ", "เพิ่มนัดกับอานา"]),
    ],
)
def test_a_request_is_cut_only_before_words_that_ask(request_, parts):
    found = clauses(request_)
    assert found == (parts or [request_])


@given(st.text(max_size=200))
def test_cutting_loses_no_telling_word(request_):
    words = [word for word in " ".join(clauses(request_)).split() if word.isalpha()]
    assert all(word in request_ or word[0].lower() + word[1:] in request_ for word in words)
