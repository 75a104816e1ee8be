"""Which sign and tone stand for which state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widgets.tones import Tone

if TYPE_CHECKING:
    from tui.picture import ClusterView
    from widgets.signs import Signs


def severity_tone(severity: int, signs: Signs) -> tuple[str, Tone]:
    """Sign and tone of a severity as in `runbooks.model.Severity`; below 0 is good."""
    if severity >= 2:
        return signs.critical, Tone.CRITICAL
    if severity == 1:
        return signs.warning, Tone.WARNING
    return signs.good, Tone.GOOD if severity < 0 else Tone.PLAIN


def change_tone(severity: int) -> Tone:
    """Tone of a change by its severity, as in `tui.changes`: what got better is good, the rest is plain."""
    return {2: Tone.CRITICAL, 1: Tone.WARNING, -1: Tone.GOOD}.get(severity, Tone.PLAIN)


def cluster_sign(view: ClusterView, signs: Signs) -> tuple[str, Tone]:
    """Sign and tone of a cluster: one that was not seen yet, or not at the last look, is never green."""
    if view.worst is None or view.trouble:
        return signs.unknown, Tone.WARNING if view.trouble else Tone.DIM
    return severity_tone(view.worst, signs)
