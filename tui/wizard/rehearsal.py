"""A rehearsal as the plan page shows it: how it gets on, and beside each step what it did on the copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runbooks.rehearsal.record import DONE
from runbooks.words import count, span
from tui.wizard.card import labelled
from widgets.layout import Row, row
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from runbooks.model import Plan, Refusal
    from runbooks.rehearsal.keeping import KeptRehearsal
    from runbooks.rehearsal.record import Rehearsal, StepRecord
    from widgets.signs import Signs


@dataclass(slots=True)
class RehearsalView:
    """One rehearsal from its start to its end (`tui.rehearser.RehearsalNews`)."""

    clock: Callable[[], float] = lambda: 0.0
    """Seconds."""
    on_change: Callable[[], None] = lambda: None
    """Told after everything that happens."""
    began_s: float = 0.0
    ready_s: float | None = None
    """When the copy was ready; None: it is being made."""
    plan: Plan | None = None
    records: list[StepRecord] = field(default_factory=list)
    kept: KeptRehearsal | None = None
    refusal: Refusal | None = None
    trouble: str = ""
    """Why there was no rehearsal, where nobody refused it."""

    @property
    def is_under_way(self) -> bool:
        return self.kept is None and self.refusal is None and not self.trouble

    def begun(self, plan: Plan) -> None:
        self.plan, self.ready_s = plan, self.clock()
        self.on_change()

    def step(self, record: StepRecord) -> None:
        self.records.append(record)
        self.on_change()

    def keep(self, kept: KeptRehearsal) -> None:
        """It came to an end, and stands in the journal."""
        self.kept, self.records = kept, list(kept.rehearsal.steps)

    def record(self, key: str) -> StepRecord | None:
        """What a step did; None: it was not come to."""
        return next((record for record in self.records if record.key == key), None)

    @property
    def here(self) -> str:
        """Key of the step that is carried out now; empty: none is."""
        if self.plan is None or not self.is_under_way or len(self.records) >= len(self.plan.steps):
            return ""
        return self.plan.steps[len(self.records)].key

    @property
    def left_s(self) -> float | None:
        """How long it will take yet, if the steps to come take as long as those before; None: who knows."""
        if self.plan is None or self.ready_s is None or not self.records:
            return None
        each_s = (self.clock() - self.ready_s) / len(self.records)
        return each_s * max(len(self.plan.steps) - len(self.records), 0)


def head_rows(view: RehearsalView, signs: Signs) -> Iterator[Row]:
    """What stands above the plan."""
    if view.is_under_way:
        yield from _progress(view, signs)
    elif view.kept is not None:
        yield from _end(view.kept, signs)
    elif view.refusal is not None:
        sentence = view.refusal.sentence
        yield row((f"{signs.failed} not rehearsed  ", Tone.CRITICAL), (sentence, Tone.STRONG), hang=2)
        for number, line in enumerate(view.refusal.evidence):
            yield labelled("evidence" if number == 0 else "", line)
        yield labelled("way on", view.refusal.way_on)
    else:
        yield row((f"{signs.failed} not rehearsed  ", Tone.CRITICAL), (view.trouble, Tone.STRONG), hang=2)
    yield row()


def _progress(view: RehearsalView, signs: Signs) -> Iterator[Row]:
    sign: Piece = (f"{signs.here} ", Tone.STRONG)
    so_far = f"{span(view.clock() - view.began_s)} so far"
    if view.plan is None:
        yield row(sign, "rehearsing: all nodes are read, and a practice copy of them is made", hang=2)
        yield row((f"  {so_far}; Esc ends it", Tone.DIM), hang=2)
        return
    steps = view.plan.steps
    at = min(len(view.records) + 1, len(steps))
    which = f"step {at} of {len(steps)}{', which are not all' if view.plan.open else ''}"
    yield row(sign, f"rehearsing on a practice copy: {which}: ", (steps[at - 1].title, Tone.STRONG), hang=2)
    left = f", about {span(view.left_s)} left" if view.left_s is not None else ""
    yield row((f"  {so_far}{left}; nothing real is changed; Esc ends it", Tone.DIM), hang=2)
    if view.records:
        yield row((f"  {_said(view.records[-1], signs)}", Tone.DIM), hang=2)


def _said(record: StepRecord, signs: Signs) -> str:
    return f"{record.title}: {'; '.join(changes_of(record, signs))}"


def changes_of(record: StepRecord, signs: Signs) -> tuple[str, ...]:
    """What it changed, a clause each."""
    return tuple(change.replace(" -> ", f" {signs.to} ") for change in record.changes) or (
        "no size and no state changes",
    )


def _end(kept: KeptRehearsal, signs: Signs) -> Iterator[Row]:
    rehearsal = kept.rehearsal
    source = f"surveyed {rehearsal.at:%Y-%m-%d %H:%M} UTC, entry {kept.entry.number} of the journal"
    if rehearsal.ending == DONE:
        done = f"{count(len(rehearsal.steps), 'step')}, {sizes_of(rehearsal, signs)}"
        yield row((f"{signs.done} rehearsed  ", Tone.GOOD), (done, Tone.STRONG), hang=2)
        yield row((f"  {source}. The run stops where it is otherwise.", Tone.DIM), hang=2)
    else:
        yield row(
            (f"{signs.failed} rehearsed, and {rehearsal.ending}  ", Tone.CRITICAL),
            (rehearsal.sentence, Tone.STRONG),
            hang=2,
        )
        yield row((f"  {source}. The run is not held against it.", Tone.DIM), hang=2)
    for line in rehearsal.not_alike:
        yield row((f"  {signs.warning} not alike: ", Tone.WARNING), line, hang=4)


def sizes_of(rehearsal: Rehearsal, signs: Signs) -> str:
    """How many members there were in turn: "sizes 3 -> 2 -> 3"."""
    seen: list[str] = []
    for step in rehearsal.steps:
        for picture in (step.before, step.after):
            words = "+".join(map(str, picture.sizes)) or "none"
            seen += [words] if seen[-1:] != [words] else []
    return f"{'sizes' if len(seen) > 1 else 'size'} {f' {signs.to} '.join(seen)}"


def step_rows(view: RehearsalView, key: str, signs: Signs) -> Iterator[Row]:
    """What stands beside one step of the plan."""
    record = view.record(key)
    if record is None:
        if view.here == key:
            yield labelled("rehearsal", "under way", Tone.WARNING)
        return
    told: Sequence[str] = changes_of(record, signs)
    tone = Tone.PLAIN if record.changes else Tone.DIM
    for number, line in enumerate(told):
        last = number == len(told) - 1 and record.changes
        yield labelled(
            "rehearsed" if number == 0 else "", f"{line}, in {span(record.took_s)}" if last else line, tone
        )
