"""What a mail says itself, apart from what it quotes and how it is signed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.inbox.quoting import split_body


@pytest.mark.parametrize(
    ("body", "own", "quoted", "signature"),
    [
        ("Just this.", "Just this.", "", ""),
        ("", "", "", ""),
        (
            "Yes, at ten.\n\nOn Tue, 3 Mar 2026 Ana wrote:\n> Shall we meet?\n> Ana\n\nUntil then\n-- \nBob\n+49 1",
            "Yes, at ten.\n\n\nUntil then",
            "On Tue, 3 Mar 2026 Ana wrote:\n> Shall we meet?\n> Ana",
            "-- \nBob\n+49 1",
        ),
        ("Gern!\n\nAm 3. März schrieb Ana:\n\n> Kommst du?", "Gern!", "Am 3. März schrieb Ana:\n> Kommst du?", ""),
        ("Two things:\n> one\nNo.", "Two things:\nNo.", "> one", ""),
        (
            "Fine.\n\n-----Original Message-----\nFrom: Ana\nSent: Monday\nTo: Bob\nSubject: Keys\n\nThe keys?",
            "Fine.",
            "-----Original Message-----\nFrom: Ana\nSent: Monday\nTo: Bob\nSubject: Keys\n\nThe keys?",
            "",
        ),
        (
            "Passt.\n\nVon: Ana <a@x.org>\nGesendet: Montag\nAn: Bob\nBetreff: Schlüssel\n\nWo?",
            "Passt.",
            "Von: Ana <a@x.org>\nGesendet: Montag\nAn: Bob\nBetreff: Schlüssel\n\nWo?",
            "",
        ),
        ("On my way.\n\nSent from my phone", "On my way.", "", "Sent from my phone"),
        ("> all of it\n> is quoted", "> all of it\n> is quoted", "", ""),
        ("From: here to there it is far.\nTo: be clear.", "From: here to there it is far.\nTo: be clear.", "", ""),
        ("Cost: 3 -- 4 euros\na\n--\nb" + "\nc" * 20, "Cost: 3 -- 4 euros\na\n--\nb" + "\nc" * 20, "", ""),
    ],
)
def test_the_parts_of_a_body(body, own, quoted, signature):
    assert split_body(body) == (own, quoted, signature)


@given(
    st.lists(st.sampled_from(["> q", "word", "--", "-- ", "", "On 3 Mar Ana wrote:", "From: a", "To: b"])).map(
        "\n".join
    )
)
def test_no_word_is_lost_and_none_is_made_up(body):
    parts = split_body(body)
    assert sorted("\n".join(parts).split()) == sorted(body.split())
    if body.strip() and body.strip("- \n"):
        assert parts.own or parts.signature or parts.quoted
