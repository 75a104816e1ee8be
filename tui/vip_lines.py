"""The lines of the watch, and of the page of a node, that are about virtual addresses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.tones import severity_tone
from tui.watch_lines import INDENT, line_head
from widgets.layout import Row, row
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from tui.vip_view import VipView
    from widgets.signs import Signs

LABEL = 26
"""Cells of the labels on the page of a node."""


def vip_rank(view: VipView) -> int:
    """How far up it stands; one that was not seen yet stands with the warnings."""
    return 1 if view.verdict is None else view.verdict.severity


def vip_sign(view: VipView, signs: Signs) -> tuple[str, Tone]:
    """Sign and tone: one of which something is not known yet is never green."""
    if view.verdict is None or (view.unasked and view.verdict.severity < 1):
        return signs.unknown, Tone.DIM
    return severity_tone(view.verdict.severity, signs)


def vip_text(view: VipView) -> str:
    """The verdict with its name, as it is copied."""
    return f"{view.name}: {view.sentence}"


def vip_rows(view: VipView, signs: Signs) -> list[Row]:
    """One line for a virtual address: the verdict, and the key that explains it."""
    sign, tone = vip_sign(view, signs)
    why: tuple[Piece, ...] = ()
    if view.verdict is not None and view.verdict.findings:
        why = (("w", Tone.KEY), (" why", Tone.DIM))
    head = line_head("2", "vips", view.name)
    return [row(*head, (f"{sign} ", tone), view.sentence, right=why, hang=INDENT, key=f"vip {view.name}")]


def vips_of_node(vips: Sequence[VipView], host: str, signs: Signs) -> list[Row]:
    """What each load balancer believes of this node."""
    rows: list[Row] = []
    for view in vips:
        rows += [row(), row((f"Behind {view.name}", Tone.STRONG), ("  V: its members", Tone.DIM))]
        own = view.of_host(host)
        rows += [
            row(
                (f"  {one.balancer}".ljust(LABEL), Tone.DIM),
                f"{one.server.status}: {one.truth.sentence}",
                hang=LABEL,
            )
            for one in own
        ]
        if not own:
            words = "no member of it is this node" if view.verdict else "not looked at yet"
            rows.append(row((f"  {signs.unknown} {words}", Tone.DIM)))
    return rows
