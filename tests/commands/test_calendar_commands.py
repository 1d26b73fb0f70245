"""`llama-desk calendar`, `undo` and `history`: what is printed, what is written, what is asked back."""

from __future__ import annotations

import json
from pathlib import Path

import click
import icalendar
import pytest

from app.commands.cli import run
from tools.desk_db import DeskDatabase

LUNCH = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\nUID:lunch\r\nDTSTAMP:20260101T000000Z\r\n"
    "SUMMARY:Lunch\r\nDTSTART:20261124T110000Z\r\nDTEND:20261124T120000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def desk(desk_home, monkeypatch, capsys):
    """Runs a command in Berlin on a Friday morning; gives its exit code and what it printed."""
    monkeypatch.setenv("LLAMA_DESK_NOW", "2026-11-20T08:00")
    desk_home.mkdir()
    (desk_home / "settings.toml").write_text('zone = "Europe/Berlin"\nlanguages = ["en", "de"]\n')

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        out = capsys.readouterr()
        assert "Traceback" not in out.err
        return code, out.out, out.err

    return call


@pytest.fixture
def printed(desk):
    def call(*arguments: str):
        code, out, err = desk(*arguments, "--json")
        assert code == 0, err
        return json.loads(out)

    return call


def rows(home: Path) -> list[tuple[object, ...]]:
    with DeskDatabase.open(home / "desk.sqlite") as db:
        return db.rows("SELECT rowid, * FROM calendar_events ORDER BY rowid")


class TestAdding:
    def test_an_event_is_said_and_listed(self, desk):
        code, out, _ = desk(
            *("calendar", "add", "Hand over the keys", "--start", "27 November at 3pm", "--duration", "30 minutes"),
            *("--location", "Kanzlei", "--with", "Ana", "--with", "Ben <ben@example.org>", "--remind", "10"),
        )
        assert (code, out) == (
            0,
            "Created “Hand over the keys” on Friday 27 November 2026, 15:00–15:30, at Kanzlei, with Ana and Ben.\n"
            "`llama-desk undo 1` takes it back.\n",
        )
        code, out, err = desk("calendar", "list", "nächste", "Woche")
        assert (code, err) == (0, "")
        assert out == ("Friday 27 November 2026\n  15:00–15:30  Hand over the keys  (Kanzlei · with Ana and Ben)\n")

    def test_conflicts_are_said(self, desk, printed):
        printed("calendar", "add", "Dentist", "--start", "tomorrow at 3pm")
        code, out, _ = desk("calendar", "add", "Call", "--start", "tomorrow at 3pm", "--duration", "half an hour")
        assert code == 0
        assert "At the same time: “Dentist” (Saturday 21 November 2026, 15:00)." in out
        third = printed("calendar", "add", "Third", "--start", "tomorrow at 3pm")
        assert [one["title"] for one in third["conflicts"]] == ["Call", "Dentist"]

    def test_whole_days_and_series(self, desk, printed):
        fair = printed("calendar", "add", "Fair", "--start", "24 November", "--end", "26 November")["event"]
        assert (fair["all_day"], fair["start"], fair["end"]) == (True, "2026-11-24", "2026-11-27")
        _, out, _ = desk("calendar", "add", "Standup", "--start", "23 November at 9am", "--repeats", "every Monday")
        assert out.startswith("Created “Standup” on Monday 23 November 2026, 09:00–10:00, every week on Monday.\n")
        _, out, _ = desk("calendar", "list", "25 November")
        assert out == "Wednesday 25 November 2026\n  all day until Thursday 26 November 2026  Fair\n"

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (["--start", "3/4"], 1, "can mean Saturday 3 April 2027 or Thursday 4 March 2027"),
            (["--start", "blue"], 1, "was not understood"),
            (["--start", "tomorrow", "--duration", "one hour"], 1, "is a whole day"),
            (["--start", "tomorrow", "--end", "friday", "--duration", "one hour"], 2, "not both"),
            ([], 2, "--start"),
        ],
    )
    def test_what_is_not_clear_is_asked_back_and_nothing_written(self, desk, desk_home, arguments, code, said):
        got, out, err = desk("calendar", "add", "Dinner", *arguments, "--json")
        assert got == code
        assert said in err
        assert said in json.loads(out)["error"]["message"]
        assert not (desk_home / "desk.sqlite").exists() or rows(desk_home) == []


