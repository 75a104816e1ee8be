"""The keys that apply here, made from the bindings themselves, so that it is always true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.frame import Tab
from tui.keys import Key, Place
from tui.screen import ConsoleScreen
from widgets.layout import Row, row
from widgets.page import Page
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.desk import Desk

KEY_WIDTH = 18
WORDS_WIDTH = 34


class HelpScreen(ConsoleScreen[None]):
    """All keys of the screen below, by what has the focus; those that cannot act now say why."""

    KEYS_TITLE = "This page"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,f1", "dismiss", "Back", id="help.back"),
    ]

    def __init__(self, desk: Desk, title: str, places: Sequence[Place], explanation: str = "") -> None:
        super().__init__(desk)
        self._title = title
        self._lines = Page(_rows(places, explanation), signs=desk.signs)

    def body(self) -> Iterator[Widget]:
        yield self._lines

    def tabs(self) -> Sequence[Tab]:
        return [Tab(self._title, here=True)]

    def copy_text(self) -> str:
        """The whole page."""
        return self._lines.plain


def _rows(places: Sequence[Place], explanation: str) -> list[Row]:
    rows = [row(explanation), row()] if explanation else []
    for place in places:
        rows.append(row((place.title, Tone.STRONG)))
        rows += [_key_row(key) for key in place.keys]
        rows.append(row())
    rows.append(row(("The names at the right change a key: see keys.toml in the settings folder.", Tone.DIM)))
    return rows


def _key_row(key: Key) -> Row:
    keys = f"  {'  '.join(key.keys)}".ljust(KEY_WIDTH) + " "
    if key.why_not:
        text = f"{key.words}: not now, {key.why_not}"
        return row((keys, Tone.DIM), (text, Tone.DIM), right=[(key.id, Tone.DIM)], hang=KEY_WIDTH + 1)
    return row((keys, Tone.KEY), key.words, right=[(key.id, Tone.DIM)], hang=KEY_WIDTH + 1)
