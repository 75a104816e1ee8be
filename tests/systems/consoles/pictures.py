"""Screens drawn with the font that they are read with."""

from __future__ import annotations

from systems.consoles.glyphs import _font
from systems.consoles.picture import Picture

INK, PAPER = 0xB6, 0x00


def drawn(*rows: str, cell_width: int = 9, columns: int = 80, lines: int = 25, ink: int = INK) -> Picture:
    """A screen in text mode with these rows on it."""
    picture = Picture(columns * cell_width, lines * 16)
    masks = {char: mask for mask, char in _font()[0].items()}
    for y, text in enumerate(rows):
        for x, char in enumerate(text):
            mask = masks.get(char, bytes(128))
            dots = mask.translate(bytes.maketrans(b"\x00\x01", bytes([PAPER, ink])))
            picture.put(x * cell_width, y * 16, 8, dots)
    return picture