class TestChanging:
    @pytest.fixture(autouse=True)
    def events(self, printed):
        printed("calendar", "add", "Budget review", "--start", "24 November at 3pm")
        printed("calendar", "add", "Budget planning", "--start", "26 November at 10am")
        printed("calendar", "add", "Standup", "--start", "23 November at 9am", "--repeats", "every Monday")

    def test_moving(self, desk):
        code, out, _ = desk("calendar", "move", "budget review", "--to", "25 November")
        assert (code, out) == (
            0,
            "Moved “Budget review” on Wednesday 25 November 2026, 15:00–16:00.\n`llama-desk undo 4` takes it back.\n",
        )

    def test_words_that_fit_two_are_asked_back(self, desk, desk_home):
        before = rows(desk_home)
        code, _, err = desk("calendar", "remove", "budget")
        assert code == 1
        assert "“Budget review” (Tuesday 24 November 2026, 15:00) or “Budget planning” (Thursday" in err
        assert rows(desk_home) == before
        assert desk("calendar", "remove", "budget", "--on", "26 November")[0] == 0

    def test_one_of_a_series_or_all(self, desk, printed):
        _, out, err = desk("calendar", "move", "standup", "--to", "24 November at 9am")
        assert "Moved “Standup” on Tuesday 24 November 2026, 09:00" in out
        assert "--whole-series" in err
        _, out, err = desk("calendar", "remove", "standup", "--on", "30 November")
        assert "Removed “Standup” on Monday 30 November 2026" in out
        moved = printed("calendar", "move", "standup", "--on", "7 December", "--to", "9 December", "--whole-series")
        assert (moved["event"]["start"], moved["event"]["repeats"]) == (
            "2026-12-09T09:00:00+01:00",
            "FREQ=WEEKLY;BYDAY=WE",
        )
        listed = [printed("calendar", "list", month)["events"] for month in ("November 2026", "December 2026")]
        assert [[one["start"][8:10] for one in events] for events in listed] == [
            ["24", "24", "26"],
            ["09", "16", "23", "30"],
        ]
        assert desk("calendar", "remove", "standup", "--whole-series")[1].startswith("Removed the series “Standup”")

    def test_what_nothing_fits_is_said(self, desk):
        code, _, err = desk("calendar", "move", "haircut", "--to", "tomorrow")
        assert (code, err) == (
            1,
            "No event of the coming year fits “haircut”. Name it as the calendar does, or say its day.\n",
        )

    def test_everything_is_taken_back_in_turn(self, desk, printed, desk_home):
        states = [rows(desk_home)]
        for arguments in (
            ["move", "budget review", "--to", "25 November"],
            ["remove", "standup"],
            ["invite", "planning", "--from", "me@x.org", "--with", "a@x.org", "--out", desk_home / "i.ics"],
            ["remove", "standup", "--whole-series"],
        ):
            printed("calendar", *arguments)
            states.append(rows(desk_home))
        while len(states) > 1:
            states.pop()
            assert desk("undo")[0] == 0
            assert rows(desk_home) == states[-1]


class TestUndo:
    def test_says_what_it_undid_and_the_history_shows_it(self, desk, printed):
        printed("calendar", "add", "Dentist", "--start", "tomorrow at 3pm")
        printed("calendar", "move", "dentist", "--to", "4pm")
        assert desk("history")[1] == (
            "    2  2026-11-20 08:00  Move “Dentist”\n    1  2026-11-20 08:00  Create “Dentist”\n"
        )
        code, _, err = desk("undo", "1")
        assert code == 1
        assert "changed later by “Move “Dentist””. Undo that first." in err
        assert desk("undo")[:2] == (0, "Undone: Move “Dentist”.\n")
        undone = printed("undo", "1")["undone"]
        assert (undone["id"], undone["undone_at"]) == (1, "2026-11-20T08:00:00+01:00")
        assert desk("undo") == (1, "", "There is nothing to undo.\n")
        assert desk("history", "--limit", "1")[1] == "    2  2026-11-20 08:00  Move “Dentist”  (undone)\n"
        assert [one["id"] for one in printed("history", "--before", "2")["effects"]] == [1]

    def test_before_anything_was_done(self, desk):
        assert desk("history") == (0, "", "Nothing was done yet.\n")
        code, _, err = desk("undo", "7")
        assert (code, err) == (1, "There is no effect 7. The history lists those that there are.\n")
        assert desk("undo", "0")[0] == 2


def test_free_time(desk, printed):
    printed("calendar", "add", "Dentist", "--start", "23 November at 9am", "--end", "4pm")
    assert desk("calendar", "free", "23", "November", "--duration", "one hour")[1] == (
        "Monday 23 November 2026, 16:00–18:00\n"
    )
    assert printed("calendar", "free", "23 November", "--duration", "two hours") == {
        "minutes": 120.0,
        "free": [{"start": "2026-11-23T16:00:00+01:00", "end": "2026-11-23T18:00:00+01:00"}],
    }
    code, out, err = desk("calendar", "free", "23 November", "--duration", "three hours")
    assert (code, out, err) == (0, "", "Nothing is free for so long in that time.\n")


def test_an_empty_calendar_says_how_to_fill_it(desk):
    code, out, err = desk("calendar", "list")
    assert (code, out) == (0, "")
    assert "Nothing from Friday 20 November 2026, 00:00 until Friday 27 November 2026, 00:00." in err
    assert "calendar import" in err


