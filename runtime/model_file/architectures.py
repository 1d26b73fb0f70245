"""The model architectures that this program runs: those that write text, and those that turn it into vectors."""

from __future__ import annotations

_NAMES = """
afmoe apertus arcee arctic baichuan bailingmoe bailingmoe2 bitnet chatglm codeshell cogvlm cohere2 cohere2moe
command-r dbrx deepseek deepseek2 dots1 ernie4_5 ernie4_5-moe exaone exaone-moe exaone4 falcon gemma gemma2 gemma3
gemma3n gemma4 glm4 glm4moe gpt-oss gpt2 gptj gptneox granite granitemoe grok grovemoe hunyuan-dense hunyuan-moe
hunyuan_vl internlm2 jais jais2 llama llama4 maincoder mellum mimo2 minicpm minicpm3 minimax-m2 mistral3 mistral4
mpt nemotron olmo olmo2 olmoe openelm orion paddleocr pangu-embedded phi2 phi3 phimoe plamo plamo3 plm qwen qwen2
qwen2moe qwen2vl qwen3 qwen3moe qwen3vl qwen3vlmoe refact seed_oss smallthinker smollm3 stablelm starcoder
starcoder2 step35 xverse
"""

TEXT_GENERATORS = frozenset(_NAMES.split())
"""Decoder-only transformers of llama.cpp, all of whose layers attend to a key-value cache that can be cut and copied.

Left out of llama.cpp's list are the encoders, the diffusion and audio models, and the recurrent and hybrid ones, whose
state the scheduler could not share between sequences.
"""

TEXT_ENCODERS = frozenset(
    ("bert", "gemma-embedding", "jina-bert-v2", "jina-bert-v3", "modern-bert", "nomic-bert", "nomic-bert-moe")
)
"""Models that only encode: a whole text at once, in an engine of its own."""
