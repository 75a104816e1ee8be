"""One line of output on the screen: when, which host, which stream, and what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from rich.cells import cell_len, set_cell_size

from systems.matching import Matcher
from systems.shell import Stream
from systems.spool import Line, Source
from systems.text import visible, visible_bytes
from widgets.clipping import clip
from widgets.live_table.columns import padded
from widgets.signs import Signs
from widgets.tones import Piece, Tone

WIDEST_HOST = 20
TIME_CELLS = len("14:01:46.120 ")
WIDTH_FOR_TIME = 60
"""Cells below which the time is left out."""
_PARTIAL_TAIL = re.compile(rb"[\xc0-\xff][\x80-\xbf]{0,2}$")


class LineLayout:
    """Lays lines out for one width. Host names share a column that only gets wider."""

    def __init__(self, signs: Signs, *, zone: tzinfo | None = None) -> None:
        """`zone`: in which times are written; None: that of this machine."""
        self.signs = signs
        self._zone = zone
        self._minute = -1
        self._minute_text = ""
        self._sources_known = 0
        self.host_width = 0
        self.width = 0
        self.shift = 0
        """Cells by which the text is moved to the left."""
        self.plain_answers = False
        """True: no time and no host before a line."""

    def widen(self, sources: Sequence[Source]) -> None:
        """Make room for the names of these hosts."""
        for source in sources[self._sources_known :]:
            self.host_width = max(self.host_width, min(cell_len(visible(source.host)), WIDEST_HOST))
        self._sources_known = len(sources)

    @property
    def _host_cells(self) -> int:
        return min(self.host_width, max(4, self.width // 4))

    @property
    def text_width(self) -> int:
        """Cells for the text."""
        before = 2
        if not self.plain_answers:
            before += self._host_cells + 1 + (TIME_CELLS if self.width >= WIDTH_FOR_TIME else 0)
        return max(1, self.width - before)

    @property
    def clip_bytes(self) -> int:
        """Bytes of a line that are enough to fill the screen: 4 for each cell, and some for the invisible."""
        return 4 * (self.shift + self.text_width) + 256

    def pieces(self, line: Line, sought: Matcher | None = None) -> list[Piece]:
        """The line in at most `width` cells, the part that is shifted out of sight left away.

        What `sought` finds in the text stands out; it is looked for in neither the time nor the host.
        """
        stream = line.source.stream
        body = self._marked(self.text(line), Tone.PLAIN if stream is not None else Tone.STRONG, sought)
        if stream is Stream.STDERR:
            body.insert(0, ("(stderr) ", Tone.WARNING))
        room = self.text_width
        total = sum([len(text) if text.isascii() else cell_len(text) for text, _ in body])
        if total - self.shift > room:
            body = [*clip(body, self.shift, room - 1), (self.signs.after, Tone.DIM)]
        elif self.shift:
            body = clip(body, self.shift, room)
        return self._before(line) + body

    def text(self, line: Line) -> str:
        """The text of a line, fit for a terminal; a character that a clipped read cut in two is left away."""
        data = line.text
        if len(data) >= self.clip_bytes:
            data = _PARTIAL_TAIL.sub(b"", data)
        return visible_bytes(data.removesuffix(b"\r"), ascii_only=self.signs.ascii_only)

    @staticmethod
    def _marked(text: str, tone: Tone, sought: Matcher | None) -> list[Piece]:
        pieces: list[Piece] = []
        end = 0
        for start, stop in sought.spans(text) if sought is not None else ():
            pieces += [(text[end:start], tone)] * (start > end)
            pieces.append((text[start:stop], Tone.BLOCK))
            end = stop
        return [*pieces, (text[end:], tone)] if end < len(text) or not pieces else pieces

    def _before(self, line: Line) -> list[Piece]:
        stream = line.source.stream
        if stream is Stream.STDOUT:
            edge = (f"{self.signs.stdout} ", Tone.DIM)
        elif stream is Stream.STDERR:
            edge = (f"{self.signs.stderr} ", Tone.WARNING)
        else:
            edge = (f"{self.signs.note} ", Tone.KEY)
        if self.plain_answers:
            return [edge]
        name = visible(line.source.host, ascii_only=self.signs.ascii_only)
        host = (padded(name, self._host_cells, "left", self.signs.cut) + " ", Tone.PLAIN)
        if self.width < WIDTH_FOR_TIME:
            return [host, edge]
        return [(self._time(line.at_ms) + " ", Tone.DIM), host, edge]

    def _time(self, at_ms: int) -> str:
        """As 14:01:46.120; the hour and the minute are worked out once a minute."""
        minute, rest_ms = divmod(at_ms, 60_000)
        if minute != self._minute:
            at = datetime.fromtimestamp(minute * 60, UTC).astimezone(self._zone)
            self._minute, self._minute_text = minute, at.strftime("%H:%M")
        return f"{self._minute_text}:{rest_ms // 1000:02d}.{rest_ms % 1000:03d}"

    def heading(self, text: str) -> list[Piece]:
        """A heading of our own over the whole width."""
        shown = visible(text, ascii_only=self.signs.ascii_only)
        line = f"{self.signs.rule * 2} {shown} "
        if cell_len(line) >= self.width:
            return [(set_cell_size(line, self.width), Tone.STRONG)]
        return [(line, Tone.STRONG), (self.signs.rule * (self.width - cell_len(line)), Tone.DIM)]
