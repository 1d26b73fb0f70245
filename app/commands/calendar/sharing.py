"""`llama-desk calendar import`, `export` and `invite`"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from app.calendar_wording import occurrence_said, people_said
from app.commands.calendar.opened import OpenCalendar, open_calendar
from app.commands.calendar.results import (
    ExportResult,
    FailedResult,
    ImportResult,
    InviteResult,
    event_result,
    person_result,
)
from app.commands.output import echo_json
from app.errors import DeskError, Exit
from app.locations import locations
from app.opening import open_with_system
from app.wording import count
from tools.calendar import (
    Attendee,
    FailedSource,
    Written,
    attendee,
    calendar_bytes,
    export_file,
    export_folder,
    import_path,
    invitation,
    with_people,
    write_invitation,
)
from tools.sanitise import sanitise


@click.command(name="import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False), metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def import_events(paths: tuple[Path, ...], as_json: bool) -> int:
    """Bring in .ics files, and folders of them as khal and vdirsyncer keep them.

    A second import changes what differs and doubles nothing; what is newer here stays.
    """
    result = ImportResult()
    with open_calendar() as opened:
        for path in paths:
            report = import_path(opened.calendar, opened.db, path)
            result.added += report.added
            result.changed += report.changed
            result.unchanged += report.unchanged
            result.failed += [_failed(one) for one in report.failed]
            result.effects += [report.effect_id] if report.effect_id is not None else []
    if as_json:
        echo_json(result)
    else:
        _print_import(result)
    if not result.failed:
        return Exit.DONE
    return Exit.PARTLY if result.added or result.changed or result.unchanged else Exit.FAILED


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path, readable=False))
@click.option("--folder", is_flag=True, help="PATH is a folder, with a file for each event (vdir).")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def export(path: Path | None, folder: bool, as_json: bool) -> int:
    """Write all events into one .ics file at PATH, or to standard output without it."""
    if path is None and (folder or as_json):
        raise click.UsageError("Name the PATH to write to.")
    with open_calendar() as opened:
        series = list(opened.calendar.store.all().values())
    if path is None:
        click.echo(calendar_bytes(series), nl=False)
        return Exit.DONE
    counts = {"written": 1, "unchanged": 0}
    if folder:
        counts = export_folder(series, path)
    else:
        export_file(series, path)
    if as_json:
        echo_json(ExportResult(path=sanitise(str(path)), events=len(series), **counts))
    else:
        click.echo(f"Wrote {count(len(series), 'event')} to {sanitise(str(path))}.")
    return Exit.DONE


@click.command()
@click.argument("event")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, readable=False),
    help="The .ics file to write.",
)
@click.option("--with", "people", multiple=True, metavar="NAME|ADDRESS", help="Invite somebody more; may be repeated.")
@click.option("--from", "sender", metavar="ADDRESS", help="Your mail address, if the settings do not say it.")
@click.option("--on", "day", metavar="WHEN", help="When the event is, in words, to tell it from others.")
@click.option("--open", "open_it", is_flag=True, help="Open the file with the program that this system has for it.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def invite(  # noqa: PLR0913, PLR0917 - one parameter for each option
    event: str, out: Path, people: tuple[str, ...], sender: str | None, day: str | None, open_it: bool, as_json: bool
) -> int:
    """Write an invitation to EVENT, for your own mail program to send. llama-desk itself sends nothing.

    Somebody who is known by name only needs an address: --with "Ana <ana@example.org>".
    """
    with open_calendar() as opened:
        target = opened.meant(event, day)
        organizer = _organizer(opened, sender, target.event.organizer)
        written: Written | None = None
        said = [attendee(one) for one in people]
        # Whether it can be written at all is known before anything is changed.
        invitation(replace(target.event, attendees=with_people(target.event.attendees, said)), organizer)
        if said:
            written = opened.calendar.add_people(target, said)
        invited = written.event if written else target.event
        write_invitation(invited, out, organizer)
    asked = [person for person in invited.attendees if person.address != organizer.address]
    opened_it = open_it and open_with_system(out.absolute())
    if as_json:
        echo_json(
            InviteResult(
                path=sanitise(str(out)),
                event=event_result(target),
                people=[person_result(person) for person in asked],
                opened=opened_it,
                effect=written.effect_id if written else None,
            )
        )
    else:
        click.echo(f"Wrote an invitation to {occurrence_said(target)}, {people_said(asked)}, to {sanitise(str(out))}.")
        click.echo("Nothing was sent: attach the file to a mail." if not opened_it else "Nothing was sent.")
    if open_it and not opened_it:
        click.echo("No program opened it.", err=True)
        return Exit.PARTLY
    return Exit.DONE


COMMANDS = (import_events, export, invite)


def _failed(one: FailedSource) -> FailedResult:
    return FailedResult(source=sanitise(one.source), reason=sanitise(one.reason))


def _print_import(result: ImportResult) -> None:
    click.echo(f"{result.added:,} added, {result.changed:,} changed, {result.unchanged:,} unchanged.")
    for one in result.failed:
        click.echo(f"{one.source}: {one.reason}", err=True)
    for effect in reversed(result.effects):
        click.echo(f"`llama-desk undo {effect}` takes it back.")


def _organizer(opened: OpenCalendar, sender: str | None, known: Attendee | None) -> Attendee:
    said = sender or opened.settings.mail_address
    person = attendee(said) if said else known
    if person is None:
        raise DeskError(
            "An invitation needs your mail address.",
            title="Nothing written",
            hint=f'Give it with --from, or write mail_address = "NAME <ADDRESS>" into {locations().settings}.',
        )
    if not person.reachable:
        raise DeskError(f"“{person.said}” is no mail address.", title="Nothing written", hint="Write name@example.org.")
    return person
