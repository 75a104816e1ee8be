"""A view of toned rows with a cursor. It repaints the changed span of a changed line, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.strip import Strip

from widgets.layout import Laid, Row, changed_spans, lay_out
from widgets.signs import UNICODE, Signs
from widgets.tones import Tone, Toned


class Lines(Toned, can_focus=False):
    """Rows in by `show`, laid out for the width there is. It cannot be focused: a text that stands there."""

    DEFAULT_CSS = """
    Lines { height: 1fr; scrollbar-gutter: stable; }
    """

    def __init__(
        self,
        rows: Sequence[Row] = (),
        *,
        signs: Signs = UNICODE,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.signs = signs
        self._rows: tuple[Row, ...] = tuple(rows)
        self._laid: list[Laid] = []
        self._laid_width = -1

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown."""
        return self._rows

    def rows_for(self, width: int) -> Sequence[Row]:  # noqa: ARG002
        """What is shown in so many cells; for a view that chooses its words by the room there is."""
        return self._rows

    @property
    def plain(self) -> str:
        """The lines as they stand on the screen, without their tones."""
        return "\n".join(line.text.rstrip() for line in self._laid)

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows instead; only what differs is painted."""
        new = tuple(rows)
        if new != self._rows:
            self._rows = new
            self.renew()

    def renew(self) -> None:
        """Lay out again; only what differs is painted."""
        if self._laid_width >= 0:
            self._renew(self._laid_width)

    def bring_into_view(self, text: str) -> None:
        """Scroll so that the first line that holds this text, and what follows it, can be seen."""
        for y, line in enumerate(self._laid):
            if text in line.text:
                self.scroll_to(y=max(y - 1, 0), animate=False, force=True)
                return

    def _renew(self, width: int) -> None:
        old = self._laid
        self._lay_out(width)
        self._resize_content()
        if len(self._laid) != len(old) and self.styles.height is not None and self.styles.height.is_auto:
            self.refresh(layout=True)
            return
        self._paint_changes(old)

    def _lay_out(self, width: int) -> None:
        self._laid = lay_out(
            self.rows_for(width), width, cut=self.signs.cut, ascii_only=self.signs.ascii_only
        )
        self._laid_width = width

    def _resize_content(self) -> None:
        """Tell how much there is to scroll. Textual paints all anew for it, which only a scrollbar needs."""
        before, content = self.virtual_size, Size(self._laid_width, len(self._laid))
        if max(before.height, content.height) <= self.size.height:
            self.set_reactive(Lines.virtual_size, content)
        else:
            self.virtual_size = content

    def _paint_changes(self, old: Sequence[Laid]) -> None:
        top, height = self.scroll_offset.y, self.size.height
        blank = Laid((), -1)
        regions: list[Region] = []
        for y in range(top, min(top + height, max(len(old), len(self._laid)))):
            before = old[y] if y < len(old) else blank
            after = self._laid[y] if y < len(self._laid) else blank
            regions += [Region(x, y - top, cells, 1) for x, cells in changed_spans(before, after)]
        if regions:
            self.refresh(*regions)

    @property
    def room(self) -> int:
        """Cells of a line."""
        return self.scrollable_content_region.width

    def on_resize(self) -> None:
        if self.room != self._laid_width:
            self._lay_out(self.room)
            self.refresh()
        self._resize_content()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """A view of automatic height is as high as its lines, at the width that is offered."""
        if self.styles.scrollbar_gutter == "stable":
            width -= self.styles.scrollbar_size_vertical
        if width == self._laid_width:
            return len(self._laid)
        rows = self.rows_for(width)
        return len(lay_out(rows, width, cut=self.signs.cut, ascii_only=self.signs.ascii_only))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Textual paints a new size before it tells of it: what is not laid out by then would be blank."""
        if self.room != self._laid_width:
            self._lay_out(self.room)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self.room
        number = y + self.scroll_offset.y
        plain = self.tone_style(Tone.PLAIN)
        if not 0 <= number < len(self._laid):
            return Strip([Segment(" " * width, plain)], width)
        line = self._laid[number]
        segments = [Segment(text, self.tone_style(tone)) for text, tone in line.pieces]
        strip = Strip(segments).adjust_cell_length(width, plain)
        if self._is_under_cursor(line):
            over = self.cursor_style()
            strip = Strip([Segment(text, (style or plain) + over) for text, style, _ in strip], width)
        return strip

    def _is_under_cursor(self, line: Laid) -> bool:  # noqa: ARG002
        return False
