"""Which model file is used."""

from __future__ import annotations

import pytest

from app.errors import DeskError
from app.locations import Locations
from app.model_choice import about_the_pocket_model, choose_model
from runtime.pocket import POCKET_MODEL


@pytest.fixture
def places(tmp_path):
    return Locations(tmp_path / "home").make()


def test_without_any_other_it_is_the_pocket_model_and_a_line_says_how_to_get_more(places):
    assert choose_model(None, None, places) == POCKET_MODEL
    assert str(places.models) in about_the_pocket_model(places)
    assert "--model" in about_the_pocket_model(places)


def test_the_pocket_model_can_be_asked_for_beside_another(places):
    (places.models / "a.gguf").touch()
    assert choose_model("pocket", None, places) == POCKET_MODEL
    assert choose_model(None, "pocket", places) == POCKET_MODEL


def test_the_one_asked_for_comes_before_the_preferred_and_the_installed(places, tmp_path):
    installed = places.models / "a.gguf"
    asked, preferred = tmp_path / "asked.gguf", tmp_path / "preferred.gguf"
    for path in (installed, asked, preferred):
        path.touch()
    assert choose_model(str(asked), str(preferred), places) == asked
    assert choose_model(None, str(preferred), places) == preferred
    assert choose_model(None, None, places) == installed
    assert choose_model("a", None, places) == installed


def test_a_known_id_finds_its_file(places):
    path = places.models / "llama-3.2-1b-instruct-q4_k_m.gguf"
    path.touch()
    assert choose_model("llama-3.2-1b-instruct-q4_k_m", None, places) == path


def test_a_model_that_is_not_there_is_a_sentence(places):
    with pytest.raises(DeskError, match="no model 'nothing'"):
        choose_model("nothing", None, places)
