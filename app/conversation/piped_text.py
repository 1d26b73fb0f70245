"""Text that came with a question, on standard input, as passages that its answer rests on."""

from __future__ import annotations

import hashlib

from app.conversation.retrieval import MOST_PASSAGES, Retrieved, best_sentences
from app.folder_summary.report import Citation, CitedSentence
from app.folder_summary.source_index import SourceIndex
from tools.digest import KeySentence, digest_document
from tools.extraction.assembly import TextLimits, assemble
from tools.extraction.formats.plain import read_text
from tools.passages import Document, Passage
from tools.words import content_words


class PipedText:
    """A text under a name, cut into passages."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._document = _document(text)
        self._index = SourceIndex([(name, self._document)])

    def retrieved(self, question: str) -> Retrieved:
        """The passages with the question's words, then those that carry the text, as many as a model is given."""
        weights = {word: self._index.weight(word) for word in content_words(question)}
        starts = [self._index.span(number)[0] for number in self._index.best(weights, MOST_PASSAGES)]
        starts += [sentence.start for sentence in self._key_sentences()]
        passages = dict.fromkeys(self._passage_at(start) for start in starts)
        return Retrieved(tuple(map(self._citation, list(passages)[:MOST_PASSAGES])), self._index)

    def sentences(self, question: str) -> list[CitedSentence]:
        """The text's own sentences that answer best, or else carry it: an answer without a model."""
        return best_sentences(question, self._index) or [
            CitedSentence(sentence=" ".join(one.text.split()), supported=True, citations=[self._quote(one)])
            for one in self._key_sentences()
        ]

    def _key_sentences(self) -> tuple[KeySentence, ...]:
        return digest_document(self._document).sentences

    def _passage_at(self, start: int) -> Passage:
        return next(one for one in reversed(self._document.passages) if one.start <= start)

    def _citation(self, passage: Passage) -> Citation:
        return Citation(path=self._name, place=passage.place, start=passage.start, end=passage.end, quote=passage.text)

    def _quote(self, one: KeySentence) -> Citation:
        return Citation(path=self._name, place=one.place, start=one.start, end=one.end, quote=one.text)


def _document(text: str) -> Document:
    assembled = assemble(read_text(text), TextLimits())
    passages, start = [], 0
    for ordinal, (end, place) in enumerate(assembled.cuts):
        passages.append(Passage(ordinal, place, start, end, assembled.text[start:end]))
        start = end
    content_hash = hashlib.sha256(assembled.text.encode()).hexdigest()
    return Document(content_hash, "txt", "", tuple(passages), assembled.note)
