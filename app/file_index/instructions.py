"""What an embedding model wants to be told before a text: it was trained on questions and passages that say which."""

from __future__ import annotations

from dataclasses import dataclass

VERSION = 1
"""Counts up when a text is sent otherwise than before, so that its stored vector is not used any more."""


@dataclass(frozen=True, slots=True)
class Instructions:
    """The words before a question and before a passage."""

    question: str = ""
    passage: str = ""


_BY_NAME = (
    ("nomic-embed", Instructions("search_query: ", "search_document: ")),
    ("embeddinggemma", Instructions("task: search result | query: ", "title: none | text: ")),
    (
        "qwen3-embedding",
        Instructions("Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"),
    ),
    ("snowflake-arctic-embed", Instructions("Represent this sentence for searching relevant passages: ")),
    ("mxbai-embed", Instructions("Represent this sentence for searching relevant passages: ")),
    ("bge-small-en", Instructions("Represent this sentence for searching relevant passages: ")),
    ("bge-base-en", Instructions("Represent this sentence for searching relevant passages: ")),
    ("bge-large-en", Instructions("Represent this sentence for searching relevant passages: ")),
    ("e5-", Instructions("query: ", "passage: ")),
)
"""From the cards of the models; the first whose name is part of the file's is meant."""


def instructions_for(name: str) -> Instructions:
    """The instructions of the model whose file has this name; none for one that is not known."""
    plain = name.lower().replace(" ", "-").replace("_", "-")
    return next((instructions for name, instructions in _BY_NAME if name in plain), Instructions())
