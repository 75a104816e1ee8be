"""How soon a key shows: settings that count only before Textual is imported, so this module does not."""

from __future__ import annotations

import os
import sys

FRAMES_PER_S = 500
"""Textual holds a paint back to its frame clock, 60 a second by default: up to 17 ms after a key while other
things change as well. A frame is drawn only when something changed, so a fast clock costs nothing at rest."""
SWITCH_INTERVAL_S = 0.0005
"""A thread that computes lets the event loop go on after this time; Python's own default is 5 ms."""


def set_tempo() -> None:
    """Call once, before anything imports `textual`. A TEXTUAL_FPS that the operator set is left alone."""
    os.environ.setdefault("TEXTUAL_FPS", str(FRAMES_PER_S))
    sys.setswitchinterval(SWITCH_INTERVAL_S)
