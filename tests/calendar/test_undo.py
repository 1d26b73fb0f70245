"""Whatever is done to the calendar, undoing it all in reverse gives back the database as it was, byte for byte."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from sqlite3.dump import _iterdump
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.calendar.conftest import BERLIN, NOW
from tools.calendar import (
    Attendee,
    Calendar,
    CalendarProblem,
    Series,
    Window,
    calendar_bytes,
    import_path,
    new_event,
)
from tools.desk_db import DeskDatabase
from tools.desk_db.sqlite import Database

WEEKS = Window(NOW, NOW + timedelta(weeks=4))
DAYS = st.integers(0, 27).map(lambda days: NOW.date() + timedelta(days=days))
TIMES = DAYS.flatmap(
    lambda day: st.integers(0, 23).map(lambda hour: datetime(day.year, day.month, day.day, hour, 30, tzinfo=BERLIN))
)
STARTS = st.one_of(DAYS, TIMES)
RULES = st.sampled_from(["", "", "FREQ=DAILY;COUNT=4", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY"])
TITLES = st.text(st.characters(codec="utf-8"), max_size=12)
PLACES, WHOLE = st.integers(0, 40), st.booleans()
STEPS = st.one_of(
    st.tuples(st.just("create"), TITLES, STARTS, RULES),
    st.tuples(st.just("move"), PLACES, STARTS, WHOLE),
    st.tuples(st.just("cancel"), PLACES, WHOLE),
    st.tuples(st.just("add_people"), PLACES, TITLES),
    st.tuples(st.just("import"), TITLES, STARTS, RULES),
)


def dump(db: DeskDatabase) -> str:
    database = Database(db.path)
    lines = [line for line in _iterdump(database.conn) if "journal_" not in line and "sqlite_sequence" not in line]
    database.close()
    return "\n".join(lines)


def do(calendar: Calendar, db: DeskDatabase, step: tuple) -> None:
    """The step on whichever occurrence stands at its place; one that cannot be done is a refusal."""
    name, *words = step
    if name == "create":
        title, start, rule = words
        calendar.create(new_event(title, start, rrule=rule))
        return
    if name == "import":
        title, start, rule = words
        path = db.path.with_name("some.ics")
        path.write_bytes(calendar_bytes([Series(new_event(title, start, rrule=rule, uid="shared"))]))
        import_path(calendar, db, path)
        return
    occurrences = calendar.list_events(WEEKS).occurrences
    if not occurrences:
        return
    target = occurrences[words[0] % len(occurrences)]
    if name == "move":
        calendar.move(target, words[1], whole_series=words[2])
    elif name == "cancel":
        calendar.cancel(target, whole_series=words[1])
    else:
        calendar.add_people(target, [Attendee("", words[1] or "Ana")])


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEPS, min_size=1, max_size=8))
def test_undoing_everything_in_reverse_restores_the_dump(steps):
    with TemporaryDirectory() as folder, DeskDatabase.open(Path(folder) / "desk.db") as db:
        calendar = Calendar(db, BERLIN, lambda: NOW)
        # Of before the journal: it can be changed and put back, and never undone itself.
        for number, rule in enumerate(("", "FREQ=WEEKLY;BYDAY=FR", "FREQ=MONTHLY;BYDAY=-1FR")):
            start = datetime(2026, 11, 27, 9 + number, tzinfo=BERLIN)
            calendar.store.put(Series(new_event("Known", start, rrule=rule, uid=f"known-{number}")), "home")
        calendar.store.put(Series(new_event("Fair", date(2026, 12, 1), uid="fair")), "home")
        states = [dump(db)]
        for step in steps:
            try:
                do(calendar, db, step)
            except CalendarProblem:
                assert dump(db) == states[-1]
                continue
            if len(db.journal.history()) == len(states):
                states.append(dump(db))
            assert dump(db) == states[-1]
        assert len(db.journal.history()) == len(states) - 1
        while len(states) > 1:
            states.pop()
            db.journal.undo()
            assert dump(db) == states[-1]
