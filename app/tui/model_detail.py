"""Everything that is known of one model, for the eye, and what is asked before its download."""

from __future__ import annotations

from textual.content import Content

from app.desk_api import ModelRow
from app.download_terms import DownloadTerms
from app.tui.terminal_safety import one_line
from app.wording import file_size, joined
from runtime.model_places import PROGRAM_NAMES


def model_detail(row: ModelRow) -> Content:
    """What decides comes first: a narrow screen shows the beginning."""
    model = row.model
    why = f"It {one_line(model.why)}{'' if model.why.endswith(('.', 'instead')) else '.'}"
    lines = [
        ("", why if model.runs else f"{why.rstrip('.')}."),
        ("", one_line(model.good_at)),
        ("Licence", one_line(model.licence) or "not said in the file"),
        ("Note", one_line(model.restriction)),
        *_place(row),
        ("Memory", joined(*(f"{file_size(size)} at {name}" for name, size in model.memory.items()))),
        ("Context", f"{model.context:,} tokens" if model.context else ""),
        ("Needs too", one_line(model.projector or "")),
        ("Name", one_line(model.id)),
    ]
    return Content("\n").join([Content.styled(one_line(model.name), "bold"), *_said(lines)])


def download_question(terms: DownloadTerms) -> Content:
    return Content("\n").join([*_said(list(terms.facts)), Content(f"\n{terms.question}")])


def _place(row: ModelRow) -> list[tuple[str, str]]:
    if row.terms is not None:
        here = [fact for fact in row.terms.facts if fact[0] in ("From", "To", "Free there", "Hash")]
        return here if not row.terms.hash_known else [*here, ("Hash", "known: what arrives is checked by it")]
    if row.model.path is None:
        return []
    keeper = PROGRAM_NAMES[row.model.program] if row.model.program else ""
    return [("Kept by", keeper if keeper != "llama-desk" else ""), ("File", row.model.path)]


def _said(lines: list[tuple[str, str]]) -> list[Content]:
    return [
        Content.assemble((f"{name}: " if name else "", "$quiet"), one_line(words)) for name, words in lines if words
    ]
