"""All that is known of an event, in a few lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from textual.content import Content

from app.calendar_wording import answers_said, repeats_said, short_times, when_said
from app.tui.terminal_safety import one_line
from tools.calendar import Occurrence

_NOTE_CHARACTERS = 400


def event_detail(occurrence: Occurrence, collisions: Sequence[Occurrence], today: date) -> Content:
    """Title and time, then what there is of: where, with whom, how often, what collides, notes."""
    event = occurrence.event
    tentative = " · not certain yet" if event.status == "tentative" else ""
    facts = [
        ("where", one_line(event.location)),
        ("with", one_line(answers_said(event.attendees))),
        ("repeats", one_line(repeats_said(event)) or _changed(occurrence)),
        ("conflicts", ", ".join(f"{one_line(one.event.title)} {short_times(one)}" for one in collisions)),
        ("notes", one_line(event.description[:_NOTE_CHARACTERS])),
    ]
    lines = [
        Content.styled(one_line(event.title) or "(no title)", "bold"),
        Content.styled(when_said(occurrence, today) + tentative, "$accent"),
        *(_fact(name, text) for name, text in facts if text),
    ]
    return Content("\n").join(lines)


def _changed(occurrence: Occurrence) -> str:
    return "changed alone, out of a series" if occurrence.event.recurrence_id is not None else ""


def _fact(name: str, text: str) -> Content:
    style = "$warning" if name == "conflicts" else "$quiet"
    return Content.assemble((f"{name:<10}", style), text)
