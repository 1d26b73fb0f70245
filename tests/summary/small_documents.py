"""Documents made of a text, a passage for each paragraph."""

from __future__ import annotations

import hashlib
import re

from tools.passages import Document, Passage


def document(text: str) -> Document:
    """The text as a document; a paragraph is a passage, its place the number of the paragraph."""
    ends = [match.end() for match in re.finditer(r"\n\n", text)]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    passages, start = [], 0
    for number, end in enumerate(ends):
        passages.append(Passage(number, f"paragraph {number + 1}", start, end, text[start:end]))
        start = end
    return Document(hashlib.sha256(text.encode()).hexdigest(), "txt", "", tuple(passages))


LEASE = """Lease of the flat at 12 Rose Street

The tenant is Ana Ruiz. The landlord is Weber Homes GmbH, Berlin. The lease begins on 1 March 2026 and runs for two
years.

The monthly rent is 1,200 euros. The tenant pays it on the first working day of each month. The parking space costs
another 80 euros.

The deposit is 2,400 euros. The landlord shall return the deposit within thirty (30) days after the keys are handed
over, less the cost of cleaning.

The tenant shall not keep dogs in the flat. Cats are allowed with written consent.

Questions go to office@weber-homes.example. The caretaker is Mr. Okafor.
"""
