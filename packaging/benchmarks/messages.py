"""How fast messages come into the inbox and are found in it: messages a second, milliseconds a search and a list.

    uv run python packaging/benchmarks/messages.py [--messages 100000] [--encrypted]

Makes a mailbox of its own, imports it into an empty database, imports it again, searches, and prints medians. Beside
each stands the time in which the program computed, which tells more on a machine that is busy with other things.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from tools.date_language import Dates
from tools.desk_db import DeskDatabase
from tools.desk_db.keys import Keys, new_key, use_keys
from tools.inbox import Inbox

WORDS = (
    "deposit rent lease keys cleaning invoice heating repair meeting roof offer firm bicycle helmet workshop week euros"
    " paid tenant landlord garden budget review report audit"
).split()
RARE_WORDS = 20_000
"""Words that few messages have, as names and numbers are in real mail."""
PEOPLE = 500
START = datetime(2015, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROUNDS = 15
QUERIES = {
    "one rare word": "w1234",
    "two words": "invoice w77",
    "a word in every third message": "deposit",
    "three such words": "deposit heating roof",
    "a sender": "from:person42",
    "a sender and a word": "from:person42 deposit",
    "a word within dates": "deposit after:2020-01-01 before:2020-03-01",
    "attachments": "has:attachment invoice",
    "nothing found": "nothingofthekind",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--encrypted", action="store_true", help="in a database that is encrypted")
    options = parser.parse_args()
    number = options.messages
    if options.encrypted:
        keys = Keys((new_key(),), encrypts=True)
        use_keys(lambda _path, _is_new: keys)
    with tempfile.TemporaryDirectory() as scratch:
        box = Path(scratch) / "box.mbox"
        with box.open("wb") as file:
            file.writelines(mails(number))
        print(f"{number} messages, {box.stat().st_size / 2**20:.0f} MiB")
        with DeskDatabase.open(Path(scratch) / "desk.db") as db:
            inbox = Inbox(db, Dates(lambda: NOW))
            for what in ("import", "import again"):
                os.utime(box)  # or it would not be read a second time
                took, computed = timed(lambda: inbox.import_path(box))
                print(f"{what}: {number / took:,.0f} messages a second, {number / computed:,.0f} a second of computing")
            print(f"database: {db.path.stat().st_size / 2**20:.0f} MiB")
            measure(db, inbox)


def measure(db: DeskDatabase, inbox: Inbox) -> None:
    actions: dict[str, Callable[[], object]] = {
        "reading every text": lambda: db.rows("SELECT sum(length(body)) FROM inbox_messages"),
        **{f"search, {name}": lambda query=query: inbox.search(query) for name, query in QUERIES.items()},
        "newest 100": lambda: inbox.recent(100),
        "newest 100, half way down": lambda: inbox.recent(100, skip=inbox.store.count() // 2),
        "newest 100 of a sender": lambda: inbox.recent(100, "person42"),
        "latest 100 threads": lambda: inbox.threads(100),
        "a message by a few words": lambda: inbox.find("Person42's mail about the heating"),
    }
    for name, action in actions.items():
        took, computed = zip(*(timed(action) for _ in range(ROUNDS)), strict=True)
        median, alone = 1000 * statistics.median(took), 1000 * statistics.median(computed)
        print(f"{name}: median {median:.1f} ms, worst {1000 * max(took):.1f} ms; computing {alone:.1f} ms")


def timed(action: Callable[[], object]) -> tuple[float, float]:
    """Seconds that it took, and those in which this process computed: the rest went to other programs and the disk."""
    started, computed = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - started, time.process_time() - computed


def mails(number: int) -> Iterator[bytes]:
    """A mailbox in the order of time, a third of it answers, a tenth with an attachment."""
    choose = random.Random(1)
    for count in range(number):
        sent = START + timedelta(minutes=50 * count)
        person = choose.randrange(PEOPLE)
        answered = choose.randrange(max(0, count - 50), count) if count and choose.random() < 1 / 3 else None
        yield b"From person@example.org Thu Jan  1 00:00:00 2015\n"
        yield (
            f"From: Person{person} Example <person{person}@example.org>\nTo: me@example.org\n"
            f"Subject: {' '.join(choose.choices(WORDS, k=4))}\nDate: {format_datetime(sent)}\n"
            f"Message-ID: <{count}@example.org>\n"
            + (f"References: <{answered}@example.org>\n" if answered is not None else "")
            + "Received: from a by b; Thu, 1 Jan 2015 00:00:00 +0000\nMIME-Version: 1.0\n"
        ).encode()
        text = f"{' '.join(sentence(choose) for _ in range(choose.randint(2, 12)))}\n".encode()
        if choose.random() < 0.1:
            yield b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n" + text
            yield b"--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\nPDF\n"
            yield b"--b--\n\n"
        else:
            yield b"Content-Type: text/plain; charset=utf-8\n\n" + text + b"\n"


def sentence(choose: random.Random) -> str:
    rare = [f"w{choose.randrange(RARE_WORDS)}" for _ in range(2)]
    return f"{' '.join([*choose.choices(WORDS, k=2), *rare, *choose.choices(rare, k=4)]).capitalize()}."


if __name__ == "__main__":
    main()
