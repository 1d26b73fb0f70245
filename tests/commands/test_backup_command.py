"""`llama-desk backup`, and the backup of the day that comes by itself."""

from __future__ import annotations

import json
import shutil
import threading
from datetime import UTC, datetime, timedelta

import pytest

from app.commands.cli import run
from app.daily_backup import DailyBackup, back_up_today
from app.locations import locations
from tests.store.test_occupancy import another_process
from tools.desk_db import DeskDatabase
from tools.desk_db.backups import Backups

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture
def places(desk_home, monkeypatch):
    monkeypatch.setenv("LLAMA_DESK_NOW", NOW.isoformat())
    return locations().make()


def remember(fact: str) -> None:
    with DeskDatabase.open(locations().database) as db:
        db.facts.add(fact, 1.0)


def facts() -> list[str]:
    with DeskDatabase.open(locations().database) as db:
        return [fact.text for fact in db.facts.all()]


def printed(capsys, *arguments: str):
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_it_is_made_listed_and_restored(places, capsys):
    assert run(["backup", "list"]) == 0
    assert "no backups yet" in capsys.readouterr().err
    remember("old")
    made = printed(capsys, "backup")
    (backup,) = made["backups"]
    assert (backup["name"], backup["number"], backup["kind"]) == (made["made"], 1, "asked")
    assert backup["bytes"] > 0
    remember("new")
    restored = printed(capsys, "backup", "restore", "--yes")
    assert restored["restored"] == made["made"]
    assert facts() == ["old"]
    assert run(["backup", "restore", made["made"], "--yes"]) == 0
    assert "What was there before is kept" in capsys.readouterr().out
    kept = [each["kind"] for each in printed(capsys, "backup", "list")["backups"]]
    assert sorted(kept) == ["asked", "replaced", "replaced"]
    assert run(["backup", "restore", restored["kept"].rpartition("/")[2], "--yes"]) == 0
    assert facts() == ["old", "new"]


def test_restoring_is_asked_for(places, capsys, monkeypatch):
    remember("old")
    assert run(["backup", "restore"]) == 1
    assert "There is no backup yet" in capsys.readouterr().err
    assert run(["backup"]) == 0
    remember("new")
    assert run(["backup", "restore"]) == 2
    assert "say --yes" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    for answer, code, left in (("", 1, ["old", "new"]), ("y", 0, ["old"])):
        monkeypatch.setattr("click.termui.visible_prompt_func", lambda _, answer=answer: answer)
        assert run(["backup", "restore"]) == code
        assert facts() == left


def test_what_cannot_be_restored_is_a_sentence(places, capsys):
    remember("present")
    assert run(["backup"]) == 0
    (backup,) = Backups(places.backups).all()
    assert run(["backup", "restore", "7", "--yes", "--json"]) == 1
    assert "There is no backup 7" in json.loads(capsys.readouterr().out.split("\n", 1)[1])["error"]["message"]
    with another_process("open", places.database) as other:
        assert run(["backup", "restore", "--yes"]) == 1
        assert f"process {other.pid}" in capsys.readouterr().err
    backup.path.write_bytes(backup.path.read_bytes()[:8192])
    assert run(["backup", "restore", "--yes"]) == 1
    assert "damaged" in capsys.readouterr().err
    assert facts() == ["present"]


def test_the_first_command_of_a_day_is_followed_by_a_backup(places, capsys, monkeypatch):
    assert run(["history"]) == 0
    (made,) = Backups(places.backups).all()
    assert (made.kind, made.made_at) == ("daily", NOW)
    assert run(["history"]) == 0
    assert Backups(places.backups).all() == [made]
    monkeypatch.setenv("LLAMA_DESK_NOW", (NOW + timedelta(days=1)).isoformat())
    assert run(["chats", "list", "--json"]) == 0
    assert len(Backups(places.backups).all()) == 2


def test_a_backup_of_the_day_that_fails_costs_the_command_nothing(places, capsys):
    places.backups.write_text("a file where the folder should be")
    assert run(["history", "--json"]) == 0
    out = capsys.readouterr()
    assert json.loads(out.out) == {"effects": []}
    assert "Today's backup was not made." in out.err


def test_without_a_database_there_is_nothing_to_back_up(places):
    back_up_today(places, NOW)
    assert not places.backups.exists()


def test_the_screen_makes_one_beside_its_work(places, monkeypatch):
    monkeypatch.setattr("app.daily_backup._FIRST_SECONDS", 0.0)
    monkeypatch.setattr("app.daily_backup._LATER_SECONDS", 0.05)
    remember("something")
    told, days = threading.Event(), [NOW, NOW]
    daily = DailyBackup(places, lambda: days[0], lambda _: told.set())
    daily.start()
    try:
        _until(lambda: len(Backups(places.backups).all()) == 1)
        days[0] = NOW + timedelta(days=1)
        _until(lambda: len(Backups(places.backups).all()) == 2)
        days[0] = NOW + timedelta(days=2)
        shutil.rmtree(places.backups)
        places.backups.write_text("a file where the folder should be")
        assert told.wait(timeout=60)
    finally:
        daily.close()


def test_the_screen_does_not_wait_for_one_when_it_closes(places, monkeypatch):
    monkeypatch.setattr("app.daily_backup._FIRST_SECONDS", 0.0)
    monkeypatch.setattr("app.daily_backup._PAUSE_SECONDS", 0.05)
    with DeskDatabase.open(places.database) as db:
        db.facts.add("x" * 50_000_000, 1.0)
    daily = DailyBackup(places, lambda: NOW, lambda _: None)
    daily.start()
    _until(lambda: any(places.backups.glob(".work-*/*")))
    daily.close()
    assert [file.name for file in places.backups.iterdir()] == [".lock"]


def _until(holds) -> None:
    waited = threading.Event()
    for _ in range(1200):
        if holds():
            return
        waited.wait(0.05)
    raise AssertionError("it did not happen")
