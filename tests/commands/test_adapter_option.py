"""`--adapter`: a LoRA adapter changes the model of one command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.commands.cli import run
from app.locations import Locations, locations
from tests.adapters import lora_tensors, make_lora
from tests.models import make_tiny_llama

pytestmark = pytest.mark.usefixtures("desk_home")


@pytest.fixture
def places(desk_home: Path) -> Locations:
    made = locations().make()
    make_tiny_llama(made.models / "first.gguf")
    return made


def model_that_answers(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run([*arguments, "--json"]) == 0
    return str(json.loads(capsys.readouterr().out)["model"])


def test_it_changes_the_model_that_answers(places, tmp_path, capsys):
    paper = tmp_path / "papers" / "lease.txt"
    paper.parent.mkdir()
    paper.write_text("The deposit is 500 euros. It comes back within thirty days.")
    style = str(make_lora(tmp_path / "my style.gguf"))
    named = str(make_lora(places.models / "terse.gguf", lora_tensors(seed=1)))
    places.settings.write_text('[adapters]\nfirst = ["terse"]\n')
    plain = "Tiny Llama for tests"
    summarise = ["summarise", str(paper.parent)]
    assert model_that_answers(capsys, *summarise) == f"{plain} + terse"
    assert model_that_answers(capsys, *summarise, "--adapter", style) == f"{plain} + my style"
    assert model_that_answers(capsys, "--adapter", style, *summarise) == f"{plain} + my style"
    both = model_that_answers(capsys, *summarise, "--adapter", "terse", "--adapter", style)
    assert both == f"{plain} + terse + my style"
    assert Path(named).is_file()


@pytest.mark.parametrize("command", [["ask", "When?"], ["summarise", "."], ["inbox", "digest"]], ids=lambda c: c[0])
@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda _path: None, "There is no adapter '"),
        (make_tiny_llama, "a.gguf is not an adapter but a model of its own. Name it as the model"),
        (lambda path: path.write_bytes(b"no adapter at all"), "a.gguf is not a GGUF file."),
        (
            lambda path: make_lora(path, architecture="qwen2"),
            "was made for another architecture (qwen2, and this model",
        ),
        (lambda path: make_lora(path, lora_tensors(layers=3)), "changes weights that this model does not have"),
    ],
    ids=["missing", "a model", "no GGUF", "another architecture", "another size"],
)
@pytest.mark.usefixtures("places")
def test_one_that_cannot_be_used_is_one_sentence(tmp_path, capsys, command, make, sentence):
    path = tmp_path / "a.gguf"
    make(path)
    assert run([*command, "--adapter", str(path)]) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


def test_without_a_model_there_is_nothing_to_change(capsys):
    assert run(["ask", "When?", "--no-model", "--adapter", "style"]) == 1
    assert capsys.readouterr().err == (
        "There is no model that an adapter could change. Leave --no-model or --adapter out.\n"
    )
