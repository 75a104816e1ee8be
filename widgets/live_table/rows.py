"""The rows of a table: cells by key, in an order, through a filter, some of them marked. Knows no screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from systems.matching import Matcher
from widgets.live_table.cells import Cell, as_cell

_ABSENT = Cell("")


class Rows:
    """Rows with a key each. Order and filter are worked out when next asked for, not at each change."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, Cell]] = {}
        self._order: list[str] = []
        self._places: dict[str, int] = {}
        self._stale = False
        self.sort_column: str | None = None
        """Key of the column that the rows are sorted by; None: the order in which they came."""
        self.descending = False
        self.matcher = Matcher("")
        self.marked: set[str] = set()

    # Content

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        """All rows, those included that the filter hides."""
        return len(self._rows)

    def cell(self, key: str, column: str) -> Cell:
        """The cell, an empty one where none was put."""
        return self._rows[key].get(column, _ABSENT)

    def put(self, key: str, cells: Mapping[str, Cell | str]) -> dict[str, Cell] | None:
        """Add or renew a row; columns left out keep their cells.

        Returns by column what was there before, of what changed; None: it is a new row.
        """
        row = self._rows.get(key)
        if row is None:
            self._rows[key] = {column: as_cell(cell) for column, cell in cells.items()}
            self._stale = True
            return None
        before: dict[str, Cell] = {}
        for column, value in cells.items():
            cell = as_cell(value)
            old = row.get(column, _ABSENT)
            if old != cell:
                row[column] = cell
                before[column] = old
        if before and (self.sort_column in before or not self.matcher.empty):
            self._stale = True
        return before

    def remove(self, key: str) -> bool:
        """Take a row away; False when there was none."""
        if self._rows.pop(key, None) is None:
            return False
        self.marked.discard(key)
        self._stale = True
        return True

    def keep_only(self, keys: Iterable[str]) -> None:
        """Take away every other row, and let these stand in this order where nothing sorts them."""
        wanted = list(keys)
        if list(self._rows) != wanted:
            self._rows = {key: self._rows[key] for key in wanted if key in self._rows}
            self.marked &= self._rows.keys()
            self._stale = True

    # Order and filter

    def sort(self, column: str | None, *, descending: bool = False) -> None:
        """Sort by a column; None: as they came. Equal ones keep the order in which they came."""
        if (column, descending) != (self.sort_column, self.descending):
            self.sort_column, self.descending = column, descending
            self._stale = True

    def filter(self, matcher: Matcher) -> None:
        """Show only rows of which a cell matches; `!`: of which no cell does."""
        if matcher != self.matcher:
            self.matcher = matcher
            self._stale = True

    @property
    def stale(self) -> bool:
        """Whether `order` would be worked out anew."""
        return self._stale

    @property
    def order(self) -> Sequence[str]:
        """Keys of the rows that are shown, from the top."""
        if self._stale:
            self._stale = False
            self._order = self._sorted([key for key in self._rows if self._is_shown(key)])
            self._places = {key: place for place, key in enumerate(self._order)}
        return self._order

    def place(self, key: str | None) -> int | None:
        """Where a row stands; None when it is not shown."""
        _ = self.order
        return None if key is None else self._places.get(key)

    def _is_shown(self, key: str) -> bool:
        if self.matcher.empty:
            return True
        return self.matcher.matches("\n".join([cell.text for cell in self._rows[key].values()]))

    def _sorted(self, keys: list[str]) -> list[str]:
        column = self.sort_column
        if column is None:
            return keys
        cells = {key: self.cell(key, column) for key in keys}
        said = [key for key in keys if not cells[key].says_nothing]
        said.sort(key=lambda key: cells[key].sort_key, reverse=self.descending)
        return said + [key for key in keys if cells[key].says_nothing]

    # Marks

    def toggle_mark(self, key: str) -> None:
        """Mark, or take the mark away."""
        self.marked ^= {key}

    def mark_between(self, one: str, other: str) -> None:
        """Mark every shown row from one to the other, both included."""
        first, last = self.place(one), self.place(other)
        if first is not None and last is not None:
            self.marked.update(self.order[min(first, last) : max(first, last) + 1])

    @property
    def chosen(self) -> tuple[str, ...]:
        """The marked rows as they are shown; those that the filter hides come after them."""
        shown = tuple(key for key in self.order if key in self.marked)
        hidden = tuple(key for key in self._rows if key in self.marked and self.place(key) is None)
        return shown + hidden
