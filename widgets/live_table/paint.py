"""A row of a table as pieces of text, and the span in which two of them differ."""

from __future__ import annotations

from collections.abc import Sequence

from widgets.live_table.cells import Cell
from widgets.live_table.columns import GAP, Placed, padded
from widgets.signs import Signs
from widgets.tones import Piece

GUTTER = 2
"""Cells before the first column: the sign of the cursor, and that of a mark."""


def row_pieces(placed: Sequence[Placed], cells: Sequence[Cell], cut: str) -> list[Piece]:
    """The columns of one row, gaps included. Neighbours of one tone are one piece: fewer bytes to paint."""
    pieces: list[Piece] = []
    gap = ""
    for place, cell in zip(placed, cells, strict=True):
        text = gap + padded(cell.text, place.width, place.column.align, cut)
        if pieces and pieces[-1][1] is cell.tone:
            pieces[-1] = (pieces[-1][0] + text, cell.tone)
        elif gap:
            pieces[-1] = (pieces[-1][0] + gap, pieces[-1][1])
            pieces.append((text[GAP:], cell.tone))
        else:
            pieces.append((text, cell.tone))
        gap = " " * GAP
    return pieces


def header_text(placed: Sequence[Placed], sort_column: str | None, sign: str, cut: str) -> str:
    """The titles; the sign of the order stands in the gap behind its title, so nothing moves."""
    parts = []
    for place in placed:
        column = place.column
        title = padded(column.title, place.width, column.align, cut)
        if column.key == sort_column:
            body = title.rstrip(" ") if column.align == "left" else title
            parts.append((body + sign).ljust(len(title) + GAP))
        else:
            parts.append(title + " " * GAP)
    return "".join(parts)


def changed_span(old: Cell, new: Cell, place: Placed, cut: str) -> tuple[int, int] | None:
    """The cells, from the first column's left edge, in which a cell looks different now; None: in none."""
    before = padded(old.text, place.width, place.column.align, cut)
    after = padded(new.text, place.width, place.column.align, cut)
    if old.tone is not new.tone or not (before.isascii() and after.isascii()):
        return None if (before, old.tone) == (after, new.tone) else (place.x, place.x + place.width)
    differing = [at for at in range(place.width) if before[at] != after[at]]
    if not differing:
        return None
    return place.x + differing[0], place.x + differing[-1] + 1


def gutter(*, cursor: bool, marked: bool, signs: Signs) -> str:
    """The signs before a row: they say what the colour of the row repeats."""
    return (signs.here if cursor else " ") + (signs.mark if marked else " ")
