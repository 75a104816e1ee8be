"""One step as rows: its commands, what it expects, the way back, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from runbooks.engine.api import Judged, StepCard
from runbooks.model import Act, Holds, Step
from runbooks.words import span
from tui.frame import age
from widgets.layout import Row, row
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from widgets.signs import Signs

LABEL = 13
INDENT = 4


def head_piece(label: str) -> Piece:
    """What stands at the left of a row of a step."""
    return (" " * INDENT + label).ljust(INDENT + LABEL), Tone.DIM


def labelled(label: str, text: str, tone: Tone = Tone.PLAIN) -> Row:
    """One row of a step."""
    return row(head_piece(label), (text, tone), hang=INDENT + LABEL)


def act_rows(acts: Sequence[Act]) -> Iterator[Row]:
    """Every command word for word; one that is the very same on the next host is not said again."""
    before: Act | None = None
    for act in acts:
        same_host = before is not None and act.host == before.host
        if before is not None and not same_host and act.command == before.command:
            yield labelled(f"on {act.host}", "the same command", Tone.DIM)
            continue
        label = "" if same_host else f"on {act.host}"
        before = act
        for number, line in enumerate(act.command.line.split("\n")):
            yield labelled(label if number == 0 else "", line, Tone.KEY)
        if act.command.stdin:
            for number, line in enumerate(act.command.stdin.rstrip("\n").split("\n")):
                yield labelled("  it reads" if number == 0 else "", line)


def undo_rows(step: Step) -> Iterator[Row]:
    """The way back, or that there is none."""
    if step.irreversible:
        has_none = step.undo_note.lower().startswith("none")
        yield labelled(
            "undo", step.undo_note if has_none else f"none. {step.undo_note}".rstrip(), Tone.CRITICAL
        )
    elif step.undo:
        for number, act in enumerate(step.undo):
            yield labelled("undo" if number == 0 else "", f"{act.host}: {act.command.line}")
        if step.undo_note:
            yield labelled("", step.undo_note, Tone.DIM)
    elif step.undo_note:
        yield labelled("undo", step.undo_note)


def card_rows(card: StepCard, now: datetime, signs: Signs) -> Iterator[Row]:
    """All that is needed to say yes or no to one step."""
    step = card.step
    if card.begun:
        yield labelled("begun", card.begun, Tone.WARNING)
    if card.is_undo:
        yield labelled("undo", f"takes back what this step did. {step.undo_note}".rstrip(), Tone.WARNING)
    else:
        yield labelled("why", step.why)
    yield from act_rows(card.acts)
    if not card.is_undo:
        if step.expects:
            yield labelled("expects", step.expects)
        yield from undo_rows(step)
    if card.acts:
        yield labelled(
            "then", f"verified: asked every {span(step.verify_every_s)} for {span(step.verify_deadline_s)}"
        )
    yield from _judged(card, now, signs)


def _judged(card: StepCard, now: datetime, signs: Signs) -> Iterator[Row]:
    seen = f", seen {age((now - card.looked_at).total_seconds())} ago" if card.looked_at else ""
    sign, tone = sign_of(
        good=card.check.holds is Holds.YES, blocks=card.check.holds is not Holds.YES, signs=signs
    )
    yield row(
        head_piece("check"),
        (f"{sign} ", tone),
        card.check.evidence + seen,
        hang=INDENT + LABEL + 2,
    )
    bites = [judged for judged in card.judged if judged.sighting.holds is not Holds.NO or judged.blocks]
    label = "gotchas"
    for judged in bites:
        sign, tone = sign_of(good=False, blocks=judged.blocks, signs=signs)
        yield row(
            head_piece(label),
            (f"{sign} ", tone),
            (f"{judged.id} ", Tone.STRONG),
            judged.sighting.evidence or (judged.gotcha.title if judged.gotcha else ""),
            hang=INDENT + LABEL + 2,
        )
        label = ""
    quiet = [judged for judged in card.judged if judged not in bites]
    yield from _quiet(label, quiet, full=card.step.irreversible, signs=signs)


def _quiet(label: str, judged: Sequence[Judged], *, full: bool, signs: Signs) -> Iterator[Row]:
    """Gotchas that do not hold: by id, and before a point of no return with what was seen of each."""
    pieces: list[Piece] = []
    for one in judged:
        said: list[Piece] = [(f"{signs.done} ", Tone.GOOD), (one.id, Tone.STRONG)]
        if full:
            yield row(head_piece(label), *said, f" {one.sighting.evidence}", hang=INDENT + LABEL + 2)
            label = ""
        else:
            pieces += [*said, ("  ", Tone.PLAIN)]
    if pieces:
        yield row(head_piece(label), *pieces, hang=INDENT + LABEL)


def sign_of(*, good: bool, blocks: bool, signs: Signs) -> tuple[str, Tone]:
    """The sign for what holds, what is only to be known, and what stands in the way."""
    if good:
        return signs.done, Tone.GOOD
    return (signs.failed, Tone.CRITICAL) if blocks else (signs.warning, Tone.WARNING)
