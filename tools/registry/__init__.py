"""What the assistant can do here: tools as typed functions, by their names."""

from tools.registry.outcomes import (
    Choice,
    Choose,
    Data,
    Done,
    Found,
    Handed,
    Outcome,
    Plan,
    Source,
    Unsettled,
    WrongCall,
)
from tools.registry.registry import ENTRY_POINTS, Registry, installed
from tools.registry.tool import Call, Effect, Tool, tool
from tools.registry.tool_desk import ToolDesk

__all__ = [
    "ENTRY_POINTS",
    "Call",
    "Choice",
    "Choose",
    "Data",
    "Done",
    "Effect",
    "Found",
    "Handed",
    "Outcome",
    "Plan",
    "Registry",
    "Source",
    "Tool",
    "ToolDesk",
    "Unsettled",
    "WrongCall",
    "installed",
    "tool",
]
