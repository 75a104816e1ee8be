"""A screen in text mode read as text: each cell of the picture is looked up among the glyphs of the VGA font.

The font is `vga.font`, learnt from a guest's own screen by `lab/learn_glyphs.py`. In text mode a cell is 9x16
dots (720x400 for 80x25), on a framebuffer 8x16; the ninth column only repeats the eighth. A cell of one
colour is a blank: a full block cannot be told from a coloured background.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from systems.consoles.picture import Picture

CELL_HEIGHT = 16
_WIDTHS = (9, 8)
_DOTS = 8
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
MOST_UNKNOWN = 0.02
"""Share of the written cells that may be unknown in a text; with more it is a picture. Chance gives none."""
LEAST_WRITTEN = 4
"""So few written cells prove no text."""
_CURSOR_ROWS = (13, 14)
"""Where the cursor underlines the cell that it is in."""


@dataclass(frozen=True, slots=True)
class ScreenText:
    """What stands on a screen in text mode."""

    rows: tuple[str, ...]
    """Without the blanks at their ends."""
    unknown: int
    """Cells whose glyph is not in the font; they stand there as U+FFFD."""
    written: int
    """Cells that are not blank."""

    @property
    def text(self) -> str:
        return "\n".join(self.rows).rstrip("\n")


def read_text(picture: Picture) -> ScreenText | None:
    """Read it; None: it shows no text in the VGA font, or nothing. Costs about 10 ms for 80x25."""
    best: ScreenText | None = None
    for width in _WIDTHS:
        if picture.width % width or picture.height % CELL_HEIGHT:
            continue
        told = _read(picture, width)
        if told is not None and (best is None or told.unknown < best.unknown):
            best = told
    if best is None or best.written < LEAST_WRITTEN or best.unknown > MOST_UNKNOWN * best.written:
        return None
    return best


def is_blank(picture: Picture) -> bool:
    """Whether every dot has one colour: the guest's screen is off, asleep, or nothing was written yet."""
    return picture.pixels.count(picture.pixels[0]) == len(picture.pixels)


def _read(picture: Picture, cell_width: int) -> ScreenText | None:
    """Read it in cells of that width; None as soon as it is known to be no text."""
    most_unknown = MOST_UNKNOWN * (picture.width // cell_width) * (picture.height // CELL_HEIGHT)
    rows: list[str] = []
    unknown = written = 0
    known: dict[bytes, str] = {}
    width, pixels = picture.width, bytes(picture.pixels)
    for top in range(0, picture.height, CELL_HEIGHT):
        lines = [pixels[y * width : (y + 1) * width] for y in range(top, top + CELL_HEIGHT)]
        text = ""
        for x in range(0, width, cell_width):
            cell = b"".join([line[x : x + _DOTS] for line in lines])
            char = known.get(cell)
            if char is None:
                char = known[cell] = _char_of(cell)
            text += char
        rows.append(text.rstrip(" "))
        written += len(text) - text.count(" ")
        unknown += text.count(UNKNOWN)
        if unknown > most_unknown:
            return None
    return ScreenText(tuple(rows), unknown, written)


def _char_of(cell: bytes) -> str:
    colours = set(cell)
    if len(colours) == 1:
        return " "
    if len(colours) > 2:
        return UNKNOWN
    glyphs, below = _font()
    one, other = colours
    for ink, paper in ((one, other), (other, one)):
        mask = _mask(cell, ink, paper)
        char = glyphs.get(mask)
        if char is None and all(mask[y * _DOTS : (y + 1) * _DOTS] == b"\x01" * _DOTS for y in _CURSOR_ROWS):
            char = below.get(_without_cursor(mask))
        if char is not None:
            return char
    return UNKNOWN


def _mask(cell: bytes, ink: int, paper: int) -> bytes:
    return cell.translate(bytes.maketrans(bytes([ink, paper]), b"\x01\x00"))


def _without_cursor(mask: bytes) -> bytes:
    first, last = _CURSOR_ROWS[0] * _DOTS, (_CURSOR_ROWS[-1] + 1) * _DOTS
    return mask[:first] + bytes(last - first) + mask[last:]


@cache
def _font() -> tuple[dict[bytes, str], dict[bytes, str]]:
    """Glyphs as one byte a dot -> character; and the same without what the cursor may cover."""
    glyphs: dict[bytes, str] = {}
    below: dict[bytes, str] = {}
    for line in (files("systems.consoles") / "vga.font").read_text().splitlines():
        if line.startswith("#"):
            continue
        code, dots = line.split()
        rows = bytes.fromhex(dots)
        mask = bytes([row >> (7 - x) & 1 for row in rows for x in range(_DOTS)])
        glyphs.setdefault(mask, chr(int(code, 16)))
        below.setdefault(_without_cursor(mask), chr(int(code, 16)))
    return glyphs, below
