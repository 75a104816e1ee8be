"""The table of live readings: a cursor, marks, a filter, an order, by keys and by mouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from systems.matching import Matcher
from widgets.choosing import ChoseAnother
from widgets.clipping import plain
from widgets.line_editor import Typed
from widgets.live_table.body import TableBody
from widgets.live_table.canvas import HEADER
from widgets.live_table.paint import GUTTER
from widgets.prompt import Prompt


class LiveTable(TableBody, can_focus=True):
    """Cells in by method (`put_row`, `put_cell`, `show`), messages out. A changed cell paints alone."""

    KEYS_TITLE = "Table"
    HELP = (
        "Space marks, v marks from the last mark to here, / filters, S sorts by the next column, R turns it."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="table.open"),
        Binding("space", "mark", "Mark", id="table.mark"),
        Binding("v", "mark_range", "Mark to here", id="table.mark_range", show=False),
        Binding("u", "unmark", "Unmark all", id="table.unmark", show=False),
        Binding("slash", "filter", "Filter", id="table.filter"),
        Binding("escape", "clear_filter", "Clear filter", id="table.clear_filter", show=False),
        Binding("S", "sort", "Sort by the next column", id="table.sort", show=False),
        Binding("R", "reverse", "Reverse the order", id="table.reverse", show=False),
        Binding("up,k", "move(-1)", "Up", id="table.up", show=False),
        Binding("down,j", "move(1)", "Down", id="table.down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", id="table.page_up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", id="table.page_down", show=False),
        Binding("home,g", "first", "First", id="table.first", show=False),
        Binding("end,G", "last", "Last", id="table.last", show=False),
        Binding("left", "sideways(-8)", "Left", id="table.left", show=False),
        Binding("right", "sideways(8)", "Right", id="table.right", show=False),
    ]

    @dataclass
    class _OfTable(Message):
        table: LiveTable

        @property
        def control(self) -> LiveTable:
            """For `@on(LiveTable.Opened, "#nodes")`."""
            return self.table

    @dataclass
    class Highlighted(_OfTable, ChoseAnother):
        """The cursor is on another row; None: there is none any more."""

        key: str | None

    @dataclass
    class Opened(_OfTable):
        """A row was chosen."""

        key: str

    @dataclass
    class Marked(_OfTable):
        """The marks changed; these rows have one now, as they stand from the top."""

        keys: tuple[str, ...]

    @dataclass
    class Filtered(_OfTable):
        """Another filter holds."""

        text: str
        shown: int
        total: int

    _anchor: str | None = None
    """The row that was marked last: a range begins there."""

    # What it holds

    @property
    def cursor_key(self) -> str | None:
        """Key of the row that the cursor is on."""
        self.settle()
        return self._cursor

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the rows that are shown, from the top."""
        self.settle()
        return tuple(self._shown)

    @property
    def chosen(self) -> tuple[str, ...]:
        """What an action is about: the marked rows, or else the one under the cursor."""
        self.settle()
        return self._rows.chosen or ((self._cursor,) if self._cursor is not None else ())

    @property
    def marked(self) -> tuple[str, ...]:
        """Keys of the marked rows."""
        return self._rows.chosen

    @property
    def filter_text(self) -> str:
        """The filter that holds; empty: none."""
        return self._rows.matcher.text

    def cell_text(self, key: str, column: str) -> str:
        """The text of a cell, as it is shown where there is room."""
        return self._rows.cell(key, column).text

    def copy_text(self) -> str:
        """For the clipboard: what the mouse selected, else the marked rows, else the one under the cursor."""
        selection = self.text_selection
        if selection is not None and (selected := self.get_selection(selection)) is not None:
            return selected[0]
        return "\n".join([plain(self._row_pieces(key))[GUTTER:].rstrip() for key in self.chosen])

    # What it is told

    def move_to(self, key: str) -> None:
        """Put the cursor on that row and bring it into view; a key that is not shown changes nothing."""
        self.settle()
        if key in self._places:
            self._wanted = None
            self._cursor_to(key)
            self._bring_into_view()

    def _cursor_to(self, key: str | None) -> None:
        if key != self._cursor:
            self._repaint_row(self._cursor)
            super()._cursor_to(key)
            self._repaint_row(key)
            self.post_message(self.Highlighted(self, key))

    def sort_by(self, column: str | None, *, descending: bool = False) -> None:
        """Sort by a column; None: as the rows came. It stays sorted while cells change."""
        self._rows.sort(column, descending=descending)
        self._repaint_lines(0)
        self._settle_soon()

    def filter_by(self, text: str) -> None:
        """Show only the rows that match (`systems.matching`); raises `BadPattern`."""
        matcher = Matcher(text)
        foot = self._foot
        self._rows.filter(matcher)
        self.settle()
        if self._foot != foot:
            self._resize_content()
        self._bring_into_view()
        self.refresh()
        self.post_message(self.Filtered(self, text, len(self._shown), len(self._rows)))

    def unmark_all(self) -> None:
        """Take every mark away."""
        if self._rows.marked:
            self._rows.marked.clear()
            self._announce_marks()

    def _announce_marks(self) -> None:
        self.refresh()
        self.post_message(self.Marked(self, self._rows.chosen))

    # Keys

    def action_open(self) -> None:
        if (key := self.cursor_key) is not None:
            self.post_message(self.Opened(self, key))

    def action_mark(self) -> None:
        if (key := self.cursor_key) is not None:
            self._rows.toggle_mark(key)
            self._anchor = key
            self._announce_marks()
            self.action_move(1)

    def action_mark_range(self) -> None:
        if (key := self.cursor_key) is not None:
            anchor = self._anchor
            self._rows.mark_between(anchor if anchor is not None and anchor in self._places else key, key)
            self._anchor = key
            self._announce_marks()

    def action_unmark(self) -> None:
        self.unmark_all()

    def action_move(self, by: int) -> None:
        self.settle()
        if self._shown:
            place = (self._places.get(self._cursor or "") or 0) + by
            self.move_to(self._shown[max(0, min(place, len(self._shown) - 1))])

    def action_page(self, by: int) -> None:
        self.action_move(by * max(1, self._height - 1))

    def action_first(self) -> None:
        self.action_move(-len(self._shown))

    def action_last(self) -> None:
        self.action_move(len(self._shown))

    def action_sideways(self, by: int) -> None:
        """Move the columns after the first, where they do not all fit."""
        shift = max(0, min(self._shift + by, self._fitted.width - self._room))
        if shift != self._shift:
            self._shift = shift
            self.refresh()

    def action_sort(self) -> None:
        keys = [None, *[column.key for column in self._columns]]
        here = keys.index(self._rows.sort_column) if self._rows.sort_column in keys else 0
        self.sort_by(keys[(here + 1) % len(keys)])

    def action_reverse(self) -> None:
        if self._rows.sort_column is not None:
            self.sort_by(self._rows.sort_column, descending=not self._rows.descending)

    def action_filter(self) -> None:
        self._prompt = Prompt("/", self.filter_text, self.filter_by, live=True)
        self._resize_content()
        self.refresh()

    def action_clear_filter(self) -> None:
        self.filter_by("")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Escape is ours only while there is a filter to clear: else it goes back, as everywhere."""
        return bool(self.filter_text) if action == "clear_filter" else True

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002
        """While a filter is typed, letters are letters: no footer should promise otherwise."""
        return self._prompt is not None and character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        if self._prompt is None:
            return
        if self._prompt.key(event) in (Typed.DONE, Typed.CANCELLED):
            self._prompt = None
            self._resize_content()
        self.refresh()

    def on_paste(self, event: events.Paste) -> None:
        if self._prompt is not None:
            self._prompt.paste(event)
            self.refresh()

    # Mouse and focus

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()
        if self.text_selection is not None:
            return
        line = self.content_line(event.y)
        if line == 0:
            self._sort_by_title_at(event.x)
        elif line is not None and line - HEADER < len(self._shown):
            self.move_to(self._shown[line - HEADER])
            if event.chain > 1:
                self.action_open()

    def _sort_by_title_at(self, x: int) -> None:
        for placed in self._fitted.placed:
            pinned = placed is self._fitted.placed[0]
            left = placed.x + GUTTER - (0 if pinned else self._shift)
            if left <= x < left + placed.width + 1:
                key = placed.column.key
                again = self._rows.sort_column == key
                self.sort_by(key, descending=again and not self._rows.descending)

    def on_focus(self) -> None:
        self._repaint_row(self._cursor)

    def on_blur(self) -> None:
        self._repaint_row(self._cursor)
