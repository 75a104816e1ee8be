"""The lines of the watch that are about clouds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.tones import severity_tone
from tui.watch_lines import INDENT, line_head
from widgets.layout import Row, row
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from tui.picture import CloudView
    from widgets.signs import Signs


def cloud_rank(view: CloudView) -> int:
    """How far up it stands; one that was not seen yet stands with the warnings."""
    return 1 if view.verdict is None else view.verdict.severity


def cloud_sign(view: CloudView, signs: Signs) -> tuple[str, Tone]:
    """Sign and tone of a cloud: one that was not seen yet is never green."""
    if view.verdict is None:
        return signs.unknown, Tone.DIM
    return severity_tone(view.verdict.severity, signs)


def cloud_text(view: CloudView) -> str:
    """The verdict with the cloud's name, as it is copied."""
    return f"{view.name}: {view.verdict.sentence if view.verdict else 'not looked at yet'}"


def cloud_rows(view: CloudView, signs: Signs) -> list[Row]:
    """One line for a cloud: the verdict, and the key that explains it."""
    sign, tone = cloud_sign(view, signs)
    words = view.verdict.sentence if view.verdict else "asking for its instances"
    why: tuple[Piece, ...] = ()
    if view.verdict is not None and view.verdict.findings:
        why = (("w", Tone.KEY), (" why", Tone.DIM))
    head = line_head("3", "consoles", view.name)
    return [row(*head, (f"{sign} ", tone), words, right=why, hang=INDENT, key=f"cloud {view.name}")]
