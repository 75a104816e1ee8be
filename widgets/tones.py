"""The meanings that a colour may repeat. A word or a sign always says it first; NO_COLOR loses nothing."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar, TypeAlias

from rich.style import Style
from textual.widget import Widget


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


class Toned(Widget):
    """A widget that draws its own lines in tones: one component class each."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"tone--{tone.value}" for tone in Tone} | {"tone--cursor"}
    DEFAULT_CSS = """
    Toned {
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
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
    }
    """

    def tone_style(self, tone: Tone) -> Style:
        """The style of a tone on this widget's background."""
        if tone is Tone.PLAIN:
            return self.rich_style
        return self.get_component_rich_style(f"tone--{tone.value}")
