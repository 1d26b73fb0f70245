"""A question with choices, and what the user picks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.conversation.call_runner import Request
from tools.registry import Choose

_NUMBER = re.compile(r"\s*\(?(\d)\)?\.?\s*")


def offered(choose: Choose) -> str:
    """The question with its numbered choices, each on a line."""
    lines = [f"{number}. {choice.label}" for number, choice in enumerate(choose.choices, 1)]
    return "\n".join([choose.question, *lines])


@dataclass(frozen=True, slots=True)
class Pending:
    """A call that waits for the user to say what one of its arguments means."""

    request: Request
    choose: Choose

    def settled(self, reply: str) -> Request | None:
        """The call with the choice that `reply` picks, by its number or by words that only one of them has."""
        choices = self.choose.choices
        number = _NUMBER.fullmatch(reply)
        if number:
            picked = list(choices[int(number[1]) - 1 : int(number[1])]) if int(number[1]) else []
        else:
            wanted = _plain(reply)
            picked = [choice for choice in choices if wanted and wanted in _plain(choice.label)]
        if len(picked) != 1:
            return None
        arguments = {**self.request.arguments, self.choose.argument: picked[0].value}
        return Request(self.request.name, arguments, picked[0].value)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w:]+", text.casefold()))
