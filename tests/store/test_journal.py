"""The undo journal: what an effect did is taken back exactly, or refused in a sentence."""

from __future__ import annotations

from pathlib import Path
from sqlite3.dump import _iterdump
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tools.desk_db import DeskDatabase, Journal, NotUndone
from tools.desk_db.connections import Connections
from tools.desk_db.migrations import create_journal
from tools.desk_db.sqlite import Database

TABLES = ("things", "parts", "named")


def make(path: Path) -> tuple[Connections, Journal]:
    """A database of three tables unlike each other: any type, a table that hangs on another, no number as a key."""
    connections = Connections(path)
    with connections.exclusive() as database:
        # What survives a power cut is not the question here, and waiting for the disk takes the longest.
        database.execute("PRAGMA synchronous = OFF")
        create_journal(database)
        for statement in (
            "CREATE TABLE things (id INTEGER PRIMARY KEY, word TEXT COLLATE NOCASE UNIQUE, value ANY) STRICT",
            "CREATE TABLE parts (id INTEGER PRIMARY KEY, n REAL, double REAL GENERATED ALWAYS AS (n * 2) STORED,"
            " thing INTEGER REFERENCES things (id) ON DELETE CASCADE) STRICT",
            'CREATE TABLE named ("odd ""name" TEXT PRIMARY KEY, value BLOB)',
            "CREATE TABLE free (n INTEGER)",
        ):
            database.execute(statement)
    ticks = iter(range(1, 100_000))
    return connections, Journal(connections, TABLES, clock=lambda: float(next(ticks)))


def dump(connections: Connections) -> list[tuple[object, ...]]:
    """Every row of every table with its number and the type and bytes of each value."""
    found: list[tuple[object, ...]] = []
    for table, columns in (
        ("things", ("id", "word", "value")),
        ("parts", ("id", "thing", "n")),
        ("named", ('"odd ""name"', "value")),
        ("free", ("n",)),
    ):
        values = ", ".join(f"typeof({column}), hex(CAST({column} AS BLOB)), quote({column})" for column in columns)
        found.extend((table, *row) for row in connections.rows(f"SELECT rowid, {values} FROM {table} ORDER BY rowid"))
    return found


@pytest.fixture
def store(tmp_path: Path):
    connections, journal = make(tmp_path / "j.db")
    yield connections, journal
    connections.close()


def text_dump(path: Path) -> str:
    database = Database(path)
    lines = [line for line in _iterdump(database.conn) if "journal_" not in line and "sqlite_sequence" not in line]
    database.close()
    return "\n".join(lines)


VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.binary(max_size=8),
    st.sampled_from(["", "\0nul", "it's", '"', 1, 1.0, -0.0, "1", b"1", 0.1 + 0.2, 5e-324]),
).filter(lambda value: not isinstance(value, str) or not any("\ud800" <= sign <= "\udfff" for sign in value))
STATEMENTS = st.one_of(
    st.tuples(
        st.just("INSERT OR REPLACE INTO things (word, value) VALUES (?, ?)"),
        st.tuples(st.text("abAB", max_size=2), VALUES),
    ),
    st.tuples(st.just("INSERT OR IGNORE INTO things (id, value) VALUES (?, ?)"), st.tuples(st.integers(1, 6), VALUES)),
    st.tuples(
        st.just("UPDATE OR REPLACE things SET word = ?, value = ? WHERE id = ?"),
        st.tuples(st.text("abAB", max_size=2), VALUES, st.integers(1, 6)),
    ),
    st.tuples(
        st.just(
            "UPDATE things SET id = id + 10 WHERE id = ? AND NOT EXISTS (SELECT 1 FROM parts WHERE thing = things.id)"
        ),
        st.tuples(st.integers(1, 6)),
    ),
    st.tuples(st.just("DELETE FROM things WHERE id % 3 = ?"), st.tuples(st.integers(0, 2))),
    st.tuples(
        st.just("INSERT INTO parts (thing, n) SELECT id, ? FROM things LIMIT 2"), st.tuples(st.floats(allow_nan=False))
    ),
    st.tuples(st.just("DELETE FROM parts WHERE id = ?"), st.tuples(st.integers(1, 4))),
    st.tuples(
        st.just('REPLACE INTO named ("odd ""name", value) VALUES (?, ?)'), st.tuples(st.text("xyz", max_size=1), VALUES)
    ),
    st.tuples(st.just("UPDATE named SET value = ?"), st.tuples(VALUES)),
    st.tuples(st.just("DELETE FROM named WHERE rowid > ?"), st.tuples(st.integers(0, 3))),
)


