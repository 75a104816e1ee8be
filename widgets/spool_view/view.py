"""The view of a spool, by keys and mouse: what to look at, what to mark, copy and save."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from systems.spool import Export, Line
from systems.text import visible_bytes
from widgets.line_editor import Typed
from widgets.prompt import Prompt
from widgets.spool_view.lens import AllLines, EqualAnswers, OnlyLines
from widgets.spool_view.pulse import SLICE_S
from widgets.spool_view.searching import SpoolSearch
from widgets.spool_view.window import HEAD


class SpoolView(SpoolSearch, can_focus=True):
    """Follows what streams in until you look back; then it holds, and counts what is new."""

    KEYS_TITLE = "Streamed lines"
    HELP = "Up holds, f follows again. / searches, & keeps what matches, &! hides it, g groups equal answers."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "follow", "Follow/hold", id="stream.follow"),
        Binding("slash", "search", "Search", id="stream.search"),
        Binding("n", "next(False)", "Next", id="stream.next", show=False),
        Binding("N", "next(True)", "Previous", id="stream.previous", show=False),
        Binding("e", "error(False)", "Next error", id="stream.next_error"),
        Binding("E", "error(True)", "Previous error", id="stream.previous_error", show=False),
        Binding("ampersand", "filter", "Filter", id="stream.filter"),
        Binding("g", "group", "Group equal answers", id="stream.group"),
        Binding("o", "save", "To file", id="stream.save"),
        Binding("enter", "open", "Whole line", id="stream.open", show=False),
        Binding("space", "mark", "Mark", id="stream.mark", show=False),
        Binding("u", "unmark", "Unmark all", id="stream.unmark", show=False),
        Binding("escape", "clear", "Clear", id="stream.clear", show=False),
        Binding("up,k", "move(-1)", "Up", id="stream.up", show=False),
        Binding("down,j", "move(1)", "Down", id="stream.down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", id="stream.page_up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", id="stream.page_down", show=False),
        Binding("home", "first", "First line", id="stream.first", show=False),
        Binding("end,G", "last", "Last line, and follow", id="stream.last", show=False),
        Binding("left,h", "sideways(-16)", "Left", id="stream.left", show=False),
        Binding("right,l", "sideways(16)", "Right", id="stream.right", show=False),
    ]

    @dataclass
    class _OfView(Message):
        view: SpoolView

        @property
        def control(self) -> SpoolView:
            """For `@on(SpoolView.Opened, "#stream")`."""
            return self.view

    @dataclass
    class Opened(_OfView):
        """A line was chosen, to be seen as a whole."""

        line: Line

    @dataclass
    class SaveAsked(_OfView):
        """The output is to go to a file: ask for its name, then call `save`."""

    # Moving

    def action_follow(self) -> None:
        if self._following:
            self.hold()
        else:
            self.follow()

    def action_move(self, by: int) -> None:
        if by < 0 or not self._following:
            self._go(self._cursor + by)

    def action_page(self, by: int) -> None:
        if by < 0 or not self._following:
            step = by * max(1, self._height - 1)
            self._go(self._cursor + step, top=self._top + step)

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self.follow()

    def action_sideways(self, by: int) -> None:
        self._layout_of.shift = max(0, self._layout_of.shift + by)
        self.refresh()

    # Search, filter, groups

    def action_search(self) -> None:
        self._ask(Prompt("/", self._matcher.text, self.search, live=False))

    def action_filter(self) -> None:
        self._ask(Prompt("&", self._filter_text, self.filter_lines, live=False))

    def _ask(self, prompt: Prompt) -> None:
        self._prompt = prompt
        self._make_room()

    def action_next(self, backwards: bool) -> None:
        self.search_on(backwards=backwards)

    def action_error(self, backwards: bool) -> None:
        self.next_error(backwards=backwards)

    def action_group(self) -> None:
        if isinstance(self._lens, EqualAnswers):
            self._renew_lens()
        else:
            self.group_answers()

    def action_clear(self) -> None:
        """Undo the last of: a search under way, what is highlighted, groups, a filter."""
        if self._search is not None:
            self._search = None
            self._say("search stopped")
        elif not self._matcher.empty:
            self.search("")
        elif isinstance(self._lens, EqualAnswers):
            self._renew_lens()
        else:
            self._filter_text = ""
            self.show_only()

    # Marks, copy, save

    @property
    def current_line(self) -> Line | None:
        """The line under the cursor, whole; the newest one while following."""
        rows = self._lens.rows(self._cursor, 1, self._layout_of.clip_bytes)
        if not rows or isinstance(rows[0], str):
            return None
        return next(iter(self.spool.read(rows[0].number, 1)), None)

    def action_mark(self) -> None:
        if (line := self.current_line) is not None:
            self._marked ^= {line.number}
            self.hold()
            self.action_move(1)

    def action_unmark(self) -> None:
        self._marked.clear()
        self.refresh()

    def copy_text(self) -> str:
        """For the clipboard: what the mouse selected, else the marked lines, else the current one."""
        selection = self.text_selection
        if selection is not None and (selected := self.get_selection(selection)) is not None:
            return selected[0]
        lines = [line for number in sorted(self._marked) for line in self.spool.read(number, 1)]
        if not lines and (current := self.current_line) is not None:
            lines = [current]
        return "\n".join([visible_bytes(line.text, ascii_only=self.signs.ascii_only) for line in lines])

    async def save(self, path: Path) -> int:
        """Write what is seen, whole, to a new file (mode 0600); returns the lines. Raises `NoRoom`."""
        only = self._lens.filtered if isinstance(self._lens, OnlyLines) else None
        export = Export(self.spool, path, only=only)
        done = False
        while not done:
            done = export.advance(SLICE_S)
            await asyncio.sleep(0)
        return export.lines

    def action_save(self) -> None:
        self.post_message(self.SaveAsked(self))

    def action_open(self) -> None:
        if (line := self.current_line) is not None:
            self.post_message(self.Opened(self, line))

    # Keys that are not bindings, and the mouse

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Escape is ours only while there is something to clear: else it goes back, as everywhere."""
        if action != "clear":
            return True
        seen_all = isinstance(self._lens, AllLines)
        return self._search is not None or not self._matcher.empty or not seen_all

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002
        """While something is typed, letters are letters."""
        return self._prompt is not None and character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        self._last_key = monotonic()
        if self._message:
            self._message = ""
            self._make_room()
        if self._prompt is None:
            return
        if self._prompt.key(event) in (Typed.DONE, Typed.CANCELLED):
            self._prompt = None
        self._make_room()

    def on_paste(self, event: events.Paste) -> None:
        if self._prompt is not None:
            self._prompt.paste(event)
            self.refresh()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        event.prevent_default()
        self.hold()
        self._wheel(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        event.prevent_default()
        if not self._following:
            self._wheel(3)

    def _wheel(self, by: int) -> None:
        """Move the window; the cursor only where it would go out of sight."""
        top = max(0, min(self._top + by, len(self._lens) - self._height))
        self._go(max(top, min(self._cursor, top + self._height - 1)), top=top)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.y >= HEAD:
            self.hold()

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()
        row = event.y - HEAD
        if self.text_selection is not None or not 0 <= row < self._height:
            return
        if event.x == self.size.width - 1:
            self._go(round(row * len(self._lens) / max(1, self._height - 1)))
        elif row < len(self._window):
            self._go(self._top + row)
            if event.chain > 1:
                self.action_open()
