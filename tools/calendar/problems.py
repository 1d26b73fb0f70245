"""What the calendar cannot do, said in a sentence."""

from __future__ import annotations

from tools.errors import ToolProblem


class CalendarProblem(ToolProblem):
    """An event, a rule or a file cannot be used as it is."""

    title = "The calendar could not do that"
