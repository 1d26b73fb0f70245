"""Several rankings made into one: reciprocal rank fusion.

G. V. Cormack, C. L. A. Clarke, S. Büttcher: Reciprocal rank fusion outperforms Condorcet and individual rank learning
methods. SIGIR 2009.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from tools.search.hits import Hit

K = 60
"""The constant of the paper: how little the first places of one ranking outweigh agreement between rankings."""


def fuse(rankings: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The hits of all rankings, each once, by the sum of 1 / (K + its rank) over the rankings that have it."""
    scores: dict[str, float] = defaultdict(float)
    hits: dict[str, Hit] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, start=1):
            scores[hit.text] += 1 / (K + rank)
            hits.setdefault(hit.text, hit)
    order = sorted(hits, key=lambda text: -scores[text])
    return [replace(hits[text], score=scores[text]) for text in order]
