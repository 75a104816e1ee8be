"""A terminal of a guest: its lines with their looks, and what went out above them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.strip import Strip

from systems.consoles.terminal import Look, Pieces
from systems.text import visible
from widgets.guest_view import GuestView
from widgets.tones import Tone

_NAMES = {"brown": "yellow", "brightbrown": "brightyellow", "bfightmagenta": "brightmagenta"}
"""Colours that pyte calls otherwise; one is a slip of its own."""


class Shows(Protocol):
    """What is shown: a terminal in memory."""

    @property
    def gone(self) -> int: ...

    @property
    def size(self) -> tuple[int, int]: ...

    @property
    def cursor(self) -> tuple[int, int] | None: ...

    def history_line(self, number: int) -> str: ...

    def row(self, number: int) -> Pieces: ...


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What was drawn last."""

    gone: int = -1
    newest: str = ""
    """The line that went out last: a history that is full goes on without growing."""
    rows: tuple[Pieces, ...] = ()
    cursor: tuple[int, int] | None = None

    def differs_from(self, before: _Drawn) -> list[int] | None:
        """The rows that must be drawn anew; None: all, since they moved."""
        if (self.gone, self.newest) != (before.gone, before.newest) or len(self.rows) != len(before.rows):
            return None
        changed = [at for at, (new, old) in enumerate(zip(self.rows, before.rows, strict=True)) if new != old]
        if self.cursor != before.cursor:
            changed += [cursor[1] for cursor in (self.cursor, before.cursor) if cursor is not None]
        return changed


class TerminalView(GuestView):
    """Draws from what it `shows`."""

    KEYS_TITLE = "A guest's terminal"
    HELP = "Up, Down, PgUp, PgDn, Home and End look at what went out above, while no keys go to the guest."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", id="terminal.up", show=False),
        Binding("down", "move(1)", "Down", id="terminal.down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="terminal.page_up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="terminal.page_down", show=False),
        Binding("home", "first", "Top", id="terminal.first", show=False),
        Binding("end", "last", "Bottom", id="terminal.last", show=False),
    ]

    def __init__(self, shows: Shows, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._shows = shows
        self._styles: dict[Look, Style] = {}
        self._drawn = _Drawn()
        self._follows = True
        """Whether the newest line is kept in view; somebody who looks further up is left there."""

    def show(self, shows: Shows) -> None:
        """Draw from another one."""
        self._shows = shows
        self.renew()

    def renew(self) -> None:
        """Draw what changed; the end is followed unless somebody looks further up."""
        columns, lines = self._shows.size
        before, cursor = self._drawn, self._shows.cursor
        gone = self._shows.gone
        newest = self._shows.history_line(gone - 1) if gone else ""
        rows = tuple([self._shows.row(number) for number in range(lines)])
        self._drawn = _Drawn(gone, newest, rows, cursor)
        self.virtual_size = Size(columns, self._shows.gone + lines)
        if self._follows or self.is_typing:
            self._follow()
        changed = self._drawn.differs_from(before)
        if changed is None:
            self.refresh()
        elif changed:
            above = self._shows.gone - self.scroll_offset.y
            self.refresh(*[Region(0, number + above, self.size.width, 1) for number in changed])

    def _follow(self) -> None:
        self._follows = True
        self.scroll_to(y=self.virtual_size.height, animate=False, force=True, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if new_value != old_value:
            self._follows = new_value >= self.max_scroll_y

    def render_line(self, y: int) -> Strip:
        width, number = self.size.width, y + self.scroll_offset.y
        plain = self.tone_style(Tone.PLAIN)
        gone, (_, lines) = self._shows.gone, self._shows.size
        if number < gone:
            segments = [Segment(visible(self._shows.history_line(number)), self.tone_style(Tone.DIM))]
        elif number - gone < lines:
            segments = [
                Segment(visible(text), self._style(look)) for text, look in self._shows.row(number - gone)
            ]
        else:
            segments = []
        strip = Strip(segments).adjust_cell_length(width, plain)
        cursor = self._shows.cursor
        if cursor is None or number - gone != cursor[1] or cursor[0] >= width:
            return strip
        at = cursor[0]
        under = strip.crop(at, at + 1).apply_style(Style(reverse=True))
        return Strip.join([strip.crop(0, at), under, strip.crop(at + 1, width)])

    def _style(self, look: Look) -> Style:
        style = self._styles.get(look)
        if style is None:
            style = self.tone_style(Tone.PLAIN) + Style(
                color=_colour(look.fg),
                bgcolor=_colour(look.bg),
                bold=look.bold or None,
                italic=look.italic or None,
                underline=look.underline or None,
                reverse=look.reverse or None,
            )
            if len(self._styles) > 1000:  # a guest that paints in true colour has no end of them
                self._styles.clear()
            self._styles[look] = style
        return style

    def notify_style_update(self) -> None:
        self._styles.clear()
        super().notify_style_update()

    def action_move(self, by: int) -> None:
        self.scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        self.scroll_relative(y=by * max(self.size.height - 1, 1), animate=False)

    def action_first(self) -> None:
        self.scroll_home(animate=False)

    def action_last(self) -> None:
        self._follow()


def _colour(name: str) -> str | None:
    """A colour as Rich calls it; None: the default, or one that nobody knows."""
    if not name:
        return None
    if len(name) == 6 and all(char in "0123456789abcdefABCDEF" for char in name):
        return f"#{name}"
    name = _NAMES.get(name, name)
    if name.startswith("bright"):
        name = "bright_" + name.removeprefix("bright")
    return name if name.removeprefix("bright_") in _KNOWN else None


_KNOWN = frozenset({"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"})
