"""Files that were changed at random: each comes in, in part or not at all, and none breaks the import."""

from __future__ import annotations

import json
import mailbox
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inbox.mails import contents, desk, mail, mbox, take
from tests.inbox.test_chat_json import INSTAGRAM, SIGNAL_FRAMES, SIGNAL_ROWS, TELEGRAM, lines
from tests.inbox.test_imessage import SCHEMA, archived
from tests.inbox.test_mail import WITH_PARTS
from tests.mutations import KINDS, changed
from tools.sanitise import is_clean

WHATSAPP = (
    "30/01/20, 15:05 - Ana: ok\n31/01/20, 15:05 - Bob: IMG-20200131-WA0001.jpg (file attached)\nmore\n"
    "01/02/20, 9:05 - Ana: fine\n"
)
HTML = mail(4, headers="Content-Type: text/html\n", body="<p>Pay <b>40</b></p><blockquote>When?</blockquote>" * 3)


def imessage() -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        connection = sqlite3.connect(Path(scratch) / "chat.db")
        connection.executescript(SCHEMA)
        for number in range(1, 20):
            row = (f"g{number}", None, archived("Hello " * number), 794_221_500 + number, 0, 1, 0, 0)
            connection.execute("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            connection.execute("INSERT INTO chat_message_join VALUES (1, ?)", (number,))
        connection.commit()
        connection.close()
        return (Path(scratch) / "chat.db").read_bytes()


FILES = {
    "box.mbox": mbox([mail(1), WITH_PARTS, HTML, mail(3, headers="References: <m1@example.org>\n")]),
    "one.eml": WITH_PARTS,
    "WhatsApp Chat with Ana.txt": WHATSAPP.encode(),
    "result.json": json.dumps(TELEGRAM).encode(),
    "message_1.json": json.dumps(INSTAGRAM).encode(),
    "signal.json": json.dumps(SIGNAL_ROWS).encode(),
    "main.jsonl": lines(SIGNAL_FRAMES),
    "chat.db": imessage(),
}
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.floats(0, 1, exclude_max=True),
        st.one_of(
            st.binary(min_size=1, max_size=4), st.sampled_from([b"\x00", b"\n\n", b"--outer", b'"', b"\xff\xfe"])
        ),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_breaks_nothing(name, tmp_path):
    with desk(tmp_path) as db:

        @settings(max_examples=40, deadline=None)
        @given(CHANGES)
        def comes_in_or_is_named(changes):
            path = tmp_path / name
            path.write_bytes(changed(FILES[name], changes))
            first = take(db, path)
            assert all(failure.reason.endswith(".") and is_clean(failure.source) for failure in first.failed)
            second = take(db, path)
            assert (second.added, second.changed) == (0, 0)
            assert second.unchanged == first.messages

        comes_in_or_is_named()
        assert all(is_clean(f"{seen.sender}{seen.subject}{seen.body}") for seen in contents(db))
        assert db.rows("PRAGMA foreign_key_check") == []
        with db._connections.transaction() as database:
            database.execute("INSERT INTO inbox_fts (inbox_fts, rank) VALUES ('integrity-check', 1)")


def test_a_maildir_of_changed_mails_breaks_nothing(tmp_path, db):
    box = mailbox.Maildir(tmp_path / "Mail")
    for number in range(1, 6):
        box.add(mail(number))
    box.add(b"\x00\xff\n\n")
    first = take(db, tmp_path / "Mail")
    assert (first.added, len(first.failed)) == (5, 1)
