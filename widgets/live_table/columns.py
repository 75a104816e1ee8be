"""The columns of a table, and how wide each one is on the terminal there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len, set_cell_size

GAP = 2
"""Cells between two columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. Left alone it is as wide as its widest text so far, and never gets narrower."""

    key: str
    title: str
    width: int | None = None
    """Cells, whatever the content."""
    least: int | None = None
    """May shrink to this where room is short (None: a flexible column to 8, others not at all)."""
    most: int | None = None
    """Cells that content may ask for."""
    flex: int = 0
    """Its share of the room that is left over; 0: none."""
    align: Literal["left", "right"] = "left"
    drop: int = 0
    """Left out on a narrow terminal, the highest number first. 0: never."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A column on the screen."""

    column: Column
    x: int
    """Cells from the left edge of the first column."""
    width: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """Where the columns are, and which had to go."""

    placed: tuple[Placed, ...]
    dropped: tuple[Column, ...]
    width: int
    """Cells of all of them together; more than there are when even the last ones do not fit."""


def fit(columns: Sequence[Column], contents: Mapping[str, int], room: int) -> Fitted:
    """Share `room` cells. `contents`: the widest text of each column, in cells."""
    kept = list(columns)
    while _sum([_least(column, contents) for column in kept]) > room:
        droppable = [column for column in kept if column.drop]
        if not droppable:
            break
        kept.remove(max(reversed(droppable), key=lambda column: column.drop))
    widths = [_least(column, contents) for column in kept]
    spare = max(0, room - _sum(widths))
    for number, column in enumerate(kept):
        more = min(spare, max(0, _wanted(column, contents) - widths[number]))
        widths[number] += more
        spare -= more
    shares = sum(column.flex for column in kept)
    for number, column in enumerate(kept):
        if column.flex:
            more = spare * column.flex // shares
            widths[number] += more
            spare -= more
            shares -= column.flex
    return _place(columns, kept, widths)


def _place(columns: Sequence[Column], kept: Sequence[Column], widths: Sequence[int]) -> Fitted:
    placed = []
    x = 0
    for column, width in zip(kept, widths, strict=True):
        placed.append(Placed(column, x, width))
        x += width + GAP
    dropped = tuple(column for column in columns if column not in kept)
    return Fitted(tuple(placed), dropped, max(0, x - GAP))


def _sum(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * max(0, len(widths) - 1)


def _wanted(column: Column, contents: Mapping[str, int]) -> int:
    if column.width is not None:
        return column.width
    wanted = max(cell_len(column.title), contents.get(column.key, 0))
    return wanted if column.most is None else min(wanted, column.most)


def _least(column: Column, contents: Mapping[str, int]) -> int:
    if column.width is not None:
        return column.width
    least = column.least
    if least is None and column.flex:
        least = 8
    wanted = _wanted(column, contents)
    return wanted if least is None else min(wanted, least)


def padded(text: str, width: int, align: Literal["left", "right"], cut: str) -> str:
    """Text in exactly `width` cells; what does not fit ends in the sign `cut`. No wide character is split."""
    length = len(text) if text.isascii() else cell_len(text)
    if length == width:
        return text
    if length < width:
        gap = " " * (width - length)
        return gap + text if align == "right" else text + gap
    if width <= 0:
        return ""
    return set_cell_size(text, width - 1) + cut
