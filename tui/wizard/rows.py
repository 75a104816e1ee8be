"""A run as rows: what was done, the step it is at with all that an operator needs, what comes after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from runbooks.engine.api import Outcome, StepResult
from runbooks.model import Act, Plan, Refusal, Step
from runbooks.words import span
from tui.wizard.card import INDENT, LABEL, act_rows, card_rows, head_piece, labelled, sign_of, undo_rows
from tui.wizard.rehearsal import head_rows, step_rows
from tui.wizard.state import Phase, Sent, StepView, WizardState
from widgets.layout import Row, row
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from widgets.signs import Signs

OUTPUT_LINES = 6
OUTCOMES = {
    Outcome.DONE: Tone.GOOD,
    Outcome.SKIPPED: Tone.WARNING,
    Outcome.UNDONE: Tone.WARNING,
}


def wizard_rows(state: WizardState, now: datetime, signs: Signs) -> list[Row]:
    """The whole page."""
    rows: list[Row] = []
    if state.trouble:
        rows += [row((f"{signs.failed} ", Tone.CRITICAL), state.trouble, hang=2)]
    if state.phase is Phase.LOOKING and not state.trouble:
        rows += [
            row((f"{signs.here} ", Tone.STRONG), f"looking at all nodes of {state.target}, then planning")
        ]
    if state.preface and not state.resumed:
        rows += [
            row(state.preface),
            row(),
            row("Enter goes on with it. What was done is verified again first."),
        ]
    if state.refusal is not None:
        rows += refusal_rows(state.refusal, signs)
    if state.plan is not None and state.refusal is None:
        rows += _sentence(state.plan)
    if state.phase is Phase.PLANNED and state.plan is not None:
        rows += _dry_run(state, state.plan, signs)
    else:
        for number, view in enumerate(state.steps.values(), 1):
            rows += _step(number, view, state, now, signs)
    if state.plan is not None and state.plan.open and not state.is_over:
        rows += [
            row(),
            row((f"  {signs.rule} ", Tone.DIM), ("then planned anew: ", Tone.DIM), state.plan.open, hang=4),
        ]
    rows += [row((f"  {signs.note} {sentence}", Tone.DIM), hang=4) for sentence in state.told[-3:]]
    if state.result is not None:
        rows += _result(state, signs)
    return rows


def _dry_run(state: WizardState, plan: Plan, signs: Signs) -> Iterator[Row]:
    view = state.rehearsal
    if view is not None:
        yield from head_rows(view, signs)
    for number, step in enumerate(plan.steps, 1):
        yield from plan_step(number, step)
        if view is not None:
            yield from step_rows(view, step.key, signs)
        yield row()


def _sentence(plan: Plan) -> list[Row]:
    return [row((plan.sentence, Tone.STRONG)), row()]


def refusal_rows(refusal: Refusal, signs: Signs) -> list[Row]:
    """Why there is no plan, and what would change the answer."""
    rows = [
        row((f"{signs.failed} refused  ", Tone.CRITICAL), (refusal.sentence, Tone.STRONG), hang=11),
        row(),
    ]
    for number, line in enumerate(refusal.evidence):
        rows.append(labelled("evidence" if number == 0 else "", line))
    rows.append(labelled("way on", refusal.way_on))
    if refusal.gotchas:
        rows.append(labelled("gotchas", ", ".join(refusal.gotchas)))
    return rows


def plan_step(number: int, step: Step) -> Iterator[Row]:
    """One step of the dry run."""
    right: Sequence[Piece] = [("POINT OF NO RETURN", Tone.CRITICAL)] if step.irreversible else ()
    yield row((f"  {number:>2} ", Tone.DIM), (step.title, Tone.STRONG), right=right, hang=5)
    yield labelled("why", step.why)
    yield from act_rows(step.acts)
    if not step.acts:
        yield labelled("", "reads only; it changes nothing", Tone.DIM)
    if step.expects:
        yield labelled("expects", step.expects)
    yield from undo_rows(step)


def _step(number: int, view: StepView, state: WizardState, now: datetime, signs: Signs) -> Iterator[Row]:
    here = view.key == state.current and not view.is_over and state.phase is not Phase.ENDED
    sign, tone = _sign(view, here=here, signs=signs)
    right: list[Piece] = []
    if view.irreversible and not view.is_over:
        right = [("POINT OF NO RETURN", Tone.CRITICAL)]
    elif here and state.phase is Phase.CONFIRM:
        right = [("Enter", Tone.KEY), (" does it", Tone.DIM)]
    title = Tone.STRONG if here else Tone.PLAIN if view.result is not None else Tone.DIM
    pieces: list[Piece] = [(f"{sign} {number:>2} ", tone), (view.title, title)]
    if view.result is not None and not here:
        pieces.append((f"  {_news(view.result.sentence, state.plan)}", Tone.DIM))
    yield row(*pieces, right=right, hang=5)
    if here:
        yield from _card(view, state, now, signs)
        yield row()


def _news(sentence: str, plan: Plan | None) -> str:
    """What a step told, without what stands at the head of the page already."""
    known = plan.sentence if plan is not None else ""
    return sentence.removeprefix(known).lstrip("; ") or sentence if known else sentence


def _sign(view: StepView, *, here: bool, signs: Signs) -> tuple[str, Tone]:
    if here and view.result is None:
        return signs.here, Tone.STRONG
    if view.result is None:
        return " ", Tone.DIM
    tone = OUTCOMES.get(view.result.outcome, Tone.CRITICAL)
    return (signs.done if view.is_over else signs.failed), tone


def _card(view: StepView, state: WizardState, now: datetime, signs: Signs) -> Iterator[Row]:
    """What goes on comes first, since a small terminal shows only the beginning."""
    card = state.card if state.card is not None and state.card.step.key == view.key else None
    if state.failed is not None:
        yield from failure_rows(state.failed, signs)
    for sent in view.sent:
        yield from _sent(sent, signs)
    if state.phase is Phase.RUNNING and view.verifying is not None:
        told = view.verifying
        waiting = f"{told.sighting.evidence}; asked again for {span(told.left_s)}"
        yield labelled("verify", waiting, Tone.WARNING)
    elif state.phase is Phase.RUNNING and card is None:
        yield labelled("now", "all nodes are looked at, and what stands against it", Tone.WARNING)
    if card is not None:
        yield from card_rows(card, now, signs)


def failure_rows(result: StepResult, signs: Signs) -> Iterator[Row]:
    """What stands in the way, with what proves it."""
    yield row(
        (" " * INDENT + f"{signs.failed} {result.outcome.value}".ljust(LABEL), Tone.CRITICAL),
        (result.sentence, Tone.STRONG),
        hang=INDENT + LABEL,
    )
    for line in result.evidence[:6]:
        yield labelled("", line, Tone.DIM)
    for judged in result.judged:
        fix = (
            judged.gotcha.fix
            if judged.gotcha
            else "this gotcha is not in the catalogue, which blocks the step"
        )
        yield labelled(judged.id, f"{judged.sighting.evidence}. {fix}")


def _sent(sent: Sent, signs: Signs) -> Iterator[Row]:
    if sent.output is None:
        yield labelled(
            "sent", sent.sentence or f"{sent.act.host} is at it: {_first_line(sent.act)}", Tone.WARNING
        )
        return
    output = sent.output
    sign, tone = sign_of(good=sent.accepted, blocks=True, signs=signs)
    yield row(
        head_piece(f"on {sent.act.host}"),
        (f"{sign} status {output.status}  ", tone),
        (_first_line(sent.act), Tone.DIM),
        hang=INDENT + LABEL,
    )
    lines = [line for line in (output.stdout + output.stderr).splitlines() if line.strip()]
    for line in lines[-OUTPUT_LINES:]:
        yield labelled("", line, Tone.DIM)
    if len(lines) > OUTPUT_LINES:
        yield labelled("", f"{len(lines) - OUTPUT_LINES} lines before these: o shows all", Tone.DIM)


def _first_line(act: Act) -> str:
    return act.command.line.split("\n", 1)[0]


def _result(state: WizardState, signs: Signs) -> Iterator[Row]:
    result = state.result
    if result is None:
        return
    good = result.ending.value == "done"
    sign, tone = sign_of(good=good, blocks=result.ending.value in ("refused",), signs=signs)
    yield row()
    yield row((f"{sign} {result.ending.value}  ", tone), (result.sentence, Tone.STRONG), hang=4)
    for line in result.note.splitlines():
        yield row((line, Tone.PLAIN), hang=2)
