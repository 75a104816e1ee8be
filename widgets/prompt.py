"""The line at the foot of a widget in which a filter or a search is typed, and then stands."""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment
from textual import events
from textual.strip import Strip

from systems.matching import BadPattern
from widgets.line_editor import LineEditor, Typed
from widgets.signs import Signs
from widgets.tones import Tone, Toned


class Prompt:
    """Takes keys while it is open. `accept` is told the text, and may refuse it with `BadPattern`."""

    def __init__(self, label: str, text: str, accept: Callable[[str], None], *, live: bool) -> None:
        """`live`: every change is accepted as it is typed, and Escape goes back to `text`."""
        self.label = label
        self.editor = LineEditor(text)
        self.error = ""
        """Why what is typed cannot be used."""
        self._before = text
        self._accept = accept
        self._live = live

    def key(self, event: events.Key) -> Typed:
        """Take a key; it goes no further unless the result is NOTHING."""
        typed = self.editor.key(event.key, event.character)
        if typed is not Typed.NOTHING:
            event.stop()
            event.prevent_default()
        if typed is Typed.CANCELLED and self._live:
            self._try(self._before)
        elif typed is Typed.DONE or (typed is Typed.CHANGED and self._live):
            self._try(self.editor.text)
            if self.error:
                return Typed.CHANGED
        return typed

    def paste(self, event: events.Paste) -> None:
        event.stop()
        self.editor.insert(event.text)
        if self._live:
            self._try(self.editor.text)

    def _try(self, text: str) -> None:
        self.error = ""
        try:
            self._accept(text)
        except BadPattern as error:
            self.error = str(error)

    def strip(self, widget: Toned, width: int, hint: str, signs: Signs) -> Strip:
        """Draw it: the label, the text with the place of the next letter, and an error or a hint."""
        text, cursor = self.editor.text, self.editor.cursor
        plain = widget.tone_style(Tone.PLAIN)
        segments = [
            Segment(f"{self.label} ", widget.tone_style(Tone.KEY)),
            Segment(text[:cursor] + signs.caret + text[cursor:], plain),
            Segment("   ", plain),
            Segment(self.error or hint, widget.tone_style(Tone.CRITICAL if self.error else Tone.DIM)),
        ]
        return Strip(segments).adjust_cell_length(width, plain)
