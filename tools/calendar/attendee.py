"""The people of an event: as somebody says them, with or without a mail address, and as RFC 5545 writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from tools.sanitise import sanitise

_MAX_CHARS = 1_000
_NAMED = re.compile(r"([^<>]*)<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:mailto:)?([^<>\s]+@[^<>\s]+)", re.IGNORECASE)
_NOBODY = "nomail"


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody at an event. Without an address only the name is known; `response` is PARTSTAT in lower case."""

    address: str
    """A mail address, or a URI of another kind."""
    name: str = ""
    response: str = "needs-action"

    def __post_init__(self) -> None:
        for name in ("address", "name", "response"):
            # A parameter of a content line can hold no double quote (RFC 5545, 3.2), and the icalendar library takes a
            # backslash there for an escape, with which a name would swallow what follows it.
            text = " ".join(sanitise(getattr(self, name)).split()).replace('"', "'").replace("\\", "/")
            object.__setattr__(self, name, text[:_MAX_CHARS])
        if not self.name and not self.reachable and ":" not in self.address:
            object.__setattr__(self, "name", self.address)
            object.__setattr__(self, "address", "")

    @property
    def reachable(self) -> bool:
        """Whether a mail program knows where to send an invitation."""
        return "@" in self.address

    @property
    def said(self) -> str:
        """For a person to read: the name, or the address of somebody without one."""
        return self.name or self.address


def attendee(said: str) -> Attendee:
    """Somebody as a person writes them: "Ana", "ana@example.org" or "Ana Costa <ana@example.org>"."""
    text = said.strip()
    if named := _NAMED.fullmatch(text):
        return Attendee(named[2], named[1].strip().strip("\"'"))
    address = _ADDRESS.fullmatch(text)
    return Attendee(address[1]) if address else Attendee("", text)


def kept_attendee(address: str, name: str, response: str) -> Attendee:
    """Somebody as they were kept: made safe when that was written."""
    person = object.__new__(Attendee)
    for field, value in (("address", address), ("name", name), ("response", response)):
        object.__setattr__(person, field, value)
    return person


def with_people(known: Iterable[Attendee], said: Iterable[Attendee]) -> tuple[Attendee, ...]:
    """The attendees `known` with those `said`: one who was known by name only gets the address, a new one is added."""
    people = list(known)
    for person in said:
        place = next((place for place, other in enumerate(people) if _same(other, person)), None)
        if place is None:
            people.append(person)
        else:
            other = people[place]
            address, name = other.address or person.address, other.name or person.name
            people[place] = replace(other, address=address, name=name)
    return tuple(people)


def _same(known: Attendee, said: Attendee) -> bool:
    if known.address and said.address:
        return known.address.casefold() == said.address.casefold()
    names = known.name.casefold(), said.name.casefold()
    # "Ana" is the "Ana Costa" whose address is given.
    return bool(names[0]) and (names[0] == names[1] or names[0] in names[1].split())


def to_uri(person: Attendee) -> str:
    """The calendar user address (RFC 5545, 3.3.3), which an attendee must have.

    Without one it is a URI of the scheme "invalid", as Outlook and Apple's calendar write it, but with the name: khal
    shows that part, and Thunderbird keeps one attendee only of each URI.
    """
    if not person.address:
        return f"invalid:{quote(person.name, safe='') or _NOBODY}"
    return person.address if ":" in person.address else f"mailto:{person.address}"


def from_uri(uri: str, name: str, response: str) -> Attendee:
    """The attendee of a file: the inverse of `to_uri`."""
    scheme, _, rest = uri.strip().partition(":")
    if scheme.lower() == "mailto":
        return Attendee(rest, name, response)
    if scheme.lower() == "invalid":
        return Attendee("", name or ("" if rest.lower() == _NOBODY else unquote(rest)), response)
    return Attendee(uri, name, response)
