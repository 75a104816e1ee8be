"""A text that is longer than the screen: the keys of movement scroll it, every other key is free."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from widgets.lines import Lines


class Page(Lines, can_focus=True):
    """Rows to read. Letters do nothing here, so that a screen may use all of them."""

    KEYS_TITLE = "Text"
    HELP = "Up, Down, PgUp, PgDn, Home and End scroll."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", id="page.up", show=False),
        Binding("down", "move(1)", "Down", id="page.down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="page.page_up", show=False),
        Binding("pagedown,space", "page(1)", "Page down", id="page.page_down", show=False),
        Binding("home", "first", "Top", id="page.first", show=False),
        Binding("end", "last", "Bottom", id="page.last", show=False),
    ]

    def action_move(self, by: int) -> None:
        self.scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        self.scroll_relative(y=by * max(self.size.height - 1, 1), animate=False)

    def action_first(self) -> None:
        self.scroll_home(animate=False)

    def action_last(self) -> None:
        self.scroll_end(animate=False)
