"""Widgets that draw their own lines: only those that changed, and with text that the mouse can select."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Self

from rich.segment import Segment
from rich.style import Style
from textual.geometry import NULL_SPACING, Region, Size
from textual.selection import Selection
from textual.strip import Strip

from widgets.tones import Toned


class Selectable(Toned, can_focus=False):
    """Draws `paint_line`, and lets the mouse select what is drawn.

    Where a letter stands in the content is told to Textual only when it asks for the place under the mouse:
    carried along in every segment it would make each of them a style of its own, and painting slow.
    A line that was not refreshed is not drawn again. Without border, padding and such, lines go to the screen
    as they are, past Textual's step that puts them around each line: half of the cost of a line.
    """

    ALLOW_SELECT = True
    _painting = False
    _bare: bool | None = None
    """Nothing is drawn around the content; None: to be looked up."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._drawn: dict[int, Strip] = {}
        self._drawn_size = Size(0, 0)

    @abstractmethod
    def paint_line(self, y: int) -> Strip:
        """The line at `y` cells below the top of the widget, as wide as the widget."""

    @abstractmethod
    def content_line(self, y: int) -> int | None:
        """The number of the content line that is drawn at `y`; None: that line is not content."""

    @abstractmethod
    def content_text(self, first: int, last: int | None) -> list[str]:
        """The text of content lines as drawn, from `first` to `last`, both included (None: to the end)."""

    def measure(self) -> None:
        """Look up what all lines of one paint need alike; called once before they are drawn."""

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        self.measure()
        self._painting = True
        try:
            return self._render_bare(crop) if self._is_bare() else super().render_lines(crop)
        finally:
            self._painting = False

    def _is_bare(self) -> bool:
        if self._bare is None:
            styles = self.styles
            self._bare = (
                styles.gutter == NULL_SPACING
                and self.opacity == 1.0
                and not styles.tint.a
                and not styles.has_rule("hatch")
                and not any(edge for edge, _ in styles.outline)
            )
        return self._bare

    def _render_bare(self, crop: Region) -> list[Strip]:
        size = self.size
        if size != self._drawn_size:
            self._drawn.clear()
            self._drawn_size = size
        filters = self.get_line_filters()
        background = self.background_colors[1]
        strips = []
        for y in crop.line_range:
            strip = self._drawn.get(y)
            if strip is None:
                strip = self.render_line(y)
                for line_filter in filters:
                    strip = strip.apply_filter(line_filter, background)
                self._drawn[y] = strip
            strips.append(strip)
        if crop.column_span != (0, size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        if not regions:
            self._drawn.clear()
        for region in regions:
            for y in region.line_range:
                self._drawn.pop(y, None)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def notify_style_update(self) -> None:
        self._bare = None
        self._drawn.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        if self._painting:
            strip = self.paint_line(y)
            selected = self._selected(y) if self.screen.selections else None
            return strip if selected is None else self._with_selection(strip, selected)
        self.measure()
        line = self.content_line(y)
        strip = self.paint_line(y)
        return strip if line is None else strip.apply_offsets(0, line)

    # Selected text

    def _selected(self, y: int) -> tuple[int, int] | None:
        selection, line = self.text_selection, self.content_line(y)
        return None if selection is None or line is None else selection.get_span(line)

    def _with_selection(self, strip: Strip, span: tuple[int, int]) -> Strip:
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
