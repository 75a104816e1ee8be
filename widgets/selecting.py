"""Text of a line-drawn widget that can be selected with the mouse, as other text can."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.selection import Selection
from textual.strip import Strip

from widgets.tones import Toned


class Selectable(Toned, can_focus=False):
    """Draws `paint_line`, and lets the mouse select what is drawn.

    Where a letter stands in the content is told to Textual only when it asks for the place under the mouse:
    carried along in every segment it would make each of them a style of its own, and painting slow.
    """

    ALLOW_SELECT = True
    _painting = False

    @abstractmethod
    def paint_line(self, y: int) -> Strip:
        """The line at `y` cells below the top of the widget."""

    @abstractmethod
    def content_line(self, y: int) -> int | None:
        """The number of the content line that is drawn at `y`; None: that line is not content."""

    @abstractmethod
    def content_text(self, first: int, last: int | None) -> list[str]:
        """The text of content lines as drawn, from `first` to `last`, both included (None: to the end)."""

    def render_lines(self, crop: Region) -> list[Strip]:
        self._painting = True
        try:
            return super().render_lines(crop)
        finally:
            self._painting = False

    def render_line(self, y: int) -> Strip:
        strip = self.paint_line(y)
        line = self.content_line(y)
        if line is None:
            return strip
        if not self._painting:
            return strip.apply_offsets(0, line)
        selection = self.text_selection
        if selection is None or (span := selection.get_span(line)) is None:
            return strip
        style = self.screen.get_component_rich_style("screen--selection")
        return Strip(overlay(strip, *span, style), strip.cell_length)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        first = selection.start.y if selection.start is not None else 0
        last = selection.end.y if selection.end is not None else None
        lines = self.content_text(first, last)
        if not lines:
            return None
        if selection.end is not None:
            lines[-1] = lines[-1][: selection.end.x]
        if selection.start is not None:
            lines[0] = lines[0][selection.start.x :]
        return "\n".join([line.rstrip() for line in lines]), "\n"


def overlay(segments: Iterable[Segment], start: int, end: int, style: Style) -> list[Segment]:
    """Lay a style over the characters from `start` to `end` (excluded; -1: to the end of the line)."""
    out: list[Segment] = []
    at = 0
    for text, own, control in segments:
        left = max(0, start - at)
        right = len(text) if end < 0 else min(len(text), end - at)
        at += len(text)
        if left >= right:
            out.append(Segment(text, own, control))
            continue
        over = style if own is None else own + style
        parts = ((text[:left], own), (text[left:right], over), (text[right:], own))
        out.extend(Segment(part, part_style) for part, part_style in parts if part)
    return out
