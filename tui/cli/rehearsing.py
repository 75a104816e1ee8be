"""Carries a plan out on a practice copy of a real cluster, unattended, and records what each step does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbooks.arming import MOST_MINUTES
from runbooks.engine.api import Choice, Confirmation, Event, Go, RunResult, StepCard, StepResult, Stop
from runbooks.model import InputKind, Look, Plan, Refusal, Runbook, Step
from runbooks.rehearsal.holding import Recorder
from runbooks.rehearsal.picture import picture_of, unlike
from runbooks.rehearsal.record import Rehearsal, StepRecord, settled_values
from tui.cli.opening import opened
from tui.cli.practice_process import PracticeProcess, practice_estate
from tui.cli.rehearsal_facts import facts_of, unlike_in_kind
from tui.demo.control import Control, OrderRefused, PracticeFailed

if TYPE_CHECKING:
    from systems.galera.readings import ClusterSurvey
    from tui.access import Access
    from tui.works import Works

_REASON = "a rehearsal on a practice copy"
_SECRET = "rehearsed"
"""Stands for every secret: the real ones are no matter of a copy."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is to be rehearsed, as the operator gave it."""

    book: Runbook
    target: str
    values: Mapping[str, str]

    @property
    def settled(self) -> dict[str, str]:
        """Every input that is no secret, with its default where nothing was given."""
        return settled_values(self.book, self.values)

    @property
    def shortened(self) -> dict[str, str]:
        """Inputs that only let time pass, as they are rehearsed instead."""
        limits = {item.name: item.rehearsed_as for item in self.book.inputs if item.rehearsed_as}
        return {
            name: limit
            for name, limit in limits.items()
            if (given := self.settled[name]).isdecimal() and int(given) > int(limit)
        }

    @property
    def on_copy(self) -> dict[str, str]:
        """The inputs of the run on the copy."""
        secrets = {item.name: _SECRET for item in self.book.inputs if item.kind is InputKind.SECRET}
        return {**self.values, **self.shortened, **secrets}


class Agreeing:
    """A `Steering` that types every name that is asked for, since nothing of a practice copy is real."""

    async def confirm(self, card: StepCard) -> Confirmation:
        return Go(card.name_to_type)

    async def failed(self, step: Step, result: StepResult) -> Choice:
        return Stop(f"{step.title}: {result.outcome.value}; {result.sentence}")

    def tell(self, event: Event) -> None:
        del event


async def rehearse(
    works: Works, access: Access, part: Part, *, speed: float, tell: Callable[[StepRecord], None]
) -> Rehearsal | Refusal:
    """Survey the real target, and carry its plan out on a copy; the real hosts are only read.

    A refusal is either that of the runbook, or says why no copy of this target can be made. Raises
    `PracticeFailed`, and what a survey of the copy raises.
    """
    if part.book.needs_preparation:
        return Refusal(
            f"{part.book.name} is planned from how each host is prepared, which no practice copy takes over",
            (),
            "look at what `runbook plan` shows instead",
        )
    plan = await works.engine.prepare(part.book, part.target, part.on_copy)
    if isinstance(plan, Refusal):
        return plan
    survey = await access.survey(part.target)
    if survey.arbitrators:
        return Refusal(
            f"{part.target} has an arbitrator, which a practice copy has not: sizes and quorum would differ",
            (),
            "look at what `runbook plan` shows instead",
        )
    with practice_estate(seed=1, speed=speed) as practice:
        await asyncio.to_thread(practice.wait_ready)
        try:
            await Control(practice.control).order(do="load", **facts_of(survey))
        except OrderRefused as error:
            return Refusal(f"no copy of {part.target} can be made: {error}", (), _INSTEAD)
        return await _on_copy(practice, part, plan, survey, tell)


_INSTEAD = "wait until the cluster is at rest and rehearse again, or run without a rehearsal"


async def _on_copy(
    practice: PracticeProcess,
    part: Part,
    plan: Plan,
    survey: ClusterSurvey,
    tell: Callable[[StepRecord], None],
) -> Rehearsal | Refusal:
    from systems.estate import load
    from tui.open_works import open_works

    async with opened(load(practice.estate)) as copy:
        works = await asyncio.to_thread(open_works, copy, journal=str(practice.journal))
        try:
            seen = await copy.survey(part.target)
            if told := unlike(picture_of(Look(survey)), picture_of(Look(seen))):
                return Refusal(f"the practice copy is not like {part.target}: {told}", (), _INSTEAD)
            if refusal := await _unlike_plan(works, part, plan):
                return refusal
            recorder = Recorder(lambda: _simulated_s(Control(practice.control)), tell)
            await works.aside(works.arming.arm, _REASON, float(MOST_MINUTES))
            result = await works.engine.run(
                part.book, part.target, part.on_copy, Agreeing(), expected=recorder
            )
            return _rehearsal(part, survey, unlike_in_kind(survey, seen), recorder, result)
        finally:
            works.close()


async def _unlike_plan(works: Works, part: Part, plan: Plan) -> Refusal | None:
    """Why what would be rehearsed is another plan than the real one; None: it has the same steps."""
    made = await works.engine.prepare(part.book, part.target, part.on_copy)
    if isinstance(made, Refusal):
        sentence = (
            f"on the practice copy the plan is refused, and on {part.target} it is not: {made.sentence}"
        )
        return Refusal(sentence, made.evidence, _INSTEAD)
    real, copied = [step.key for step in plan.steps], [step.key for step in made.steps]
    if real == copied:
        return None
    steps = (f"{part.target}: {', '.join(real)}", f"practice copy: {', '.join(copied)}")
    return Refusal("the practice copy is given another plan than the real cluster", steps, _INSTEAD)


async def _simulated_s(control: Control) -> float:
    passed = (await control.state()).get("simulated_s")
    if not isinstance(passed, int | float):
        raise PracticeFailed("The practice estate does not tell its time.")
    return float(passed)


def _rehearsal(
    part: Part, survey: ClusterSurvey, unalike: tuple[str, ...], recorder: Recorder, result: RunResult
) -> Rehearsal:
    return Rehearsal(
        runbook=part.book.name,
        target=part.target,
        at=survey.taken_at,
        values=part.settled,
        shortened=part.shortened,
        unlike=unalike,
        steps=tuple(recorder.steps),
        ending=result.ending.value,
        sentence=result.sentence,
    )
