"""Formats that are text: what comes out of them, read in this process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.extraction.assembly import TextLimits
from tools.extraction.encodings import decode, looks_binary
from tools.extraction.extract import extract_file
from tools.extraction.wire import Answer
from tools.sanitise import sanitise


def read(root: Path, name: str, content: str | bytes) -> tuple[Answer, str]:
    (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return extract_file(root, name, TextLimits())


def places(answer: Answer) -> list[str]:
    return [place for _, place in answer["cuts"]]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.text(st.characters(codec="utf-8"), max_size=3000), st.sampled_from(["a.txt", "a.md", "a.py", "a.rst", "README"])
)
def test_plain_text_is_the_decoded_text_sanitised_and_nothing_else(tmp_path: Path, text: str, name: str) -> None:
    data = text.encode()
    answer, found = read(tmp_path, name, data)
    if answer["status"] == "done":
        assert found == sanitise(decode(data))
    else:
        assert not sanitise(text).strip() or looks_binary(data)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Größe und Maß, für jeden Fuß: die Übung macht den Meister.", "cp1252"),
        ("Größe", "utf-8-sig"),
        ("Größe — ", "utf-16"),
        ("plain Latin text, unmarked", "utf-16-le"),
        ("plain Latin text, unmarked", "utf-16-be"),
        ("Größe", "utf-32"),
        ("Съешь же ещё этих мягких французских булок, да выпей чаю.", "cp1251"),
        ("Съешь же ещё этих мягких французских булок, да выпей чаю.", "koi8-r"),
        ("名前,年齢,住所\n髙橋淳,35,名古屋\n", "cp932"),
        ("これは日本語の文章です。文字コードを判定します。", "euc-jp"),
        ("这是一个用来检测编码的中文句子，内容并不重要。", "gb18030"),
    ],
)
def test_encodings_are_told_apart(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    assert not looks_binary(data)
    assert decode(data) == text


def test_utf8_with_a_damaged_byte_is_still_utf8() -> None:
    assert decode("Größe ".encode() * 30 + b"\xff" + "Maß ".encode() * 30).count("ß") == 60


def test_an_encoding_that_python_has_not_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cchardet.detect", lambda _: {"encoding": "VISCII"})
    assert decode("Grüße aus Köln".encode("cp1252")) == "Grüße aus Köln"


def test_titles_are_headings(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", "# The lease\n\nText.")[0]["title"] == "The lease"
    assert read(tmp_path, "b.rst", "The lease\n=========\n\nText.")[0]["title"] == "The lease"
    assert read(tmp_path, "c.txt", "The lease\n\nText.")[0]["title"] == "The lease"
    assert read(tmp_path, "d.txt", "A sentence stands first.\n\nText.")[0]["title"] == "d.txt"
    assert read(tmp_path, "e.py", "# not a title\n\nx = 1\n")[0]["title"] == "e.py"


def test_lines_are_named(tmp_path: Path) -> None:
    answer, _ = read(tmp_path, "a.txt", "\n".join(f"Line number {number} of the file." for number in range(1, 101)))
    assert answer["cuts"][0][1].startswith("lines 1-")
    assert answer["cuts"][-1][1].endswith("-100")


def test_csv_rows_keep_their_header_in_sight(tmp_path: Path) -> None:
    rows = "".join(f'{number},"Street {number}, Town",{number * 10}\n' for number in range(2, 80))
    answer, text = read(tmp_path, "a.csv", "id,address,amount\n" + rows)
    assert text.startswith("id\taddress\tamount\n2\tStreet 2, Town\t20\n")
    assert places(answer)[0].startswith("rows 1-")
    assert all(place.startswith("row 1 and rows ") for place in places(answer)[1:])
    assert places(answer)[-1].endswith("-79")
    assert text.count("id\taddress\tamount") == len(places(answer))


@pytest.mark.parametrize(("sign", "name"), [(";", "a.csv"), ("\t", "a.tsv"), ("|", "a.csv"), ("\t", "a.csv")])
def test_delimiters_are_told_apart(tmp_path: Path, sign: str, name: str) -> None:
    _, text = read(tmp_path, name, "".join(f"a, b{sign}{number}{sign}c\n" for number in range(5)))
    assert text.splitlines()[4] == "a, b\t4\tc"


def test_a_quote_that_is_never_closed_costs_no_row(tmp_path: Path) -> None:
    answer, text = read(tmp_path, "a.csv", 'a,b\n1,"2\n' + "3,4\n" * 600_000)
    assert answer["status"] == "done"
    assert text.endswith("3\t4")


def test_json_in_lines_stays_as_it_is_but_for_its_escapes(tmp_path: Path) -> None:
    source = '{\n "a": "Gr\\u00f6\\u00dfe \\ud83d\\ude00 \\\\u00e4 \\u000a"\n}\n'
    answer, text = read(tmp_path, "a.json", source)
    assert text == '{\n "a": "Größe 😀 \\\\u00e4 \\u000a"\n}\n'
    assert places(answer) == ["lines 1-3"]


def test_json_on_one_line_is_laid_out(tmp_path: Path) -> None:
    value = [{"name": f"person {number}", "note": "wörter"} for number in range(200)]
    _, text = read(tmp_path, "a.json", json.dumps(value))
    assert json.loads(text) == value
    assert text.count("\n") > 600


def test_subtitles_are_placed_by_time(tmp_path: Path) -> None:
    cues = "1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i>\nthere.\n\n2\n00:01:05,000 --> 00:01:09,000\nBye.\n"
    answer, text = read(tmp_path, "a.srt", cues)
    assert (text, places(answer)) == ("Hello there.\nBye.", ["time 00:00:01-00:01:09"])
    answer, text = read(tmp_path, "a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000 align:start\nHi.\n")
    assert (text, places(answer)) == ("Hi.", ["time 00:01-00:02"])


def test_html_is_what_a_reader_of_the_page_reads(tmp_path: Path) -> None:
    page = """<!doctype html><title>My  page</title><nav>menu</nav><script>var x = "script"</script>
    <p hidden>hidden</p><p>First <b>bold</b>\nparagraph.<p>Second.<h2>Part &amp; two</h2><ul><li>one<li>two</ul>
    <table><tr><th>Name<th>Age<tr><td>Ana<td>30</table><pre>  kept\n    as is</pre><img alt="A picture">
    <a href="/de" hreflang="de">Deutsch</a>"""
    answer, text = read(tmp_path, "a.html", page)
    assert answer["title"] == "My page"
    assert places(answer) == ["start of the page", "section Part & two"]
    assert text == (
        "First bold paragraph.\n\nSecond.\n\nPart & two\n\n- one\n- two\n\nName\tAge\nAna\t30\n\n"
        "  kept\n    as is\n\nA picture"
    )


def test_html_declares_its_encoding(tmp_path: Path) -> None:
    _, text = read(tmp_path, "a.html", '<meta charset="windows-1251"><p>Привет'.encode("cp1251"))
    assert text == "Привет"


def test_the_main_part_of_a_page_is_what_is_read(tmp_path: Path) -> None:
    _, text = read(tmp_path, "a.html", f"<div>menu</div><main><p>{'The text. ' * 20}</main><footer>legal</footer>")
    assert text == ("The text. " * 20).strip()


def test_feeds_are_read_item_by_item(tmp_path: Path) -> None:
    feed = """<rss><channel><title>News</title><item><title>One</title><pubDate>Tue</pubDate>
    <description>&lt;p&gt;The &lt;b&gt;first&lt;/b&gt;.&lt;/p&gt;</description></item></channel></rss>"""
    answer, text = read(tmp_path, "a.xml", feed)
    assert (text, places(answer)) == ("News\n\nOne\n\nTue\n\nThe first.", ["about the feed", "item 1"])


def test_other_xml_gives_the_text_of_its_elements(tmp_path: Path) -> None:
    _, text = read(
        tmp_path, "a.xml", '<?xml version="1.0" encoding="latin-1"?><a><b>Größe</b><c/>end</a>'.encode("latin-1")
    )
    assert text == "b: Größe\nend"
    assert read(tmp_path, "b.xml", "<a><b>not closed")[1] == "<a><b>not closed"


def test_notebooks_give_text_code_and_output(tmp_path: Path) -> None:
    notebook = {
        "metadata": {"kernelspec": {"language": "python"}},
        "cells": [
            {"cell_type": "markdown", "source": ["# Title\n", "Text."]},
            {
                "cell_type": "code",
                "source": "print(1)",
                "outputs": [{"text": ["1\n"]}, {"data": {"image/png": "AAAA"}}],
            },
        ],
    }
    answer, text = read(tmp_path, "a.ipynb", json.dumps(notebook))
    assert answer["title"] == "Title"
    assert text == "# Title\nText.\n\n```python\nprint(1)\n```\n\n1\n"
    assert places(answer) == ["cell 1", "cell 2", "cell 2"]
    assert read(tmp_path, "b.ipynb", "[]")[0]["reason"] == "is damaged or not a notebook"


MAIL = """From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>
To: ana@example.org
Subject: The keys
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: multipart/alternative; boundary=A

