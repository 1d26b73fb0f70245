"""What a person asks of the inbox: words, and conditions among them ("from:ana before:2026-03-01 deposit")."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from tools.date_language import Dates
from tools.inbox.records import InboxProblem

type When = str | date | datetime
"""A day or a time: as a person says it, a day of the user's, or a moment (of the user's zone unless it says one)."""

_CONDITION = re.compile(r'(?<!\S)(?P<name>from|before|after|has):(?:"(?P<quoted>[^"]*)"|(?P<plain>\S*))', re.IGNORECASE)
_EXAMPLE = 'Write for example "from:ana after:2026-01-01 before:2026-03-31 has:attachment deposit".'
_FILES = frozenset(("attachment", "attachments", "file", "files"))


@dataclass(frozen=True, slots=True)
class Query:
    """`after` and `before` are in seconds since the epoch; the first is included, the second is not."""

    words: str = ""
    senders: tuple[str, ...] = ()
    after: float | None = None
    before: float | None = None
    has_attachment: bool = False

    def since(self, moment: float) -> Query:
        return replace(self, after=moment if self.after is None else max(self.after, moment))

    def until(self, moment: float) -> Query:
        return replace(self, before=moment if self.before is None else min(self.before, moment))

    def by(self, sender: str) -> Query:
        return replace(self, senders=(*self.senders, sender))


def parse(text: str, dates: Dates) -> Query:
    """Raises `ToolProblem` for a condition that is not understood: without it the answer would be a wrong one."""
    query = Query(" ".join(_CONDITION.sub(" ", text).split()))
    for match in _CONDITION.finditer(text):
        name, value = match["name"].lower(), (match["quoted"] or match["plain"] or "").strip()
        if not value:
            raise InboxProblem(f'"{name}:" needs a value right behind it.', hint=_EXAMPLE)
        if name == "from":
            query = query.by(value)
        elif name == "after":
            query = query.since(moment(value, dates))
        elif name == "before":
            query = query.until(moment(value, dates))
        elif value.lower() in _FILES:
            query = replace(query, has_attachment=True)
        else:
            raise InboxProblem('Behind "has:" there can only be "attachment".', hint=_EXAMPLE)
    return query


def moment(when: When, dates: Dates) -> float:
    """The seconds since the epoch at which a day or another span begins.

    Raises `tools.date_language.DateProblem` for words that say no time, or several.
    """
    if isinstance(when, str):
        day = _written_day(when)
        if day is None:
            return dates.span(when, tense="past").start.timestamp()
        when = day
    if not isinstance(when, datetime):
        when = datetime.combine(when, time())
    try:
        return (when if when.tzinfo else when.replace(tzinfo=dates.now().tzinfo)).timestamp()
    except (OverflowError, OSError, ValueError):
        raise InboxProblem("A date that far away has no messages.", hint=_EXAMPLE) from None


def _written_day(text: str) -> date | None:
    """The day, without the grammars of eight languages, which take a moment to load; None for any other words."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
