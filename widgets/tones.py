"""The meanings that a colour may repeat. A word or a sign always says it first; NO_COLOR loses nothing."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar, TypeAlias

from rich.style import Style
from textual.scroll_view import ScrollView


class Tone(Enum):
    """What a piece of text means; the theme decides how that looks."""

    PLAIN = "plain"
    DIM = "dim"
    """Beside the point, or no longer fresh."""
    STRONG = "strong"
    GOOD = "good"
    WARNING = "warning"
    CRITICAL = "critical"
    DIFFERS = "differs"
    """Disagrees with what the other nodes say."""
    KEY = "key"
    """A key to press."""
    FRAME = "frame"
    """The estate's colour, which is the theme's primary one."""
    BLOCK = "block"
    """Text on the estate's colour."""
    ARMED = "armed"
    """This session can change things."""


Piece: TypeAlias = tuple[str, Tone]
"""Some text and its meaning. The text is data: it is made visible, never interpreted as markup."""


class Toned(ScrollView, can_focus=False, inherit_bindings=False):
    """A widget that draws its own lines in tones: one component class each, shared by all of them."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"tone--{tone.value}" for tone in Tone} | {"tone--cursor"}
    DEFAULT_CSS = """
    Toned {
        scrollbar-size: 1 1;
        overflow-x: hidden;
        & > .tone--dim { color: $foreground-muted; }
        & > .tone--strong { text-style: bold; }
        & > .tone--good { color: $success; }
        & > .tone--warning { color: $warning; }
        & > .tone--critical { color: $error; text-style: bold; }
        & > .tone--differs { color: $error; text-style: underline; }
        & > .tone--key { color: $accent; text-style: bold; }
        & > .tone--frame { color: $primary; }
        & > .tone--block { color: $primary; text-style: bold reverse; }
        & > .tone--armed { color: $warning; text-style: bold reverse; }
        & > .tone--cursor {
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._tones: dict[Tone | None, Style] = {}

    def tone_style(self, tone: Tone) -> Style:
        """The style of a tone on this widget's background."""
        style = self._tones.get(tone)
        if style is None:
            plain = tone is Tone.PLAIN
            style = self.rich_style if plain else self.get_component_rich_style(f"tone--{tone.value}")
            self._tones[tone] = style
        return style

    def cursor_style(self) -> Style:
        """What is laid over the line that the cursor is on: background and attributes, no tone lost."""
        style = self._tones.get(None)
        if style is None:
            style = self.get_component_rich_style("tone--cursor", partial=True)
            self._tones[None] = style
        return style

    def notify_style_update(self) -> None:
        """Look the styles up again: refreshing forgets Textual's own cache, this one only goes with them."""
        self._tones.clear()
        super().notify_style_update()
