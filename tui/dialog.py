"""Small windows over a screen: a title, some rows, a line to type in, and what the keys do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.containers import Vertical
from textual.screen import ModalScreen

from widgets.layout import Row, row
from widgets.lines import Lines
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget

    from widgets.signs import Signs

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A window as wide as it needs to be and never wider than the terminal."""

    KEYS_TITLE: ClassVar[str] = "Dialog"
    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        & > #dialog {
            width: 90%; max-width: 84; height: auto; max-height: 90%;
            background: $panel; border: solid $primary; border-title-style: bold; padding: 0 1;
            overflow-y: auto; scrollbar-size: 1 1;
        }
        & Lines { height: auto; background: $panel; scrollbar-gutter: auto; }
        & Input { background: $surface; margin: 1 0; }
    }
    Dialog.-ascii > #dialog { border: ascii $primary; }
    """

    def __init__(self, title: str, rows: Sequence[Row], signs: Signs) -> None:
        super().__init__(classes="-ascii" if signs.ascii_only else None)
        self._title = title
        self._signs = signs
        self.above = Lines(rows, signs=signs)

    def compose(self) -> ComposeResult:
        window = Vertical(*self.parts(), id="dialog")
        window.border_title = self._title
        yield window

    def parts(self) -> Sequence[Widget]:
        """What stands in it, from the top."""
        return [self.above]


def keys_row(*pairs: tuple[str, str]) -> Row:
    """A line of keys: keys_row(("Enter", "arm"), ("Esc", "back"))."""
    pieces: list[Piece] = []
    for key, words in pairs:
        pieces += [(key, Tone.KEY), (f" {words}   ", Tone.PLAIN)]
    return row(*pieces)
