"""The meanings that a colour may repeat. A word or a sign always says it first; NO_COLOR loses nothing."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from rich.style import Style
from textual.color import Color
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


_LOOKS: dict[Tone, tuple[str, str]] = {
    Tone.PLAIN: ("", ""),
    Tone.DIM: ("foreground-muted", ""),
    Tone.STRONG: ("", "bold"),
    Tone.GOOD: ("success", ""),
    Tone.WARNING: ("warning", ""),
    Tone.CRITICAL: ("error", "bold"),
    Tone.DIFFERS: ("error", "underline"),
    Tone.KEY: ("accent", "bold"),
    Tone.FRAME: ("primary", ""),
    Tone.BLOCK: ("primary", "bold reverse"),
    Tone.ARMED: ("warning", "bold reverse"),
}
"""A colour of the theme, by the name of its variable, and attributes."""


class Toned(ScrollView, can_focus=False, inherit_bindings=False):
    """A widget that draws its own lines in tones.

    Tones are looked up in the theme when they are first drawn. As component classes they would be styled for
    every widget before the first frame, which took a fifth of it.
    """

    DEFAULT_CSS = """
    Toned {
        scrollbar-size: 1 1;
        overflow-x: hidden;
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._tones: dict[Tone | None, Style] = {}

    def tone_style(self, tone: Tone) -> Style:
        """The style of a tone on this widget's background."""
        style = self._tones.get(tone)
        if style is None:
            variable, attributes = _LOOKS[tone]
            style = self.rich_style
            if variable:
                style += self._colour(variable)
            if attributes:
                style += Style.parse(attributes)
            self._tones[tone] = style
        return style

    def cursor_style(self) -> Style:
        """What is laid over the line that the cursor is on: background and attributes, no tone lost."""
        style = self._tones.get(None)
        if style is None:
            variables = self.app.theme_variables
            background = Color.parse(variables["block-cursor-background"])
            style = Style.parse(variables["block-cursor-text-style"])
            if background.ansi is None or background.ansi >= 0:
                style += Style(bgcolor=(self.background_colors[1] + background).rich_color)
            self._tones[None] = style
        return style

    def _colour(self, variable: str) -> Style:
        """A colour of the theme as it looks on this widget; of the terminal's own colours a part is dim."""
        name, _, share = self.app.theme_variables[variable].partition(" ")
        colour = Color.parse(name)
        if colour.ansi is not None:
            return Style(color=colour.rich_color, dim=bool(share) or None)
        if share:
            colour = colour.multiply_alpha(float(share.rstrip("%")) / 100)
        return Style(color=(self.background_colors[1] + colour).rich_color)

    def notify_style_update(self) -> None:
        """Look the styles up again with the next line that is drawn."""
        self._tones.clear()
        super().notify_style_update()
