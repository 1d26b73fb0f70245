"""Messages as passages that an answer may rest on and cite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from app.conversation.retrieval import Retrieved
from app.folder_summary.report import Citation, CitedSentence
from app.folder_summary.source_index import SourceIndex
from tools.desk_tools.inbox_tools import date_of, sender, subject
from tools.digest import digest_folder
from tools.inbox import Message
from tools.passages import Document, Passage

FOLDER = "inbox"
LONGEST_BODY = 20_000
"""Characters of a message that are read for a digest."""


def path_of(message: Message) -> str:
    """Under which a message is cited: "inbox/12"."""
    return f"{FOLDER}/{message.id}"


def message_id_of(path: str) -> int | None:
    """The number of the message that is cited under `path`; None for another path."""
    folder, _, number = path.partition("/")
    return int(number) if folder == FOLDER and number.isdecimal() else None


def document_of(message: Message, zone: tzinfo) -> Document:
    """What a message says itself, as one passage."""
    text = (message.parts.own or message.body)[:LONGEST_BODY]
    place = f"{sender(message)}, {date_of(message, zone)}"
    passages = (Passage(0, place, 0, len(text), text),) if text else ()
    return Document(str(message.id), "mail", subject(message), passages)


def retrieved(messages: Sequence[Message], zone: tzinfo) -> Retrieved:
    """All these messages, in their order."""
    documents = {path_of(message): document_of(message, zone) for message in messages}
    passages = tuple(
        Citation(path=path, place=passage.place, start=passage.start, end=passage.end, quote=passage.text)
        for path, document in documents.items()
        for passage in document.passages
    )
    return Retrieved(passages, SourceIndex(documents.items()))


def key_sentences(messages: Sequence[Message], zone: tzinfo) -> list[CitedSentence]:
    """The messages' own sentences that matter most: a digest without a model."""
    documents = [(path_of(message), document_of(message, zone)) for message in messages]
    return [
        CitedSentence(
            sentence=" ".join(chosen.sentence.text.split()),
            supported=True,
            citations=[
                Citation(
                    path=chosen.path,
                    place=chosen.sentence.place,
                    start=chosen.sentence.start,
                    end=chosen.sentence.end,
                    quote=chosen.sentence.text,
                )
            ],
        )
        for chosen in digest_folder(documents).sentences
    ]