--A
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe
--A
Content-Type: text/html

<p>the same in HTML
--A--
--B
Content-Type: text/plain; name=notes.txt
Content-Disposition: attachment; filename=notes.txt

The notes.
--B
Content-Type: application/pdf
Content-Disposition: attachment; filename=plan.pdf

JVBERi0=
--B--
"""


def test_mail_gives_headers_text_and_text_attachments(tmp_path: Path) -> None:
    answer, text = read(tmp_path, "a.eml", MAIL)
    assert text.split("\n\n") == [
        "From: Jürgen <j@example.org>\nTo: ana@example.org\nSubject: The keys",
        "Grüße",
        "The notes.",
    ]
    assert places(answer) == ["headers", "message", "attachment notes.txt"]
    assert (answer["status"], answer["reason"]) == ("partial", "its attachments were not read: plan.pdf")
    assert answer["title"] == "The keys"


def test_rtf_is_read_in_its_code_page(tmp_path: Path) -> None:
    _, text = read(tmp_path, "a.rtf", rb"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2\par Second\par}")
    assert text.split() == ["Привет", "Second"]


@pytest.mark.parametrize(
    ("name", "content", "status", "reason"),
    [
        ("a.txt", b"", "skipped", "is empty"),
        ("a.txt", b" \n\t\n", "skipped", "holds no text"),
        ("a.dat", bytes(range(256)) * 8, "skipped", "holds binary data, not text"),
        ("a.pdf", bytes(range(256)) * 8, "failed", "is damaged or not a PDF file"),
        (
            "a.docx",
            b"PK\x03\x04broken",
            "failed",
            "is damaged: it begins like a Word document and does not go on like one",
        ),
        ("a", b"PK\x03\x04broken", "failed", "is damaged: it begins like an archive and does not go on like one"),
    ],
)
def test_what_cannot_be_read_has_its_reason(
    tmp_path: Path, name: str, content: bytes, status: str, reason: str
) -> None:
    answer, text = read(tmp_path, name, content)
    assert (answer["status"], answer["reason"], text) == (status, reason, "")


def test_the_content_is_believed_before_the_name(tmp_path: Path) -> None:
    assert read(tmp_path, "a.doc.txt", rb"{\rtf1 Hello\par}")[0]["format"] == "rtf"
    assert read(tmp_path, "a.xls", "<html><table><tr><td>1")[0]["format"] == "html"
    assert read(tmp_path, "noname", "<!DOCTYPE html><p>Hi")[0]["format"] == "html"
