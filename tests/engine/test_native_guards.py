"""The thin layer over llama.cpp: what would abort the process is refused in Python."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from runtime.engine import native
from runtime.engine.context import Context, ContextShape, Outcome
from runtime.engine.grammar import Grammar
from runtime.engine.interrupt import Interrupt
from runtime.engine.json_schema import schema_grammar
from runtime.engine.model import Model
from runtime.engine.sampling import Sampler
from runtime.errors import BadModelFile, EngineFailed
from runtime.protocol import Sampling


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Iterator[Model]:
    native.start()
    with Model(tiny_model) as loaded:
        yield loaded


@pytest.fixture
def context(model: Model) -> Iterator[Context]:
    shape = ContextShape(
        n_ctx=256, sequences=4, chunk=32, kv_type="f32", threads=1, flash_attention=False, together=True
    )
    made = Context(model, shape, Interrupt())
    yield made
    made.close()


def decode(context: Context, tokens: dict[int, list[int]]) -> dict[int, np.ndarray]:
    """Append tokens to sequences in one call; return the logits after each."""
    context.batch.clear()
    rows = {
        sequence: context.batch.add(new, position=context.length(sequence), sequence=sequence, output=True)
        for sequence, new in tokens.items()
    }
    assert context.decode() is Outcome.DONE
    return {sequence: context.logits(row).copy() for sequence, row in rows.items()}


def test_four_sequences_in_one_call_agree_with_each_alone(context: Context, model: Model) -> None:
    prompts = {index: model.tokenize(text) for index, text in enumerate(("the lease", "a red", "she saw", "the end"))}
    together = dict(prompts)
    texts: dict[int, list[int]] = {index: [] for index in prompts}
    for _ in range(12):
        best = {index: int(row.argmax()) for index, row in decode(context, together).items()}
        together = {index: [token] for index, token in best.items()}
        for index, token in best.items():
            texts[index].append(token)
    for index, prompt in prompts.items():
        context.trim(index, 0)
        alone, new = [], prompt
        for _ in range(12):
            alone.append(int(decode(context, {index: new})[index].argmax()))
            new = alone[-1:]
        assert alone == texts[index]


def test_a_restored_sequence_goes_on_bit_for_bit(context: Context, model: Model) -> None:
    tokens = model.tokenize("the landlord shall return the deposit")
    decode(context, {0: tokens})
    state = context.save(0)
    expected = decode(context, {0: [5]})[0]
    decode(context, {2: tokens[:2]})
    assert context.restore(2, state)
    assert context.length(2) == len(tokens)
    assert np.array_equal(decode(context, {2: [5]})[2], expected)


def test_a_trimmed_sequence_goes_on_bit_for_bit(context: Context, model: Model) -> None:
    tokens = model.tokenize("the landlord shall return the deposit")
    decode(context, {1: tokens})
    expected = decode(context, {1: [5]})[1]
    decode(context, {1: tokens})
    assert context.trim(1, len(tokens))
    assert np.array_equal(decode(context, {1: [5]})[1], expected)


def test_a_full_sequence_has_no_room_and_lives_on(context: Context) -> None:
    for _ in range(8):
        decode(context, {0: [7] * 32})
    context.batch.clear()
    context.batch.add([7], position=256, sequence=0, output=True)
    assert context.decode() is Outcome.NO_ROOM
    assert context.length(0) == 256
    assert context.trim(0, 10)
    decode(context, {0: [7]})


def test_a_raised_flag_stops_the_decode(model: Model) -> None:
    interrupt = Interrupt()
    context = Context(model, ContextShape(256, 1, 32, "f16", 1, flash_attention=False), interrupt)
    interrupt.begin([1])
    interrupt.cancel(1)
    context.batch.clear()
    context.batch.add([7] * 32, position=0, sequence=0, output=True)
    assert context.decode() is Outcome.ABORTED
    interrupt.end()
    context.trim(0, 0)
    decode(context, {0: [7] * 32})
    context.close()


def test_what_would_abort_is_refused(context: Context) -> None:
    batch = context.batch
    batch.clear()
    with pytest.raises(ValueError, match="0 tokens"):
        context.decode()
    with pytest.raises(ValueError, match="33 tokens"):
        batch.add([1] * 33, position=0, sequence=0, output=False)
    with pytest.raises(ValueError, match="0 tokens"):
        batch.add([], position=0, sequence=0, output=False)
    batch.add([1], position=0, sequence=4, output=True)
    with pytest.raises(ValueError, match="no sequence 4"):
        context.decode()
    for index in range(5):
        batch.add([1], position=index, sequence=0, output=True)
    with pytest.raises(ValueError, match="6 outputs"):
        context.decode()
    for call in (context.length, context.save, lambda s: context.trim(s, 0), lambda s: context.restore(s, b"")):
        with pytest.raises(ValueError, match="no sequence"):
            call(-1)
    with pytest.raises(ValueError, match="threads"):
        context.set_threads(0, 1)


def test_a_state_that_is_damaged_is_not_taken(context: Context, model: Model) -> None:
    decode(context, {0: model.tokenize("the lease")})
    assert not context.restore(1, b"\0" * 8)
    assert context.length(1) == 0


def test_tokens_outside_the_vocabulary_are_refused(model: Model) -> None:
    for call in (model.piece, model.is_control, model.ends_generation):
        for token in (-1, model.n_vocab):
            with pytest.raises(IndexError):
                call(token)


def test_pieces_are_the_bytes_of_the_text(model: Model) -> None:
    text = "The landlord, 30 days: Ünïcode € 日本 🙂\n\n"
    assert b"".join(map(model.piece, model.tokenize(text))) == text.encode()
    assert model.piece(model.tokenize("<|eot_id|>", special=True)[0]) == b""


def test_a_grammar_that_cannot_be_parsed_is_refused(model: Model) -> None:
    for gbnf in ("", "root ::= (", "leaf ::= [a-z]"):
        with pytest.raises(EngineFailed):
            Grammar(model, gbnf)


def test_a_token_off_the_grammar_is_not_accepted(model: Model) -> None:
    grammar = Grammar(model, schema_grammar({"type": "boolean"}))
    wrong = model.tokenize("x")[0]
    assert not grammar.allows(wrong)
    with pytest.raises(ValueError, match="grammar"):
        grammar.accept(wrong)
    for token in model.tokenize("true"):
        grammar.accept(token)
    grammar.close()


def test_when_no_token_is_allowed_none_is_chosen(model: Model) -> None:
    logits = np.full(model.n_vocab, -np.inf, np.float32)
    for temperature in (0.0, 1.0):
        grammar = Grammar(model, schema_grammar({"type": "boolean"}))
        sampler = Sampler(Sampling(temperature=temperature), model.n_vocab, grammar)
        assert sampler.choose(logits) is None
        sampler.close()


def test_a_directory_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(BadModelFile):
        Model(tmp_path)
