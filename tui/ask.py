"""Asks for one line of text: a reason, a name, a password."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.dialog import Dialog, keys_row
from widgets.entry import Entry
from widgets.layout import Row, row
from widgets.lines import Lines
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.widget import Widget

    from widgets.signs import Signs


class AskDialog(Dialog[str | None]):
    """Closes with what was typed, or with None. What is masked is never shown and never logged."""

    KEYS_TITLE = "Question"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back", id="ask.back")]

    def __init__(
        self,
        title: str,
        rows: Sequence[Row],
        signs: Signs,
        *,
        verb: str = "go on",
        placeholder: str = "",
        masked: bool = False,
        required: bool = True,
    ) -> None:
        super().__init__(title, rows, signs)
        self._verb, self._required = verb, required
        self._input = Entry(placeholder, masked=masked, id="answer")
        self._below = Lines([self._keys()], signs=signs)

    def parts(self) -> Sequence[Widget]:
        return [self.above, self._input, self._below]

    def on_mount(self) -> None:
        self._input.focus()

    def _keys(self) -> Row:
        return keys_row(("Enter", self._verb), ("Esc", "back"))

    @on(Input.Submitted)
    def take(self, message: Input.Submitted) -> None:
        """Close with it; an empty answer stays where one is needed."""
        if message.value.strip() or not self._required:
            self.dismiss(message.value)
        else:
            self._below.show([row(("Something must be typed.", Tone.WARNING)), self._keys()])
