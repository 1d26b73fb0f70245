"""Chats exported as text: every locale's dates are read, and a date with two readings is never guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inbox.mails import in_memory
from tools.inbox.chat_text import is_chat_text, read_chat_text
from tools.inbox.records import Attachment, Failure

# The thirtieth of January 2020 and the second of February, in the afternoon, as phones of each language write them.
FORMS = {
    "en-US": ("1/30/20, 3:05 PM - ", "2/2/20, 8:20 AM - "),
    "en-US narrow space": ("1/30/20, 3:05\u202fPM - ", "2/2/20, 8:20\u202fAM - "),
    "en-US ios": ("[1/30/20, 3:05:00 PM] ", "[2/2/20, 8:20:00 AM] "),
    "en-GB": ("30/01/2020, 15:05 - ", "02/02/2020, 08:20 - "),
    "en-IN": ("30/01/20, 3:05 pm - ", "02/02/20, 8:20 am - "),
    "de": ("30.01.20, 15:05 - ", "02.02.20, 08:20 - "),
    "de ios": ("\u200e[30.01.20, 15:05:00] ", "[02.02.20, 08:20:00] "),
    "fr": ("30/01/2020 à 15:05 - ", "02/02/2020 à 08:20 - "),
    "es": ("30/1/20 15:05 - ", "2/2/20 8:20 - "),
    "es 12": ("30/01/2020, 3:05 p. m. - ", "02/02/2020, 8:20 a. m. - "),
    "nl": ("30-01-20 15:05 - ", "02-02-20 08:20 - "),
    "pt-BR": ("30/01/2020 15:05 - ", "02/02/2020 08:20 - "),
    "sv": ("2020-01-30 15:05 - ", "2020-02-02 08:20 - "),
    "fi ios": ("[30.1.2020 klo 15.05.00] ", "[2.2.2020 klo 8.20.00] "),
    "hu": ("2020. 01. 30. 15:05 - ", "2020. 02. 02. 8:20 - "),
    "ja": ("2020/01/30, 15:05 - ", "2020/02/02, 8:20 - "),
    "zh ios": ("[2020/1/30 下午3:05:00] ", "[2020/2/2 上午8:20:00] "),
    "ko": ("2020. 1. 30. 오후 3:05, ", "2020. 2. 2. 오전 8:20, "),
    "th": ("30/1/2563 15:05 - ", "2/2/2563 08:20 - "),
    "hi": ("30/01/20, 3:05 अपराह्न - ", "02/02/20, 8:20 पूर्वाह्न - "),
    "ar": ("٣٠\u200f/١\u200f/٢٠٢٠، ٣:٠٥ م - ", "٢\u200f/٢\u200f/٢٠٢٠، ٨:٢٠ ص - "),
    "tr": ("30.01.2020 15:05 - ", "2.02.2020 08:20 - "),
    "en-ZA": ("2020/01/30, 15:05 - ", "2020/02/02, 08:20 - "),
}


def read(text: str, name: str = "WhatsApp Chat with Ana.txt"):
    return list(read_chat_text(in_memory(text.encode(), name), UTC))


def said(text: str, name: str = "WhatsApp Chat with Ana.txt"):
    return [(message.date[:16], message.sender.name, message.body) for message in read(text, name)]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_dates_of_every_language_are_read(form):
    first, second = form
    text = f"{first}Ana: Hello\nand more\n{second}Bob Smith: Hi: there"
    assert is_chat_text(text)
    assert said(text) == [
        ("2020-01-30T15:05", "Ana", "Hello\nand more"),
        ("2020-02-02T08:20", "Bob Smith", "Hi: there"),
    ]


def test_midnight_and_noon_are_where_they_belong():
    text = "1/30/20, 12:05 AM - Ana: a\n1/30/20, 12:05 PM - Ana: b\n1/30/20, 11:59 PM - Ana: c"
    assert [date for date, _, _ in said(text)] == ["2020-01-30T00:05", "2020-01-30T12:05", "2020-01-30T23:59"]


def test_an_order_that_nothing_tells_is_refused():
    (failure,) = read("01/02/20, 15:05 - Ana: a\n03/04/20, 15:05 - Ana: b")
    assert isinstance(failure, Failure)
    assert "day first or month first" in failure.reason
    assert "Export a longer part" in failure.reason


def test_days_that_would_jump_back_tell_the_order():
    day_first = "10/05/20, 15:05 - Ana: a\n11/05/20, 15:05 - Ana: b\n01/06/20, 15:05 - Ana: c"
    assert [date[:10] for date, _, _ in said(day_first)] == ["2020-05-10", "2020-05-11", "2020-06-01"]
    month_first = "05/10/20, 15:05 - Ana: a\n05/11/20, 15:05 - Ana: b\n06/01/20, 15:05 - Ana: c"
    assert [date[:10] for date, _, _ in said(month_first)] == ["2020-05-10", "2020-05-11", "2020-06-01"]


def test_days_that_are_the_same_both_ways_are_no_question():
    assert [date[:10] for date, _, _ in said("05/05/20, 15:05 - Ana: a\n06/06/20, 15:05 - Ana: b")] == [
        "2020-05-05",
        "2020-06-06",
    ]


def test_days_of_both_orders_are_refused():
    (failure,) = read("30/01/20, 15:05 - Ana: a\n01/30/20, 15:05 - Ana: b")
    assert "no order of day, month and year" in failure.reason


def test_an_unknown_sign_beside_the_time_is_refused():
    (failure,) = read("30/01/20, 3:05 xyz - Ana: a")
    assert '"xyz"' in failure.reason
    assert said("30/01/20, 3:05 xyz - Ana: a\n30/01/20, 15:05 xyz - Ana: b")[0][0] == "2020-01-30T03:05"


def test_what_the_program_notes_is_left_out():
    text = (
        "30/01/20, 15:05 - Messages are end-to-end encrypted.\n"
        '30/01/20, 15:06 - Ana changed the subject to "Trip: Rome"\n'
        "30/01/20, 15:07 - Ana: yes\n30/01/20, 15:08 - You were added\n30/01/20, 15:09 - Ana:"
    )
    assert said(text) == [("2020-01-30T15:07", "Ana", "yes"), ("2020-01-30T15:09", "Ana", "")]


def test_lines_of_another_chat_in_a_message_stay_in_it():
    text = "30/01/20, 15:05 - Ana: look:\n[30.01.20, 10:00:00] Bob: quoted\n31/01/20, 15:05 - Ana: end"
    assert said(text)[0][2] == "look:\n[30.01.20, 10:00:00] Bob: quoted"


def test_attached_files_are_named():
    text = (
        "30/01/20, 15:05 - Ana: \u200eIMG-20200130-WA0001.jpg (Datei angehängt)\nThe hall\n"
        "30/01/20, 15:06 - Ana: \u200e<attached: 00000012-lease.pdf>\n30/01/20, 15:07 - Ana: see a.txt (draft)"
    )
    assert [message.attachments for message in read(text)] == [
        (Attachment("IMG-20200130-WA0001.jpg", "", None),),
        (Attachment("00000012-lease.pdf", "", None),),
        (),
    ]


def test_the_chat_is_named_by_its_file_or_folder():
    line = "30/01/20, 15:05 - Ana: a"
    names = ("WhatsApp Chat with Ana.txt", "WhatsApp-Chat mit Ana (1).txt", "in/WhatsApp Chat - Ana/_chat.txt")
    assert {message.chat for name in names for message in read(line, name)} == {"Ana"}


def test_signals_text_is_told_apart():
    text = "[2019-12-24, 12:23] Jane Doe: Hello\n[2020-01-17, 21:49] John: Hi"
    assert {message.source for message in read(text, "export.txt")} == {"signal"}
    assert {message.source for message in read(FORMS["ja"][0] + "A: b", "export.txt")} == {"whatsapp"}


def test_equal_messages_of_one_minute_are_two():
    first, second = read("30/01/20, 15:05 - Ana: ok\n30/01/20, 15:05 - Ana: ok")
    assert (first.occurrence, second.occurrence) == (1, 2)
    assert first.place != second.place


@pytest.mark.parametrize(
    "text", ["", "A note of 30/01/20, 15:05 - nothing", "Dear Ana,\n30/01/20 suits me: yes", "a: b"]
)
def test_other_texts_are_no_chats(text):
    assert not is_chat_text(text)


@settings(max_examples=150, deadline=None)
@given(
    days=st.lists(st.integers(0, 4000), min_size=1, max_size=12),
    form=st.sampled_from(["%d/%m/%y, %H:%M - ", "%m/%d/%Y, %I:%M %p - ", "[%d.%m.%Y, %H:%M:%S] ", "%Y-%m-%d %H:%M - "]),
)
def test_a_day_is_read_right_or_not_at_all(days, form):
    moments = [datetime(2015, 1, 1, 20, 30) + timedelta(days=day) for day in sorted(days)]
    found = read("\n".join(f"{moment.strftime(form)}Ana: {number}" for number, moment in enumerate(moments)))
    if isinstance(found[0], Failure):
        assert all(moment.day <= 12 for moment in moments)
    else:
        assert [message.date for message in found] == [moment.isoformat() for moment in moments]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*FORMS["de"], *FORMS["ko"], "\n", "Ana: ", "x", "\u200e", "[", "99"]), max_size=12))
def test_any_mixture_is_read_or_refused(parts):
    for item in read("".join(parts)):
        assert item.reason if isinstance(item, Failure) else item.sender.name
