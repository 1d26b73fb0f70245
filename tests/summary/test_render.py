"""A report as Markdown."""

from __future__ import annotations

import pytest

from app.folder_summary.render import to_markdown
from app.folder_summary.report import Citation, CitedSentence, Coverage, FileReport, Report

QUOTE = Citation(path="lease.pdf", place="page 4", start=10, end=40, quote="within thirty (30) days")


def report(**changes) -> Report:
    sentence = CitedSentence(sentence="The deposit comes back within 30 days.", supported=True, citations=[QUOTE])
    row = FileReport(path="lease.pdf", status="done", title="Lease", summary=[sentence])
    coverage = Coverage(files=2, done=1, skipped=1, passages=9, passages_read=9)
    skipped = FileReport(path="photo.jpg", status="skipped", reason="pictures are not read")
    return Report(summary=[sentence], coverage=coverage, files=[row, skipped], **changes)


def test_every_sentence_has_the_number_of_its_source():
    text = to_markdown(report(), "Summary of papers")
    assert "The deposit comes back within 30 days. [1]" in text
    assert "- [1] lease.pdf, page 4: “within thirty (30) days”" in text
    assert text.count("[1] lease") == 1


def test_the_head_says_what_was_read():
    assert "1 of 2 files in full, 1 skipped · 9 of 9 passages read" in to_markdown(report(), "x")


def test_a_file_without_a_summary_is_listed_with_its_reason():
    assert "- photo.jpg: skipped, pictures are not read" in to_markdown(report(), "x")


@pytest.mark.parametrize(
    ("path", "title", "heading"),
    [
        ("lease.pdf", "Lease", "lease.pdf — Lease"),
        ("old/lease.pdf", "lease.pdf", "old/lease.pdf"),
        ("new\nline.txt", "new line.txt", "new line.txt"),
        ("rtl\u202efdp.txt", "rtlfdp.txt", "rtlfdp.txt"),
    ],
)
def test_a_title_that_is_the_file_s_name_is_not_said_twice(path, title, heading):
    sentence = CitedSentence(sentence="It rains.", supported=True)
    row = FileReport(path=path, status="done", title=title, summary=[sentence])
    assert f"\n## {heading}\n" in to_markdown(Report(summary=[], files=[row]), "x")


def test_what_stands_in_no_source_is_marked_in_words():
    wrong = CitedSentence(sentence="It ends in 2031.", supported=False, unsupported=["2031"])
    assert "It ends in 2031. **[no source: 2031]**" in to_markdown(Report(summary=[wrong]), "x")


def test_foreign_text_cannot_become_a_link_or_a_picture():
    hostile = CitedSentence(sentence="![x](http://evil/?q=1) <img src=x> # head", supported=False)
    text = to_markdown(Report(summary=[hostile]), "x")
    assert "![x](" not in text
    assert "<img" not in text.replace("\\<", "")
