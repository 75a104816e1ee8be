"""What goes into a live table: rows and cells by method, put in order once for many changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from textual.geometry import Region

from widgets.live_table.canvas import HEADER, Span, TableCanvas
from widgets.live_table.cells import Cell
from widgets.live_table.columns import Column
from widgets.signs import UNICODE, Signs

RowCells: TypeAlias = Mapping[str, Cell | str] | Sequence[Cell | str]
"""Cells by the key of their column, or in the order of the columns."""


class TableBody(TableCanvas, can_focus=True):
    """Rows with keys and a cursor that stays on its row, wherever that goes."""

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
        super().__init__(columns, signs=signs, empty=empty, id=id, classes=classes)
        self._settling = False
        self._wanted: str | None = None
        """The row that the cursor was on before it went out of sight: it goes back when that comes back."""
        self._changed: dict[str, list[Span]] = {}
        """What to paint again, by row."""
        self._counted = (0, 0)
        """Rows that are shown, and all rows, as the line at the foot tells them."""

    def put_row(self, key: str, cells: RowCells) -> None:
        """Add a row or renew its cells; columns left out keep theirs."""
        before = self._rows.put(key, self._by_column(cells))
        changed = [column.key for column in self._columns] if before is None else before
        wider = [self._widen(column, self._rows.cell(key, column)) for column in changed]
        if any(wider):
            self._fit()
        if before:
            self._changed.setdefault(key, []).extend(self._changed_spans(key, before))
        self._settle_soon()

    def put_cell(self, key: str, column: str, cell: Cell | str) -> None:
        """Renew one cell."""
        self.put_row(key, {column: cell})

    def remove_row(self, key: str) -> None:
        """Take a row away; the cursor goes to the row that takes its place."""
        if self._rows.remove(key):
            self._settle_soon()

    def show(self, rows: Mapping[str, RowCells]) -> None:
        """Show exactly these rows; those that stay keep cursor and mark, painted where they differ."""
        for key, cells in rows.items():
            self.put_row(key, cells)
        self._rows.keep_only(rows)
        self._settle_soon()

    def _by_column(self, cells: RowCells) -> Mapping[str, Cell | str]:
        if isinstance(cells, Mapping):
            return cells
        return {column.key: cell for column, cell in zip(self._columns, cells, strict=True)}

    def _settle_soon(self) -> None:
        if (self._rows.stale or self._changed) and not self._settling and self.is_mounted:
            self._settling = True
            self.call_next(self.settle)

    def settle(self) -> None:
        """Bring order, filter, cursor and screen up to date now instead of with the next message."""
        self._settling = False
        self.measure()
        regions = [region for key, spans in self._changed.items() for region in self._regions(key, spans)]
        self._changed.clear()
        if self._rows.stale:
            regions += self._reorder()
        counted = (len(self._shown), len(self._rows))
        if self._foot and counted != self._counted:
            regions.append(Region(0, HEADER + self._height, self.size.width, 1))
        self._counted = counted
        if regions:
            self.refresh(*regions)

    def _reorder(self) -> list[Region]:
        """Show the rows in their new order; returns the lines that look different for it."""
        old, new = self._shown, self._rows.order
        old_place = self._places.get(self._cursor or "")
        top = self.scroll_offset.y
        self._shown = new
        self._places = {key: place for place, key in enumerate(new)}
        if self._cursor not in self._places:
            self._wanted = self._wanted or self._cursor
            self._cursor_to(new[min(old_place or 0, len(new) - 1)] if new else None)
        if self._wanted in self._places:
            self._cursor_to(self._wanted)
            self._wanted = None
        if len(new) != len(old):
            self._resize_content()
        place = self._places.get(self._cursor or "")
        if old_place is not None and place is not None and top <= old_place < top + self._height:
            self.scroll_to(y=top + place - old_place, animate=False, immediate=True, force=True)
            self._bring_into_view()
        if not new or not old or self.scroll_offset.y != top:
            self.refresh()
            return []
        return [
            Region(0, number - top + HEADER, self.size.width, 1)
            for number in range(top, top + self._height)
            if old[number : number + 1] != new[number : number + 1]
        ]

    def _cursor_to(self, key: str | None) -> None:
        """Put the cursor on a row; what else that means is for the table."""
        self._cursor = key

    def on_mount(self) -> None:
        self.settle()

    def watch_show_vertical_scrollbar(self) -> None:
        """The scrollbar takes its cell from the columns, and gives it back."""
        self._fit()

    def on_resize(self) -> None:
        self._resize_content()
        self._fit()
        self._bring_into_view()
