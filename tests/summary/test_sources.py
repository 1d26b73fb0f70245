"""What the user pointed at."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.errors import DeskError
from app.folder_summary.sources import heading, sources_of


def test_one_folder_shows_paths_as_they_are(tmp_path):
    (source,) = sources_of([tmp_path])
    assert source.shown("a/b.txt") == "a/b.txt"
    assert heading([source]) == f"Summary of {tmp_path.name}"


def test_several_folders_show_their_names(tmp_path):
    (tmp_path / "lease").mkdir()
    (tmp_path / "tax").mkdir()
    (tmp_path / "note.txt").write_text("x")
    sources = sources_of([tmp_path / "lease", tmp_path / "tax", tmp_path / "note.txt"])
    assert [source.shown("a.txt") for source in sources] == ["lease/a.txt", "tax/a.txt", "a.txt"]


def test_folders_of_the_same_name_show_their_whole_paths(tmp_path):
    for name in ("x/lease", "y/lease"):
        (tmp_path / name).mkdir(parents=True)
    first, second = sources_of([tmp_path / "x/lease", tmp_path / "y/lease"])
    assert first.shown("a.txt") != second.shown("a.txt")


def test_the_same_folder_twice_is_one_source(tmp_path):
    assert len(sources_of([tmp_path, tmp_path / "."])) == 1


def test_a_path_that_is_not_there_is_a_sentence():
    with pytest.raises(DeskError, match="does not exist"):
        sources_of([Path("no/such/folder")])


def test_what_lies_in_another_path_or_is_named_twice_is_one_source(tmp_path):
    (tmp_path / "lease").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "lease")
    (tmp_path / "lease" / "a.txt").write_text("x")
    paths = [tmp_path / "lease", tmp_path / "link", tmp_path / "lease/../lease", tmp_path / "lease/a.txt"]
    assert [source.root for source in sources_of(paths)] == [tmp_path / "lease"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are other ones there")
@pytest.mark.parametrize("name", ["folder", "note.txt"])
def test_a_path_that_is_closed_is_a_sentence(tmp_path, name):
    path = tmp_path / name
    path.mkdir() if name == "folder" else path.write_text("x")
    path.chmod(0)
    try:
        if os.access(path, os.R_OK):
            pytest.skip("nothing is closed to this user")
        with pytest.raises(DeskError, match=f"You may not read .*{name}"):
            sources_of([path])
    finally:
        path.chmod(0o700)
