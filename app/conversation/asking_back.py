"""What is asked back where a call lacks a value that it needs, in the language of the request."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from app.folder_summary.language import likeliest_language


def question_back(tool: str, arguments: Mapping[str, Any], request: str) -> str | None:
    """The question for the first value that the tool needs and the call lacks; None where there is none to ask for."""
    for argument, questions in _questions().get(tool, {}).items():
        if argument not in arguments:
            return questions[likeliest_language(request, tuple(questions))]
    return None


@cache
def _questions() -> dict[str, dict[str, dict[str, str]]]:
    """By tool, then by argument in the order in which they are asked for, then by language."""
    return tomllib.loads((resources.files("app.conversation") / "asking_back.toml").read_text("utf-8"))
