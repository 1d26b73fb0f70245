"""The top line: what is open on the left; model, device, speed and seal on the right."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from app.desk_api import EngineState
from app.tui.terminal_safety import one_line
from app.wording import speed

_GAP = 3


class Header(Widget):
    """One line. What does not fit is left out from the least important on, never cut in half."""

    DEFAULT_CSS = """
    Header { height: 1; padding: 0 1; background: $background; }
    """

    engine: reactive[EngineState | None] = reactive(None)
    tokens_per_second: reactive[float] = reactive(0.0)
    """The speed of the work on the screen, fresher than the engine's own figure."""

    def render(self) -> RenderResult:
        width = self.size.width
        name = Content.styled("llama-desk", "bold $primary")
        facts = self._facts()
        # Speed and device go first when the line is short; the model and the seal stay.
        for dropped in ("speed", "device", "model"):
            if name.cell_length + _GAP + _length(facts) <= width:
                break
            facts.pop(dropped, None)
        right = Content.styled(" · ", "$line").join([Content.styled(text, "$quiet") for text in facts.values()])
        gap = max(1, width - name.cell_length - right.cell_length)
        return Content.assemble(name, " " * gap, right)

    def _facts(self) -> dict[str, str]:
        engine = self.engine
        if engine is None:
            return {"model": "starting…"}
        facts = {"model": one_line(engine.model) if engine.model else "no model", "device": one_line(engine.device)}
        facts["speed"] = speed(self.tokens_per_second or engine.tokens_per_second)
        facts["seal"] = one_line(engine.seal)
        return {key: text for key, text in facts.items() if text}


def _length(facts: dict[str, str]) -> int:
    return Content(" · ".join(facts.values())).cell_length