@settings(max_examples=40, deadline=None)
@given(effects=st.lists(st.lists(STATEMENTS, min_size=1, max_size=6), min_size=1, max_size=5))
def test_undoing_any_sequence_of_writes_restores_every_byte(effects):
    with TemporaryDirectory() as folder:
        connections, journal = make(Path(folder) / "j.db")
        states = [dump(connections)]
        for statements in effects:
            with journal.effect("test", summary="Writes"):
                for sql, parameters in statements:
                    connections.write(sql, parameters)
            if len(journal.history()) == len(states):
                states.append(dump(connections))
            assert dump(connections) == states[-1]
        while len(states) > 1:
            states.pop()
            journal.undo()
            assert dump(connections) == states[-1]
        with pytest.raises(NotUndone, match="nothing to undo"):
            journal.undo()
        assert connections.rows("SELECT * FROM pragma_foreign_key_check") == []
        connections.close()


class OutOfOrder(RuleBasedStateMachine):
    """Effects undone in any order: what is left is what the other effects alone would have made, or a refusal."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.connections, self.journal = make(Path(self.folder.name) / "j.db")
        self.rows: dict[int, str] = {}
        self.effects: list[tuple[int, int, str | None, str | None]] = []

    @rule(key=st.integers(1, 3), word=st.text("pqr", min_size=1, max_size=3))
    def put(self, key, word):
        with self.journal.effect("put", summary=f"Put {key}") as effect:
            self.connections.write(
                'INSERT INTO named (rowid, [odd "name], value) VALUES (?1, ?1, ?2)'
                " ON CONFLICT DO UPDATE SET value = excluded.value",
                (key, word),
            )
        self.effects.append((effect, key, self.rows.get(key), word))
        self.rows[key] = word

    @rule(place=st.integers(0, 30))
    def undo(self, place):
        if not self.effects:
            return
        effect, key, before, after = self.effects[place % len(self.effects)]
        state = dump(self.connections)
        if self.rows.get(key) != after:
            with pytest.raises(NotUndone, match="changed later"):
                self.journal.undo(effect)
            assert dump(self.connections) == state
            return
        self.journal.undo(effect)
        self.effects = [one for one in self.effects if one[0] != effect]
        if before is None:
            del self.rows[key]
        else:
            self.rows[key] = before
        assert dict(self.connections.rows("SELECT rowid, value FROM named")) == self.rows
        with pytest.raises(NotUndone, match="undone already"):
            self.journal.undo(effect)

    def teardown(self):
        self.connections.close()
        self.folder.cleanup()


TestOutOfOrder = OutOfOrder.TestCase
TestOutOfOrder.settings = settings(max_examples=10, stateful_step_count=12, deadline=None)


def test_the_whole_database_is_the_same_after_undo(tmp_path):
    with DeskDatabase.open(tmp_path / "desk.db") as db:
        before = text_dump(db.path)
        with db.journal.effect("test", summary="Two events"):
            for uid in ("a", "b"):
                db.write(_INSERT_EVENT, (uid,))
        assert text_dump(db.path) != before
        db.journal.undo()
        assert text_dump(db.path) == before


_INSERT_EVENT = (
    'INSERT INTO calendar_events (uid, recurrence_id, calendar, title, "start", "end", location, description, rrule,'
    " rdates, exdates, organizer, attendees, reminders, status, busy, sequence, modified, extra, first)"
    " VALUES (?, '', '', '', '', '', '', '', '', '[]', '[]', 'null', '[]', '[]', 'confirmed', 1, 0, '', '', 0)"
)


def test_the_history_lists_effects_and_says_what_was_undone(store):
    connections, journal = store
    for word in ("one", "two"):
        with journal.effect("add", summary=f"Add {word}"):
            connections.write("INSERT INTO things (word) VALUES (?)", (word,))
    undone = journal.undo()
    assert undone.summary == "Add two"
    assert [(each.summary, each.undone_at is not None, each.changes) for each in journal.history()] == [
        ("Add two", True, 1),
        ("Add one", False, 1),
    ]
    assert [each.summary for each in journal.history(before=undone.id)] == ["Add one"]
    assert journal.forget_before(2.0) == 1
    assert [each.summary for each in journal.history()] == ["Add two"]
    assert connections.rows("SELECT count(*) FROM journal_changes") == [(1,)]


def test_an_effect_inside_another_belongs_to_it(store):
    connections, journal = store
    with journal.effect("outer", summary="Both") as outer:
        connections.write("INSERT INTO things (word) VALUES ('a')")
        with journal.effect("inner", summary="Second") as inner:
            connections.write("INSERT INTO things (word) VALUES ('b')")
    assert inner == outer
    assert [effect.summary for effect in journal.history()] == ["Both"]
    journal.undo()
    assert connections.rows("SELECT * FROM things") == []


def test_an_effect_that_fails_leaves_nothing(store):
    connections, journal = store
    with pytest.raises(ZeroDivisionError), journal.effect("add", summary="Add"):
        connections.write("INSERT INTO things (word) VALUES ('a')")
        raise ZeroDivisionError
    assert connections.rows("SELECT * FROM things") == []
    assert journal.history() == []
    with journal.effect("add", summary="Add again"):
        connections.write("INSERT INTO things (word) VALUES ('a')")
    assert len(journal.history()) == 1


def test_an_effect_without_changes_is_no_history(store):
    connections, journal = store
    with journal.effect("look", summary="Look"):
        connections.write("INSERT INTO free VALUES (1)")
    assert journal.history() == []
    with pytest.raises(NotUndone, match="nothing to undo"):
        journal.undo()


def test_what_was_changed_later_is_refused_with_the_name_of_the_change(store):
    connections, journal = store
    with journal.effect("add", summary="Add a") as first:
        connections.write("INSERT INTO things (word) VALUES ('a')")
    with journal.effect("change", summary="Change a to A") as second:
        connections.write("UPDATE things SET word = 'A'")
    with pytest.raises(NotUndone, match="changed later by “Change a to A”") as caught:
        journal.undo(first)
    assert "Undo that first" in caught.value.sentence()
    journal.undo(second)
    journal.undo(first)
    assert connections.rows("SELECT * FROM things") == []


def test_a_change_outside_any_effect_is_not_overwritten(store):
    connections, journal = store
    with journal.effect("add", summary="Add a") as effect:
        connections.write("INSERT INTO things (word) VALUES ('a')")
    connections.write("UPDATE things SET value = 1")
    with pytest.raises(NotUndone, match="changed later") as caught:
        journal.undo(effect)
    assert "by hand" in caught.value.sentence()
    assert connections.rows("SELECT value FROM things") == [(1,)]


def test_what_later_effects_hung_on_a_row_does_not_go_with_it(store):
    connections, journal = store
    with journal.effect("add", summary="Add a thing") as first:
        connections.write("INSERT INTO things (id) VALUES (1)")
    with journal.effect("add", summary="Add a part"):
        connections.write("INSERT INTO parts (thing, n) VALUES (1, 1)")
    with pytest.raises(NotUndone, match="belongs to it"):
        journal.undo(first)
    assert connections.rows("SELECT thing FROM parts") == [(1,)]


def test_an_unknown_effect_is_refused(store):
    with pytest.raises(NotUndone, match="There is no effect 99"):
        store[1].undo(99)


def test_undo_survives_a_new_start(tmp_path):
    connections, journal = make(tmp_path / "j.db")
    with journal.effect("add", summary="Add a"):
        connections.write("INSERT INTO things (word) VALUES ('a')")
    connections.close()
    connections = Connections(tmp_path / "j.db")
    Journal(connections, TABLES).undo()
    assert connections.rows("SELECT * FROM things") == []
    connections.close()
