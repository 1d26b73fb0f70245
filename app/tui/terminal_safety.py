"""Foreign text on its way to the terminal: made safe on entering the screen, filtered again on leaving."""

from __future__ import annotations

import re

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from tools.sanitise import sanitise

_LAYOUT = re.compile(r"\s+")

# Everything that takes no cell and that a terminal may act on, order text by, or refuse to encode. Dropping it leaves
# the layout that Textual computed as it was.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)


def one_line(text: str) -> str:
    """`text` sanitised and with every run of white space as one space, for names, titles and marks."""
    return _LAYOUT.sub(" ", sanitise(text)).strip()


class TerminalSafety(LineFilter):
    """The second wall: no control character and no hyperlink reaches the terminal inside a widget's text.

    Textual passes the text of its widgets on as it is; an escape sequence in it would be carried out by the terminal.
    Segments with `control` set are Textual's own.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [self._safe(segment) for segment in segments]

    def _safe(self, segment: Segment) -> Segment:
        text, style, control = segment
        if control:
            return segment
        linked = style is not None and style.link is not None
        if text.isprintable() and not linked:
            return segment
        return Segment(_UNSAFE.sub("", text), _without_link(style) if linked else style)


def _without_link(style: Style | None) -> Style | None:
    return None if style is None else style.update_link(None)
