"""`llama-desk bench`"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic import BaseModel
from rich.console import Console

from app.commands.model_options import adapter_option, model_option
from app.commands.output import echo_json
from app.errors import Exit
from app.wording import file_size, speed

if TYPE_CHECKING:
    from app.engine_session import EngineSession
    from app.speed_trial import Trial


class Figures(BaseModel):
    """Of all runs; the median is what to compare."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Figures:
        return cls(median=round(statistics.median(values), 4), lowest=min(values), highest=max(values))


class Bench(BaseModel):
    """What `bench --json` prints: tokens a second read and written, and seconds until the first word."""

    model: str
    device: str
    context: int
    load_seconds: float
    resident_bytes: int
    """What the engine holds of the main memory, the model's file with it as far as it is mapped."""
    runs: int
    prompt_tokens: int
    tokens: int
    """Written in all runs together; a model may end before it has written as many as it may."""
    prefill: Figures
    decode: Figures
    first_word: Figures


@click.command()
@model_option
@adapter_option
@click.option(
    "--prompt", type=click.IntRange(64, 131072), default=512, show_default=True, help="Tokens to read in each run."
)
@click.option("--tokens", type=click.IntRange(1, 8192), default=64, show_default=True, help="The most to write.")
@click.option("--runs", type=click.IntRange(1, 100), default=5, show_default=True, help="How often.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def bench(model: str | None, adapters: tuple[str, ...], prompt: int, tokens: int, runs: int, as_json: bool) -> int:
    """Measure how fast a model reads and writes here, as the desk runs it: sealed, with its settings.

    Each run reads a prompt that was not read before. To compare two models, or two machines, end what else keeps the
    processor busy, and look at the medians.
    """
    result = asyncio.run(_bench(model, adapters, prompt, tokens, runs))
    if result is None:
        click.echo("Stopped.", err=True)
        return Exit.INTERRUPTED
    if as_json:
        echo_json(result)
    else:
        click.echo(_told(result))
    return Exit.DONE


async def _bench(model: str | None, adapters: Sequence[str], prompt: int, tokens: int, runs: int) -> Bench | None:
    # What starts the engine is imported by this command alone.
    from app.commands.chosen_session import chosen_session
    from app.locations import locations
    from app.model_choice import choose_model
    from app.settings import load_settings
    from app.speed_trial import try_speed

    places = locations().make()
    chosen: Path = choose_model(model, load_settings(places.settings).model, places)
    try:
        async with chosen_session(chosen, places, adapters) as (_, session):
            trials = []
            with Console(stderr=True).status("Loading the model") as status:
                async for trial in try_speed(session, prompt, tokens, runs):
                    trials.append(trial)
                    status.update(f"{len(trials)} of {runs} runs done")
            stats = await (await session.client()).stats()
            return _summed(session, trials, stats.resident_bytes)
    except asyncio.CancelledError:
        return None


def _summed(session: EngineSession, trials: Sequence[Trial], resident_bytes: int) -> Bench:
    loaded = session.loaded
    return Bench(
        model=session.name,
        device=loaded.device if loaded else "",
        context=session.n_ctx,
        load_seconds=round(loaded.seconds, 3) if loaded else 0.0,
        resident_bytes=resident_bytes,
        runs=len(trials),
        prompt_tokens=round(statistics.median(trial.prompt_tokens for trial in trials)),
        tokens=sum(trial.tokens for trial in trials),
        prefill=Figures.of([_rate(trial.prompt_tokens, trial.prefill_seconds) for trial in trials]),
        decode=Figures.of([_rate(trial.tokens, trial.decode_seconds) for trial in trials]),
        first_word=Figures.of([round(trial.first_seconds, 4) for trial in trials]),
    )


def _rate(tokens: int, seconds: float) -> float:
    """Tokens a second; 0.0 where nothing was timed."""
    return round(tokens / seconds, 2) if seconds > 0 else 0.0


def _told(result: Bench) -> str:
    size = f"{file_size(result.resident_bytes)} in memory"
    return "\n".join(
        (
            f"{result.model} on {result.device}, loaded in {result.load_seconds:.2f} s, {size}",
            f"reads   {_of_all(result.prefill)}, {result.prompt_tokens:,} tokens of a prompt",
            f"writes  {_of_all(result.decode)}, {result.tokens:,} tokens in all",
            f"begins  {result.first_word.median:.2f} s after the request ({result.first_word.lowest:.2f} to"
            f" {result.first_word.highest:.2f})",
        )
    )


def _of_all(figures: Figures) -> str:
    return f"{speed(figures.median)} ({figures.lowest:,.0f} to {figures.highest:,.0f})"
