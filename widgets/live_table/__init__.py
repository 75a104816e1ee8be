"""The table of live readings."""

from widgets.live_table.cells import Cell, dimmed
from widgets.live_table.columns import Column
from widgets.live_table.table import LiveTable

__all__ = ["Cell", "Column", "LiveTable", "dimmed"]
