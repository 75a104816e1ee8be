"""One finding as rows: the sentence, what to do, the readings that prove it, and the key that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.tones import severity_tone
from widgets.layout import Row, row
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from runbooks.model import Finding
    from widgets.signs import Signs

INDENT = 13
EVIDENCE_SHOWN = 4


def finding_rows(
    finding: Finding, key: str, signs: Signs, *, evidence_shown: int = EVIDENCE_SHOWN
) -> list[Row]:
    """All rows have the same key: they are one choice."""
    sign, tone = severity_tone(finding.severity, signs)
    head = f" {sign} {finding.id} "
    rows = [row((head, tone), finding.sentence, hang=INDENT, key=key)]
    rows[0] = row((head.ljust(INDENT), tone), finding.sentence, hang=INDENT, key=key)
    if finding.advice:
        rows.append(row(" " * INDENT, finding.advice, hang=INDENT, key=key))
    shown = finding.evidence[:evidence_shown]
    for number, line in enumerate(shown):
        label = "evidence" if number == 0 else ""
        rows.append(_labelled(label, (line, Tone.DIM), key))
    if len(finding.evidence) > len(shown):
        rows.append(_labelled("", (f"and {len(finding.evidence) - len(shown)} more: w", Tone.DIM), key))
    if finding.runbook:
        rows.append(_labelled("answer", ("b", Tone.KEY), key, (f"  {finding.runbook}", Tone.STRONG)))
    return rows


def _labelled(label: str, piece: Piece, key: str, *more: Piece) -> Row:
    return row((f"   {label}".ljust(INDENT), Tone.DIM), piece, *more, hang=INDENT, key=key)
