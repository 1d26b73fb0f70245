"""llama.cpp cuts texts into the very tokens that the pocket model was trained on."""

from __future__ import annotations

from random import Random

import pytest
from docstrings import docstrings
from examples import Examples
from gguf import GGUFReader
from tokenizer import SPECIAL_TOKENS, make_tokenizer

from runtime.engine import native
from runtime.engine.model import Model
from runtime.pocket import POCKET_MODEL

SCRIPTS = (
    (32, 126),
    (160, 0x24F),
    (0x370, 0x52F),
    (0x900, 0x97F),
    (0xE01, 0xE5B),
    (0x4E00, 0x4FFF),
    (0x1F300, 0x1F6FF),
)
SPACES = "\n\n\t\r    \u2009\u00a0"


@pytest.fixture(scope="module")
def model():
    native.start()
    with Model(POCKET_MODEL) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def tokenizer():
    fields = GGUFReader(POCKET_MODEL).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
    assert tokens[-len(SPECIAL_TOKENS) :] == list(SPECIAL_TOKENS)
    return make_tokenizer(tokens[: -len(SPECIAL_TOKENS)], merges)


def test_ten_thousand_texts_give_the_same_tokens(model, tokenizer, languages):
    texts = sorted({*conversations(languages), *docstrings()[False][::5], *mixtures(Random(1), 3500)})
    assert len(texts) > 10_000
    for text, encoding in zip(texts, tokenizer.encode_batch(texts, add_special_tokens=False), strict=True):
        assert model.tokenize(text) == encoding.ids, text


def conversations(languages) -> set[str]:
    """Texts of conversations to train on, and of ones held back."""
    examples = [Examples(21, languages=languages), Examples(22, held=True, languages=languages)]
    return {turn.text for _ in range(1400) for made in examples for turn in made.draw().turns}


def mixtures(random: Random, count: int) -> set[str]:
    """Texts of many scripts, signs and kinds of white space at random."""
    return {"".join(_character(random) for _ in range(random.randint(1, 60))) for _ in range(count)}


def _character(random: Random) -> str:
    return random.choice(SPACES) if random.random() < 0.2 else chr(random.randint(*random.choice(SCRIPTS)))
