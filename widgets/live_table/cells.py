"""What stands in one place of a table: text, its meaning, and what it is sorted by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from systems.text import visible
from widgets.tones import Tone

SortKey: TypeAlias = tuple[int, float, tuple[tuple[int, int, str], ...]]

_NOTHING = frozenset({"", "-", "–", "?", "·", "."})
_PARTS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Cell:
    """Text on one line and what it means. Text may come from a host: the table makes it visible."""

    text: str
    tone: Tone = Tone.PLAIN
    order: float | None = None
    """Sorts the cell where the text would not: 41 min is 2460. None: by the text, in its natural order."""

    @property
    def sort_key(self) -> SortKey:
        """Numbers first, then texts, both rising; `says_nothing` is for the caller to put last."""
        if self.order is not None:
            return (0, self.order, ())
        return (1, 0.0, natural(self.text))

    @property
    def says_nothing(self) -> bool:
        """No value: empty or a dash. Such cells are last, whichever way a column is sorted."""
        return self.order is None and self.text.strip() in _NOTHING


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts as people count: db2 before db10, in either case."""
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold())
        for part in _PARTS.split(text)
        if part
    )


def dimmed(cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """The last good cells of what does not answer any more: they stay, and are neither good nor bad."""
    return {key: Cell(cell.text, Tone.DIM, cell.order) for key, cell in cells.items()}


def as_cell(value: Cell | str) -> Cell:
    """A cell with text that is fit for a terminal."""
    cell = Cell(value) if isinstance(value, str) else value
    text = visible(cell.text)
    return cell if text == cell.text else Cell(text, cell.tone, cell.order)
