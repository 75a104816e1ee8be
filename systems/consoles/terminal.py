"""A terminal in memory: what a serial line says, as rows of text with their looks. Pure.

pyte does the emulation (LGPL, as ClusterShell is); it is imported by the first terminal that is made.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems.consoles.taming import Taming

if TYPE_CHECKING:
    from pyte.screens import Char

KEPT_LINES = 2000
"""Lines that went out at the top and can be scrolled back to."""
MOST_COLUMNS, MOST_LINES = 250, 100


@dataclass(frozen=True, slots=True)
class Look:
    """How a piece of text looks. Colours are names ("red", "brightred") or six hex digits; empty: none."""

    fg: str = ""
    bg: str = ""
    bold: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False


PLAIN = Look()
Pieces = tuple[tuple[str, Look], ...]


class Terminal:
    """Of `columns` x `lines` cells, as large as it is shown; the guest is not told of it by a serial line."""

    def __init__(self, columns: int = 80, lines: int = 24) -> None:
        from pyte.modes import DECTCEM
        from pyte.streams import Stream

        self._visible_cursor = DECTCEM
        self._taming = Taming(answers=True)
        self._screen = _make_screen(*_bounded(columns, lines))
        self._stream = Stream(self._screen)
        self._stream.use_utf8 = False  # else it ignores the line drawing of vt220, which getty asks for

    def feed(self, data: bytes) -> str:
        """Take what the line said, and return what of it was obeyed. Costs ms a KiB: give it small pieces."""
        text = self._taming.feed(data)
        self._stream.feed(text)
        return text

    def resize(self, columns: int, lines: int) -> None:
        """Become larger or smaller; lines go out at the top only where there is no room."""
        columns, lines = _bounded(columns, lines)
        if (columns, lines) != self.size:
            self._screen.fit(columns, lines)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        return int(self._screen.columns), int(self._screen.lines)

    @property
    def cursor(self) -> tuple[int, int] | None:
        """Column and line, from 0; None: the guest hides it."""
        if self._visible_cursor not in self._screen.mode:
            return None
        columns, lines = self.size
        at = self._screen.cursor
        return min(int(at.x), columns - 1), min(int(at.y), lines - 1)

    @property
    def has_application_cursor(self) -> bool:
        """Whether the arrow keys send ESC O instead of ESC [ (DECCKM)."""
        return (1 << 5) in self._screen.mode

    @property
    def has_bracketed_paste(self) -> bool:
        return (2004 << 5) in self._screen.mode

    @property
    def history(self) -> tuple[str, ...]:
        """Lines that went out at the top, the oldest first."""
        return tuple(self._screen.gone)

    @property
    def gone(self) -> int:
        """How many lines are in the history."""
        return len(self._screen.gone)

    def history_line(self, number: int) -> str:
        return str(self._screen.gone[number])

    def row(self, number: int) -> Pieces:
        """One line of the screen, from 0, in pieces of one look each; blanks at its end are left out."""
        columns, _ = self.size
        line = self._screen.buffer[number]
        pieces: list[tuple[str, Look]] = []
        for look, text in _runs(line, columns):
            pieces.append((text, look))
        while pieces and pieces[-1][1] == PLAIN and not pieces[-1][0].rstrip():
            pieces.pop()
        return tuple(pieces)

    @property
    def text(self) -> str:
        """The screen as text, without blanks at the ends of lines and below."""
        rows = ["".join([text for text, _ in self.row(y)]).rstrip() for y in range(self.size[1])]
        return "\n".join(rows).rstrip("\n")

    def answers(self) -> bytes:
        """What a terminal would have answered to what the guest asked since the last time."""
        said, self._screen.said = "".join(self._screen.said), []
        return said.encode()


def _bounded(columns: int, lines: int) -> tuple[int, int]:
    return max(2, min(columns, MOST_COLUMNS)), max(2, min(lines, MOST_LINES))


def _make_screen(columns: int, lines: int) -> Any:
    from pyte.screens import Screen

    class KeepingScreen(Screen):
        """Keeps the lines that go out at the top, as text."""

        def __init__(self) -> None:
            self.gone: deque[str] = deque(maxlen=KEPT_LINES)
            self.said: list[str] = []
            super().__init__(columns, lines)

        def fit(self, columns: int, lines: int) -> None:
            """pyte takes lines away at the top, be those at the bottom as empty as they may."""
            x, y = self.cursor.x, self.cursor.y
            above = max(0, y + 1 - lines)
            for number in range(above):
                self._keep(number)
            rows = [self.buffer.get(number) for number in range(above, above + lines)]
            self.resize(lines, columns)
            self.buffer.clear()
            self.buffer.update({number: row for number, row in enumerate(rows) if row is not None})
            self.cursor.x, self.cursor.y = min(x, columns - 1), y - above

        def _keep(self, number: int) -> None:
            line = self.buffer[number]
            self.gone.append("".join([line[x].data for x in range(self.columns)]).rstrip())

        def index(self) -> None:
            bottom = self.margins.bottom if self.margins else self.lines - 1
            if self.cursor.y == bottom and not (self.margins and self.margins.top):
                self._keep(0)
            super().index()

        def write_process_input(self, data: str) -> None:
            if len(self.said) < 16:
                self.said.append(data)

    return KeepingScreen()


def _runs(line: Any, columns: int) -> Iterator[tuple[Look, str]]:
    """Cells of one look after the other, together."""
    before: Any = None
    look, text = PLAIN, ""
    for x in range(columns):
        cell: Char = line[x]
        if before is None or cell[1:] != before:
            if text:
                yield look, text
            before, text = cell[1:], ""
            look = _look(cell)
        text += cell.data
    if text:
        yield look, text


def _look(cell: Char) -> Look:
    fg = "" if cell.fg == "default" else str(cell.fg)
    bg = "" if cell.bg == "default" else str(cell.bg)
    return Look(fg, bg, bool(cell.bold), bool(cell.italics), bool(cell.underscore), bool(cell.reverse))
