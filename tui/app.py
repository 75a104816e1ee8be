"""The console: its frame, its panes, and what holds for all of them."""

from __future__ import annotations

from pathlib import Path

from textual.app import App


class QuarterdeckApp(App[None]):
    """The console on one estate; read-only until it is armed."""

    def __init__(self, estate: Path, *, ascii_only: bool = False) -> None:
        super().__init__()
        self.estate_path, self.ascii_only = estate, ascii_only
