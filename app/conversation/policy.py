"""What a turn may do. Every rule is code: no model is asked, and no text that was read can change an answer.

A write needs a grant from the user's own words, and then their yes to just this effect. See "A turn of the assistant"
in the README.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.conversation.grants import granted
from app.conversation.provenance import Provenance
from tools.registry import Call, Plan, Tool


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One value of a write. `mark` says where it came from when that is not the user's own words."""

    name: str
    shown: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """A write as it is shown before it is done, and as it is then done."""

    call: Call
    summary: str
    lines: tuple[PreviewLine, ...]
    warnings: tuple[str, ...] = ()
    resolved: dict[str, Any] = field(default_factory=dict)

    @property
    def marked(self) -> bool:
        """Whether any value needs a second look."""
        return any(line.mark for line in self.lines)


class Policy:
    """The rules of one turn. The grants are fixed when it begins, from the user's words."""

    def __init__(
        self, request: str, provenance: Provenance, *, folder: Path | None = None, may_write: bool = True
    ) -> None:
        """`folder` is the one that the user has open; `may_write` is False for a model not trusted with writing."""
        self.request = request
        self.folder = folder
        self.provenance = provenance
        self._granted = granted(request)
        self._may_write = may_write

    def refusal(self, tool: Tool) -> str:
        """Why `tool` may not even be proposed now, as a sentence; empty when it may.

        What the model writes before it has read foreign text can only come from the user. Afterwards only the writes
        that the user's own words asked for may be proposed.
        """
        if tool.effect == "read":
            return ""
        if not self._may_write:
            return f"{tool.name} is off for this model, which did not pass its test: llama-desk models test."
        if self.provenance.clean or tool.name in self._granted:
            return ""
        read = ", ".join(self.provenance.source_names[:3])
        return f"{tool.name} was not asked for by you but after reading {read}, so it was not done."

    def preview(self, tool: Tool, call: Call, plan: Plan) -> Preview:
        """The plan with each value that the user did not say marked.

        A value is judged by the argument it was resolved from; what code computed from nothing said is not marked.
        """
        arguments = call.arguments()
        lines = []
        for name, shown in plan.shown.items():
            mark = self.provenance.mark(arguments[name]) if name in arguments and name in tool.sinks else ""
            lines.append(PreviewLine(name, shown, mark))
        beside = {name: value for name, value in arguments.items() if name not in plan.shown and name in tool.sinks}
        for name, value in beside.items():
            if mark := self.provenance.mark(value):
                lines.append(PreviewLine(name, str(value), mark))
        return Preview(call, plan.summary, tuple(lines), plan.warnings, dict(plan.resolved))
