"""The client with the real engine process, llama.cpp in it, and the tiny model."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from runtime.client import EngineClient, GenerationEvent, Restarted
from runtime.errors import ContextOverflow, EngineFailed
from runtime.protocol import Delta, Done, Turn, Usage
from tests.models import make_tiny_llama

TURNS = [Turn(role="system", content="Be brief."), Turn(role="user", content="What did the landlord promise?")]


@pytest.fixture
async def client(engine_command: tuple[str, ...], tmp_path: Path) -> AsyncIterator[EngineClient]:
    async with EngineClient(engine_command, work_dir=tmp_path / "work", log_file=tmp_path / "engine.log") as client:
        yield client


async def text_of(client: EngineClient, *, kill_after: int | None = None, max_tokens: int = 40) -> str:
    """The greedy answer to TURNS; the engine is killed when `kill_after` pieces of it have come."""
    pieces: list[str] = []
    async for event in client.generate(turns=TURNS, max_tokens=max_tokens):
        if isinstance(event, Restarted):
            pieces.clear()
        elif isinstance(event, Delta):
            pieces.append(event.text)
            if len(pieces) == kill_after:
                kill_after = None
                kill_9(client)
    return "".join(pieces)


def kill_9(client: EngineClient) -> None:
    psutil.Process(client.pid).kill()


async def test_a_model_answers(client: EngineClient, tiny_model: Path):
    loaded = await client.load(tiny_model, n_ctx=512)
    assert (loaded.architecture, loaded.n_vocab, loaded.has_template) == ("llama", 504, True)
    events: list[GenerationEvent] = [event async for event in client.generate(turns=TURNS, max_tokens=20)]
    assert events[-1] == Done(request=events[-1].request, reason="length")  # type: ignore[union-attr]
    usage = next(event for event in events if isinstance(event, Usage))
    assert usage.tokens == 20
    assert usage.prompt_tokens == await client.count_turns(TURNS)


async def test_kill_9_in_mid_generation_changes_nothing_in_the_text(client: EngineClient, tiny_model: Path):
    await client.load(tiny_model, n_ctx=512)
    expected = await text_of(client)
    assert len(expected) > 20
    assert await text_of(client, kill_after=5) == expected


async def test_a_model_during_whose_use_it_died_twice_is_refused(client: EngineClient, tiny_model: Path):
    await client.load(tiny_model, n_ctx=512)
    await text_of(client, kill_after=2)
    with pytest.raises(EngineFailed, match=r"tiny\.gguf stopped the engine twice"):
        await text_of(client, kill_after=2)
    with pytest.raises(EngineFailed, match=r"tiny\.gguf stopped the engine twice"):
        await client.load(tiny_model)


async def test_a_generation_is_cancelled_in_the_middle(client: EngineClient, tmp_path: Path):
    await client.load(make_tiny_llama(tmp_path / "long.gguf", n_ctx=8192), n_ctx=8192)
    events = client.generate(prompt="The", max_tokens=8000)
    async for event in events:
        if isinstance(event, Delta):
            break
    await events.aclose()
    while (await client.stats()).running:
        pass
    assert (await client.stats()).tokens < 8000


async def test_a_prompt_that_does_not_fit_is_refused(client: EngineClient, tiny_model: Path):
    await client.load(tiny_model, n_ctx=64)
    with pytest.raises(ContextOverflow):
        await anext(client.generate(prompt="the deposit " * 500))
    assert await text_of(client, max_tokens=4)


async def test_nothing_is_generated_without_a_model(client: EngineClient):
    with pytest.raises(EngineFailed):
        await anext(client.generate(prompt="The"))


async def test_counts_and_vectors(client: EngineClient, tiny_model: Path):
    loaded = await client.load(tiny_model, n_ctx=512)
    assert await client.count_tokens(["", " the", " the the"]) == [0, 1, 2]
    (vector,) = await client.embed(["The landlord"])
    assert len(vector) == loaded.n_embd
    assert sum(x * x for x in vector) == pytest.approx(1.0, abs=1e-4)


def test_a_desk_that_generated_has_not_imported_native_code(
    engine_command: tuple[str, ...], tiny_model: Path, tmp_path: Path
):
    desk = f"""
import asyncio, sys
from pathlib import Path
from runtime.client import EngineClient

async def main():
    folder = Path({str(tmp_path)!r})
    async with EngineClient({engine_command!r}, work_dir=folder / "work", log_file=folder / "log") as client:
        await client.load(Path({str(tiny_model)!r}), n_ctx=256)
        print(len([event async for event in client.generate(prompt="The", max_tokens=4)]))

asyncio.run(main())
sys.exit("llama_cpp" in sys.modules)
"""
    done = subprocess.run((sys.executable, "-c", desk), check=True, capture_output=True, text=True)
    assert int(done.stdout) > 4
