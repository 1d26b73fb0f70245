"""What the model is asked, word for word. A change of it is a new `PROMPT_VERSION`."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.protocol import Turn

PROMPT_VERSION = "1"

ANY_LANGUAGE = "the language of the text"
"""Said where the language is not known for sure."""

SYSTEM = (
    "You summarise documents for their owner. Use only what the text says. Copy names, numbers, amounts and dates"
    " exactly. Write plain sentences: no headings, no lists, no introduction."
)
"""The same bytes for every request, so that its key-value cache is computed once and shared."""


def summarise_text(title: str, text: str, language: str) -> tuple[Turn, ...]:
    """The turns that ask for two or three sentences about a text."""
    return _turns(f"Document: {title}\n\n{text}\n\nSummarise this text in two or three sentences, in {language}.")


def combine_parts(title: str, parts: Sequence[str], language: str) -> tuple[Turn, ...]:
    """The turns that ask for one summary of a document out of the summaries of its parts, in their order."""
    joined = "\n".join(f"- {part}" for part in parts)
    return _turns(
        f"Document: {title}\nSummaries of its parts, in order:\n{joined}\n\n"
        f"Combine them into one summary of three or four sentences, in {language}."
    )


def combine_files(parts: Sequence[str], language: str) -> tuple[Turn, ...]:
    """The turns that ask for the summary of a folder out of the summaries of its files."""
    joined = "\n".join(f"- {part}" for part in parts)
    return _turns(
        f"Summaries of the files of a folder:\n{joined}\n\n"
        f"Say in three to five sentences what this folder holds and what matters most in it, in {language}."
    )


def _turns(request: str) -> tuple[Turn, ...]:
    return Turn(role="system", content=SYSTEM), Turn(role="user", content=request)
