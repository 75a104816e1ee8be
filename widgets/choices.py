"""Rows of which one can be chosen: a cursor that stays on its row while the rows around it change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from widgets.choosing import ChoseAnother
from widgets.layout import Laid, Row
from widgets.lines import Lines
from widgets.signs import UNICODE, Signs
from widgets.tones import Tone


class Choices(Lines, can_focus=True):
    """Rows with a key can be chosen; where there is none, the keys of the cursor scroll."""

    KEYS_TITLE = "List"
    HELP = "Up and Down choose, Enter opens what is chosen."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="choices.open"),
        Binding("up,k", "move(-1)", "Up", id="choices.up", show=False),
        Binding("down,j", "move(1)", "Down", id="choices.down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", id="choices.page_up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", id="choices.page_down", show=False),
        Binding("home,g", "first", "First", id="choices.first", show=False),
        Binding("end,G", "last", "Last", id="choices.last", show=False),
    ]

    @dataclass
    class Opened(Message):
        """A row was chosen."""

        choices: Choices
        key: str

        @property
        def control(self) -> Choices:
            return self.choices

    @dataclass
    class Moved(ChoseAnother):
        """The cursor is on another row."""

        choices: Choices
        key: str

        @property
        def control(self) -> Choices:
            return self.choices

    def __init__(
        self,
        rows: Sequence[Row] = (),
        *,
        signs: Signs = UNICODE,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(rows, signs=signs, id=id, classes=classes)
        self.always_shows_cursor = False
        """The cursor is drawn without the focus, too: another widget sends the keys."""
        self._key = ""
        self._choose_one_that_is_there()

    @property
    def key(self) -> str:
        """Key of the row that the cursor is on; empty when no row can be chosen."""
        return self._key

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows instead. The cursor stays on its key, or goes to the row that took its place."""
        before, lines = self._places(), self._lines_of(self._key)
        super().show(rows)
        self._choose_one_that_is_there(before.index(self._key) if self._key in before else 0)
        if lines != (now := self._lines_of(self._key)):  # the sign of the cursor is no part of the text
            self._repaint_lines({*lines, *now})

    def choose(self, key: str) -> None:
        """Put the cursor on that row and bring it into view; a key that no row has changes nothing."""
        if key not in self._places() or key == self._key:
            return
        old, self._key = self._key, key
        self._repaint_row(old)
        self._repaint_row(key)
        self._bring_into_view()
        self.post_message(self.Moved(self, key))

    def _places(self) -> list[str]:
        return [one.key for one in self._rows if one.key]

    def _choose_one_that_is_there(self, place: int = 0) -> None:
        places = self._places()
        if self._key in places or not (self._key or places):
            return
        had_one = bool(self._key)
        self._key = places[min(place, len(places) - 1)] if places else ""
        self.refresh()
        if self.is_attached:
            self.post_message(self.Moved(self, self._key))
            if had_one != bool(self._key):
                self.refresh_bindings()

    def _lines_of(self, key: str) -> list[int]:
        return [y for y, line in enumerate(self._laid) if key and self._rows[line.row].key == key]

    def _repaint_row(self, key: str) -> None:
        self._repaint_lines(self._lines_of(key))

    def _repaint_lines(self, lines: Iterable[int]) -> None:
        for y in lines:
            self.refresh(Region(0, y - self.scroll_offset.y, self.room, 1))

    def _bring_into_view(self) -> None:
        lines = self._lines_of(self._key)
        if lines:
            top = 0 if self._key == self._places()[0] else lines[0]
            self.scroll_to_region(Region(0, top, 1, lines[-1] - top + 1), animate=False, force=True)

    def cursor_style(self) -> Style:
        """Rows of several lines in reverse video shout: the sign before them says it, and bold type."""
        style = super().cursor_style()
        return Style(bold=True) if style.reverse else style

    def render_line(self, y: int) -> Strip:
        """The chosen row has a sign before it, so that it can be told without any colour."""
        strip = super().render_line(y)
        number = y + self.scroll_offset.y
        line = self._laid[number] if 0 <= number < len(self._laid) else None
        if line is None or not self._is_under_cursor(line) or not line.text.startswith(" "):
            return strip
        is_first = number == 0 or self._laid[number - 1].row != line.row
        is_first_of_key = is_first and (line.row == 0 or self._rows[line.row - 1].key != self._key)
        if not is_first_of_key:
            return strip
        style = next(iter(strip)).style or self.tone_style(Tone.PLAIN)
        sign = Segment(self.signs.here, style + self.tone_style(Tone.KEY) + self.cursor_style())
        return Strip([sign, *strip.crop(1)], strip.cell_length)

    def _is_under_cursor(self, line: Laid) -> bool:
        if not self._key or not (self.has_focus or self.always_shows_cursor):
            return False
        return self._rows[line.row].key == self._key

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Enter is for those who have something to open."""
        return bool(self._key) if action == "open" else True

    def action_open(self) -> None:
        if self._key:
            self.post_message(self.Opened(self, self._key))

    def action_move(self, by: int) -> None:
        places = self._places()
        if not places:
            self.scroll_relative(y=by, animate=False)
            return
        at = places.index(self._key) + by
        self.choose(places[min(max(at, 0), len(places) - 1)])

    def action_page(self, by: int) -> None:
        """A screenful of lines, or a screenful of rows where rows can be chosen."""
        step = by * max(self.size.height - 1, 1)
        if self._places():
            self.action_move(step)
        else:
            self.scroll_relative(y=step, animate=False)

    def action_first(self) -> None:
        if places := self._places():
            self.choose(places[0])
        self.scroll_home(animate=False)

    def action_last(self) -> None:
        if places := self._places():
            self.choose(places[-1])
        self.scroll_end(animate=False)

    def on_click(self, event: events.Click) -> None:
        number = event.y + self.scroll_offset.y
        if number >= len(self._laid):
            return
        key = self._rows[self._laid[number].row].key
        if key and key == self._key and event.chain > 1:
            self.action_open()
        elif key:
            self.choose(key)

    def on_focus(self) -> None:
        self._repaint_row(self._key)

    def on_blur(self) -> None:
        self._repaint_row(self._key)
