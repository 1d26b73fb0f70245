"""A report as Markdown: for the terminal, and for `--out FILE`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.folder_summary.report import Citation, CitedSentence, FileReport, Report
from tools.sanitise import sanitise

MARKDOWN = re.compile(r"([\\`*_\[\]<>#|])")
"""Without these foreign text makes no link, picture, heading, table or markup."""


def to_markdown(report: Report, heading: str) -> str:
    """The whole report; sources are numbered through, and each number stands behind the sentence that rests on it."""
    sources: dict[tuple[str, int, int], tuple[int, Citation]] = {}
    lines = [f"# {escape(heading)}", "", f"*{_head(report)}*", ""]
    lines += [line for notice in report.notices for line in (f"**{escape(notice)}**", "")]
    lines += [_paragraph(report.summary, sources), ""] if report.summary else []
    for row in report.files:
        if row.summary:
            lines += [f"## {_title(row)}", "", *_note(row), _paragraph(row.summary, sources), ""]
    lines += _section("Not summarised", _unread(report.files))
    lines += _section("Sources", (_source(number, citation) for number, citation in sources.values()))
    return "\n".join(lines).rstrip() + "\n"


def answer_to_markdown(sentences: Sequence[CitedSentence]) -> str:
    """An answer with its numbered sources; empty when there is none."""
    sources: dict[tuple[str, int, int], tuple[int, Citation]] = {}
    lines = [_paragraph(sentences, sources), ""] if sentences else []
    lines += _section("Sources", (_source(number, citation) for number, citation in sources.values()))
    return "\n".join(lines).rstrip() + "\n" if lines else ""


def escape(text: str) -> str:
    """Foreign text as Markdown that shows it and does nothing else."""
    return MARKDOWN.sub(r"\\\1", " ".join(sanitise(text).split()))


def _head(report: Report) -> str:
    coverage = report.coverage
    by = escape(report.model) if report.model else "digest, no model"
    return f"{coverage.sentence()} · {coverage.passages_read} of {coverage.passages} passages read · {by}"


def _title(row: FileReport) -> str:
    title = "" if row.title in {"", row.path, row.path.rpartition("/")[2]} else row.title
    return escape(row.path) + (f" — {escape(title)}" if title else "")


def _note(row: FileReport) -> list[str]:
    return [f"*{row.status}: {escape(row.reason)}*", ""] if row.reason else []


def _paragraph(sentences: Sequence[CitedSentence], sources: dict[tuple[str, int, int], tuple[int, Citation]]) -> str:
    return " ".join(_sentence(sentence, sources) for sentence in sentences)


def _sentence(sentence: CitedSentence, sources: dict[tuple[str, int, int], tuple[int, Citation]]) -> str:
    marks = []
    for citation in sentence.citations:
        key = (citation.path, citation.start, citation.end)
        number, _ = sources.setdefault(key, (len(sources) + 1, citation))
        marks.append(f"[{number}]")
    if not sentence.supported:
        missing = ", ".join(map(escape, sentence.unsupported))
        marks.append(f"**[no source: {missing}]**" if missing else "**[no source]**")
    return " ".join([escape(sentence.sentence), *marks])


def _source(number: int, citation: Citation) -> str:
    return f"- [{number}] {escape(citation.path)}, {escape(citation.place)}: “{escape(citation.quote)}”"


def _unread(rows: list[FileReport]) -> Iterator[str]:
    for row in rows:
        if not row.summary:
            yield f"- {escape(row.path)}: {row.status}" + (f", {escape(row.reason)}" if row.reason else "")


def _section(heading: str, lines: Iterator[str]) -> list[str]:
    body = list(lines)
    return [f"## {heading}", "", *body, ""] if body else []
