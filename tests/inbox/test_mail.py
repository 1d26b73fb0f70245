"""One e-mail: everything that it says is read, however it is written, and nothing that it holds raises or hangs."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.inbox.mails import mail
from tools.inbox.mail import LARGEST_MAIL, read_mail
from tools.inbox.records import Attachment, InboxProblem, Person
from tools.sanitise import is_clean

PDF = base64.b64encode(b"%PDF-1.4 not really").decode()
WITH_PARTS = f"""\
From: ana@example.org
Subject: The lease
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe

--inner
Content-Type: text/html

<p>Not this one</p>
--inner--
--outer
Content-Type: application/pdf; name="=?utf-8?q?Vertrag_=C3=9C.pdf?="
Content-Disposition: attachment
Content-Transfer-Encoding: base64

{PDF}
--outer
Content-Type: text/plain; name=note.txt

A note that is shown with the text.
--outer
Content-Type: text/csv
Content-Disposition: attachment; filename=list.csv

a,b
--outer--
""".encode()


def test_a_plain_mail_is_read_in_full():
    message = read_mail(mail(5, headers="In-Reply-To: <m4@x>\nReferences: <m1@x> <m4@x>\nCc: C <c@x.org>, d@x.org\n"))
    assert message.sender == Person("Ana López", "ana@example.org")
    assert message.recipients == (Person("Bob", "bob@example.org"), Person("C", "c@x.org"), Person("", "d@x.org"))
    assert message.subject == "Mail 5"
    assert message.date == "2026-03-03T10:05:00+01:00"
    assert message.sent_at == 1772528700
    assert message.body == "Hello Bob,\n\nthe keys are here."
    assert (message.message_id, message.related_ids) == ("m5@example.org", ("m1@x", "m4@x"))


def test_of_alternatives_the_plain_text_is_read_and_attachments_are_named():
    message = read_mail(WITH_PARTS)
    assert message.body == "Grüße\n\nA note that is shown with the text."
    assert message.attachments == (
        Attachment("Vertrag Ü.pdf", "application/pdf", 19),
        Attachment("note.txt", "text/plain", 35),
        Attachment("list.csv", "text/csv", 3),
    )


def test_attachments_within_an_alternative_that_is_not_read_are_kept():
    parts = WITH_PARTS.replace(b"multipart/mixed", b"multipart/alternative").replace(b"text/csv", b"image/png")
    names = [attachment.name for attachment in read_mail(parts).attachments]
    assert names == ["Vertrag Ü.pdf", "note.txt", "list.csv"]


def test_html_alone_is_read_as_text():
    html = "<html><style>p {}</style><p>Pay <b>40</b> euros</p><script>run()</script></html>"
    message = read_mail(mail(body=html, headers="Content-Type: text/html\n"))
    assert message.body == "Pay 40 euros"


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        (
            "big5",
            "軟體王國新聞稿：這是一封很長的信件".encode("big5") + b" \xff end",
            "軟體王國新聞稿：這是一封很長的信件 \ufffd end",
        ),
        ("us-ascii", "Grüße aus Köln, schöne Tage".encode("cp1252"), "Grüße aus Köln, schöne Tage"),
        ("utf-8", "Grüße aus Köln, schöne Tage".encode("cp1252"), "Grüße aus Köln, schöne Tage"),
        ("no-such-charset", "Grüße".encode(), "Grüße"),
        ("hex", b"48656c6c6f", "48656c6c6f"),
    ],
)
def test_a_text_is_read_as_it_says_unless_that_is_plainly_wrong(charset, body, text):
    head = f"From: a@b.org\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    assert read_mail(head.encode() + body).body == text


def test_a_forwarded_mail_is_searched_too():
    inner = mail(2, body="The inner text.\n").decode()
    message = read_mail(mail(body=inner, headers="Content-Type: message/rfc822\n"))
    assert "The inner text." in message.body


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("=?utf-8?q?Caf=C3=A9?= at =?utf-8?b?bm9vbg==?=", "Café at noon"),
        ("=?utf-8?q?one?=\n =?utf-8?q?_word?=", "one word"),
        ("folded\n here", "folded here"),
        ("Re: TEST\n \n\t=?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=", "Re: TEST テスト"),
        ("=?no-such-charset?q?abc?=", "abc"),
        ("=?utf-8?b?@@@?=", "=?utf-8?b?@@@?="),
        ("Grüße in raw UTF-8", "Grüße in raw UTF-8"),
        ("clear\x1b]52;c;aGk=\x07 text", "clear\ufffd]52;c;aGk=\ufffd text"),
        ("=?utf-8?q?=1B[2Jgone?=", "\ufffd[2Jgone"),
    ],
)
def test_subjects_are_decoded_and_harmless(header, subject):
    assert read_mail(mail(subject=header)).subject == subject


def test_a_header_in_another_encoding_is_guessed():
    raw = "From: a@b.org\nSubject: Formação FrenetikPolis: Campanha Final Verão\n\n".encode("latin-1")
    assert read_mail(raw).subject == "Formação FrenetikPolis: Campanha Final Verão"


@pytest.mark.parametrize(
    ("header", "sender"),
    [
        ('"López, Ana" <ana@x.org>', Person("López, Ana", "ana@x.org")),
        ("ana@x.org (Ana)", Person("Ana", "ana@x.org")),
        ("=?utf-8?q?L=C3=B3pez=2C_Ana?= <ana@x.org>", Person("López, Ana", "ana@x.org")),
        ("ana@x.org bea@x.org", Person("", "ana@x.org, bea@x.org")),
        ("Ana <ana@x.org>, Bea <bea@x.org>", Person("Ana, Bea", "ana@x.org, bea@x.org")),
        ("MAILER DAEMON <>", Person("MAILER DAEMON", "")),
        ("nobody in particular", Person("nobody in particular", "")),
        ("Jöhn <jdöe@mächine.example>", Person("Jöhn", "jdöe@mächine.example")),
    ],
)
def test_senders_are_never_lost(header, sender):
    found = read_mail(mail(sender=header)).sender
    assert sender == found or (sender.name == "nobody in particular" and "nobody" in " ".join(found))


@pytest.mark.parametrize(
    ("written", "date", "moment"),
    [
        ("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T09:55:06-06:00", 880127706),
        ("21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06+00:00", 880106106),
        ("Fri, 21 Nov 1997 09:55:06 -0000", "1997-11-21T09:55:06", 880106106),
        ("yesterday  evening", "yesterday evening", None),
        ("Mon, 31 Feb 2001 00:00:00 +0100", "Mon, 31 Feb 2001 00:00:00 +0100", None),
        ("", "", None),
    ],
)
def test_dates_keep_their_zone_and_what_is_none_its_text(written, date, moment):
    message = read_mail(f"From: a@b.org\nDate: {written}\n\n".encode())
    assert (message.date, message.sent_at) == (date, moment)


def test_headers_with_a_space_before_the_colon_are_headers():
    message = read_mail(b"From  : John <j@x.org>\nSubject     : Saying Hello\n\nHello.\n")
    assert (message.sender, message.subject, message.body) == (Person("John", "j@x.org"), "Saying Hello", "Hello.")


def nested(depth: int) -> bytes:
    opened = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return f"From: a@b.org\n{opened}\n\ntext\n".encode() + b"a line\n" * 50_000


@pytest.mark.parametrize(
    "data",
    [
        nested(120),
        nested(2000),
        b"From: " + b"(" * 5000 + b"\n\ntext",
        b"From: " + b"<" * 30_000 + b"\n\ntext",
        b"To: " + b"a@b.org, " * 30_000 + b"\n\ntext",
        b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\n\ntext",
        b"Subject: a\nContent-Type: text/html\n\n" + b"<div>" * 200_000,
        b"Subject: a\nContent-Type: text/html\n\n" + b"<" * 500_000,
        b"Subject: a\n" + b"References: " + b"<a@b> " * 50_000 + b"\n\n",
        b"Subject: a\n" + b"X: y\n" * 100_000 + b"\n",
        b"\n" * (2 * 10**6),
    ],
    ids=["parts", "deep parts", "comments", "angles", "people", "words", "tags", "signs", "references", "headers", "x"],
)
def test_hostile_mails_end_soon(data):
    started = time.process_time()
    try:
        assert is_clean(read_mail(data).body)
    except InboxProblem as problem:
        assert problem.message.endswith(".")
    assert time.process_time() - started < 10


def test_a_mail_that_is_too_large_is_refused():
    with pytest.raises(InboxProblem, match="larger than 64 MiB"):
        read_mail(b"From: a@b.org\n\n" + bytes(LARGEST_MAIL))


def test_what_is_no_mail_is_refused():
    for data in (b"", b"just a text", b"\x00\xff" * 100):
        with pytest.raises(InboxProblem, match="not an e-mail"):
            read_mail(data)


_WORDS = st.sampled_from(
    [b"From:", b"Subject:", b"Date:", b"Content-Type:", b"multipart/mixed", b"text/html", b"message/rfc822", b"; ",
     b"boundary=b", b"charset=", b"utf-8", b"\n", b"\r\n", b"--b", b"--b--", b"\n\n", b"=?utf-8?q?=C3?=", b"=?x?b?",
     b"<a@b>", b"(", b'"', b"filename*0*=", b"filename*=utf-8''%ff", b"base64", b"Content-Transfer-Encoding: ",
     b"quoted-printable", b"x-uuencode", b"begin 666 a", b"\x80", b"\x1b[2J", b"Message-ID:", b"delivery-status"]
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(
    st.one_of(st.binary(max_size=400), st.lists(st.one_of(_WORDS, st.binary(max_size=6)), max_size=40).map(b"".join))
)
@example(b"Content-Type: text/plain; charset*=x'y'%ff\nFrom: a\n\n")
@example(b"From:a\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nZm9v")
@example(b"From:a\nContent-Type: text/plain; filename*0*=\xff; name*1=x\n\n")
@example(b"From: a@[\nDate: 1 Jan 99999 99:99:99 +999999\n\n")
def test_any_bytes_are_read_or_refused(data):
    try:
        message = read_mail(data)
    except InboxProblem:
        return
    texts = [message.subject, message.body, message.date, message.message_id, *message.sender, *message.related_ids]
    texts += [text for person in message.recipients for text in person]
    texts += [text for attachment in message.attachments for text in (attachment.name, attachment.media_type)]
    assert all(is_clean(text) for text in texts)
