"""What processes leave that are killed is cleared at the next start; what a living one has is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.leftovers import clear_leftovers
from app.locations import Locations, locations
from tools.held_folder import HeldFolder, clear_unheld

PROGRAM = """
import os, sys, tempfile
from pathlib import Path
from app.attachment_text import AttachmentTexts
from app.leftovers import make_temporary
from app.locations import locations
from runtime.fetch.alone import alone
from tools.desk_db.backups import Backups

places = locations().make()
make_temporary(places)
Path(tempfile.mkstemp()[1]).write_text("private")
with AttachmentTexts(places.home) as texts, Backups(places.backups).workshop() as workshop:
    (texts._folder.path / "attachment.pdf").write_text("private")
    (workshop / "backup.sqlite").write_text("private")
    with alone(places.models, "tiny.gguf"):
        (places.models / "tiny.gguf.part").touch()
        print("ready", flush=True)
        sys.stdin.readline()
"""


@pytest.fixture
def places(desk_home: Path) -> Locations:
    return locations().make()


def put_aside(places: Locations) -> set[str]:
    found = {str(path.relative_to(places.home)) for path in places.home.rglob("*") if path.is_file()}
    return {path for path in found if not path.endswith(".lock")}


def all_left(places: Locations) -> set[str]:
    return {str(path.relative_to(places.home)) for path in places.home.rglob("*")}


def test_what_a_killed_process_had_is_cleared_and_what_a_living_one_has_is_not(places):
    before = all_left(places)
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as living:
        assert living.stdout.readline() == "ready\n"
        had = put_aside(places)
        assert len(had) == 4
        clear_leftovers(places)
        assert put_aside(places) == had
        living.kill()
        living.wait()
    assert put_aside(places) == had
    clear_leftovers(places)
    assert all_left(places) - before == {"tmp", "backups"}


def test_a_part_with_bytes_stays(places):
    (places.models / ".tiny.gguf.lock").touch()
    (places.models / "tiny.gguf.part").write_bytes(b"bytes")
    clear_leftovers(places)
    assert [path.name for path in places.models.iterdir()] == ["tiny.gguf.part"]


def test_old_settings_that_were_not_put_in_place_go(places):
    places.settings.write_text("")
    old, new = (places.home / f".settings.toml.{name}" for name in ("old", "new"))
    for path in (old, new):
        path.write_text("half")
    os.utime(old, (0, 0))
    clear_leftovers(places)
    assert {path.name for path in places.home.glob("*settings*")} == {"settings.toml", new.name}


def test_a_command_starts_in_a_clean_folder_and_leaves_it_clean(places):
    left = places.home / "tmp" / "desk-dead"
    left.mkdir(parents=True)
    (left / "private.txt").write_text("private")
    subprocess.run([sys.executable, "-m", "app", "history"], check=True, capture_output=True)
    assert list((places.home / "tmp").iterdir()) == []


def test_folders_are_held_apart(tmp_path):
    with HeldFolder(tmp_path, "a-") as first, HeldFolder(tmp_path, "a-") as second:
        assert first.path != second.path
        if sys.platform != "win32":
            assert first.path.stat().st_mode & 0o777 == 0o700
        (first.path / "file").touch()
        clear_unheld(tmp_path, "a-")
        assert (first.path / "file").exists()
    assert list(tmp_path.iterdir()) == []
    clear_unheld(tmp_path / "nowhere", "a-")
