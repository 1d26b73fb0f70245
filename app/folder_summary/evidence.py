"""Which sentences of the sources say what a sentence says, and which of its claims they bear out."""

from __future__ import annotations

import re

from app.folder_summary.claim_forms.names import Quotation, find_names, tokens
from app.folder_summary.claims import Claim, claims
from app.folder_summary.source_index import SourceIndex
from tools.words import content_words

MOST_SENTENCES = 3
LEAST_GAIN = 0.15
"""The part of a sentence's weight that a further source must add."""
_CANDIDATES = 30
_LIKELIEST = 5
"""Candidates that are looked at for another number than the one said."""
_NEAR = 8
"""Sentences of one document at most so far apart speak of the same thing."""
_FAR = 0.7
"""What a word counts that stands only elsewhere: words from all over a folder say together what none of it says."""
_TELLING = 0.3
"""The weight of a word about the telling ("mentioned", "the document") against one of what is told."""
_ANCHORS = 4
"""Telling words around a number that say what it is the number of."""

_WORDS_OF_TELLING = frozenset(
    content_words(
        """
        say said mention discuss suggest ask explain describe introduce state note report propose present inform
        document text file summary section meeting participant speaker author according regarding overall
        additionally furthermore moreover finally meanwhile
        """
    )
)
_CLAUSE = re.compile(r"[,;:()]\s|\s(?:and|und|et|e|y|or|oder|ou|o|but|aber|mais|pero|while|whereas)\s")
_PRONOUN = re.compile(
    r"\b(?:I|we|you|he|she|it|they|him|her|them|who|ich|wir|er|sie|es|il|elle|ils|elles|je|nous|on|él|ella|ellos|ellas|lui|lei"
    r"|egli|loro|ele|ela|eles|elas)\b|वह|वे|उन्होंने|เขา|เธอ|[他她它彼]",
    re.IGNORECASE,
)
"""A source with one of these may speak of somebody whom another sentence names."""


class Evidence:
    """The sources of one sentence: `numbers` of an index's sentences, the one that says most first."""

    def __init__(self, sentence: str, index: SourceIndex) -> None:
        self._sentence = sentence
        self._index = index
        self._words = {token.word for token in tokens(sentence)}
        self.claims = claims(sentence)
        self.weights = {word: _weight(word, index) for word in dict.fromkeys(content_words(sentence))}
        self.numbers: list[int] = []
        self._said = 0.0
        self._left = dict(self.weights)
        self._open = list(self.claims)
        pool = index.best(self.weights, _CANDIDATES)
        self._likeliest = pool[:_LIKELIEST]
        self._gather(pool)

    @property
    def coverage(self) -> float:
        """The part of the sentence's weight that its sources share, from 0 to 1."""
        whole = sum(self.weights.values())
        return self._said / whole if whole else 0.0

    def missing(self) -> list[Claim]:
        """The claims that no source bears out: a name in its passage, a number, date or address in the sentence."""
        return [claim for claim in self.claims if not self._is_borne_out(claim)]

    def _gather(self, pool: list[int]) -> None:
        least = LEAST_GAIN * sum(self.weights.values())
        while pool and len(self.numbers) < MOST_SENTENCES:
            if len(self.numbers) == 1:
                pool = list(dict.fromkeys([*pool, *self._index.neighbours(self.numbers[0])]))
            gains = {number: self._gain(number) for number in pool}
            best = max(pool, key=lambda number: (gains[number], -len(self._index.text(number))))
            if gains[best] <= least:
                naming = self._naming()
                if naming is None:
                    return
                best = naming
            self._take(best)
            pool = [number for number in pool if number != best]

    def _gain(self, number: int) -> float:
        """What the sentence adds: the weight of its words, and that of a rare word for each number or date it has."""
        has = sum(claim.measured and self._index.facts(number).hold(claim.form) for claim in self._open)
        return (self._weight_of(self._index.words(number)) + has * self._index.weight("")) * self._nearness(number)

    def _weight_of(self, words: frozenset[str]) -> float:
        return sum(weight for word, weight in self._left.items() if word in words)

    def _nearness(self, number: int) -> float:
        first = self.numbers[0] if self.numbers else number
        near = abs(number - first) <= _NEAR and self._index.source(number) is self._index.source(first)
        return 1.0 if near else _FAR

    def _take(self, number: int) -> None:
        """Add the sentence. Its passage bears out a name as well: people are named once, then "she"."""
        held = [claim for claim in self._open if self._holds(number, claim)]
        said = self._index.words(number).union(*(content_words(claim.text) for claim in held))
        self._said += self._weight_of(said) * self._nearness(number)
        self._left = {word: weight for word, weight in self._left.items() if word not in said}
        self._open = [claim for claim in self._open if claim not in held]
        self.numbers.append(number)

    def _naming(self) -> int | None:
        """A sentence with a name that no passage so far has, from the same document as one of them."""
        paths = {self._index.source(number).path for number in self.numbers}
        for claim in self._open:
            words = {word: self.weights[word] for word in content_words(claim.text) if word in self.weights}
            for number in [] if claim.measured else self._index.best(words, _CANDIDATES):
                if self._index.source(number).path in paths and self._index.facts(number).hold(claim.form):
                    return number
        return None

    def _is_borne_out(self, claim: Claim) -> bool:
        having = [number for number in self.numbers if self._holds(number, claim)]
        if not having or isinstance(claim.form, Quotation):
            return bool(having)
        # It may be there, but of something else: wrong when what it is said of has another one.
        anchors = _anchors(claim, self._sentence)
        saying = [number for number in having if self._index.facts(number).hold(claim.form)]
        fit = max((self._shared(anchors, number) for number in saying), default=0.0)
        near = {*self.numbers, *self._likeliest, *(beside for n in having for beside in self._index.neighbours(n))}
        return not any(
            self._shared(anchors, number) > fit and self._has_rival(number, claim) for number in near.difference(saying)
        )

    def _has_rival(self, number: int, claim: Claim) -> bool:
        """Whether the source has another number, date or name where the sentence has this one."""
        facts = self._index.facts(number)
        if facts.hold(claim.form):
            return False
        if claim.measured:
            return facts.rival(claim.form)
        text = self._index.text(number)
        return not _PRONOUN.search(text) and any(
            not name.may_be_noun and not self._words.issuperset(name.words) for _, _, name in find_names(text)
        )

    def _shared(self, words: set[str], number: int) -> float:
        return sum(self.weights.get(word, 0.0) for word in words & self._index.words(number))

    def _holds(self, number: int, claim: Claim) -> bool:
        facts = self._index.facts(number) if claim.measured else self._index.facts_around(number)
        return facts.hold(claim.form)


def _weight(word: str, index: SourceIndex) -> float:
    return index.weight(word) * (_TELLING if word in _WORDS_OF_TELLING else 1)


def _anchors(claim: Claim, sentence: str) -> set[str]:
    """The telling words around a number in its clause; they tell the deposit of 500 from the fee of 500."""
    before = _CLAUSE.split(sentence[: claim.start])[-1]
    after = _CLAUSE.split(sentence[claim.end :])[0]
    words = [*content_words(before)[-_ANCHORS:], *content_words(after)[:_ANCHORS]]
    return {word for word in words if not word[0].isdigit()}
