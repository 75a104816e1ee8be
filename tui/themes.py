"""How the console looks: a dark theme in the estate's colour, and one of a terminal's own sixteen colours."""

from __future__ import annotations

from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

PLAIN_FRAME = "#5aa9e6"
"""The frame of an estate that names no colour."""
SIXTEEN = {
    "black": "ansi_bright_black",
    "red": "ansi_red",
    "green": "ansi_green",
    "yellow": "ansi_yellow",
    "orange": "ansi_yellow",
    "blue": "ansi_blue",
    "magenta": "ansi_magenta",
    "purple": "ansi_magenta",
    "cyan": "ansi_cyan",
    "white": "ansi_white",
}
FRAMES = {
    "red": "#e5484d",
    "green": "#46a758",
    "yellow": "#e5b93c",
    "orange": "#f08c3a",
    "blue": "#5aa9e6",
    "magenta": "#d06ad0",
    "purple": "#9b7be0",
    "cyan": "#4cc3d0",
    "white": "#d8dee4",
    "black": "#6a7685",
}
"""The plain names, in shades that can be read on a dark ground."""


def frame_colour(name: str) -> str:
    """The colour of an estate's frame; raises `ValueError` for a name that is no colour."""
    if not name:
        return PLAIN_FRAME
    try:
        return FRAMES.get(name.strip().lower()) or Color.parse(name).hex
    except ColorParseError:
        known = ", ".join(sorted(FRAMES))
        message = f"{name!r} is not a colour: use one of {known}, or #rrggbb"
        raise ValueError(message) from None


def full_theme(frame: str) -> Theme:
    """For terminals with 256 colours or more; its shades fall on the right ones of sixteen, too."""
    return Theme(
        name="quarterdeck",
        primary=frame,
        secondary="#8b97a4",
        accent="#56c8d8",
        warning="#e5b93c",
        error="#f0605a",
        success="#5fbf6f",
        foreground="#d8dee4",
        background="#0f1419",
        surface="#0f1419",
        panel="#1a222c",
        variables={
            "foreground-muted": "#8593a1",
            "block-cursor-background": "#24384b",
            "block-cursor-foreground": "#f4f7fa",
            "block-cursor-text-style": "none",
            "scrollbar": "#33414f",
            "scrollbar-background": "#0f1419",
            "scrollbar-hover": "#4a5b6c",
            "scrollbar-active": "#5d7186",
            "border": frame,
            "border-blurred": "#33414f",
        },
    )


def plain_theme(colour_name: str) -> Theme:
    """For sixteen colours and for NO_COLOR: the terminal's own colours, the cursor by reverse video."""
    return Theme(
        name="quarterdeck-plain",
        ansi=True,
        primary=SIXTEEN.get(colour_name.strip().lower(), "ansi_blue"),
        secondary="ansi_bright_black",
        accent="ansi_cyan",
        warning="ansi_yellow",
        error="ansi_red",
        success="ansi_green",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables={
            **BUILTIN_THEMES["ansi-dark"].variables,
            "foreground-muted": "ansi_default 60%",
            "block-cursor-background": "ansi_default",
            "block-cursor-foreground": "ansi_default",
            "block-cursor-text-style": "reverse",
            "input-cursor-text-style": "reverse",
            "border": "ansi_default",
            "border-blurred": "ansi_default",
        },
    )
