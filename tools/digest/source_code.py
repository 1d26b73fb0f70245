"""What source code says in words: its comments, and the names that it defines."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FORMATS = """
    py pyi js mjs cjs jsx ts tsx c h cc cpp cxx hpp hh m mm java kt kts scala groovy go rs rb php pl pm lua r jl cs fs
    vb swift dart ex exs erl hs ml clj el lisp sh bash zsh fish ps1 bat cmd sql css scss less sass vue svelte
    toml yaml yml ini cfg conf properties env gradle cmake mk dockerfile makefile tf nix proto graphql asm s v sv vhd
"""
CODE_FORMATS = frozenset(_FORMATS.split())

# A comment that is never closed goes to the end, so that no opening is searched for its end in vain.
_COMMENT = re.compile(
    r"\"\"\"(?P<double>.*?)(?:\"\"\"|\Z)|'''(?P<single>.*?)(?:'''|\Z)"
    r"|/\*(?P<block>.*?)(?:\*/|\Z)|<!--(?P<markup>.*?)(?:-->|\Z)"
    r"|(?P<lines>(?:^[^\S\n]*(?:#(?!!)|//+!?|--|;;+|%+)[^\S\n][^\n]*(?:\n|\Z))+)",
    re.DOTALL | re.MULTILINE,
)
_LINE_MARK = re.compile(r"^[^\S\n]*(?:#|//+!?|--|;;+|%+)[^\S\n]", re.MULTILINE)
_DEFINITION = re.compile(
    r"^[^\S\n]*(?:(?:export|default|public|private|protected|static|final|abstract|async|pub|data|sealed)\s+){0,4}"
    r"(?:def|class|function|func|fn|fun|interface|struct|enum|trait|impl|type|module|namespace|package|message|service"
    r"|create\s+table|resource)\s+[^\n]{2,200}",
    re.MULTILINE | re.IGNORECASE,
)


def comment_spans(text: str) -> Iterator[tuple[int, int]]:
    """The insides of comments and docstrings in order; a run of line comments gives a span for each of its lines."""
    for match in _COMMENT.finditer(text):
        if match["lines"] is None:
            yield match.span(str(match.lastgroup))
            continue
        marks = list(_LINE_MARK.finditer(text, *match.span()))
        ends = [mark.start() for mark in marks[1:]] + [match.end()]
        yield from ((mark.end(), end) for mark, end in zip(marks, ends, strict=True))


def definition_spans(text: str) -> list[tuple[int, int]]:
    spans = []
    for match in _DEFINITION.finditer(text):
        indent = len(match.group()) - len(match.group().lstrip())
        spans.append((match.start() + indent, match.end()))
    return spans
