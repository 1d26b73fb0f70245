"""The lines of an .ics file, component by component (RFC 5545, 3.1 and 3.4), before anything in them is understood.

Each event is read apart from the others, so that a broken one costs only itself, and the time that a hostile file takes
can be looked at between two of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tools.calendar.problems import CalendarProblem
from tools.sanitise import sanitise

MAX_FILE_BYTES = 32 * 2**20
MAX_EVENTS = 50_000
MAX_EVENT_CHARS = 500_000
_MAX_LINE_CHARS = 220_000
_MAX_DEPTH = 8

_FOLD = re.compile(rb"\r?\n[ \t]")
_MARKER = re.compile(r"\s*(BEGIN|END)\s*:\s*([A-Z0-9-]+)\s*", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\;,])")
_NAME = re.compile(r"\s*([A-Za-z0-9-]+)\s*[:;]")


@dataclass(slots=True)
class IcsFile:
    """What a file holds: the lines of its events and of its zones, and what is wrong with it as a whole."""

    name: str = ""
    events: list[list[str]] = field(default_factory=list)
    zones: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    others: set[str] = field(default_factory=set)
    """Kinds of components that are not events: tasks, journals."""


def property_name(line: str) -> str:
    """The name of a content line, in capitals; empty when it has none."""
    match = _NAME.match(line)
    return match[1].upper() if match else ""


def marker(line: str) -> tuple[str, str] | None:
    """("BEGIN", "VEVENT") for such a line."""
    match = _MARKER.fullmatch(line)
    return (match[1].upper(), match[2].upper()) if match else None


def split_file(data: bytes) -> IcsFile:
    """The components of a file. Raises `CalendarProblem` when it is not an iCalendar file or is beyond all limits."""
    if len(data) > MAX_FILE_BYTES:
        raise CalendarProblem(f"is larger than {MAX_FILE_BYTES // 2**20} MiB")
    found = IcsFile()
    splitter = _Splitter(found)
    for raw in _decoded(_FOLD.sub(b"", data)).split("\n"):
        # One line end in a value, in whatever disguise, must not become a line of its own.
        line = sanitise(raw.rstrip("\r")).replace("\n", " ")
        if line.strip():
            splitter.take(line)
    splitter.finish()
    if not splitter.seen:
        raise CalendarProblem("is not an iCalendar file")
    return found


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


class _Splitter:
    """Takes line after line; `lines` are those of the component being read, `open` the names of those around it."""

    def __init__(self, found: IcsFile) -> None:
        self._found = found
        self._lines: list[str] = []
        self._open: list[str] = []
        self._chars = 0
        self.seen = False

    def take(self, line: str) -> None:
        mark = marker(line)
        if mark is None:
            self._take_property(line)
        elif mark[1] == "VCALENDAR":
            self.finish()
            self.seen = True
        elif mark[0] == "BEGIN":
            self._begin(mark[1], line)
        else:
            self._end(mark[1], line)

    def finish(self) -> None:
        """The file, or the calendar in it, ends here: nothing may be open."""
        if self._open:
            self._problem("is cut off")

    def _begin(self, name: str, line: str) -> None:
        self.seen = True
        if self._open and name in ("VEVENT", "VTIMEZONE", "VTODO", "VJOURNAL"):
            self._problem("has no end")
        if not self._open:
            self._lines, self._chars = [], 0
        self._open.append(name)
        self._add(line)
        if len(self._open) > _MAX_DEPTH:
            self._problem("is nested too deeply")

    def _end(self, name: str, line: str) -> None:
        if not self._open:
            return
        if self._open[-1] != name:
            self._problem(f"has an end of {name} inside")
            return
        self._add(line)
        self._open.pop()
        if not self._open:
            self._complete(name)

    def _complete(self, name: str) -> None:
        if name == "VEVENT":
            if len(self._found.events) >= MAX_EVENTS:
                raise CalendarProblem(f"holds more than {MAX_EVENTS:,} events")
            if self._chars > MAX_EVENT_CHARS:
                self._found.problems.append("an event is too large")
            else:
                self._found.events.append(self._lines)
        elif name == "VTIMEZONE":
            tzid = next((line.partition(":")[2] for line in self._lines if property_name(line) == "TZID"), "")
            self._found.zones[tzid.strip()] = self._lines[:2_000]
        else:
            self._found.others.add(name)

    def _take_property(self, line: str) -> None:
        if self._open:
            self._add(line)
        elif property_name(line) in ("X-WR-CALNAME", "NAME") and not self._found.name:
            self._found.name = _ESCAPED.sub(r"\1", line.partition(":")[2].strip())[:200]

    def _add(self, line: str) -> None:
        # Longer lines are attachments: they stay in the file.
        if len(line) <= _MAX_LINE_CHARS:
            self._chars += len(line)
            self._lines.append(line)

    def _problem(self, what: str) -> None:
        if self._open[0] == "VEVENT":
            self._found.problems.append(f"an event {what}")
        self._open = []
