"""An app that has its own theme from the first moment on."""

from __future__ import annotations

import os

from rich.console import Console
from textual import constants
from textual.app import App, ReturnType
from textual.theme import Theme

from widgets.tight_paint import TightPaint


def has_few_colours() -> bool:
    """The terminal has sixteen colours, or NO_COLOR asks for none."""
    console = Console(color_system=constants.COLOR_SYSTEM, force_terminal=True)  # type: ignore[arg-type]
    return "NO_COLOR" in os.environ or console.color_system not in ("256", "truecolor")


class ThemedApp(TightPaint, App[ReturnType]):
    """Base of our apps. One that sets `App.theme` once it is made has all its styles parsed twice."""

    def __init__(self, theme: Theme) -> None:
        self._own_theme = theme
        super().__init__()

    @property
    def current_theme(self) -> Theme:
        return self._own_theme
