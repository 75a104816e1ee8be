"""The screen of a guest in text mode: 80x25 characters and a cursor, as a console of Linux writes to it."""

from __future__ import annotations

from collections.abc import Callable

COLUMNS, ROWS = 80, 25


class TextScreen:
    """See the module. `versions` counts the changes of each row, for whoever draws only what is new."""

    def __init__(self) -> None:
        self.rows = [" " * COLUMNS for _ in range(ROWS)]
        self.versions = [0] * ROWS
        self.x = self.y = 0
        self.on_change: list[Callable[[], None]] = []

    @property
    def text(self) -> str:
        """What stands there, without the blanks at the ends."""
        return "\n".join([row.rstrip() for row in self.rows]).rstrip("\n")

    def write(self, text: str) -> None:
        """Write as a teletype does; what is no character, line feed, return or backspace does nothing."""
        for char in text:
            self._touch(self.y)
            match char:
                case "\n":
                    self._feed()
                case "\r":
                    self.x = 0
                case "\b":
                    self.x = max(0, self.x - 1)
                case "\t":
                    self.x = min(COLUMNS - 1, (self.x // 8 + 1) * 8)
                case _ if char.isprintable():
                    self._put(char)
        self._touch(self.y)
        for call in list(self.on_change):
            call()

    def clear(self) -> None:
        """Nothing stands there any more."""
        self.rows = [" " * COLUMNS for _ in range(ROWS)]
        self.versions = [version + 1 for version in self.versions]
        self.x = self.y = 0
        for call in list(self.on_change):
            call()

    def _put(self, char: str) -> None:
        if self.x == COLUMNS:
            self.x = 0
            self._feed()
        row = self.rows[self.y]
        self.rows[self.y] = row[: self.x] + char + row[self.x + 1 :]
        self.x += 1
        self._touch(self.y)

    def _feed(self) -> None:
        if self.y < ROWS - 1:
            self.y += 1
            return
        self.rows = [*self.rows[1:], " " * COLUMNS]
        self.versions = [version + 1 for version in self.versions]

    def _touch(self, row: int) -> None:
        self.versions[row] += 1
