"""Import and export: nothing doubled, nothing lost, nothing that hangs."""

from __future__ import annotations

import itertools
import os
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.calendar.conftest import BERLIN, NOW
from tools.calendar import (
    Attendee,
    Calendar,
    CalendarProblem,
    Event,
    Series,
    attendee,
    calendar_bytes,
    export_file,
    export_folder,
    import_path,
    invitation,
    new_event,
)
from tools.calendar.ics_lines import split_file
from tools.calendar.ics_read import read_event
from tools.calendar.zone_names import iana_name
from tools.desk_db import DeskDatabase


def vevent(*lines: str, uid: str = "one") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT", ""])


def vcalendar(*events: str) -> bytes:
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n" + "".join(events) + "END:VCALENDAR\r\n").encode()


SIMPLE = vevent("SUMMARY:Lunch", "DTSTART:20261124T110000Z", "DTEND:20261124T120000Z")


def bring(calendar, db, path, data: bytes | None = None):
    if data is not None:
        path.write_bytes(data)
    return import_path(calendar, db, path)


def counts(report) -> tuple[int, int, int]:
    return (report.added, report.changed, report.unchanged)


def reread(data: bytes) -> list[Event]:
    file = split_file(data)
    assert file.problems == []
    return [event for lines in file.events for event in read_event(lines, file.zones)]


