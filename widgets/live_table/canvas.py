"""How a live table is laid out and drawn: only the lines on the screen, only the cells that changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region, Size
from textual.strip import Strip

from widgets.clipping import clip, plain
from widgets.live_table.cells import Cell
from widgets.live_table.columns import Column, Fitted, fit
from widgets.live_table.paint import GUTTER, changed_span, gutter, header_text, row_pieces
from widgets.live_table.rows import Rows
from widgets.prompt import Prompt
from widgets.selecting import Selectable
from widgets.signs import UNICODE, Signs
from widgets.tones import Piece, Tone

HEADER = 1
"""Lines above the rows."""
HINT = 3
"""Cells that " +2" takes: how many columns are left out."""


class Frame(NamedTuple):
    """What every line of one paint needs alike."""

    width: int
    height: int
    """Lines for rows."""
    top: int
    """The first row on the screen."""


class Span(NamedTuple):
    """Cells of a row, from `start` up to `stop` (excluded)."""

    start: int
    stop: int
    pinned: bool
    """In the first column, which does not move sideways."""


class TableCanvas(Selectable, can_focus=True):
    """Draws rows, a header, and one line at the foot while a filter is typed or stands."""

    DEFAULT_CSS = """
    TableCanvas { height: 1fr; }
    """

    def __init__(
        self,
        columns: Sequence[Column] = (),
        *,
        signs: Signs = UNICODE,
        empty: str = "nothing here yet",
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        """`empty`: the sentence that stands where there are no rows."""
        super().__init__(id=id, classes=classes)
        self.signs = signs
        self.empty = empty
        self._columns = tuple(columns)
        self._rows = Rows()
        self._contents: dict[str, int] = {}
        """The widest text so far of each column, in cells."""
        self._fitted = Fitted((), (), 0)
        self._shift = 0
        """Cells by which the columns after the first are moved to the left."""
        self._shown: Sequence[str] = ()
        """Keys as they stand on the screen, from the top."""
        self._places: dict[str, int] = {}
        self._cursor: str | None = None
        self._prompt: Prompt | None = None
        self._frame = Frame(0, 0, 0)

    # Layout

    @property
    def _room(self) -> int:
        """Cells for columns."""
        return max(0, self.scrollable_content_region.width - GUTTER)

    @property
    def _foot(self) -> int:
        """Lines below the rows."""
        return 0 if self._prompt is None and self._rows.matcher.empty else 1

    @property
    def _height(self) -> int:
        """Lines for rows."""
        return max(0, self.size.height - HEADER - self._foot)

    def measure(self) -> None:
        self._frame = Frame(self.size.width, self._height, self.scroll_offset.y)

    def _widen(self, column: str, cell: Cell) -> bool:
        """Note how wide a cell is; True when its column never held one so wide."""
        width = len(cell.text) if cell.text.isascii() else cell_len(cell.text)
        if width <= self._contents.get(column, 0):
            return False
        self._contents[column] = width
        return True

    def _fit(self) -> bool:
        """Lay the columns out; True when that moved any."""
        before, self._fitted = self._fitted, fit(self._columns, self._contents, self._room)
        if self._fitted.dropped:
            self._fitted = fit(self._columns, self._contents, self._room - HINT)
        self._shift = min(self._shift, max(0, self._fitted.width - self._room))
        if self._fitted == before:
            return False
        self.refresh()
        return True

    def _resize_content(self) -> None:
        height = len(self._shown) + HEADER + self._foot
        if self.virtual_size.height != height:
            self.virtual_size = Size(self._room, height)

    def _bring_into_view(self) -> None:
        place = self._places.get(self._cursor or "")
        top = self.scroll_offset.y
        if place is not None and self._height and not top <= place < top + self._height:
            y = place if place < top else place - self._height + 1
            self.scroll_to(y=y, animate=False, immediate=True, force=True)

    # What to paint again

    def _repaint_lines(self, *lines: int) -> None:
        self.refresh(*[Region(0, y, self.size.width, 1) for y in lines])

    def _repaint_row(self, key: str | None) -> None:
        self.measure()
        if (y := self._line_of(key)) is not None:
            self._repaint_lines(y)

    def _line_of(self, key: str | None) -> int | None:
        """Where a row is drawn, in cells from the top; None when it is not on the screen. Measure first."""
        place = self._places.get(key or "")
        y = -1 if place is None else place - self._frame.top
        return y + HEADER if 0 <= y < self._frame.height else None

    def _changed_spans(self, key: str, before: Mapping[str, Cell]) -> Iterator[Span]:
        """What looks different in a row, in the cells of a table that is not moved sideways."""
        for number, placed in enumerate(self._fitted.placed):
            old = before.get(placed.column.key)
            if old is not None:
                new = self._rows.cell(key, placed.column.key)
                if (span := changed_span(old, new, placed, self.signs.cut)) is not None:
                    yield Span(*span, pinned=number == 0)

    def _regions(self, key: str, spans: Iterable[Span]) -> Iterator[Region]:
        """Where these spans of a row are on the screen. Measure first."""
        if (y := self._line_of(key)) is None:
            return
        room, pinned_cells = self._room, self._pinned
        for span in spans:
            shift, left = (0, 0) if span.pinned else (self._shift, pinned_cells)
            start, stop = max(span.start - shift, left), min(span.stop - shift, room)
            if start < stop:
                yield Region(start + GUTTER, y, stop - start, 1)

    # Drawing

    @property
    def _pinned(self) -> int:
        """Cells of the first column, which stays when the others are moved sideways."""
        placed = self._fitted.placed
        return placed[1].x if self._shift and len(placed) > 1 else 0

    def _shifted(self, pieces: Sequence[Piece]) -> list[Piece]:
        if not self._shift:
            return list(pieces)
        pinned = self._pinned
        return clip(pieces, 0, pinned) + clip(pieces, pinned + self._shift, self._room - pinned)

    def _header_pieces(self) -> list[Piece]:
        sign = self.signs.falling if self._rows.descending else self.signs.rising
        title = header_text(self._fitted.placed, self._rows.sort_column, sign, self.signs.cut)
        line = plain(clip(self._shifted([(title, Tone.DIM)]), 0, self._room))
        more = self.signs.before if self._shift else ""
        if self._fitted.width - self._shift > self._room:
            more += self.signs.after
        if self._fitted.dropped:
            more += f"+{len(self._fitted.dropped)}"
        if more:
            left = plain(clip([(line, Tone.DIM)], 0, self._room - len(more)))
            line = left + " " * (self._room - len(more) - cell_len(left)) + more
        return [(" " * GUTTER + line, Tone.DIM)]

    def _row_pieces(self, key: str) -> list[Piece]:
        marked = key in self._rows.marked
        cells = [self._rows.cell(key, placed.column.key) for placed in self._fitted.placed]
        signs = gutter(cursor=key == self._cursor, marked=marked, signs=self.signs)
        body = self._shifted(row_pieces(self._fitted.placed, cells, self.signs.cut))
        return [(signs, Tone.KEY if marked else Tone.PLAIN), *body]

    def paint_line(self, y: int) -> Strip:
        if self._foot and y == HEADER + self._frame.height:
            return self._foot_strip()
        line = self.content_line(y)
        pieces: list[Piece] = []
        under_cursor = False
        if line == 0:
            pieces = self._header_pieces()
        elif line is not None:
            key = self._shown[line - HEADER]
            pieces = self._row_pieces(key) if key in self._rows else []
            under_cursor = key == self._cursor and self.has_focus
        elif y == HEADER and not self._shown:
            pieces = [(" " * GUTTER + self._empty_sentence(), Tone.DIM)]
        strip = self._strip(pieces)
        return strip.apply_style(self.cursor_style()) if under_cursor else strip

    def _strip(self, pieces: Sequence[Piece]) -> Strip:
        width = self._frame.width
        segments = [Segment(text, self.tone_style(tone)) for text, tone in pieces]
        taken = sum([len(text) if text.isascii() else cell_len(text) for text, _ in pieces])
        if taken < width:
            segments.append(Segment(" " * (width - taken), self.tone_style(Tone.PLAIN)))
        strip = Strip(segments, max(taken, width))
        return strip if taken <= width else strip.crop(0, width)

    def _empty_sentence(self) -> str:
        if self._rows.matcher.empty or not len(self._rows):
            return self.empty
        return f"none of {len(self._rows)} rows matches the filter"

    def _foot_strip(self) -> Strip:
        count = f"{len(self._shown)} of {len(self._rows)} rows"
        if self._prompt is not None:
            return self._prompt.strip(self, self._frame.width, count, self.signs)
        text = self._rows.matcher.text
        return self._strip([("/ ", Tone.KEY), (text, Tone.PLAIN), (f"   {count}   Esc clears", Tone.DIM)])

    # Text that the mouse can select

    def content_line(self, y: int) -> int | None:
        if y < HEADER:
            return 0
        line = y + self._frame.top
        return line if y < HEADER + self._frame.height and line - HEADER < len(self._shown) else None

    def content_text(self, first: int, last: int | None) -> list[str]:
        stop = len(self._shown) + HEADER if last is None else last + 1
        lines = [plain(self._header_pieces())] if first == 0 else []
        keys = self._shown[max(0, first - HEADER) : max(0, stop - HEADER)]
        return lines + [plain(self._row_pieces(key)) for key in keys if key in self._rows]
