"""Text as the VGA draws it in text mode: cells of 9x16 dots, of which the ninth column is empty."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from practice.cloud.screen import COLUMNS, ROWS

CELL_WIDTH, CELL_HEIGHT = 9, 16
WIDTH, HEIGHT = COLUMNS * CELL_WIDTH, ROWS * CELL_HEIGHT
PAPER, INK = (0, 0, 0), (170, 170, 170)
_CURSOR = (13, 14)


def dots_of(text: str, cursor: int, y: int) -> list[int]:
    """The line `y` of a row of text: eight dots of each cell as bits, the first one the highest.

    `cursor`: the column that the cursor underlines; -1: it is elsewhere.
    """
    font = _font()
    lines = [font.get(char, font["?"])[y] for char in text]
    if 0 <= cursor < len(lines) and y in _CURSOR:
        lines[cursor] = 0xFF
    return lines


@cache
def _font() -> dict[str, bytes]:
    font: dict[str, bytes] = {" ": bytes(CELL_HEIGHT)}
    for line in (files("practice.cloud") / "vga.font").read_text().splitlines():
        if not line.startswith("#"):
            code, dots = line.split()
            font.setdefault(chr(int(code, 16)), bytes.fromhex(dots))
    return font
