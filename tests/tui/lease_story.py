"""A small folder of a tenant's papers: its files, their texts, a run of the summary over it and an answer."""

from __future__ import annotations

from app.conversation.events import Answered, AnswerText, PassagesFound
from app.desk_api import OpenedDocument
from app.folder_summary.events import (
    DigestReady,
    Event,
    FilesRead,
    FileSummarised,
    Finished,
    FolderSummarised,
    Notice,
    Progress,
    TextWritten,
)
from app.folder_summary.report import Citation, CitedSentence, Coverage, FileReport, Report, Stats
from tests.tui.fake_desk import FakeDesk, Pause

LEASE = """LEASE AGREEMENT

1. Parties
This agreement is made between Ana Keller (landlord) and Tomás Ferreira (tenant) for the flat at 14 Mill Lane.

2. Rent
The rent is 950 euro a month, payable on the third working day of each month to the account named in annex A.
The landlord may raise the rent once a year, by no more than the consumer price index.

3. Deposit
The tenant pays a deposit of 1,900 euro before the keys are handed over.
The deposit shall be returned within thirty (30) days of the end of the tenancy, less the cost of cleaning.

4. Repairs
The landlord keeps the heating and the windows in good repair. Small repairs of up to 75 euro are the tenant's.

5. Notice
Either party may end this agreement with three months' notice in writing.
"""

INVENTORY = """Inventory at the hand-over

Kitchen: oven, hob, fridge (new in 2024), six chairs.
Bathroom: the left tap drips and is to be replaced by the landlord before 1 March.
Living room: two radiators, one sofa, curtains.
"""

LETTER = """Dear Tomás,

The keys can be handed over on Friday 27 November at three in the afternoon. Please bring the deposit receipt.

Kind regards,
Ana Keller
"""


def document(path: str, title: str, text: str, *places: tuple[str, str]) -> OpenedDocument:
    """`places` are (first words of a passage, its place)."""
    return OpenedDocument(path, title, text, tuple((text.index(words), place) for words, place in places))


DOCUMENTS = {
    "contracts/lease.pdf": document(
        "contracts/lease.pdf",
        "Lease agreement",
        LEASE,
        ("LEASE", "page 1"),
        ("3. Deposit", "page 2"),
        ("5. Not", "page 3"),
    ),
    "contracts/inventory.docx": document(
        "contracts/inventory.docx", "Inventory", INVENTORY, ("Inv", "section Inventory")
    ),
    "letters/ana-2026-11.eml": document("letters/ana-2026-11.eml", "Keys", LETTER, ("Dear", "message body")),
}


def cite(path: str, quote: str, place: str) -> Citation:
    start = DOCUMENTS[path].text.index(quote)
    return Citation(path=path, place=place, start=start, end=start + len(quote), quote=quote)


DEPOSIT = cite(
    "contracts/lease.pdf",
    "The deposit shall be returned within thirty (30) days of the end of the tenancy, less the cost of cleaning.",
    "page 2",
)
RENT = cite(
    "contracts/lease.pdf", "The rent is 950 euro a month, payable on the third working day of each month", "page 1"
)
TAP = cite(
    "contracts/inventory.docx",
    "the left tap drips and is to be replaced by the landlord before 1 March",
    "section Inventory",
)
KEYS = cite(
    "letters/ana-2026-11.eml",
    "The keys can be handed over on Friday 27 November at three in the afternoon.",
    "message body",
)

SUMMARY = (
    CitedSentence(
        sentence="The rent is 950 euro a month, due on the third working day.", supported=True, citations=[RENT]
    ),
    CitedSentence(
        sentence="The deposit comes back within 30 days of the end of the tenancy, less the cleaning.",
        supported=True,
        citations=[DEPOSIT],
    ),
    CitedSentence(
        sentence="The keys are handed over on 27 November and the dripping tap is replaced before 1 March.",
        supported=True,
        citations=[KEYS, TAP],
    ),
    CitedSentence(
        sentence="The lease runs until 2031 unless three months' notice is given.",
        supported=False,
        citations=[RENT],
        unsupported=["2031"],
    ),
)
DIGEST = (
    CitedSentence(sentence=RENT.quote, supported=True, citations=[RENT]),
    CitedSentence(sentence=DEPOSIT.quote, supported=True, citations=[DEPOSIT]),
    CitedSentence(sentence=KEYS.quote, supported=True, citations=[KEYS]),
)

