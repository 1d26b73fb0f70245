"""`llama-desk calendar add`, `move` and `remove`"""

from __future__ import annotations

import click

from app.calendar_wording import event_said, occurrence_said
from app.commands.calendar.opened import open_calendar
from app.commands.calendar.results import WrittenResult, event_result
from app.commands.output import echo_json
from app.errors import Exit
from tools.calendar import Occurrence, SaidEvent, Written, spoken_event, spoken_move, when
from tools.calendar.occurrences import occurrence

_MOST_CONFLICTS = 5


@click.command()
@click.argument("title")
@click.option("--start", required=True, metavar="WORDS", help='When it starts: "tomorrow at 3pm", "27 November".')
@click.option("--end", metavar="WORDS", help="When it ends; a day is the last one.")
@click.option("--duration", metavar="WORDS", help='How long it takes: "45 minutes". An hour unless said.')
@click.option("--location", default="", help="Where it is.")
@click.option("--with", "people", multiple=True, metavar="NAME|ADDRESS", help="Who comes too; may be repeated.")
@click.option("--repeats", metavar="WORDS", help='How it repeats: "every Monday".')
@click.option(
    "--remind", "reminders", multiple=True, type=click.IntRange(0, 525_600), metavar="MINUTES", help="Before the start."
)
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def add(  # noqa: PLR0913, PLR0917 - one parameter for each option
    title: str,
    start: str,
    end: str | None,
    duration: str | None,
    location: str,
    people: tuple[str, ...],
    repeats: str | None,
    reminders: tuple[int, ...],
    as_json: bool,
) -> int:
    """Put an event into the calendar; what is at the same time is said."""
    if not title.strip():
        raise click.UsageError("The title is empty.")
    if end is not None and duration is not None:
        raise click.UsageError("An event has an end or a duration, not both.")
    words = SaidEvent(
        title=title,
        start=start,
        end=end,
        duration=duration,
        location=location,
        attendees=people,
        repeats=repeats,
        reminders=reminders,
    )
    with open_calendar() as opened:
        written = opened.calendar.create(spoken_event(words, opened.dates))
        made = occurrence(written.event, written.event.start, opened.calendar.zone)
        _say("Created", made, written, as_json)
    return Exit.DONE


@click.command()
@click.argument("event")
@click.option("--to", "start", required=True, metavar="WORDS", help="The new time; a day alone keeps the time of day.")
@click.option("--on", "day", metavar="WHEN", help="When the event is now, in words, to tell it from others.")
@click.option("--whole-series", is_flag=True, help="Move all its occurrences by as much.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def move(event: str, start: str, day: str | None, whole_series: bool, as_json: bool) -> int:
    """Move EVENT, named by words of its title, to another time; of a series only the next occurrence."""
    with open_calendar() as opened:
        target = opened.meant(event, day)
        new_start = spoken_move(start, target, opened.dates)
        written = opened.calendar.move(target, new_start, whole_series=whole_series)
        moved = occurrence(written.event, new_start, opened.calendar.zone)
        _say("Moved the series" if whole_series else "Moved", moved, written, as_json)
        _say_about_series(target, whole_series)
    return Exit.DONE


@click.command()
@click.argument("event")
@click.option("--on", "day", metavar="WHEN", help="When the event is, in words, to tell it from others.")
@click.option("--whole-series", is_flag=True, help="Remove all its occurrences.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def remove(event: str, day: str | None, whole_series: bool, as_json: bool) -> int:
    """Remove EVENT, named by words of its title; of a series only the next occurrence."""
    with open_calendar() as opened:
        target = opened.meant(event, day)
        written = opened.calendar.cancel(target, whole_series=whole_series)
        _say("Removed the series" if whole_series else "Removed", target, written, as_json)
        _say_about_series(target, whole_series)
    return Exit.DONE


COMMANDS = (add, move, remove)


def _say(did: str, one: Occurrence, written: Written, as_json: bool) -> None:
    if as_json:
        conflicts = [event_result(other) for other in written.conflicts]
        echo_json(WrittenResult(effect=written.effect_id, event=event_result(one), conflicts=conflicts))
        return
    click.echo(f"{did} {event_said(one) if did == 'Created' else occurrence_said(one)}.")
    if written.conflicts:
        named = [f"“{other.event.title}” ({when(other)})" for other in written.conflicts[:_MOST_CONFLICTS]]
        more = len(written.conflicts) - len(named)
        click.echo(f"At the same time: {', '.join(named)}{f' and {more} more' if more else ''}.")
    click.echo(f"`llama-desk undo {written.effect_id}` takes it back.")


def _say_about_series(target: Occurrence, whole_series: bool) -> None:
    if target.recurrence_id is not None and not whole_series:
        click.echo("The others of the series stay; --whole-series is for all of them.", err=True)
