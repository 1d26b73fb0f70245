"""`llama-desk bench`: speeds of a real model, on prompts that it has not read before."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise

import pytest

from app.commands.bench import Figures
from app.commands.chosen_session import chosen_session
from app.commands.cli import run
from app.locations import locations
from app.speed_trial import WORDS, try_speed
from runtime.pocket import POCKET_MODEL


def test_it_says_how_fast_the_model_reads_and_writes(desk_home, capsys):
    assert run(["bench", "--runs", "2", "--prompt", "128", "--tokens", "8", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["model"] == "llama-desk pocket"
    assert result["device"] == "CPU"
    assert result["runs"] == 2
    assert 90 <= result["prompt_tokens"] <= 140
    assert 2 <= result["tokens"] <= 16
    assert result["resident_bytes"] > POCKET_MODEL.stat().st_size
    for figures in (result["prefill"], result["decode"], result["first_word"]):
        assert 0 < figures["lowest"] <= figures["median"] <= figures["highest"]


def test_in_words_it_has_a_line_for_each(desk_home, capsys):
    assert run(["bench", "--runs", "1", "--prompt", "64", "--tokens", "4"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told] == ["llama-desk", "reads", "writes", "begins"]
    assert "tok/s" in told[1]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--prompt", "2000", "--tokens", "200"], 1, "has a context of 2,048 here"),
        (["--prompt", "3"], 2, "See --help."),
        (["--model", "nowhere"], 1, "There is no model 'nowhere'"),
        (["--adapter", "nowhere"], 1, "There is no adapter 'nowhere'"),
    ],
)
def test_what_cannot_be_measured_is_a_sentence(desk_home, capsys, arguments, code, says):
    assert run(["bench", "--runs", "1", *arguments]) == code
    assert says in capsys.readouterr().err


def test_no_run_reads_what_another_read(desk_home):
    async def trials():
        places = locations().make()
        async with chosen_session(POCKET_MODEL, places) as (_, session):
            return [trial async for trial in try_speed(session, 200, 1, len(WORDS) + 2)]

    read = [trial.prompt_tokens for trial in asyncio.run(trials())]
    # All prompts begin alike, with what the template and the question put there: that is read once.
    assert all(abs(one - another) <= 12 for one, another in pairwise(read[1:]))
    assert min(read) > 140


def test_the_figures_are_those_of_all_runs():
    assert Figures.of([3.0, 1.0, 10.0]) == Figures(median=3.0, lowest=1.0, highest=10.0)
