"""How long the calendar takes to answer: a week, a month, free time, an event by words, as medians.

    uv run python packaging/benchmarks/calendar_questions.py [--events 10000] [--series 2000] [--rounds 15]

Makes a calendar of ten years, half of whose series still go on, and asks each question with nothing kept from the one
before. `rounds` is how often each is asked.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tools.calendar import Attendee, Calendar, Event, Series, Window, new_event
from tools.desk_db import DeskDatabase

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 8, tzinfo=ZONE)
WORDS = (
    "budget review planning dentist lunch workshop interview retrospective roadmap training release handover garden"
    " concert rehearsal yoga school parents doctor insurance landlord bicycle travel report audit onboarding design"
).split()
NAMES = "Ana Ben Chloé Dmitri Eszter Farid Giulia Hiroshi Inês Jonas Kavya Luca Mei Nuno Olga Priya".split()
RULES = (
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;INTERVAL=2",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYDAY=1TU",
    "FREQ=MONTHLY;BYMONTHDAY=15",
    "FREQ=YEARLY",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--series", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, DeskDatabase.open(Path(scratch) / "desk.sqlite") as db:
        calendar = Calendar(db, ZONE, lambda: NOW)
        fill(calendar, db, made(asked.events, asked.series))
        print(f"{asked.events:,} events, {asked.series:,} of them series")
        for name, question in questions(calendar).items():
            times, answers = timed(question, asked.rounds)
            spread = f"{min(times):.0f} to {max(times):.0f}"
            print(f"{name:<24}{statistics.median(times):>7.0f} ms ({spread})  {answers:,} found")


def fill(calendar: Calendar, db: DeskDatabase, events: list[Event]) -> None:
    with db.journal.effect("benchmark", summary="Fill the calendar"):
        for event in events:
            calendar.store.put(Series(event), "benchmark")


def made(events: int, series: int) -> list[Event]:
    """Events over nine years before now and one year after; of the series half have come to an end."""
    choose = random.Random(1)
    found = []
    for number in range(events):
        day = NOW.replace(hour=0) - timedelta(days=choose.randint(-365, 9 * 365))
        start = day.replace(hour=choose.randint(7, 19), minute=choose.choice((0, 15, 30)))
        rule = choose.choice(RULES) if number < series else ""
        if rule and number % 2:
            rule += choose.choice((";COUNT=20", f";UNTIL={start + timedelta(days=200):%Y%m%dT%H%M%SZ}"))
        found.append(
            new_event(
                f"{' '.join(choose.sample(WORDS, 2))} {choose.choice(NAMES)}",
                start,
                duration=timedelta(minutes=choose.choice((15, 30, 60, 90))),
                uid=f"event-{number}",
                rrule=rule,
                location=choose.choice(("", "Room 4", "Kanzlei Weber")),
                description=" ".join(choose.choices(WORDS, k=choose.choice((0, 0, 12)))),
                attendees=tuple(Attendee("", name) for name in choose.sample(NAMES, choose.randint(0, 3))),
                busy=choose.random() < 0.3,
            )
        )
    return found


def questions(calendar: Calendar) -> dict[str, Callable[[], int]]:
    midnight = NOW.replace(hour=0)
    week, month = (Window(midnight, midnight + timedelta(days=days)) for days in (7, 30))
    return {
        "list a week": lambda: len(calendar.list_events(week).occurrences),
        "list a month": lambda: len(calendar.list_events(month).occurrences),
        "find free in a week": lambda: len(calendar.find_free(week, timedelta(minutes=15))),
        "find by words": lambda: len(calendar.find("budget review with Ana").matches),
        "find what is not there": lambda: len(calendar.find("haircut").matches),
    }


def timed(question: Callable[[], int], rounds: int) -> tuple[list[float], int]:
    """Milliseconds of each round, and what the last one found."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        answers = question()
        times.append(1000 * (time.perf_counter() - started))
    return times, answers


if __name__ == "__main__":
    main()
