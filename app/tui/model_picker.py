"""A window to pick the model that answers: arrows to choose, Enter to take it."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from app.desk_api import Desk
from app.model_choice import ModelChoice
from app.tui.terminal_safety import one_line
from app.wording import file_size, joined

_ABOUT = "The conversation goes on with the model that you choose, as far as it fits that one's context."


class ModelPicker(ModalScreen[str | None]):
    """Ends with what names the model for `Desk.use_model`, or None when it was left or the one in use was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Cancel", show=False)]
    DEFAULT_CSS = """
    ModelPicker { align: center middle; background: $background 60%; }
    ModelPicker > Vertical {
        width: 76; max-width: 100%; height: auto; max-height: 100%; border: round $line; padding: 0 1;
        background: $background; border-title-color: $primary; border-title-style: bold; border-subtitle-color: $quiet;
    }
    ModelPicker Static { color: $quiet; margin-bottom: 1; }
    ModelPicker OptionList {
        height: auto; max-height: 16; border: none; padding: 0; background: $background; scrollbar-size-vertical: 1;
        & > .option-list--option-highlighted { background: $cursor-line; color: $foreground; text-style: bold; }
    }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._choices: list[ModelChoice] = []

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Use another model"
            box.border_subtitle = "enter choose · esc leave"
            yield Static(_ABOUT, markup=False)
            yield OptionList(markup=False, compact=True)

    def on_mount(self) -> None:
        self.read()

    @work(exclusive=True)
    async def read(self) -> None:
        """List the models, with the cursor on the one in use."""
        self._choices = await self._desk.models()
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(_line(choice), id=str(index)) for index, choice in enumerate(self._choices))
        in_use = [index for index, choice in enumerate(self._choices) if choice.in_use]
        options.highlighted = in_use[0] if in_use else 0
        options.focus()

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        choice = self._choices[int(event.option.id or 0)]
        self.dismiss(None if choice.in_use else choice.wanted)


def _line(choice: ModelChoice) -> Content:
    mark = ("• ", "bold $accent") if choice.in_use else ("  ", "")
    own = "our own, which can do little" if choice.is_pocket else ""
    facts = joined(file_size(choice.size), own, "in use" if choice.in_use else "")
    return Content.assemble(mark, one_line(choice.name), (f"  {facts}", "$quiet"))