class TestSharing:
    def test_a_second_import_changes_nothing(self, desk, printed, desk_home, tmp_path):
        (tmp_path / "a.ics").write_text(LUNCH)
        code, out, _ = desk("calendar", "import", tmp_path / "a.ics")
        assert (code, out) == (0, "1 added, 0 changed, 0 unchanged.\n`llama-desk undo 1` takes it back.\n")
        before = rows(desk_home)
        assert printed("calendar", "import", tmp_path / "a.ics") == {
            "added": 0,
            "changed": 0,
            "unchanged": 1,
            "failed": [],
            "effects": [],
        }
        assert rows(desk_home) == before
        assert desk("undo")[1] == "Undone: Import a.ics.\n"
        assert rows(desk_home) == []

    def test_what_cannot_be_read_is_named(self, desk, tmp_path):
        (tmp_path / "a.ics").write_text(LUNCH)
        (tmp_path / "b\x1b.ics").write_text("nonsense")
        code, out, err = desk("calendar", "import", tmp_path, "--json")
        assert (code, err) == (3, "")
        assert json.loads(out)["failed"] == [{"source": "b\ufffd.ics", "reason": "is not an iCalendar file"}]
        code, out, err = desk("calendar", "import", tmp_path / "absent.ics")
        assert code == 1
        assert "is not there" in err

    def test_what_is_exported_comes_back_the_same(self, desk, printed, desk_home, tmp_path):
        printed("calendar", "add", "Dentist", "--start", "tomorrow at 3pm", "--with", "Ana", "--remind", "30")
        printed("calendar", "add", "Standup", "--start", "23 November at 9am", "--repeats", "every Monday")
        printed("calendar", "move", "standup", "--to", "24 November at 9am")
        assert printed("calendar", "export", tmp_path / "all.ics")["events"] == 2
        assert printed("calendar", "export", tmp_path / "vdir", "--folder")["written"] == 2
        assert printed("calendar", "export", tmp_path / "vdir", "--folder")["unchanged"] == 2
        for path in ("all.ics", "vdir"):
            assert printed("calendar", "import", tmp_path / path)["unchanged"] == 2
        _, out, _ = desk("calendar", "export")
        assert out.encode() == (tmp_path / "all.ics").read_bytes()
        assert desk("calendar", "export", "--json")[0] == 2
        assert desk("calendar", "export", tmp_path / "absent" / "a.ics")[0] == 1

    def test_an_invitation_needs_every_address_and_says_whose(self, desk, printed, desk_home, tmp_path):
        printed("calendar", "add", "Keys", "--start", "tomorrow at 3pm", "--with", "Ana")
        out = tmp_path / "keys.ics"
        code, _, err = desk("calendar", "invite", "keys", "--out", out)
        assert code == 1
        assert "An invitation needs your mail address. Give it with --from" in err
        with (desk_home / "settings.toml").open("a") as file:
            file.write('mail_address = "Me <me@example.org>"\n')
        code, _, err = desk("calendar", "invite", "keys", "--out", out, "--with", "Ben <ben@example.org>")
        assert (code, err) == (
            1,
            "An invitation to “Keys” needs the mail address of Ana. Name them with it, as “Ana <address>”.\n",
        )
        assert not out.exists()
        assert desk("history")[1].count("\n") == 1
        code, said, err = desk("calendar", "invite", "keys", "--out", out, "--with", "Ana <ana@example.org>")
        assert (code, err) == (0, "")
        assert "Nothing was sent" in said
        written = icalendar.Calendar.from_ical(out.read_bytes())
        assert (written["METHOD"], written.events[0]["ATTENDEE"]) == ("REQUEST", "mailto:ana@example.org")
        assert written.events[0]["ORGANIZER"].params["CN"] == "Me"
        assert printed("calendar", "list")["events"][0]["people"] == [
            {"name": "Ana", "address": "ana@example.org", "response": "needs-action"}
        ]

    @pytest.mark.parametrize(("launched", "code"), [(0, 0), (1, 3)])
    def test_an_invitation_is_opened_if_asked(self, desk, printed, tmp_path, monkeypatch, launched, code):
        opened = []
        monkeypatch.setattr(click, "launch", lambda path: opened.append(path) or launched)
        printed("calendar", "add", "Keys", "--start", "tomorrow at 3pm", "--with", "ana@example.org")
        arguments = ["calendar", "invite", "keys", "--out", tmp_path / "k.ics", "--from", "me@example.org"]
        assert desk(*arguments)[0] == 0
        assert opened == []
        got, out, _ = desk(*arguments, "--open", "--json")
        assert (got, opened) == (code, [str(tmp_path / "k.ics")])
        assert json.loads(out)["opened"] is (launched == 0)


def test_help_names_every_command(desk):
    out = desk("calendar", "--help")[1]
    for name in ("list", "free", "add", "move", "remove", "import", "export", "invite"):
        assert f"\n  {name}" in out
        assert desk("calendar", name, "--help")[0] == 0
    assert desk("calendar", "burn")[0] == 2
