"""A tenant's messages in a real database: mails in threads, a chat, and what they ask to be done."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from app.locations import locations
from tests.tui.diary import NOW, fill
from tools.date_language import Dates
from tools.desk_db import DeskDatabase
from tools.inbox import ActionItem, Inbox

ANA, BEN, BANK = "Ana Keller <ana@example.org>", "Ben <ben@example.org>", "Kantonalbank <info@bank.example>"
KEYS = """Dear Tomás,

the keys can be handed over on Friday 27 November at three in the afternoon.
Please bring the deposit receipt, and send me your bank account before Thursday.

Kind regards
Ana
"""
MAILS: tuple[tuple[str, str, str, timedelta], ...] = (
    (ANA, "Keys", KEYS, timedelta(hours=1)),
    (BEN, "Re: Moving van", "I can drive the van on Thursday. Do you need boxes?", timedelta(hours=20)),
    (BANK, "Your statement for October", "Your statement is ready.", timedelta(days=2)),
    (BEN, "Moving van", "Shall we take my brother's van for the move?", timedelta(days=3)),
    (ANA, "Inventory of the flat", "The left tap in the bathroom will be replaced.", timedelta(days=400)),
)
CHAT = "[24.11.26, 18:05:00] Mia: Pizza on Friday?\n[24.11.26, 18:06:00] Tomás: Only after the keys.\n"


def mail(number: int, sender: str, subject: str, body: str, sent: datetime) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = sender, "Tomás Ferreira <tomas@example.org>"
    message["Subject"], message["Date"] = subject, format_datetime(sent)
    message["Message-ID"] = f"<m{number}@example.org>"
    if subject.startswith("Re: "):
        first = next(place for place, known in enumerate(MAILS) if known[1] == subject.removeprefix("Re: "))
        message["In-Reply-To"] = f"<m{first}@example.org>"
    message.set_content(body)
    if subject == "Keys":
        message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="handover.pdf")
    return message.as_bytes()


def fill_inbox(home: Path) -> None:
    """The mails and the chat above, and two things to be done; the calendar is empty."""
    fill(home, ())
    folder = home / "mails"
    folder.mkdir()
    for number, (sender, subject, body, ago) in enumerate(MAILS):
        (folder / f"{number}.eml").write_bytes(mail(number, sender, subject, body, NOW - ago))
    (folder / "WhatsApp Chat with Mia.txt").write_text(CHAT)
    moments = (NOW + timedelta(minutes=number) for number in range(1_000_000))
    with DeskDatabase.open(locations().make().database, clock=lambda: next(moments).timestamp()) as db:
        inbox = Inbox(db, Dates(lambda: NOW, ("en",)))
        report = inbox.import_path(folder)
        assert (report.added, report.failed) == (7, [])
        number = inbox.search("account receipt")[0].message.id
        inbox.add_items(
            [
                ActionItem(number, "Bring the deposit receipt", "bring the deposit receipt", who="Tomás"),
                ActionItem(
                    number,
                    "Send the bank account",
                    "send me your bank account before Thursday",
                    who="Tomás",
                    due="Thursday",
                ),
            ]
        )


def statuses(home: Path) -> dict[str, str]:
    """What is to be done and what is done, read by a connection of its own."""
    with DeskDatabase.open(home / "desk.sqlite") as db:
        return {item.what: item.status for item in Inbox(db, Dates(lambda: NOW, ("en",))).items()}
