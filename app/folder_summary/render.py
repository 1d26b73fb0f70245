"""A report as Markdown: for the terminal, and for `--out FILE`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.folder_summary.report import Citation, CitedSentence, FileReport, Report
from tools.sanitise import sanitise

MARKDOWN = re.compile(r"([\\`*_\[\]<>#|])")
"""Without these foreign text makes no link, picture, heading, table or markup."""
_PARAGRAPHS = re.compile(r"\n\s*\n")
_LINE_START = re.compile(r"^(\d*)([-+=~.)])")


class Sources:
    """The sources of a text, numbered through; each number stands behind the sentence that rests on it."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, int, int], tuple[int, Citation]] = {}

    def paragraph(self, sentences: Sequence[CitedSentence]) -> str:
        return " ".join(self._sentence(sentence) for sentence in sentences)

    def section(self) -> list[str]:
        """The list of them all, under a heading of its own."""
        return _section("Sources", (_source(number, citation) for number, citation in self._numbers.values()))

    def _sentence(self, sentence: CitedSentence) -> str:
        marks = []
        for citation in sentence.citations:
            key = (citation.path, citation.start, citation.end)
            number, _ = self._numbers.setdefault(key, (len(self._numbers) + 1, citation))
            marks.append(f"[{number}]")
        if not sentence.supported:
            missing = ", ".join(map(escape, sentence.unsupported))
            marks.append(f"**[no source: {missing}]**" if missing else "**[no source]**")
        return " ".join([escape(sentence.sentence), *marks])


def to_markdown(report: Report, heading: str) -> str:
    """The whole report with its sources."""
    sources = Sources()
    lines = [f"# {escape(heading)}", "", f"*{_head(report)}*", ""]
    lines += [line for notice in report.notices for line in (f"**{escape(notice)}**", "")]
    lines += [sources.paragraph(report.summary), ""] if report.summary else []
    for row in report.files:
        if row.summary:
            lines += [f"## {_title(row)}", "", *_note(row), sources.paragraph(row.summary), ""]
    lines += _section("Not summarised", _unread(report.files))
    lines += sources.section()
    return "\n".join(lines).rstrip() + "\n"


def answer_to_markdown(sentences: Sequence[CitedSentence]) -> str:
    """An answer with its numbered sources; empty when there is none."""
    sources = Sources()
    lines = [sources.paragraph(sentences), ""] if sentences else []
    lines += sources.section()
    return "\n".join(lines).rstrip() + "\n" if lines else ""


def escape(text: str) -> str:
    """Foreign text as Markdown that shows it and does nothing else."""
    return MARKDOWN.sub(r"\\\1", " ".join(sanitise(text).split()))


def escape_lines(text: str) -> str:
    """`escape` for a text whose lines and paragraphs stay; no line becomes a list, a rule or a heading."""
    paragraphs = _PARAGRAPHS.split(sanitise(text).strip())
    return "\n\n".join(
        "  \n".join(_LINE_START.sub(r"\1\\\2", escape(line)) for line in paragraph.split("\n"))
        for paragraph in paragraphs
    )


def _head(report: Report) -> str:
    coverage = report.coverage
    by = escape(report.model) if report.model else "digest, no model"
    return f"{coverage.sentence()} · {coverage.passages_read} of {coverage.passages} passages read · {by}"


def _title(row: FileReport) -> str:
    path, title = escape(row.path), escape(row.title)
    return path if title in {"", path, escape(row.path.rpartition("/")[2])} else f"{path} — {title}"


def _note(row: FileReport) -> list[str]:
    return [f"*{row.status}: {escape(row.reason)}*", ""] if row.reason else []


def _source(number: int, citation: Citation) -> str:
    return f"- [{number}] {escape(citation.path)}, {escape(citation.place)}: “{escape(citation.quote)}”"


def _unread(rows: list[FileReport]) -> Iterator[str]:
    for row in rows:
        if not row.summary:
            yield f"- {escape(row.path)}: {row.status}" + (f", {escape(row.reason)}" if row.reason else "")


def _section(heading: str, lines: Iterator[str]) -> list[str]:
    body = list(lines)
    return [f"## {heading}", "", *body, ""] if body else []
