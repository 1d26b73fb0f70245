"""Batches to train on: each conversation whole, behind what its batch has in common."""

from __future__ import annotations

from collections import Counter
from random import Random

import batches
import pytest
from batches import IGNORED, encode, pool
from examples import MIX, Examples
from gguf import GGUFReader
from tokenizer import SPECIAL_TOKENS, make_tokenizer

from runtime.pocket import POCKET_MODEL

CONVERSATIONS = 600
TOKENS = 2048


@pytest.fixture(scope="module")
def tokenizer():
    fields = GGUFReader(POCKET_MODEL).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
    return make_tokenizer(tokens[: -len(SPECIAL_TOKENS)], merges)


@pytest.fixture
def made(tokenizer, languages, monkeypatch):
    monkeypatch.setattr(batches, "POOL", CONVERSATIONS)
    examples = Examples(4, languages=languages)
    return pool(tokenizer, examples, TOKENS, copying=False, random=Random(1))


def test_each_conversation_is_whole_and_learned_where_the_assistant_speaks(made, tokenizer, languages):
    examples = Examples(4, languages=languages)
    wanted = [encode(tokenizer, examples.draw(MIX), IGNORED) for _ in range(CONVERSATIONS)]
    lengths = {tuple(ids): len(ids) for ids, _ in wanted}
    found: Counter[tuple[tuple[int, ...], tuple[float, ...]]] = Counter()
    for batch in made:
        opening = batch.opening.tolist()
        for ids, weights in zip(batch.ids.tolist(), batch.weights.tolist(), strict=True):
            learned = [IGNORED] * len(opening) + weights
            row = opening + ids
            length = next(n for n in range(len(row), 0, -1) if lengths.get(tuple(row[:n])) == n)
            assert not any(row[length:])
            found[tuple(row[:length]), tuple(learned[:length])] += 1
    assert found == Counter((tuple(ids), tuple(weights)) for ids, weights in wanted if len(ids) <= batches.LONGEST)


def test_what_many_begin_with_stands_once(made):
    shared = Counter[int]()
    for batch in made:
        assert batch.ids.shape == batch.weights.shape
        assert batch.ids.shape[1] % batches.ROUND == 0
        assert batch.ids.size <= TOKENS or len(batch.ids) == 1
        shared[len(batch.opening)] += len(batch.ids)
    # The names of all tools, before most requests; and at the least the mark of the beginning, before all.
    assert shared.most_common(1)[0][0] > 30
    assert min(shared) >= 1
