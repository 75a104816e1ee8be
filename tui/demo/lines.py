"""Two lines of the frame that only the demo has: that nothing real is touched, and what to try next."""

from __future__ import annotations

from rich.cells import cell_len

from widgets.layout import Row, row
from widgets.lines import Lines
from widgets.tones import Piece, Tone

BANNERS = (
    "nothing real is touched: every host here is simulated.  ctrl+q leaves, and nothing stays",
    "nothing real is touched, all is simulated.  ctrl+q leaves, nothing stays",
    "nothing real is touched.  ctrl+q leaves",
    "nothing is real",
)
"""The same in fewer and fewer words."""


def banner_row(width: int) -> Row:
    """The longest banner that fits. The word says it; the colour only repeats it."""
    head: Piece = (" DEMO ", Tone.BLOCK)
    room = width - cell_len(head[0]) - 1
    words = next((one for one in BANNERS if cell_len(one) <= room), BANNERS[-1])
    return row(head, (f" {words}", Tone.STRONG), wrap=False)


class DemoBanner(Lines, can_focus=False):
    """Stands below the rule of every screen."""

    DEFAULT_CSS = """
    DemoBanner { height: 1; overflow: hidden hidden; scrollbar-gutter: auto; }
    """

    def on_resize(self) -> None:
        self.show([banner_row(self.room)])


class DemoHint(Lines, can_focus=False):
    """Stands above the keys of every screen: one thing to try now."""

    DEFAULT_CSS = """
    DemoHint { height: 1; overflow: hidden hidden; scrollbar-gutter: auto; }
    """

    def tell(self, pieces: tuple[Piece, ...]) -> None:
        """Renew the hint."""
        self.show([row((f" {self.signs.here} ", Tone.FRAME), *pieces, wrap=False)])
