"""One line of text being typed, drawn by the widget that asks for it: no other widget takes the focus."""

from __future__ import annotations

from enum import Enum


class Typed(Enum):
    """What a key meant to the line."""

    NOTHING = "nothing"
    """Not for the line: the key goes on to the bindings."""
    MOVED = "moved"
    CHANGED = "changed"
    DONE = "done"
    CANCELLED = "cancelled"


class LineEditor:
    """Text and a cursor, moved by the keys that shells have."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.cursor = len(text)

    def key(self, key: str, character: str | None) -> Typed:
        """Take a key (as Textual names it) and the character it types, if any."""
        if key in ("enter", "escape"):
            return Typed.DONE if key == "enter" else Typed.CANCELLED
        if (target := self._target(key)) is not None:
            self.cursor = target
            return Typed.MOVED
        if (cut := self._cut(key)) is not None:
            start, stop = cut
            self.text = self.text[:start] + self.text[stop:]
            self.cursor = start
            return Typed.CHANGED
        if character is not None and character.isprintable():
            return self.insert(character)
        return Typed.NOTHING

    def insert(self, text: str) -> Typed:
        """Type text at the cursor; of a paste of several lines the first one."""
        line = (text.splitlines() or [""])[0]
        line = "".join(char for char in line if char.isprintable())
        self.text = self.text[: self.cursor] + line + self.text[self.cursor :]
        self.cursor += len(line)
        return Typed.CHANGED

    def _target(self, key: str) -> int | None:
        """Where a key of movement puts the cursor."""
        moves = {
            "left": max(0, self.cursor - 1),
            "right": min(len(self.text), self.cursor + 1),
            "home": 0,
            "ctrl+a": 0,
            "end": len(self.text),
            "ctrl+e": len(self.text),
        }
        return moves.get(key)

    def _cut(self, key: str) -> tuple[int, int] | None:
        """What a key of deletion takes away."""
        here = self.cursor
        word = self.text[:here].rstrip()
        cuts = {
            "backspace": (max(0, here - 1), here),
            "delete": (here, min(len(self.text), here + 1)),
            "ctrl+d": (here, min(len(self.text), here + 1)),
            "ctrl+u": (0, here),
            "ctrl+k": (here, len(self.text)),
            "ctrl+w": (word.rfind(" ") + 1, here),
        }
        return cuts.get(key)
