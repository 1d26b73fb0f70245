"""The settings file."""

from __future__ import annotations

import sys

import pytest

from app.errors import DeskError
from app.locations import Locations
from app.settings import keep_setting, load_settings


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


def test_one_that_cannot_be_read_is_a_sentence_without_numbers(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(DeskError, match=r"settings\.toml cannot be used: Not a directory\."):
        load_settings(tmp_path / "taken" / "settings.toml")


def test_a_data_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(DeskError, match="cannot be written"):
        Locations(tmp_path / "taken").make()


WRITTEN = """\
# Mine
zone = "Europe/Zurich"  # where I live
model = "old"
# last

[personas]
terse = "Be terse."
"""


def test_one_setting_is_kept_and_the_rest_stays_as_it_was_written(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(WRITTEN)
    keep_setting(path, "model", "new")
    assert path.read_text() == WRITTEN.replace("old", "new")


def test_a_new_setting_is_none_of_the_table_at_the_end(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(WRITTEN)
    keep_setting(path, "embedding_model", "vectors")
    settings = load_settings(path)
    assert (settings.embedding_model, settings.personas) == ("vectors", {"terse": "Be terse."})
    assert set(WRITTEN.splitlines()) <= set(path.read_text().splitlines())


@pytest.mark.parametrize("written", ["", 'zone = "Europe/Zurich"', "# nothing yet\n", '\r\nzone = "Europe/Zurich"\r\n'])
def test_any_file_that_can_be_read_takes_a_setting(tmp_path, written):
    path = tmp_path / "settings.toml"
    path.write_bytes(written.encode())
    zone = load_settings(path).zone
    keep_setting(path, "model", 'with "quotes" and \\')
    assert (load_settings(path).model, load_settings(path).zone) == ('with "quotes" and \\', zone)


def test_a_setting_can_be_taken_out(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(WRITTEN)
    keep_setting(path, "model", None)
    keep_setting(path, "model", None)
    assert path.read_text() == WRITTEN.replace('model = "old"\n', "")


def test_the_file_is_made_for_the_user_alone(tmp_path):
    path = tmp_path / "home" / "settings.toml"
    keep_setting(path, "model", "new")
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["settings.toml"]


def test_what_is_no_setting_leaves_the_file_alone(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(WRITTEN)
    for key, value in (("modle", "new"), ("keep_chats", "perhaps")):
        with pytest.raises(DeskError, match=key):
            keep_setting(path, key, value)
    assert path.read_text() == WRITTEN


def test_a_file_that_is_not_understood_is_not_written_over(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text("model = ")
    with pytest.raises(DeskError, match="cannot be used"):
        keep_setting(path, "model", "new")
    assert path.read_text() == "model = "


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "settings.toml"
    path.write_text(WRITTEN)

    def fails(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.settings.os.fsync", fails)
    with pytest.raises(DeskError, match=r"not kept.*No space left"):
        keep_setting(path, "model", "new")
    assert path.read_text() == WRITTEN
    assert list(tmp_path.iterdir()) == [path]