class TestImporting:
    def test_again_changes_nothing(self, calendar, db, tmp_path):
        path = tmp_path / "my.ics"
        first = bring(calendar, db, path, vcalendar(SIMPLE))
        assert counts(first) == (1, 0, 0)
        assert first.effect_id is not None
        before = db.rows("SELECT rowid, * FROM calendar_events")
        again = bring(calendar, db, path)
        assert (counts(again), again.effect_id) == ((0, 0, 1), None)
        assert db.rows("SELECT rowid, * FROM calendar_events") == before
        assert calendar.store.calendars() == ["my"]
        db.journal.undo()
        assert db.rows("SELECT * FROM calendar_events") == []

    def test_what_differs_is_changed_and_what_is_older_is_not(self, calendar, db, tmp_path):
        path = tmp_path / "my.ics"
        bring(calendar, db, path, vcalendar(SIMPLE))
        newer = SIMPLE.replace("SUMMARY:Lunch", "SUMMARY:Late lunch\r\nSEQUENCE:2")
        assert counts(bring(calendar, db, path, vcalendar(newer))) == (0, 1, 0)
        assert counts(bring(calendar, db, path, vcalendar(SIMPLE))) == (0, 0, 1)
        assert [series.event.title for series in calendar.store.all().values()] == ["Late lunch"]

    def test_what_was_cancelled_here_does_not_come_back(self, calendar, db, tmp_path):
        path = tmp_path / "my.ics"
        bring(calendar, db, path, vcalendar(SIMPLE))
        found = calendar.find("lunch")
        calendar.cancel(found.clear)
        assert counts(bring(calendar, db, path)) == (0, 0, 1)
        assert calendar.find("lunch").matches == ()

    def test_a_changed_occurrence_alone_joins_its_series(self, calendar, db, tmp_path):
        series = vevent("SUMMARY:Weekly", "DTSTART:20261123T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY")
        moved = vevent("SUMMARY:Weekly", "RECURRENCE-ID:20261130T090000Z", "DTSTART:20261201T090000Z", "SEQUENCE:1")
        bring(calendar, db, tmp_path / "a.ics", vcalendar(series))
        assert counts(bring(calendar, db, tmp_path / "b.ics", vcalendar(moved))) == (0, 1, 0)
        assert counts(bring(calendar, db, tmp_path / "b.ics")) == (0, 0, 1)
        kept = calendar.store.get("one")
        assert (kept.event.rrule, len(kept.changed)) == ("FREQ=WEEKLY", 1)

    def test_a_folder_of_calendars_names_them(self, calendar, db, tmp_path):
        for folder, uid in (("work", "a"), ("work", "b"), ("home", "c"), ("home", "a")):
            (tmp_path / folder).mkdir(exist_ok=True)
            (tmp_path / folder / f"{uid}.ics").write_bytes(vcalendar(SIMPLE.replace("UID:one", f"UID:{uid}")))
        (tmp_path / "work" / "color").write_text("#ff0000")
        assert counts(bring(calendar, db, tmp_path)) == (3, 0, 0)
        assert calendar.store.calendars() == ["home", "work"]
        assert counts(bring(calendar, db, tmp_path)) == (0, 0, 3)

    def test_a_broken_event_costs_only_itself(self, calendar, db, tmp_path):
        broken = vevent("SUMMARY:Never", "DTSTART:tomorrow", uid="two")
        endless = vevent("SUMMARY:Tick", "DTSTART:20260101T000000Z", "RRULE:FREQ=SECONDLY", uid="three")
        report = bring(calendar, db, tmp_path / "my.ics", vcalendar(broken, SIMPLE, endless, "BEGIN:VEVENT\r\n"))
        assert counts(report) == (1, 0, 0)
        reasons = [one.reason for one in report.failed]
        assert reasons[0] == "an event is cut off"
        assert reasons[1].startswith("“Never” was left out: It has a DTSTART")
        assert "every few seconds" in reasons[2]
        assert report.as_json()["failed"][0] == {"source": "my.ics", "reason": "an event is cut off"}

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "not an iCalendar file"),
            (b"\x00\xff" * 500, "not an iCalendar file"),
            (b'["vcalendar",[],[]]', "not an iCalendar file"),
            (vcalendar("BEGIN:VTODO\r\nEND:VTODO\r\n"), "holds no events (VTODO)"),
            (vcalendar(vevent("DTSTART;TZID=Nowhere/At/All:20260101T090000")), "time zone “Nowhere/At/All”"),
            (vcalendar("BEGIN:VEVENT\r\n" + "BEGIN:X\r\n" * 1000), "nested too deeply"),
            (vcalendar(vevent("DTSTART:20260101T090000Z", *["COMMENT:" + "x" * 100_000] * 6)), "too large"),
            (
                vcalendar(vevent("DTSTART:20260101T090000Z", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")),
                "never happens",
            ),
            (vcalendar(vevent("DTSTART:20260101T090000Z", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY")), "more than one"),
            (vcalendar(vevent("DTSTART:99990101T090000Z", "DTEND:99991231T235959Z")), "9999"),
        ],
    )
    def test_a_file_that_holds_nothing_usable_is_refused_in_words(self, calendar, db, tmp_path, data, reason):
        report = bring(calendar, db, tmp_path / "x.ics", data)
        assert counts(report) == (0, 0, 0)
        assert reason in report.failed[0].reason

    def test_a_hostile_time_zone_is_never_followed(self, calendar, db, tmp_path):
        zone = (
            "BEGIN:VTIMEZONE\r\nTZID:Evil\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0000\r\n"
            "TZOFFSETTO:+0100\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        )
        event = vevent("SUMMARY:Trap", "DTSTART;TZID=Evil:20260101T090000")
        assert counts(bring(calendar, db, tmp_path / "x.ics", vcalendar(zone, event))) == (1, 0, 0)
        assert calendar.store.get("one").event.start.utcoffset() == timedelta(hours=1)

    def test_a_slow_file_is_given_up_in_time(self, calendar, db, tmp_path):
        (tmp_path / "x.ics").write_bytes(vcalendar(*(SIMPLE.replace("UID:one", f"UID:{n}") for n in range(50))))
        ticks = itertools.count(0, 3.0)
        report = import_path(calendar, db, tmp_path / "x.ics", clock=lambda: next(ticks))
        assert 0 < report.added < 50
        assert "longer than 60 seconds" in report.failed[0].reason

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
    def test_pipes_and_links_are_not_opened(self, calendar, db, tmp_path):
        os.mkfifo(tmp_path / "pipe.ics")
        (tmp_path / "outside.txt").write_bytes(vcalendar(SIMPLE))
        (tmp_path / "link.ics").symlink_to(tmp_path / "outside.txt")
        report = bring(calendar, db, tmp_path)
        assert counts(report) == (0, 0, 0)
        assert {one.source for one in report.failed} == {"link.ics", "pipe.ics"}

    def test_nothing_there_is_said(self, calendar, db, tmp_path):
        assert "not there" in import_path(calendar, db, tmp_path / "absent.ics").failed[0].reason


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Z", "UTC"),
        ("../../etc/passwd", None),
        ("Western/Central Europe", None),
    ],
)
def test_zones_are_known_by_the_names_that_programs_use(name, zone):
    assert iana_name(name) == zone


SAFE_TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=40)
ADDRESSES = st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,5})?@[a-z]{1,8}\.org", fullmatch=True)
PEOPLE = st.builds(
    Attendee, st.just("") | ADDRESSES, SAFE_TEXT, st.sampled_from(["needs-action", "accepted", "declined"])
)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
ZONES = st.sampled_from([None, UTC, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")])


@st.composite
def events(draw, uid: str = "") -> Event:
    if draw(st.booleans()):
        start: date = draw(TIMES).date()
        end = start + timedelta(days=draw(st.integers(1, 20)))
        other = start + timedelta(days=7)
    else:
        zone = draw(ZONES)
        start = draw(TIMES).replace(tzinfo=zone)
        end, other = start + timedelta(minutes=draw(st.integers(0, 3000))), start + timedelta(days=7)
    rule = draw(st.sampled_from(["", "FREQ=WEEKLY", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=5", "FREQ=YEARLY;UNTIL=20401231"]))
    return Event(
        uid=uid or draw(st.uuids()).hex,
        title=draw(SAFE_TEXT),
        start=start,
        end=end,
        location=draw(SAFE_TEXT),
        description=draw(
            st.text(
                st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], include_characters="\n\t"),
                max_size=120,
            )
        ),
        rrule=rule,
        rdates=draw(st.sampled_from([(), (other,)])),
        exdates=draw(st.sampled_from([(), (other,)])),
        organizer=draw(st.none() | PEOPLE),
        attendees=tuple(draw(st.lists(PEOPLE, max_size=3))),
        reminders=tuple(draw(st.lists(st.integers(-500, 20_000), max_size=3))),
        status=draw(st.sampled_from(["confirmed", "tentative", "cancelled"])),
        busy=draw(st.booleans()),
        sequence=draw(st.integers(0, 9)),
        modified=draw(st.none() | TIMES.map(lambda moment: moment.replace(tzinfo=UTC))),
        extra=draw(st.sampled_from(["", "CATEGORIES:work,travel", "X-A;X-B=c:d\nCLASS:PRIVATE"])),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(events(), min_size=1, max_size=3, unique_by=lambda event: event.uid))
def test_export_then_import_is_the_identity(made):
    assert reread(calendar_bytes([Series(event) for event in made])) == made


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 5))
def test_no_bytes_break_the_reader(noise, place):
    lines = vcalendar(SIMPLE).split(b"\r\n")
    data = b"\r\n".join([*lines[: place + 3], noise, *lines[place + 3 :]])
    try:
        file = split_file(data)
    except CalendarProblem:
        return
    for one in file.events:
        try:
            read_event(one, file.zones)
        except CalendarProblem as problem:
            assert problem.message.endswith(".")


@settings(max_examples=10, deadline=None)
@given(versions=st.lists(st.lists(events(uid="same"), min_size=1, max_size=2), min_size=1, max_size=4))
def test_importing_any_versions_twice_changes_nothing_the_second_time(tmp_path_factory, versions):
    folder = tmp_path_factory.mktemp("twice")
    for number, version in enumerate(versions):
        (folder / f"{number}.ics").write_bytes(calendar_bytes([Series(event) for event in version]))
    with DeskDatabase.open(folder / "desk.db") as db:
        calendar = Calendar(db, BERLIN, lambda: NOW)
        assert counts(import_path(calendar, db, folder)) == (1, 0, 0)
        assert counts(import_path(calendar, db, folder)) == (0, 0, 1)


class TestExporting:
    def test_a_folder_is_written_once_and_read_back(self, calendar, db, tmp_path):
        calendar.create(new_event("Lunch", datetime(2026, 11, 24, 12, tzinfo=BERLIN), uid="lunch@home"))
        calendar.create(new_event("Fair", date(2026, 11, 24), uid="fair/../../evil"))
        folder = tmp_path / "vdir"
        assert export_folder(calendar.store.all().values(), folder) == {"written": 2, "unchanged": 0}
        assert export_folder(calendar.store.all().values(), folder) == {"written": 0, "unchanged": 2}
        assert sorted(path.name for path in folder.iterdir())[1] == "lunch@home.ics"
        assert all(path.parent == folder for path in folder.rglob("*"))
        assert counts(import_path(calendar, db, folder)) == (0, 0, 2)

    def test_a_file_under_another_name_is_kept(self, tmp_path):
        folder = tmp_path / "vdir"
        folder.mkdir()
        (folder / "khal.ics").write_bytes(vcalendar(SIMPLE))
        assert export_folder([Series(new_event("Lunch", date(2026, 1, 1), uid="one"))], folder)["written"] == 1
        assert [path.name for path in folder.iterdir()] == ["khal.ics"]

    def test_a_file_says_its_zones(self, tmp_path):
        event = new_event("Lunch", datetime(2026, 11, 24, 12, tzinfo=BERLIN))
        export_file([Series(event)], tmp_path / "all.ics", name="Mine; and, yours")
        written = icalendar.Calendar.from_ical((tmp_path / "all.ics").read_bytes())
        assert [zone.tz_name for zone in written.timezones] == ["Europe/Berlin"]
        assert split_file((tmp_path / "all.ics").read_bytes()).name == "Mine; and, yours"

    def test_where_nothing_can_be_written_it_is_said(self, tmp_path):
        with pytest.raises(CalendarProblem, match="cannot be written") as told:
            export_file([], tmp_path / "absent" / "all.ics")
        assert told.value.hint == "Name another place."


class TestInvitation:
    def test_asks_the_attendees(self):
        event = new_event(
            "Keys", datetime(2026, 11, 27, 15, tzinfo=BERLIN), attendees=(Attendee("ana@example.org", "Ana, née B"),)
        )
        asked = icalendar.Calendar.from_ical(invitation(event, Attendee("me@example.org", "Me")))
        (component,) = asked.events
        assert asked["METHOD"] == "REQUEST"
        assert component["UID"] == event.uid
        assert component["ORGANIZER"] == "mailto:me@example.org"
        assert component["ATTENDEE"] == "mailto:ana@example.org"
        assert dict(component["ATTENDEE"].params) == {"CN": "Ana, née B", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}

    @pytest.mark.parametrize(
        ("people", "organizer", "said"),
        [
            ((), Attendee("me@example.org"), "Nobody is invited"),
            ((Attendee("ana@example.org"),), None, "who invites"),
            ((Attendee("", "Ana"),), Attendee("me@example.org"), "needs the mail address of Ana."),
            ((Attendee("b@b.org"), attendee("Ana"), attendee("Bo")), Attendee("me@example.org"), "of Ana and Bo"),
        ],
    )
    def test_what_is_missing_is_said(self, people, organizer, said):
        with pytest.raises(CalendarProblem, match=said):
            invitation(new_event("Keys", date(2026, 11, 27), attendees=people), organizer)


def test_each_real_event_comes_back_from_a_file_as_it_was(shared_data):
    known = 0
    for path in sorted((shared_data / "calendar" / "icalendar").rglob("*.*")):
        made = []
        try:
            file = split_file(path.read_bytes())
            for lines in file.events:
                with suppress(CalendarProblem):
                    made.extend(read_event(lines, file.zones))
        except CalendarProblem:
            continue
        assert reread(calendar_bytes([Series(event) for event in made])) == made, path
        known += len(made)
    assert known > 90


def test_real_files_are_imported_or_refused_and_come_back_the_same(calendar, db, tmp_path, shared_data):
    for path in sorted((shared_data / "calendar" / "icalendar").rglob("*.*")):
        report = import_path(calendar, db, path)
        assert sum(counts(report)) > 0 or report.failed, path
        assert all(one.reason for one in report.failed)
    everything = calendar.store.all()
    assert len(everything) > 60
    export_file(everything.values(), tmp_path / "all.ics")
    with DeskDatabase.open(Path(tmp_path / "other.db")) as other_db:
        other = Calendar(other_db, BERLIN, lambda: NOW)
        report = import_path(other, other_db, tmp_path / "all.ics")
        assert report.failed == []
        assert other.store.all() == everything
