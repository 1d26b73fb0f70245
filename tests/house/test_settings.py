"""The settings file."""

from __future__ import annotations

import pytest

from app.errors import DeskError
from app.locations import Locations
from app.settings import load_settings


def test_no_file_is_all_defaults(tmp_path):
    assert load_settings(tmp_path / "settings.toml").model is None


def test_what_it_says_is_used(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text('model = "some.gguf"\n')
    assert load_settings(path).model == "some.gguf"


@pytest.mark.parametrize("text", ["model = ", "modle = 'x'", "model = 3", "\x00"])
def test_a_mistake_in_it_is_a_sentence_that_names_the_file(tmp_path, text):
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(DeskError, match=r"settings\.toml cannot be used"):
        load_settings(path)


def test_a_data_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(DeskError, match="cannot be written"):
        Locations(tmp_path / "taken").make()
