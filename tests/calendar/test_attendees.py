"""People at an event: known by address or by name alone, kept and shared either way."""

from __future__ import annotations

from datetime import datetime

import icalendar
import pytest

from tests.calendar.conftest import BERLIN
from tools.calendar import (
    Attendee,
    Event,
    Series,
    attendee,
    calendar_bytes,
    export_file,
    import_path,
    new_event,
    with_people,
)
from tools.calendar.attendee import from_uri

ANA = Attendee("", "Ana Núñez, PhD")
BEN = Attendee("ben@example.org", "Ben")


def keys(*people: Attendee) -> Event:
    return new_event("Keys", datetime(2026, 11, 27, 15, tzinfo=BERLIN), attendees=people, uid="keys")


@pytest.mark.parametrize(
    ("said", "address", "name"),
    [
        ("Ana", "", "Ana"),
        (" ana@example.org ", "ana@example.org", ""),
        ("mailto:ana@example.org", "ana@example.org", ""),
        ("Ana Costa <ana@example.org>", "ana@example.org", "Ana Costa"),
        ('"Costa, Ana" <mailto:ana@example.org>', "ana@example.org", "Costa, Ana"),
        ("Ana <ana>", "", "Ana <ana>"),
    ],
)
def test_people_as_they_are_said(said, address, name):
    assert attendee(said) == Attendee(address, name)


def test_a_word_where_an_address_should_be_is_a_name():
    assert Attendee("Ana") == Attendee("", "Ana")
    assert Attendee("urn:uuid:1").address == "urn:uuid:1"


def test_a_name_alone_is_written_as_an_address_that_is_none():
    (event,) = icalendar.Calendar.from_ical(calendar_bytes([Series(keys(ANA, Attendee("", "Bo"), BEN))])).events
    assert [str(person) for person in event["ATTENDEE"]] == [
        "invalid:Ana%20N%C3%BA%C3%B1ez%2C%20PhD",
        "invalid:Bo",
        "mailto:ben@example.org",
    ]
    assert [person.params["CN"] for person in event["ATTENDEE"]] == ["Ana Núñez, PhD", "Bo", "Ben"]


def test_a_name_alone_is_kept_and_imported_as_it_was(calendar, db, tmp_path):
    written = calendar.create(keys(ANA, BEN)).event
    (series,) = calendar.store.all().values()
    assert series.event == written
    assert series.event.attendees == (ANA, BEN)
    assert calendar.find("Núñez").clear is not None
    export_file([series], tmp_path / "all.ics")
    assert import_path(calendar, db, tmp_path / "all.ics").unchanged == 1
    calendar.store.put(Series(keys()), "x")
    assert import_path(calendar, db, tmp_path / "all.ics").changed == 1
    assert calendar.store.get("keys") == series


@pytest.mark.parametrize(
    ("uri", "name", "known"),
    [
        ("invalid:nomail", "Ana", Attendee("", "Ana")),
        ("INVALID:nomail", "", Attendee("", "")),
        ("invalid:Ana%20Costa", "", Attendee("", "Ana Costa")),
        ("MAILTO:ana@example.org", "", Attendee("ana@example.org")),
        ("mailto:", "Ana", Attendee("", "Ana")),
        ("Ana", "", Attendee("", "Ana")),
        ("urn:uuid:1", "Ana", Attendee("urn:uuid:1", "Ana")),
    ],
)
def test_people_in_the_files_of_other_programs(uri, name, known):
    assert from_uri(uri, name, "needs-action") == known


def test_an_address_is_added_to_the_name_that_was_known():
    accepted = Attendee("", "Ana", "accepted")
    assert with_people([accepted, BEN], [attendee("Ana Costa <ana@example.org>"), attendee("Zoë")]) == (
        Attendee("ana@example.org", "Ana", "accepted"),
        BEN,
        Attendee("", "Zoë"),
    )
    assert with_people([BEN], [attendee("Ben"), attendee("BEN@example.org")]) == (BEN,)
    assert with_people([BEN], [attendee("Ben <other@example.org>")]) == (BEN, Attendee("other@example.org", "Ben"))
