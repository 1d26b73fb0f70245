"""Times in a call: what is wrong with one goes to whoever can mend it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from tools.date_language import Moment, NotUnderstood, Span, Unclear
from tools.registry import Choice, Choose, Unsettled, WrongCall

_OFFERED = 5


@contextmanager
def heard(**said: str | None) -> Iterator[None]:
    """Around the resolving of the arguments `said`: what has several meanings is asked of the user, what has none is
    given back to the model.

    Raises Unsettled and WrongCall.
    """
    try:
        yield
    except Unclear as unclear:
        choices = tuple(
            Choice(str(one), one if isinstance(one, str) else _exact(one)) for one in unclear.readings[:_OFFERED]
        )
        argument = next((name for name, words in said.items() if words == unclear.text), "")
        raise Unsettled(Choose(unclear.message, argument, choices)) from unclear
    except NotUnderstood as problem:
        raise WrongCall(problem.message, hint=problem.hint) from problem


def _exact(reading: Moment | Span | timedelta) -> str:
    """A reading in the form of ISO 8601, which has one meaning."""
    if isinstance(reading, timedelta):
        return f"PT{int(reading.total_seconds() // 60)}M"
    return reading.isoformat()
