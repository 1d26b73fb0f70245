"""Plain sentences out of the docstrings of Python's standard library, and their words.

A tenth of the modules, and a tenth of the words, are held back for evaluation.
"""

from __future__ import annotations

import ast
import re
import sysconfig
from functools import lru_cache
from pathlib import Path


@lru_cache(1)
def docstrings() -> tuple[list[str], list[str]]:
    """Plain sentences of the standard library's docstrings: those to train on, and those held back, by module."""
    trained: dict[str, None] = {}
    held: dict[str, None] = {}
    root = Path(sysconfig.get_paths()["stdlib"])
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).parts
        if {"test", "tests", "site-packages", "idle_test", "lib2to3"} & set(parts):
            continue
        target = held if sum(map(ord, parts[-1])) % 10 == 0 else trained
        target |= dict.fromkeys(_sentences(path))
    return list(trained), [sentence for sentence in held if sentence not in trained]


def _sentences(path: Path) -> list[str]:
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, UnicodeDecodeError):
        return []
    nodes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    texts = [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, nodes)]
    return [sentence for text in texts for sentence in _split(text) if _is_plain(sentence)]


def _split(text: str) -> list[str]:
    paragraphs = re.split(r"\n\s*\n", text)
    return [
        part for text in paragraphs for part in re.split(r"(?<=[.!?])\s+(?=[A-Z])", re.sub(r"\s+", " ", text.strip()))
    ]


def _is_plain(sentence: str) -> bool:
    letters = sum(character.isalpha() or character == " " for character in sentence)
    return (
        35 < len(sentence) < 220
        and sentence[0].isupper()
        and sentence[-1] == "."
        and letters / len(sentence) > 0.93
        and sentence.isascii()
        and sentence.count("(") == sentence.count(")")
        and len(sentence.split()) > 4
    )


@lru_cache(1)
def docstring_words() -> tuple[list[str], list[str]]:
    """The lower-case words of all docstrings that have three to twelve letters: trained ones, and held ones."""
    text = " ".join(sentence for part in docstrings() for sentence in part)
    words = sorted(set(re.findall(r"\b[a-z]{3,12}\b", text)))
    return [word for word in words if not _is_held(word)], [word for word in words if _is_held(word)]


def _is_held(word: str) -> bool:
    return sum(map(ord, word)) % 10 == 0
