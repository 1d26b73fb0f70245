"""What a model does here: tokens a second read and written, a prompt begun anew and cancelled in the middle.

    uv run python packaging/benchmarks/engine.py MODEL.gguf [--tokens 1200] [--runs 5]

Prints the median and the worst of a few runs. Compare two builds by running them in turn: machines drift.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from contextlib import aclosing
from pathlib import Path

from app.roles import role_command
from runtime.client import EngineClient
from runtime.protocol import Prefilled, Turn, Usage

WORDS = "the lease deposit garden meeting budget of and ball tree invoice heating repair week euros paid".split()
SYSTEM = Turn(role="system", content="You say what the documents say, in few plain words. " * 8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--tokens", type=int, default=1200, help="about how long a prompt is")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        asyncio.run(measure(arguments.model.resolve(), arguments.tokens, arguments.runs, Path(scratch)))


async def measure(model: Path, tokens: int, runs: int, scratch: Path) -> None:
    client = EngineClient(role_command("engine"), work_dir=scratch, log_file=scratch / "engine.log", reads=[model])
    try:
        loaded = await client.load(model, n_ctx=4 * tokens, slots=2)
        print(f"{loaded.name} on {loaded.device}, loaded in {loaded.seconds:.2f} s")
        usages = [await generate(client, prompt(seed, tokens)) for seed in range(runs)]
        new = [usage.prompt_tokens - usage.reused_tokens for usage in usages]
        show("read", [count / usage.prefill_seconds for count, usage in zip(new, usages, strict=True)], "tokens/s")
        show("written", [usage.tokens / usage.decode_seconds for usage in usages], "tokens/s")
        show("shared prefix", [float(usage.reused_tokens) for usage in usages[1:]], "tokens not read again")
        show("cancelled", [1000 * await cancel(client, prompt(99 + run, tokens)) for run in range(runs)], "ms")
    finally:
        await client.close()


def prompt(seed: int, tokens: int) -> tuple[Turn, Turn]:
    return SYSTEM, Turn(role="user", content=" ".join(random.Random(seed).choices(WORDS, k=tokens)))


async def generate(client: EngineClient, turns: tuple[Turn, ...]) -> Usage:
    async with aclosing(client.generate(turns=turns, max_tokens=64)) as events:
        async for event in events:
            if isinstance(event, Usage):
                return event
    raise RuntimeError("the generation ended without its usage")


async def cancel(client: EngineClient, turns: tuple[Turn, ...]) -> float:
    """Seconds from the wish to stop, in the middle of a prefill, to an engine that is idle again."""
    events = client.generate(turns=turns, max_tokens=64)
    async for event in events:
        if isinstance(event, Prefilled) and event.tokens > event.reused:
            break
    started = time.monotonic()
    await events.aclose()
    while (await client.stats()).running:
        pass
    return time.monotonic() - started


def show(what: str, figures: list[float], unit: str) -> None:
    print(f"{what:14} median {statistics.median(figures):8.1f}, {min(figures):.1f} to {max(figures):.1f} {unit}")


if __name__ == "__main__":
    main()
