"""What time it is for the user, where they are, and the languages they speak."""

from __future__ import annotations

import locale
import os
from datetime import datetime, tzinfo

import tzlocal

from app.errors import DeskError
from app.settings import Settings
from tools.calendar import CalendarProblem, named_zone
from tools.date_language import LANGUAGES, Dates


def user_zone(settings: Settings) -> tzinfo:
    """The zone of the settings, else the system's.

    Raises DeskError for a zone that is not known.
    """
    if settings.zone is None:
        return named_zone(_system_zone())
    try:
        return named_zone(settings.zone)
    except CalendarProblem as problem:
        raise DeskError(
            problem.message, title="Settings not understood", hint='Write a zone as "Europe/Zurich".'
        ) from problem


def now(zone: tzinfo) -> datetime:
    """The moment in `zone`; `LLAMA_DESK_NOW` (ISO 8601, of `zone` unless it says another) takes the clock's place.

    Raises DeskError when that is no moment.
    """
    chosen = os.environ.get("LLAMA_DESK_NOW")
    if not chosen:
        return datetime.now(zone)
    try:
        moment = datetime.fromisoformat(chosen)
    except ValueError as error:
        raise DeskError(
            f"LLAMA_DESK_NOW is no moment: {chosen}.",
            title="The clock is not understood",
            hint="Write 2026-11-21T09:30.",
        ) from error
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


def user_dates(settings: Settings) -> Dates:
    """Times as this user says them.

    Raises DeskError for a zone or a language of the settings that is not known.
    """
    zone = user_zone(settings)
    now(zone)  # a clock that cannot be read is said at once
    return Dates(lambda: now(zone), user_languages(settings))


def user_languages(settings: Settings) -> tuple[str, ...]:
    """The languages of the settings, else the system's and English.

    Raises DeskError for a language whose times are not known.
    """
    for tag in settings.languages:
        if tag[:2] not in LANGUAGES:
            raise DeskError(
                f"Times in the language “{tag}” are not known here.",
                title="Settings not understood",
                hint=f"Known are {', '.join(LANGUAGES)}.",
            )
    if settings.languages:
        return tuple(settings.languages)
    spoken = (locale.getlocale()[0] or "").replace("_", "-")
    if spoken[:2] not in LANGUAGES:
        return ("en",)
    return (spoken,) if spoken[:2] == "en" else (spoken, "en")


def _system_zone() -> str:
    try:
        # A system that says nothing of its zone has no name for it.
        name = tzlocal.get_localzone_name() or "UTC"
        named_zone(name)
    except (CalendarProblem, LookupError, OSError, ValueError):
        return "UTC"
    return name
