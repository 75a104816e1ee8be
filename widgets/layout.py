"""Rows of toned text, laid out as screen lines of a given width: wrapped, cut, right part at the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from systems.text import visible
from widgets.tones import Piece, Tone


class Row(NamedTuple):
    """One row: as many screen lines as its text needs."""

    pieces: tuple[Piece, ...] = ()
    right: tuple[Piece, ...] = ()
    """Stands at the right edge of the first line; on a line of its own where there is no room."""
    hang: int = 0
    """Cells by which the lines after the first are indented."""
    wrap: bool = True
    """False: what does not fit is cut."""
    key: str = ""
    """Names the row where it can be chosen; empty: the cursor passes it by."""


def row(
    *pieces: Piece | str, right: Sequence[Piece] = (), hang: int = 0, wrap: bool = True, key: str = ""
) -> Row:
    """Build a `Row`; a string is a plain piece."""
    toned = tuple((piece, Tone.PLAIN) if isinstance(piece, str) else piece for piece in pieces)
    return Row(toned, tuple(right), hang, wrap, key)


class Laid(NamedTuple):
    """One screen line."""

    pieces: tuple[Piece, ...]
    row: int
    """Which row it belongs to."""

    @property
    def text(self) -> str:
        return "".join([text for text, _ in self.pieces])


def lay_out(rows: Sequence[Row], width: int, *, cut: str = "…", ascii_only: bool = False) -> list[Laid]:
    """Lay rows out for `width` cells. Remote text in them is made visible on the way."""
    lines: list[Laid] = []
    for number, one in enumerate(rows):
        lines.extend(Laid(pieces, number) for pieces in _lay_one(one, max(width, 1), cut, ascii_only))
    return lines


def _lay_one(one: Row, width: int, cut: str, ascii_only: bool) -> Iterator[tuple[Piece, ...]]:
    left = _safe(one.pieces, ascii_only)
    right = _safe(one.right, ascii_only)
    taken = _width(right)
    apart = bool(right) and taken + 2 + (0 if one.wrap else _width(left)) > width
    room = width if apart or not right else width - taken - 2
    if right and not apart and _width(left) > room and room < width // 2:
        apart, room = True, width
    first = True
    for pieces in _wrap(left, room, width, one.hang) if one.wrap else [_cut(left, room, cut)]:
        if first and right and not apart:
            gap = " " * (width - _width(pieces) - taken)
            yield (*pieces, (gap, Tone.PLAIN), *right)
        else:
            yield pieces
        first = False
    if apart:
        cut_right = _cut(right, width, cut)
        yield ((" " * (width - _width(cut_right)), Tone.PLAIN), *cut_right)


def _safe(pieces: Sequence[Piece], ascii_only: bool) -> tuple[Piece, ...]:
    return tuple([(visible(text, ascii_only=ascii_only), tone) for text, tone in pieces if text])


def _width(pieces: Sequence[Piece]) -> int:
    return sum([cell_len(text) for text, _ in pieces])


def _cut(pieces: Sequence[Piece], width: int, cut: str) -> tuple[Piece, ...]:
    if _width(pieces) <= width:
        return tuple(pieces)
    room = width - cell_len(cut)
    done: list[Piece] = []
    for text, tone in pieces:
        cells = cell_len(text)
        if cells >= room:
            done.append((set_cell_size(text, max(room, 0)) + cut, tone))
            break
        done.append((text, tone))
        room -= cells
    return tuple(done)


def _wrap(pieces: Sequence[Piece], first: int, width: int, hang: int) -> Iterator[tuple[Piece, ...]]:
    """Break at spaces; a word longer than a line is broken where the line ends."""
    if _width(pieces) <= first:
        yield tuple(pieces)
        return
    text = "".join([text for text, _ in pieces])
    hang = min(hang, width // 2)
    begin, room = 0, first
    while begin < len(text):
        end, following = _break(text, begin, room)
        line = _slice(pieces, begin, end)
        yield line if begin == 0 or not hang else ((" " * hang, Tone.PLAIN), *line)
        begin, room = following, width - hang


def _break(text: str, begin: int, room: int) -> tuple[int, int]:
    """Where the line that starts at `begin` ends, and where the next one starts."""
    cells = 0
    space = -1
    for at in range(begin, len(text)):
        char = text[at]
        if char == " " and at > begin:
            space = at
        cells += 1 if char.isascii() else cell_len(char)
        if cells > room:
            end = space if space > begin and text[begin:space].strip() else max(at, begin + 1)
            following = end
            while following < len(text) and text[following] == " ":
                following += 1
            return end, following
    return len(text), len(text)


def _slice(pieces: Sequence[Piece], begin: int, end: int) -> tuple[Piece, ...]:
    done: list[Piece] = []
    at = 0
    for text, tone in pieces:
        part = text[max(begin - at, 0) : max(end - at, 0)]
        if part:
            done.append((part, tone))
        at += len(text)
    return tuple(done)


NEAR = 12
"""Cells between two changes that are cheaper to paint than to skip: moving the cursor costs about as much."""


def changed_spans(old: Laid, new: Laid) -> list[tuple[int, int]]:
    """Where the lines differ: first cell and number of cells, from the left; what is near is one span."""
    if old.pieces == new.pieces:
        return []
    before, after = old.text, new.text
    if cell_len(before) != len(before) or cell_len(after) != len(after):
        return [(0, max(cell_len(before), cell_len(after)))]
    a, b = _cells(old.pieces), _cells(new.pieces)
    length = max(len(a), len(b))
    a += [(" ", Tone.PLAIN)] * (length - len(a))
    b += [(" ", Tone.PLAIN)] * (length - len(b))
    spans: list[tuple[int, int]] = []
    for at in range(length):
        if a[at] == b[at]:
            continue
        if spans and at - (spans[-1][0] + spans[-1][1]) < NEAR:
            spans[-1] = (spans[-1][0], at - spans[-1][0] + 1)
        else:
            spans.append((at, 1))
    return spans


def _cells(pieces: Sequence[Piece]) -> list[Piece]:
    return [(char, tone) for text, tone in pieces for char in text]
