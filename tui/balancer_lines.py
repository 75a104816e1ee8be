"""The lines of the watch that are about load balancers of clouds, and their signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.tones import severity_tone
from tui.watch_lines import INDENT, line_head
from widgets.layout import Row, row
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from tui.balancers_view import BalancersView
    from widgets.signs import Signs


def weight_sign(severity: int, signs: Signs) -> tuple[str, Tone]:
    """As `severity_tone`, and a sign of its own for what is only worth a note, such as a young lock."""
    return (signs.note, Tone.PLAIN) if severity == 0 else severity_tone(severity, signs)


def balancers_rank(view: BalancersView) -> int:
    """How far up its line stands on the watch."""
    return -1 if view.verdict is None else view.verdict.severity


def balancers_text(view: BalancersView) -> str:
    """The verdict with the cloud's name, as it is copied."""
    return f"{view.cloud}: {view.verdict.sentence if view.verdict else 'not looked at yet'}"


def balancers_rows(view: BalancersView, signs: Signs) -> list[Row]:
    """One line of the watch; none for a cloud of which nothing is known, or that has no load balancers."""
    verdict = view.verdict
    if verdict is None or not (verdict.judged or verdict.findings or view.error):
        return []
    sign, tone = weight_sign(verdict.severity, signs)
    why: tuple[Piece, ...] = (("w", Tone.KEY), (" why", Tone.DIM)) if verdict.findings else ()
    head = line_head("3", "octavia", view.cloud)
    return [
        row(
            *head, (f"{sign} ", tone), verdict.sentence, right=why, hang=INDENT, key=f"balancers {view.cloud}"
        )
    ]
