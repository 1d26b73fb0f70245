"""A folder of papers, as a person might have them, for the tests."""

from __future__ import annotations

from pathlib import Path

LEASE = """Lease

The landlord is Maria Keller. The tenant is Jonas Weber.
The rent is 950 euros a month and is due on the third day of each month.

The deposit of 1,900 euros shall be returned within thirty (30) days after the keys are handed over, less the
cost of cleaning. The tenant hands over the keys on 27 November 2026.
"""
LETTER = """Dear Mr Weber,

thank you for your letter of 3 May. The heating was repaired by Brandt GmbH on 9 May 2026. The invoice of
240.50 euros will be paid by the landlord.

Kind regards,
Maria Keller
"""
MINUTES = """Meeting of the house community

Present were Keller, Weber and Okafor. The roof will be repaired in spring. Ms Okafor asks three firms for offers
by 15 January 2027. The next meeting is on 2 February 2027 at 18:00 in the cellar.
"""


def make_papers(folder: Path, copies: int = 0) -> Path:
    """The three papers, a picture, and as many longer files as `copies` says."""
    folder.mkdir(parents=True)
    (folder / "lease.txt").write_text(LEASE)
    (folder / "letters").mkdir()
    (folder / "letters" / "heating.md").write_text(LETTER)
    (folder / "minutes.txt").write_text(MINUTES)
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    for number in range(copies):
        (folder / f"report-{number:02}.txt").write_text(_report(number))
    return folder


def _report(number: int) -> str:
    paragraphs = [
        f"Section {part}. In week {number * 10 + part} the workshop repaired {part + 3} bicycles and sold {number + 2}"
        f" helmets. The cost of parts was {(number + 1) * 37 + part} euros, which Ms Lindgren paid on day {part + 1}."
        for part in range(30)
    ]
    return "\n\n".join(paragraphs) + "\n"
