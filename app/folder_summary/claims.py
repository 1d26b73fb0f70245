"""What a sentence claims that can be looked up: names, numbers, amounts, dates, addresses and quotations."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.folder_summary.claim_forms.addresses import Address
from app.folder_summary.claim_forms.amounts import THINGS, Amount
from app.folder_summary.claim_forms.facts import Facts, Form, find_measured
from app.folder_summary.claim_forms.moments import Clock, Date
from app.folder_summary.claim_forms.names import find_names, find_quotations

_SOURCE_MARK = re.compile(r"\[\d{1,3}(?:[,–-]\s?\d{1,3})*\]|^\s*(?:[-*•]|\d{1,2}[.)])\s", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that a source must say if the sentence is true. `start` and `end` are its span in the sentence."""

    text: str
    start: int
    end: int
    form: Form

    @property
    def measured(self) -> bool:
        """A number, date or address: true of one thing and not of the next, unlike a name."""
        return isinstance(self.form, Amount | Date | Clock | Address)


def claims(sentence: str) -> list[Claim]:
    """The claims of `sentence` in their order. Marks of sources ("[1]") and of lists are no claims."""
    text = _SOURCE_MARK.sub(lambda mark: " " * len(mark.group()), sentence)
    found: list[tuple[int, int, Form]] = list(find_quotations(text))
    rest = list(text)
    for item in find_measured(text):
        if not _is_one(text[item.start : item.end], item.form):
            found.append((item.start, item.end, item.form))
            # A comma in its place ends a name, so that "Monday" is no part of one.
            rest[item.start : item.end] = "," * (item.end - item.start)
    found += find_names("".join(rest))
    return [
        Claim(sentence[start:end].strip(), start, end, form)
        for start, end, form in sorted(found, key=lambda item: (item[0], item[1]))
    ]


def stands_in(claim: Claim, text: str) -> bool:
    """Whether `text` says what is claimed, in whatever form: "1,200,000" bears out "1.2 million".

    To look up several claims in one text, make its `Facts` once.
    """
    return Facts(text).hold(claim.form)


def _is_one(written: str, form: Form) -> bool:
    """ "one" in words is a pronoun or an article more often than a number."""
    return isinstance(form, Amount) and form.values == {1} and form.unit in {None, THINGS} and "1" not in written
