"""Sentences with the numbers of their sources, as content for widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.style import Style

from app.folder_summary.report import Citation, CitedSentence
from app.tui.terminal_safety import one_line

Span = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class NumberedSentence:
    """A sentence whose citations carry numbers that are the same wherever the same span is cited."""

    sentence: CitedSentence
    numbers: tuple[int, ...]

    def content(self) -> Content:
        """The sentence, its marks, and in words whatever stands in no source."""
        text = Content(one_line(self.sentence.sentence))
        for claim in self.sentence.unsupported:
            text = _underlined(text, one_line(claim))
        marks = [_mark(number, position) for position, number in enumerate(self.numbers)]
        return Content.assemble(text, " " if marks else "", *marks, self._doubt())

    def _doubt(self) -> Content:
        if self.sentence.unsupported:
            return Content.styled(f" (unsupported: {one_line(', '.join(self.sentence.unsupported))})", "$warning")
        if not self.sentence.supported:
            return Content.styled(" (no source found)", "$warning")
        return Content("")


def numbered(sentences: Sequence[CitedSentence], first: int = 1) -> list[NumberedSentence]:
    """Number the citations from `first` in reading order; a span cited twice keeps its number."""
    known: dict[Span, int] = {}
    return [
        NumberedSentence(
            sentence, tuple(known.setdefault(_span(citation), first + len(known)) for citation in sentence.citations)
        )
        for sentence in sentences
    ]


def as_markdown(sentences: Sequence[NumberedSentence]) -> str:
    """The sentences and the list of their sources, to paste elsewhere."""
    sources: dict[int, Citation] = {}
    lines: list[str] = []
    for sentence in sentences:
        sources |= dict(zip(sentence.numbers, sentence.sentence.citations, strict=True))
        lines.append(f"- {sentence.content().plain}")
    listed = [
        f"[{number}] {source.path}, {source.place}: “{one_line(source.quote)}”" for number, source in sources.items()
    ]
    return "\n".join([*lines, "", *listed] if listed else lines) + "\n"


def _mark(number: int, position: int) -> Content:
    return Content.styled(f"[{number}]", "bold $accent").stylize(Style.from_meta({"citation": position}))


def _underlined(text: Content, claim: str) -> Content:
    start = text.plain.find(claim)
    return text if start < 0 or not claim else text.stylize("underline", start, start + len(claim))


def _span(citation: Citation) -> Span:
    return citation.path, citation.start, citation.end
