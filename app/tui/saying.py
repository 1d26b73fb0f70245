"""Changing a text on the screen at no more cost than the change needs."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


def say(line: Static, content: Content) -> None:
    """Show `content`. One line in place of another, many times a second, lays out nothing anew."""
    before = line.content
    if before == content:
        return
    width = line.content_size.width
    fits = isinstance(before, Content) and all(_is_one_line(text, width) for text in (before, content))
    line.update(content, layout=not fits)


def _is_one_line(content: Content, width: int) -> bool:
    return 0 < content.cell_length <= width and "\n" not in content.plain
