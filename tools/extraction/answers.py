"""What the desk makes of an answer: checked, because the process that wrote it has read a stranger's file."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

from tools.extraction.wire import Answer, Hello, Status
from tools.passages import Document, Passage
from tools.sanitise import is_clean, sanitise

_ANSWER = TypeAdapter(Answer)
_HELLO = TypeAdapter(Hello)


@dataclass(frozen=True, slots=True)
class Extraction:
    """What became of one file. `document` is there when the status is done or partial.

    A `reason` reads after the file's name: "is password-protected". For a partial file it says what is missing.
    """

    path: str
    status: Status
    reason: str = ""
    content_hash: str = ""
    size: int = 0
    mtime_ns: int = 0
    document: Document | None = None


class BadAnswer(Exception):
    """The worker sent what no sound worker sends."""


def read_hello(head: bytes) -> Hello:
    """Raises BadAnswer."""
    try:
        return _HELLO.validate_json(head)
    except ValueError as error:
        raise BadAnswer(str(error)) from error


def read_answer(path: str, head: bytes, text: bytes) -> tuple[Extraction, bool]:
    """The extraction of `path`, and whether the worker retires after it. Raises BadAnswer."""
    try:
        answer = _ANSWER.validate_json(head)
        document = _document(answer, text.decode("utf-8")) if answer["status"] in ("done", "partial") else None
    except ValueError as error:
        raise BadAnswer(str(error)) from error
    extraction = Extraction(
        path, answer["status"], sanitise(answer["reason"]), answer["content_hash"], answer["size"],
        answer["mtime_ns"], document,
    )  # fmt: skip
    return extraction, answer["retiring"]


def _document(answer: Answer, text: str) -> Document:
    passages = []
    start = 0
    for ordinal, (end, place) in enumerate(answer["cuts"]):
        piece = text[start:end]
        if not start < end <= len(text) or not is_clean(piece):
            raise BadAnswer(f"passage {ordinal} of {answer['content_hash']} is not a clean span of its text")
        passages.append(Passage(ordinal, sanitise(place), start, end, piece))
        start = end
    if start != len(text) or not passages:
        raise BadAnswer(f"the passages of {answer['content_hash']} do not cover its text")
    title, note = sanitise(answer["title"]), sanitise(answer["note"])
    return Document(answer["content_hash"], answer["format"], title, tuple(passages), note)
