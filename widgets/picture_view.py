"""A guest's screen: its text where it shows text, else the picture, by the terminal or in half blocks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import ClassVar

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.strip import Strip

from systems.consoles.picture import Picture, rgb
from systems.text import visible
from widgets.graphics import MOST_CELLS, cells, forgotten, passed_on, sent
from widgets.guest_view import GuestView
from widgets.tones import Tone

_SAMPLES = 3
"""Dots of the picture that are looked at for one of ours, in each direction."""
_FIRST_NUMBER = 0x51D0C4 & ~1
"""Of the pictures that a terminal is given: no other program has these two, as a rule."""
Dot = tuple[int, int, int]


class PictureView(GuestView):
    """Shows one or the other, by `show_text` and `show_picture`."""

    KEYS_TITLE = "A guest's screen"
    HELP = "The arrows and PgUp, PgDn move over a text that is larger than this terminal."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(0, -1)", "Up", id="picture.up", show=False),
        Binding("down", "move(0, 1)", "Down", id="picture.down", show=False),
        Binding("left", "move(-8, 0)", "Left", id="picture.left", show=False),
        Binding("right", "move(8, 0)", "Right", id="picture.right", show=False),
        Binding("pageup", "move(0, -10)", "Page up", id="picture.page_up", show=False),
        Binding("pagedown", "move(0, 10)", "Page down", id="picture.page_down", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows: tuple[str, ...] = ()
        self._dots: list[list[Dot]] = []
        self._drawn = (0, 0, 0)
        """Number, columns and lines of what the terminal draws; none: nothing."""
        self._was_moved = False
        """Somebody looked elsewhere; else the last line that says something is in view."""

    def show_text(self, rows: Sequence[str]) -> None:
        """Show a screen in text mode, cell by cell."""
        new = tuple([visible(line) for line in rows])
        is_picture = bool(self._dots) or self._drawn[0] != 0
        if new == self._rows and not is_picture:
            return
        before = self._rows if not is_picture and len(self._rows) == len(new) else None
        self._rows, self._dots = new, []
        self._let_go()
        self.virtual_size = Size(max(map(len, new), default=0), len(new))
        last = max((number for number, line in enumerate(new) if line), default=0)
        if not self._was_moved:
            top = max(last + 1 - self.size.height, 0)
            self.scroll_to(y=top, animate=False, force=True, immediate=True)
        if before is None:
            self.refresh()
            return
        lines = [number for number, line in enumerate(new) if line != before[number]]
        above = self.scroll_offset.y
        self.refresh(*[Region(0, number - above, self.size.width, 1) for number in lines])

    def show_picture(self, picture: Picture) -> None:
        """Show a picture, as large as there is room: two dots of ours in one cell, one above the other."""
        self._rows, self._dots = (), scaled(picture, self.size.width, self.size.height * 2)
        self._let_go()
        self.virtual_size = self.size
        self.refresh()

    def draw_picture(self, picture: Picture) -> int:
        """Let the terminal draw it, as large as there is room; return how many bytes that took."""
        width, height = min(self.size.width, MOST_CELLS), min(self.size.height, MOST_CELLS)
        share = min(width / picture.width, height * 2 / picture.height, 1.0)
        columns, lines = max(int(picture.width * share), 1), max(int(picture.height * share / 2), 1)
        # Two numbers by turns: the one that is seen stays until the other is there.
        number = _FIRST_NUMBER + (self._drawn[0] + 1) % 2
        messages = sent(picture, number, columns, lines)
        self._tell_terminal(messages)
        self._rows, self._dots, self._drawn = (), [], (number, columns, lines)
        self.virtual_size = self.size
        self.refresh()
        return sum(map(len, messages))

    def _let_go(self) -> None:
        if self._drawn[0]:
            self._drawn = (0, 0, 0)
            self._tell_terminal([forgotten(_FIRST_NUMBER), forgotten(_FIRST_NUMBER + 1)])

    def _tell_terminal(self, messages: list[str]) -> None:
        """In the row of all that Textual writes: between two cells nothing of it would arrive whole."""
        driver = self.app._driver
        if driver is not None:
            in_tmux = "TMUX" in os.environ
            driver.write("".join(map(passed_on, messages) if in_tmux else messages))

    def on_unmount(self) -> None:
        self._let_go()

    def render_line(self, y: int) -> Strip:
        width, plain = self.size.width, self.tone_style(Tone.PLAIN)
        if self._dots:
            return Strip(self._blocks(y)).adjust_cell_length(width, plain)
        if self._drawn[0]:
            drawn, columns, lines = self._drawn
            row = cells(drawn, y, columns) if y < lines else []
            return Strip(row, len(row)).adjust_cell_length(width, plain)
        number, left = y + self.scroll_offset.y, self.scroll_offset.x
        text = self._rows[number] if number < len(self._rows) else ""
        return Strip([Segment(text, plain)]).crop(left, left + width).adjust_cell_length(width, plain)

    def _blocks(self, y: int) -> list[Segment]:
        if y * 2 >= len(self._dots):
            return []
        above = self._dots[y * 2]
        below = self._dots[y * 2 + 1] if y * 2 + 1 < len(self._dots) else [(0, 0, 0)] * len(above)
        return [
            Segment("▀", Style(color=Color.from_rgb(*one), bgcolor=Color.from_rgb(*two)))
            for one, two in zip(above, below, strict=True)
        ]

    def action_move(self, columns: int, lines: int) -> None:
        self._was_moved = True
        self.scroll_relative(x=columns, y=lines, animate=False)


def scaled(picture: Picture, width: int, height: int) -> list[list[Dot]]:
    """The picture at most so many dots wide and high, its proportions kept; each dot the mean of nine."""
    share = min(width / picture.width, height / picture.height, 1.0)
    columns, lines = max(int(picture.width * share), 1), max(int(picture.height * share), 1)
    xs = _places(picture.width, columns)
    rows = []
    for ys in _places(picture.height, lines):
        starts = [y * picture.width for y in ys]
        rows.append([_mean([picture.pixels[start + x] for start in starts for x in spots]) for spots in xs])
    return rows


def _places(length: int, parts: int) -> list[list[int]]:
    """For each part, the places in it that are looked at."""
    return [
        [min(int((part + (at + 0.5) / _SAMPLES) * length / parts), length - 1) for at in range(_SAMPLES)]
        for part in range(parts)
    ]


def _mean(pixels: list[int]) -> Dot:
    if pixels.count(pixels[0]) == len(pixels):
        return rgb(pixels[0])
    colours = [rgb(pixel) for pixel in pixels]
    return (
        sum([one[0] for one in colours]) // len(colours),
        sum([one[1] for one in colours]) // len(colours),
        sum([one[2] for one in colours]) // len(colours),
    )
