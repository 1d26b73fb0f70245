"""Which passages of the sources carry a sentence, quoted word for word, and what in it none of them says."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.folder_summary.contradictions import contradicts
from app.folder_summary.evidence import Evidence
from app.folder_summary.report import Citation, CitedSentence
from app.folder_summary.source_index import SourceIndex
from tools.passages import Document
from tools.sentences import split_sentences
from tools.words import content_words

LONGEST_QUOTE = 300
"""Characters. A longer sentence of a source is quoted where it has the words looked for."""
COVERAGE = 0.5
"""The part of a sentence's weight that its sources must share to carry it.

Measured on the sentences that people wrote about the meetings of QMSum: 53 % are carried by their meeting, 4 % by
another meeting.
"""

_LIST_MARK = re.compile(r"^(?:[-*•‣]|\d{1,2}[.)]|#{1,6})\s+")


def cite_text(text: str, index: SourceIndex) -> list[CitedSentence]:
    """Each sentence of a summary with the sources that carry it, without the marks of lists and headings."""
    sentences = (_LIST_MARK.sub("", text[start:end], count=1) for start, end in split_sentences(text))
    return [cite(sentence, index) for sentence in sentences if any(sign.isalnum() for sign in sentence)]


def cite(sentence: str, index: SourceIndex) -> CitedSentence:
    """The sentence with up to three quotes that carry it.

    It counts as supported when the quotes share at least `COVERAGE` of its words, weighted by how much each tells, when
    every name stands in a quote's passage and every number, date and address in a quote that speaks of the same thing,
    and when the first quote does not say the opposite.
    """
    evidence = Evidence(sentence, index)
    missing = dict.fromkeys(claim.text for claim in evidence.missing())
    denied = any(contradicts(sentence, index.text(number)) for number in evidence.numbers[:1])
    return CitedSentence(
        sentence=sentence,
        supported=evidence.coverage >= COVERAGE and not missing and not denied,
        citations=[_citation(number, evidence.weights, index) for number in evidence.numbers],
        unsupported=list(missing),
    )


def verify(citation: Citation, document: Document) -> bool:
    """Whether the quote stands in the document, character for character, at the span and the place it names."""
    span = document.text[citation.start : citation.end]
    place = next((p.place for p in document.passages if p.start <= citation.start < p.end), None)
    return bool(span) and span == citation.quote and place == citation.place


def _citation(number: int, weights: Mapping[str, float], index: SourceIndex) -> Citation:
    source = index.source(number)
    start, end = _quoted(*index.span(number), source.text, weights)
    return Citation(path=source.path, place=source.place_of(start), start=start, end=end, quote=source.text[start:end])


def _quoted(start: int, end: int, text: str, weights: Mapping[str, float]) -> tuple[int, int]:
    """The span itself or, where it is too long, the part of it that has most of the words, cut between words."""
    if end - start <= LONGEST_QUOTE:
        return start, end
    cuts = [start, *(start + match.end() for match in re.finditer(r"\s+", text[start:end])), end]
    first, last = max(_windows(cuts), key=lambda span: _weight_of(text[span[0] : span[1]], weights))
    return first, first + len(text[first:last].rstrip())


def _windows(cuts: list[int]) -> list[tuple[int, int]]:
    """Spans between cuts, each as long as a quote may be; a text without spaces is cut anywhere."""
    spans = []
    for start in cuts[:-1]:
        ends = [cut for cut in cuts if start < cut <= start + LONGEST_QUOTE]
        spans.append((start, ends[-1] if ends else start + LONGEST_QUOTE))
        if spans[-1][1] == cuts[-1]:
            break
    return spans


def _weight_of(text: str, weights: Mapping[str, float]) -> float:
    said = set(content_words(text))
    return sum(weight for word, weight in weights.items() if word in said)
