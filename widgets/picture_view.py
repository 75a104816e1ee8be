"""A guest's screen: its text where it shows text, else the picture in half blocks."""

from __future__ import annotations

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
from widgets.guest_view import GuestView
from widgets.tones import Tone

_SAMPLES = 3
"""Dots of the picture that are looked at for one of ours, in each direction."""
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
        self._was_moved = False
        """Somebody looked elsewhere; else the last line that says something is in view."""

    def show_text(self, rows: Sequence[str]) -> None:
        """Show a screen in text mode, cell by cell."""
        new = tuple([visible(line) for line in rows])
        if new == self._rows and not self._dots:
            return
        before = self._rows if not self._dots and len(self._rows) == len(new) else None
        self._rows, self._dots = new, []
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
        self.virtual_size = self.size
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, plain = self.size.width, self.tone_style(Tone.PLAIN)
        if self._dots:
            return Strip(self._blocks(y)).adjust_cell_length(width, plain)
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
