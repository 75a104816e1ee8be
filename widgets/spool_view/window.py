"""How a spool is drawn: the lines on the screen and no others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region, Size
from textual.strip import Strip

from systems.matching import Matcher
from systems.spool import Spool
from widgets.clipping import clip, plain
from widgets.prompt import Prompt
from widgets.selecting import Selectable
from widgets.signs import UNICODE, Signs
from widgets.spool_view.layout import LineLayout
from widgets.spool_view.lens import AllLines, Lens, Shown
from widgets.tones import Piece, Tone

HEAD = 1
"""Lines above the output: the status."""
GUTTER = 2


class SpoolWindow(Selectable, can_focus=True):
    """Draws a window on a spool, a status line above it and, when there is something to say, a line below."""

    DEFAULT_CSS = """
    SpoolWindow {
        height: 1fr;
        overflow-y: hidden;
    }
    """

    def __init__(
        self,
        spool: Spool,
        *,
        title: str = "",
        signs: Signs = UNICODE,
        zone: tzinfo | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        """`title`: what runs where. `zone`: in which times are written (None: that of this machine)."""
        super().__init__(id=id, classes=classes)
        self.spool = spool
        self.title_text = title
        self.signs = signs
        self._layout_of = LineLayout(signs, zone=zone)
        self._lens: Lens = AllLines(spool)
        self._generation = spool.generation
        self._following = True
        self._top = 0
        self._cursor = 0
        self._held_lines = 0
        """Lines there were when following stopped."""
        self._marked: set[int] = set()
        self._matcher = Matcher("")
        """What is searched, and highlighted."""
        self._prompt: Prompt | None = None
        self._message = ""
        self._window: list[Shown] = []
        self._window_key: tuple[object, ...] = ()
        self._painted_length = -1
        self._shown_foot = 0
        self._status: list[Piece] = []
        """What the status line says. Renewed apart from painting, so that its changes are known exactly."""
        self._thumb = (0, 0)
        """The lines of the right edge that stand for what is seen; renewed as the status is."""
        self._frame = Size(0, 0)
        self._rows = 0

    # Place

    @property
    def _foot(self) -> int:
        return 1 if self._prompt is not None or self._message or self.spool.notice else 0

    @property
    def _height(self) -> int:
        """Lines for output."""
        return max(0, self.size.height - HEAD - self._foot)

    def _to_end(self) -> None:
        length = len(self._lens)
        self._top = max(0, length - self._height)
        self._cursor = max(0, length - 1)

    def on_resize(self) -> None:
        self._make_room()

    def _make_room(self) -> None:
        """The height for output is another one."""
        if self._following:
            self._to_end()
        self._keep_in_view()
        self._shown_foot = self._foot
        self._refresh_status()
        self.refresh()

    def _keep_in_view(self) -> None:
        """Move the window as little as it takes to have the cursor in it."""
        length = len(self._lens)
        self._cursor = max(0, min(self._cursor, length - 1))
        self._top = max(0, min(self._top, self._cursor), self._cursor - self._height + 1)

    def _refresh_rows(self, *positions: int) -> None:
        """Paint these rows again, as far as they are on the screen."""
        rows = [position - self._top for position in positions]
        width = self.size.width
        regions = [Region(0, row + HEAD, width, 1) for row in rows if 0 <= row < self._height]
        if regions:
            self.refresh(*regions)

    def _refresh_status(self) -> None:
        """Renew the status line and the right edge, and paint what differs."""
        width, height = self.size.width, self._height
        if (thumb := self._find_thumb(height)) != self._thumb:
            self._thumb = thumb
            self.refresh(Region(width - 1, HEAD, 1, height))
        old, self._status = plain(self._status), self._status_pieces(width)
        new = plain(self._status)
        differing = [at for at in range(min(len(old), len(new))) if old[at] != new[at]]
        if len(old) != len(new) or not cell_len(old) == cell_len(new) == len(new):
            self.refresh(Region(0, 0, width, HEAD))
        elif differing:
            self.refresh(Region(differing[0], 0, differing[-1] - differing[0] + 1, HEAD))

    # Drawing

    def measure(self) -> None:
        self._frame = self.size
        self._rows = height = self._height
        layout = self._layout_of
        layout.width = max(1, self._frame.width - GUTTER - 1)
        layout.widen(self.spool.sources)
        key = (self._lens, self._top, height, layout.clip_bytes, self._generation)
        if key != self._window_key or len(self._window) < height:
            self._window = self._lens.rows(self._top, height, layout.clip_bytes)
            self._window_key = key

    def paint_line(self, y: int) -> Strip:
        width = self._frame.width
        if y < HEAD:
            return self._strip(self._status, width)
        row = y - HEAD
        if row >= self._rows:
            return self._foot_strip(width)
        strip = self._strip(self._row_pieces(row), width - 1)
        if row < len(self._window) and self._top + row == self._cursor and not self._following:
            strip = strip.apply_style(self.cursor_style())
        return Strip([*strip, self._bar_segment(row)], width)

    def _row_pieces(self, row: int) -> list[Piece]:
        if row >= len(self._window):
            return []
        shown = self._window[row]
        here = self._top + row == self._cursor and not self._following
        marked = not isinstance(shown, str) and shown.number in self._marked
        signs = (self.signs.here if here else " ") + (self.signs.mark if marked else " ")
        layout = self._layout_of
        body = layout.heading(shown) if isinstance(shown, str) else layout.pieces(shown, self._matcher)
        return [(signs, Tone.KEY if marked else Tone.PLAIN), *body]

    def _strip(self, pieces: Sequence[Piece], width: int) -> Strip:
        segments: list[Segment] = []
        taken = 0
        for text, tone in pieces:
            segments.append(Segment(text, self.tone_style(tone)))
            taken += len(text) if text.isascii() else cell_len(text)
        if taken < width:
            segments.append(Segment(" " * (width - taken), self.tone_style(Tone.PLAIN)))
        strip = Strip(segments, max(taken, width))
        return strip if taken <= width else strip.crop(0, width)

    def _find_thumb(self, height: int) -> tuple[int, int]:
        length = len(self._lens)
        if length <= height or not height:
            return (0, 0)
        size = max(1, height * height // length)
        start = round((height - size) * self._top / max(1, length - height))
        return (start, start + size)

    def _bar_segment(self, row: int) -> Segment:
        start, stop = self._thumb
        if stop == 0:
            return Segment(" ", self.tone_style(Tone.PLAIN))
        if start <= row < stop:
            return Segment(self.signs.thumb, self.tone_style(Tone.FRAME))
        return Segment(self.signs.stdout, self.tone_style(Tone.DIM))

    # What is said around the output

    def _status_pieces(self, width: int) -> list[Piece]:
        right = self._state_pieces()
        taken = cell_len(plain(right))
        left = clip([(f" {self.title_text}", Tone.STRONG)], 0, max(0, width - taken - 2))
        gap = " " * max(1, width - taken - cell_len(plain(left)) - 1)
        return clip([*left, (gap, Tone.PLAIN), *right], 0, width)

    def _state_pieces(self) -> list[Piece]:
        return [(self._count_text(), Tone.PLAIN), (f" {self.signs.bar}", Tone.DIM), self._state_piece()]

    def _state_piece(self) -> Piece:
        if self._following:
            return ("FOLLOW", Tone.GOOD)
        new = 0
        if self._lens.looked_at >= self._held_lines:
            new = len(self._lens) - self._lens.position_of(self._held_lines)
        return (f"HOLD, +{new:,} new" if new > 0 else "HOLD", Tone.WARNING)

    def _count_text(self) -> str:
        return f"{self.spool.lines:,} lines"

    def _foot_strip(self, width: int) -> Strip:
        if self._prompt is not None:
            return self._prompt.strip(self, width, "", self.signs)
        if self._message:
            return self._strip([(f" {self._message}", Tone.STRONG)], width)
        return self._strip([(f" {self.signs.warning} {self.spool.notice}", Tone.WARNING)], width)

    def _say(self, message: str) -> None:
        """Say a sentence on the line below; it stands until the next key."""
        self._message = message
        self._make_room()

    # Text that the mouse can select

    def content_line(self, y: int) -> int | None:
        row = y - HEAD
        return self._top + row if 0 <= row < min(self._height, len(self._window)) else None

    def content_text(self, first: int, last: int | None) -> list[str]:
        """Without an end, or a beginning, what is on the screen: a spool can be larger than the memory."""
        if last is None:
            first, last = max(first, self._top), self._top + self._height - 1
        layout = self._layout_of
        rows = self._lens.rows(first, last - first + 1, layout.clip_bytes)
        blank = " " * GUTTER
        return [
            blank + plain(layout.heading(row) if isinstance(row, str) else layout.pieces(row)) for row in rows
        ]
