"""The plan for a model on machines that are not here, against arithmetic done by hand.

Sizes in MiB (2**20 bytes), for Llama 3.2 3B in Q8_0 and, after the bar, for 1B in Q4_0 with its embedding in Q6_K:

    a layer's weights: q and output 2 x 3072 x 3072, k and v 2 x 3072 x 1024, feed-forward 3 x 3072 x 8192 numbers of
        34/32 bytes, two norms of 3072 x 4 bytes: 102.02 | 2 x 2048 x 2048 + 2 x 2048 x 512 + 3 x 2048 x 8192 numbers of
        18/32 bytes and the norms: 32.64
    embedding, which is the output matrix too: 128256 x 3072 x 34/32 bytes: 399.24 | x 2048 x 210/256: 205.49
    weights: 28 x 102.02 + 399.25 = 3255.9 | 16 x 32.64 + 205.5 = 727.7
    process, vocabulary (128256 x 150 + 280147 x 110 bytes) and logits (128256 x 4 x 3 bytes): 64 + 47.7 + 1.5 = 113.2
    context of 8192 tokens in 2 sequences: a layer 2 x 8192 x 2 x 1024 numbers of 2 bytes: 64 in f16, 34 in q8_0
        (17/32 of it) | x 512: 32 and 17; all layers 1792 and 952 | 512 and 272
    computing 128 tokens on a CPU with a context of 8192:
        f16: mask 4 + scores 24 x 4 + vectors (5 x 3072 + 2 x 1024) x 512 bytes = 8.5 + scratch 48: 156.5
             | 4 + 32 x 4 + (5 x 2048 + 2 x 512) x 512 bytes = 5.5 + 64: 201.5
        q8_0: mask 2 + feed-forward (3 x 8192 + 4 x 3072) x 512 bytes = 18 + scratch 1.1: 21.1 | 2 + 16 + 1.1: 19.1
    computing 512 tokens on a GPU: mask 8 + feed-forward 72 + scratch 4.5 = 84.5; with a context of 4096: 80.5
    what the CPU hands to a GPU with all layers: 512 x 4 x (2 x 3072 + 8192) bytes: 28 | 24
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from runtime.fit import Candidate, Device, Footprint, Plan, Refusal, Wanted, plan, possible_plans
from runtime.fit.wording import size, tokens
from runtime.model_file.sizes import LayerSizes, Sizes

MIB, GIB = 2**20, 2**30

MATRIX_3B, MATRIX_1B = 128_256 * 3072 * 34 // 32, 128_256 * 2048 * 210 // 256
LLAMA_3B = Footprint(
    "Llama 3.2 3B",
    Sizes(
        layers=(LayerSizes(100_663_296 * 34 // 32 + 2 * 3072 * 4, keys=1024, values=1024),) * 28,
        embedding=MATRIX_3B + 3072 * 4, output=MATRIX_3B + 3072 * 4, tied=True,
        n_ctx_train=131_072, n_vocab=128_256, merges=280_147, width=3072, heads=24, head_width=128, feed_forward=8192,
    ),
)  # fmt: skip
LLAMA_1B = Footprint(
    "Llama 3.2 1B",
    Sizes(
        layers=(LayerSizes(60_817_408 * 18 // 32 + 2 * 2048 * 4, keys=512, values=512),) * 16,
        embedding=MATRIX_1B + 2048 * 4, output=MATRIX_1B + 2048 * 4, tied=True,
        n_ctx_train=131_072, n_vocab=128_256, merges=280_147, width=2048, heads=32, head_width=64, feed_forward=8192,
    ),
)  # fmt: skip


def machine(free: float, total: float, *gpus: Device) -> list[Device]:
    return [*gpus, Device("cpu", "a processor", total=int(total * GIB), free=int(free * GIB))]


# What a model may take is what is free less an eighth of the whole (at least 256 MiB, at most 1 GiB):
METAL_8 = machine(5.5, 8, Device("metal", "Apple M1", int(5.3 * GIB), int(5.3 * GIB)))  # 4748.8 and 4608 MiB
CUDA_4 = machine(12, 16, Device("cuda", "GTX 1650", 4 * GIB, int(3.9 * GIB)))  # 3481.6 and 11264 MiB
VULKAN_6 = machine(12, 16, Device("vulkan", "RX 5600", 6 * GIB, int(5.8 * GIB)))  # 5171.2 and 11264 MiB
CPU_2 = machine(1.5, 2)  # 1280 MiB
CPU_4 = machine(3.5, 4)  # 3072 MiB
CPU_16 = machine(12, 16)  # 11264 MiB


@pytest.mark.parametrize(
    ("model", "devices", "words", "needed"),
    [
        # In f16 the GPU would need 28 x (102.02 + 64) + 399.25 + 84.5 = 5132.4, in q8_0 28 x 136.02 + 483.75 = 4292.4.
        # All of that is main memory, where the CPU maps the embedding too, once: 113.2 + 28 + 4292.4 = 4433.6.
        (LLAMA_3B, METAL_8, "28 of 28 layers on the GPU, 8k context, kept in 8 bits, 4.2 of 5.3 GB", [4292.4, 4433.6]),
        # Neither f16 nor q8_0 fit, nor does a context of 4096: 28 x (102.02 + 17) + 399.25 + 80.5 = 3812.4.
        # 22 layers: 22 x 136.02 + 483.75 = 3476.3, 23: 3612.3. Left are 6 x 136.02 + 113.2 + 399.25 + 84.5 = 1413.1.
        (
            LLAMA_3B, CUDA_4,
            "22 of 28 layers on the GPU, 8k context, kept in 8 bits, 3.4 of 4 GB, and 1.4 of 16 GB of main memory",
            [3476.3, 1413.1],
        ),
        # 5132.4, and 113.2 + 399.25 + 28 = 540.5.
        (
            LLAMA_3B, VULKAN_6, "28 of 28 layers on the GPU, 8k context, 5 of 6 GB, and 0.5 of 16 GB of main memory",
            [5132.4, 540.5],
        ),
        # 3255.9 + 1792 + 156.5 + 113.2 = 5317.6.
        (LLAMA_3B, CPU_16, "on the CPU, 8k context, 5.2 of 16 GB", [5317.6]),
        # In f16 727.7 + 512 + 201.5 + 113.2 = 1554.4; in q8_0 727.7 + 272 + 19.1 + 113.2 = 1132.0.
        (LLAMA_1B, CPU_2, "on the CPU, 8k context, kept in 8 bits, 1.1 of 2 GB", [1132.0]),
        # 16 x (32.64 + 32) + 205.5 + 84.5 - 8 = 1316.2 with a narrower model's vectors (16 x 4 MiB), and 342.7.
        (
            LLAMA_1B, CUDA_4, "16 of 16 layers on the GPU, 8k context, 1.3 of 4 GB, and 0.3 of 16 GB of main memory",
            [1316.2, 342.7],
        ),
    ],
)  # fmt: skip
def test_plans(model: Footprint, devices: list[Device], words: str, needed: list[float]) -> None:
    made = plan(model, devices, Wanted())
    assert isinstance(made, Plan)
    assert made.words() == words
    assert [share.needed / MIB for share in made.shares] == pytest.approx(needed, abs=0.1)


def test_what_does_not_fit_is_refused_with_the_arithmetic_and_another_model() -> None:
    # 3255.9 + 2 x 2048 x 28 x 2048 x 17/16 bytes = 238 + 113.2 + mask 0.5 + 18 + 1.1 = 3626.7 of 1280 MiB.
    refused = plan(LLAMA_3B, CPU_2, Wanted(), [Candidate("Llama 3.2 1B", LLAMA_1B), Candidate("itself", LLAMA_3B)])
    assert isinstance(refused, Refusal)
    assert refused.needed / MIB == pytest.approx(3626.7, abs=0.1)
    assert refused.message == (
        "Llama 3.2 3B needs 3.5 GB of memory even with a context of 2k tokens (3.2 GB are its weights and 238 MB its"
        " context), and 1.2 GB of 2 GB can be used now."
    )
    assert refused.hint == "Use Llama 3.2 1B, which fits, or close other programs."


def test_a_model_that_would_not_fit_either_is_not_named() -> None:
    refused = plan(LLAMA_3B, machine(0.5, 1), Wanted(), [Candidate("Llama 3.2 1B", LLAMA_1B)])
    assert isinstance(refused, Refusal)
    assert "1B" not in refused.hint


def test_128k_tokens_on_a_machine_with_4_gb() -> None:
    # In q8_0 128k tokens are 16 x 272 = 4352 MiB; 64k are 2176, with 727.7 + 113.2 + mask 16 + 16 + 1.1 = 3050.0.
    reduced = plan(LLAMA_1B, CPU_4, Wanted(n_ctx=131_072))
    assert isinstance(reduced, Plan)
    assert (reduced.setup.n_ctx, reduced.setup.kv_type) == (65_536, "q8_0")
    assert reduced.needed / MIB == pytest.approx(3050.0, abs=0.1)
    assert isinstance(plan(LLAMA_3B, CPU_4, Wanted(n_ctx=131_072)), Refusal)


@pytest.mark.parametrize("devices", [METAL_8, CUDA_4, VULKAN_6, CPU_2, CPU_4, CPU_16])
@pytest.mark.parametrize("model", [LLAMA_1B, LLAMA_3B])
def test_every_plan_fits_and_keeps_what_was_asked_for(model: Footprint, devices: list[Device]) -> None:
    for possible in possible_plans(model, devices, Wanted()):
        assert all(share.needed <= share.device.usable for share in possible.shares)
        assert sum(share.layers for share in possible.shares) == possible.layers
    for possible in possible_plans(model, devices, Wanted(kv_type="f16", gpu_layers=0, n_ctx=4096)):
        assert (possible.setup.kv_type, possible.setup.gpu_layers) == ("f16", 0)
        assert possible.setup.n_ctx <= 4096


def test_more_of_anything_never_needs_less() -> None:
    contexts = [LLAMA_1B.kv_bytes(n_ctx, 2, "f16") for n_ctx in (1, 256, 257, 8192)]
    assert contexts == sorted(contexts)
    assert contexts[0] == contexts[1] == contexts[2] / 2  # whole cells of 256 tokens
    forms = [LLAMA_1B.kv_bytes(8192, 2, kv_type) for kv_type in ("q8_0", "f16", "f32")]
    assert forms == sorted(forms)


def test_a_model_whose_heads_are_no_whole_blocks_is_not_kept_in_8_bits() -> None:
    odd = replace(LLAMA_1B, sizes=replace(LLAMA_1B.sizes, head_width=80))
    assert {possible.setup.kv_type for possible in possible_plans(odd, CPU_16, Wanted())} == {"f16"}


def test_two_gpus_share_the_layers_by_their_free_memory() -> None:
    gpus = [Device("cuda", name, 4 * GIB, 3 * GIB) for name in ("first", "second")]
    made = plan(LLAMA_3B, machine(12, 16, *gpus), Wanted())
    assert isinstance(made, Plan)
    assert [share.layers for share in made.shares] == [15, 13, 0]


def test_words_for_sizes() -> None:
    assert [size(763 * MIB), size(4 * GIB), size(int(2.94 * GIB))] == ["763 MB", "4 GB", "2.9 GB"]
    assert [tokens(512), tokens(8192), tokens(2560)] == ["512", "8k", "2.5k"]
