"""The tools that can be called: those that ship, and those that other packages add."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from tools.registry.outcomes import WrongCall
from tools.registry.tool import Call, Tool
from tools.sanitise import sanitise

ENTRY_POINTS = "llama_desk.tools"
"""The group under which a package names its tools: each entry is a `Tool` or a sequence of them."""


class Registry:
    """Tools by their names, in an order that never changes, so that a model's cache of them stays good.

    `broken` has a sentence for each entry point that was skipped.
    """

    def __init__(self, shipped: Iterable[Tool], added: Iterable[EntryPoint] = ()) -> None:
        self._tools = {tool.name: tool for tool in shipped}
        self.broken: list[str] = []
        for entry in sorted(added, key=lambda entry: (entry.name, entry.value)):
            try:
                self._add(entry)
            except Exception as error:  # noqa: BLE001 - whatever a foreign package does must not stop the desk
                reason = sanitise(f"{type(error).__name__}: {error}")
                self.broken.append(f"The tool “{entry.name}” ({entry.value}) was skipped: {reason}.")

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def __len__(self) -> int:
        return len(self._tools)

    def __contains__(self, name: object) -> bool:
        return name in self._tools

    def __getitem__(self, name: str) -> Tool:
        """Raises WrongCall for a tool that is not there."""
        try:
            return self._tools[name]
        except KeyError:
            raise WrongCall(f"There is no tool {name}.", hint=f"There are {', '.join(self._tools)}.") from None

    def parse(self, name: str, arguments: Mapping[str, Any]) -> Call:
        """A checked call. Raises WrongCall, whose hint says what would be right."""
        return self[name].parse(arguments)

    def _add(self, entry: EntryPoint) -> None:
        loaded = entry.load()
        tools = [loaded] if isinstance(loaded, Tool) else list(loaded)
        for tool in tools:
            if not isinstance(tool, Tool):
                raise TypeError(f"{tool!r} is not a tool")
            if tool.name in self._tools:
                raise ValueError(f"there is a tool {tool.name} already")
        self._tools.update((tool.name, tool) for tool in tools)


def installed() -> Iterable[EntryPoint]:
    """The entry points of all installed packages."""
    return entry_points(group=ENTRY_POINTS)