FILES = (
    FileReport(path=".git/", status="skipped", reason="hidden"),
    FileReport(path="contracts/inventory.docx", status="done", title="Inventory", passages_read=1, passages=1),
    FileReport(path="contracts/lease.pdf", status="done", title="Lease agreement", passages_read=3, passages=3),
    FileReport(path="contracts/old-lease.pdf", status="failed", reason="it is protected with a password"),
    FileReport(path="letters/ana-2026-11.eml", status="done", title="Keys", passages_read=1, passages=1),
    FileReport(path="letters/photo-of-the-broken-bathroom-tap.jpg", status="skipped", reason="images are not read"),
    FileReport(
        path="meter-readings.csv",
        status="partial",
        reason="only the first 8 MiB were read",
        passages_read=40,
        passages=52,
    ),
    FileReport(path="notes.md", status="done", passages_read=2, passages=2),
)
COVERAGE = Coverage(files=8, done=4, partial=1, skipped=2, failed=1, passages_read=47, passages=59)
LEASE_ROW = FILES[2].model_copy(update={"summary": [SUMMARY[0], SUMMARY[1]]})

REPORT = Report(
    summary=list(SUMMARY),
    coverage=COVERAGE,
    files=[LEASE_ROW if row.path == LEASE_ROW.path else row for row in FILES],
    stats=Stats(generated=7, reused=3, prompt_tokens=5200, tokens=640, seconds=41.3),
    model="Llama 3.2 1B Q4_K_M",
)

READING: tuple[Event, ...] = (
    Progress("listing", 8, 0),
    FilesRead(FILES[:5]),
    Progress("reading", 5, 8, "letters/ana-2026-11.eml"),
    FilesRead(FILES[5:]),
    DigestReady(DIGEST, COVERAGE),
)
WRITING: tuple[Event, ...] = (
    Progress("summarising", 3, 7, "contracts/lease.pdf", 46.2, 95.0),
    TextWritten("contracts/lease.pdf", "The rent is 950 euro a month, due on the third "),
    TextWritten("contracts/lease.pdf", "working day. The deposit comes back within"),
)
ENDING: tuple[Event, ...] = (
    FileSummarised(LEASE_ROW),
    Progress("combining", 7, 7, "", 44.0, 2.0),
    TextWritten("", "The rent is 950 euro a month"),
    FolderSummarised(SUMMARY),
    Finished(REPORT),
)
ANSWER = (
    PassagesFound((DEPOSIT, KEYS)),
    AnswerText("The deposit comes back within 30 days, "),
    AnswerText("less the cleaning."),
    Answered(
        (
            CitedSentence(
                sentence="The deposit comes back within 30 days, less the cleaning.",
                supported=True,
                citations=[DEPOSIT],
            ),
        ),
        "Llama 3.2 1B Q4_K_M",
    ),
)


def lease_desk(**changes: object) -> FakeDesk:
    """The whole story without a stop, with whatever a test changes."""
    desk = FakeDesk(summary=(*READING, *WRITING, *ENDING), answers=(ANSWER,), documents=dict(DOCUMENTS))
    for name, value in changes.items():
        setattr(desk, name, value)
    return desk


def paused_desk() -> FakeDesk:
    """Stops once while the model writes about the lease."""
    return lease_desk(summary=(*READING, *WRITING, Pause(), *ENDING))


def noticed_desk() -> FakeDesk:
    """A run whose engine died once."""
    return lease_desk(summary=(*READING, Notice("The engine stopped and was started again."), *WRITING, *ENDING))
