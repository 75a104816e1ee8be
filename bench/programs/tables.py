"""Some tables of live readings: `tables live|data COUNT HZ`. Key `c` changes one cell; HZ 0: only that.

`live` is our table, `data` is Textual's DataTable, `none` an app with nothing in it.
"""

from __future__ import annotations

import sys

from widgets.tempo import set_tempo

set_tempo()

from rich.text import Text  # noqa: E402
from textual.app import App, ComposeResult  # noqa: E402
from textual.widget import Widget  # noqa: E402
from textual.widgets import Static  # noqa: E402

from widgets.live_table import Cell, Column, LiveTable  # noqa: E402
from widgets.tight_paint import TightPaint  # noqa: E402
from widgets.tones import Tone  # noqa: E402

TITLES = ("node", "state", "unit", "size", "seqno", "recvq", "paused", "gcache for", "disk", "as of")
ROWS = 6
CHANGES_EACH_TICK = 10


def text_of(row: int, title: str, tick: int) -> str:
    """A cell as it stands after so many ticks."""
    moving = {"seqno": f"{1311 + tick}", "recvq": f"{tick % 10}", "as of": f"{tick % 10} s"}
    fixed = {"node": f"db{row}", "state": "● Synced", "unit": "active", "size": "3", "disk": "62 %"}
    return moving.get(title) or fixed.get(title) or "0.0 %"


class Tables(TightPaint, App[None]):
    """The tables, one above the other."""

    CSS = """
    LiveTable, DataTable { height: 1fr; }
    """
    BINDINGS = [("c", "change", "Change a cell")]  # noqa: RUF012

    def __init__(self, kind: str, count: int, hz: float) -> None:
        super().__init__()
        self.kind, self.count, self.hz = kind, count, hz
        self.tick = 0
        self.tables: list[Widget] = []

    def compose(self) -> ComposeResult:
        if self.kind == "none":
            yield Static("db1")
            return
        for _ in range(self.count):
            self.tables.append(self._live() if self.kind == "live" else self._data())
        yield from self.tables

    def _live(self) -> Widget:
        table = LiveTable([Column(title, title) for title in TITLES])
        for row in range(ROWS):
            cells: dict[str, Cell | str] = {title: text_of(row, title, 0) for title in TITLES}
            cells["state"] = Cell("● Synced", Tone.GOOD)
            table.put_row(f"db{row}", cells)
        return table

    def _data(self) -> Widget:
        from textual.widgets import DataTable

        table: DataTable[Text] = DataTable(cursor_type="row")
        for title in TITLES:
            table.add_column(title, key=title)
        for row in range(ROWS):
            table.add_row(*(Text(text_of(row, title, 0)) for title in TITLES), key=f"db{row}")
        return table

    def on_mount(self) -> None:
        if self.hz:
            self.set_interval(1 / self.hz, self.renew)

    def renew(self) -> None:
        """Change some cells of every table: one tick for all of them."""
        self.tick += 1
        for table in self.tables:
            for number in range(CHANGES_EACH_TICK):
                row, title = number % ROWS, ("seqno", "as of")[number // ROWS]
                self._put(table, f"db{row}", title, text_of(row, title, self.tick))

    def _put(self, table: Widget, row: str, title: str, text: str) -> None:
        if isinstance(table, LiveTable):
            table.put_cell(row, title, text)
        else:
            table.update_cell(row, title, Text(text))  # type: ignore[attr-defined]

    def action_change(self) -> None:
        """Change the cell that costs most to reach: the last column of the last row."""
        self.tick += 1
        self._put(self.tables[0], f"db{ROWS - 1}", TITLES[-1], text_of(0, "as of", self.tick))


if __name__ == "__main__":
    Tables(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])).run()
