"""Events as the text of an .ics file (RFC 5545), and invitations (RFC 5546)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import icalendar
from icalendar.parser import Contentline

from tools.calendar.attendee import Attendee, to_uri
from tools.calendar.event import Event, Series
from tools.calendar.moments import Moment, zone_of
from tools.calendar.problems import CalendarProblem

_HEAD = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//llama-desk//calendar//EN\r\n"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END = b"END:VEVENT\r\n"


def calendar_bytes(series: Iterable[Series], *, method: str = "", name: str = "") -> bytes:
    """An .ics file with these series. The same events always give the same bytes."""
    events = [event for one in series for event in one]
    head = _HEAD
    if method:
        head += f"METHOD:{method}\r\n".encode()
    if name:
        head += (
            Contentline.from_parts("X-WR-CALNAME", icalendar.Parameters(), icalendar.vText(name)).to_ical() + b"\r\n"
        )
    zones = b"".join(_zone_bytes(zone) for zone in sorted({zone for event in events for zone in _zones(event)}))
    return head + zones + b"".join(map(_event_bytes, events)) + b"END:VCALENDAR\r\n"


def invitation(event: Event, organizer: Attendee | None = None) -> bytes:
    """An .ics that asks the attendees of `event` to come, for the user's own mail program to send (RFC 5546, 3.2.2).

    Raises `CalendarProblem` when it is not known who invites, or whom.
    """
    organizer = organizer or event.organizer
    if organizer is None:
        raise CalendarProblem("An invitation needs the address of who invites.", hint="Set your mail address first.")
    invited = [person for person in event.attendees if person.address != organizer.address]
    if not invited:
        raise CalendarProblem(f"Nobody is invited to “{event.title}”.", hint="Add attendees with their mail addresses.")
    without = [person.said for person in invited if not person.reachable]
    if without:
        raise CalendarProblem(
            f"An invitation to “{event.title}” needs the mail address of {_listed(without)}.",
            hint=f"Name them with it, as “{without[0]} <address>”.",
        )
    return calendar_bytes([Series(replace(event, organizer=organizer))], method="REQUEST")


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _event_bytes(event: Event) -> bytes:
    component = icalendar.Event()
    component.add("uid", event.uid)
    # Without METHOD it is when the event was last changed (RFC 5545, 3.8.7.2), and it must be there.
    component.add("dtstamp", event.modified or _EPOCH)
    if event.modified:
        component.add("last-modified", event.modified)
    component.add("summary", event.title)
    component.add("dtstart", event.start)
    component.add("dtend", event.end)
    if event.recurrence_id is not None:
        component.add("recurrence-id", event.recurrence_id)
    for name, moments in (("rdate", event.rdates), ("exdate", event.exdates)):
        for moment in moments:
            component.add(name, [moment], parameters=_value_type(moment))
    for name, text in (("location", event.location), ("description", event.description)):
        if text:
            component.add(name, text)
    component.add("status", event.status.upper())
    component.add("transp", "OPAQUE" if event.busy else "TRANSPARENT")
    component.add("sequence", event.sequence)
    if event.organizer:
        component.add("organizer", _address(event.organizer, asked=False))
    for attendee in event.attendees:
        component.add("attendee", _address(attendee, asked=True))
    for minutes in event.reminders:
        component.add_component(_alarm(minutes))
    # As they came or as they are kept: the library would write the parts of a rule in an order of its own.
    lines = [f"RRULE:{event.rrule}"] if event.rrule else []
    lines += event.extra.split("\n") if event.extra else []
    raw = b"".join(_folded(line) for line in lines)
    written: bytes = component.to_ical()
    return written.removesuffix(_END) + raw + _END


def _folded(line: str) -> bytes:
    text: bytes = Contentline(line).to_ical()  # type: ignore[no-untyped-call]
    return text + b"\r\n"


def _value_type(moment: Moment) -> dict[str, str]:
    return {} if isinstance(moment, datetime) else {"VALUE": "DATE"}


def _address(person: Attendee, *, asked: bool) -> icalendar.vCalAddress:
    address = icalendar.vCalAddress(to_uri(person))
    if person.name:
        address.params["CN"] = person.name
    if person.response != "needs-action" or asked:
        address.params["PARTSTAT"] = person.response.upper()
    if asked and person.response == "needs-action":
        address.params["RSVP"] = "TRUE"
    return address


def _alarm(minutes: int) -> icalendar.Alarm:
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", "Reminder")
    alarm.add("trigger", timedelta(minutes=-minutes))
    return alarm


def _zones(event: Event) -> set[str]:
    moments = (event.start, event.end, event.recurrence_id or event.start, *event.rdates, *event.exdates)
    zones = (zone_of(moment) for moment in moments)
    return {zone.key for zone in zones if zone is not None and hasattr(zone, "key")}


@lru_cache(maxsize=64)
def _zone_bytes(name: str) -> bytes:
    written: bytes = icalendar.Timezone.from_tzid(name).to_ical()
    return written
