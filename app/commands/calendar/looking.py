"""`llama-desk calendar list` and `free`"""

from __future__ import annotations

from datetime import date, timedelta

import click

from app.calendar_wording import people_said, repeats_said, times_said
from app.commands.calendar.opened import OpenCalendar, open_calendar
from app.commands.calendar.results import FreeResult, ListResult, TimeResult, event_result
from app.commands.output import echo_json
from app.errors import Exit
from tools.calendar import Listing, Occurrence, Window
from tools.date_language.moment import said


@click.command(name="list")
@click.argument("when", nargs=-1, metavar="[WHEN]...")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def list_events(when: tuple[str, ...], as_json: bool) -> int:
    """List the events of WHEN, in words ("next week"); without it of the coming seven days."""
    with open_calendar() as opened:
        window = opened.window(when)
        listing = opened.calendar.list_events(window)
        if as_json:
            events = [event_result(one) for one in listing.occurrences]
            start, end = window.start.isoformat(), window.end.isoformat()
            echo_json(ListResult(start=start, end=end, events=events, cut=list(listing.cut)))
        else:
            _print(listing, window, opened)
    return Exit.DONE


@click.command()
@click.argument("when", nargs=-1, metavar="[WHEN]...")
@click.option("--duration", required=True, metavar="WORDS", help='How long it must be: "one hour".')
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def free(when: tuple[str, ...], duration: str, as_json: bool) -> int:
    """Find free time in WHEN, in words; without it in the coming seven days.

    It is looked for from Monday to Friday between 9:00 and 18:00.
    """
    with open_calendar() as opened:
        length = opened.dates.duration(duration)
        found = opened.calendar.find_free(opened.window(when), length)
    if as_json:
        times = [TimeResult(start=one.start.isoformat(), end=one.end.isoformat()) for one in found]
        echo_json(FreeResult(minutes=length / timedelta(minutes=1), free=times))
        return Exit.DONE
    for one in found:
        click.echo(f"{said(one.start)}–{one.end:%H:%M}")
    if not found:
        click.echo("Nothing is free for so long in that time.", err=True)
    return Exit.DONE


COMMANDS = (list_events, free)


def _print(listing: Listing, window: Window, opened: OpenCalendar) -> None:
    day: date | None = None
    for one in listing.occurrences:
        # What began earlier is listed where the window begins.
        shown = max(one.begins, window.start.astimezone(one.begins.tzinfo)).date()
        if shown != day:
            click.echo(f"{'' if day is None else chr(10)}{said(shown)}")
            day = shown
        click.echo(f"  {_line(one)}")
    if not listing.occurrences:
        click.echo(f"Nothing from {said(window.start)} until {said(window.end)}.", err=True)
        if not opened.calendar.store.calendars():
            click.echo('The calendar is empty: "calendar add" or "calendar import" fill it.', err=True)
    for title in listing.cut:
        click.echo(f"“{title}” happens more often than is listed here.", err=True)


def _line(one: Occurrence) -> str:
    event = one.event
    status = event.status if event.status != "confirmed" else ""
    more = [event.location, people_said(event.attendees), repeats_said(event), status]
    details = " · ".join(filter(None, more))
    return f"{times_said(one):<11}  {event.title or '(no title)'}" + (f"  ({details})" if details else "")
