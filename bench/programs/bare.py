"""A bare Textual app, the peer of our start: one DataTable with six rows; `static`: one Static."""

from __future__ import annotations

import sys

from textual.app import App, ComposeResult

TITLES = ("node", "state", "unit", "size", "seqno", "recvq", "paused", "gcache for", "disk", "as of")
ROWS = 6


class Bare(App[None]):
    """As one writes it first."""

    def compose(self) -> ComposeResult:
        if sys.argv[1:] == ["static"]:
            from textual.widgets import Static

            yield Static("the last row")
        else:
            from textual.widgets import DataTable

            yield DataTable()

    def on_mount(self) -> None:
        if sys.argv[1:] == ["static"]:
            return
        from textual.widgets import DataTable

        table = self.query_one(DataTable)
        table.add_columns(*TITLES)
        for number in range(ROWS - 1):
            table.add_row(f"db{number}", *("0" for _ in TITLES[1:]))
        table.add_row("the last row", *("0" for _ in TITLES[1:]))


if __name__ == "__main__":
    Bare().run()
