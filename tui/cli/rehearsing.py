"""Carries a plan out on a practice copy of a real cluster, unattended, and records what each step does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbooks.arming import MOST_MINUTES
from runbooks.engine.api import Choice, Confirmation, Event, Go, RunResult, StepCard, StepResult, Stop
from runbooks.galera_bootstrap.inputs import ADDRESSES
from runbooks.inputs import told_addresses
from runbooks.model import InputKind, Look, Plan, Refusal, Runbook, Step
from runbooks.rehearsal.picture import picture_of, unlike
from runbooks.rehearsal.record import Rehearsal, settled_values
from runbooks.words import listed
from tui.cli.opening import opened
from tui.cli.practice_process import PracticeProcess, practice_estate
from tui.cli.rehearsal_facts import Facts, facts_of, facts_of_blank, unlike_in_kind
from tui.cli.rehearsal_pace import CopyRecorder, HurryingRecorder
from tui.cli.rehearsal_refusals import INSTEAD, refuse_kind, refuse_members, refuse_plan
from tui.demo.control import Control, OrderRefused
from tui.rehearser import RehearsalNews

if TYPE_CHECKING:
    from systems.galera.readings import ClusterSurvey
    from tui.access import Access
    from tui.works import Works

_REASON = "a rehearsal on a practice copy"
_SECRET = "practice"
"""Stands for every secret, since the real ones are no matter of a copy; its console logs in with this one."""


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

    @property
    def unlike(self) -> tuple[str, ...]:
        """What is otherwise on any copy, a sentence each."""
        secrets = [item for item in self.book.inputs if item.kind is InputKind.SECRET]
        optional = [item.name for item in secrets if not item.required]
        every = f"{listed(optional)}: given on the copy; a run without one leaves out the steps that need it"
        return (
            *((_UNPREPARED,) if self.book.needs_preparation else ()),
            *((every,) if optional else ()),
        )


class Agreeing:
    """A `Steering` that types every name that is asked for, since nothing of a practice copy is real."""

    async def confirm(self, card: StepCard) -> Confirmation:
        return Go(card.name_to_type)

    async def failed(self, step: Step, result: StepResult) -> Choice:
        return Stop(f"{step.title}: {result.outcome.value}; {result.sentence}")

    def tell(self, event: Event) -> None:
        del event


async def rehearse(
    works: Works, access: Access, part: Part, *, speed: float | None, news: RehearsalNews
) -> Rehearsal | Refusal:
    """Survey the real target, and carry its plan out on a copy; the real hosts are only read.

    `speed`: how much faster than life durations run on the copy; None: as in life, and faster in what would
    take long. A refusal is either that of the runbook, or says why no copy of this target can be made. Raises
    `PracticeFailed`, and what a survey of the copy raises.
    """
    if refusal := refuse_kind(part.book):
        return refusal
    plan = await works.engine.prepare(part.book, part.target, part.on_copy)
    if isinstance(plan, Refusal):
        return plan
    survey = await access.survey(part.target)
    if refusal := refuse_members(survey):
        return refusal
    async with _practice_copy(speed or 1.0) as practice:
        control = Control(practice.control)
        try:
            await control.order(do="load", **_facts(part, survey))
        except OrderRefused as error:
            return Refusal(f"no copy of {part.target} can be made: {error}", (), INSTEAD)
        makes = HurryingRecorder if speed is None else CopyRecorder
        return await _on_copy(practice, part, plan, survey, makes(control, news))


def _facts(part: Part, survey: ClusterSurvey) -> Facts:
    if part.book.needs_preparation:
        return facts_of_blank(survey, told_addresses(part.settled, ADDRESSES))
    return facts_of(survey)


@asynccontextmanager
async def _practice_copy(speed: float) -> AsyncIterator[PracticeProcess]:
    """A practice estate that is ready; neither its start nor its end is waited for on the event loop."""
    stack = ExitStack()
    practice = stack.enter_context(practice_estate(seed=1, speed=speed))
    try:
        await asyncio.to_thread(practice.wait_ready)
        yield practice
    finally:
        await asyncio.shield(asyncio.to_thread(stack.close))


_UNPREPARED = (
    "how the hosts are prepared (packages, swap, clock, volumes, firewalls) is judged on the real ones alone"
)


async def _on_copy(
    practice: PracticeProcess,
    part: Part,
    plan: Plan,
    survey: ClusterSurvey,
    recorder: CopyRecorder,
) -> Rehearsal | Refusal:
    from systems.estate import load
    from tui.open_works import open_works

    async with opened(load(practice.estate)) as copy:
        works = await asyncio.to_thread(open_works, copy, journal=str(practice.journal))
        try:
            seen = await copy.survey(part.target)
            if told := unlike(picture_of(Look(survey)), picture_of(Look(seen))):
                return Refusal(f"the practice copy is not like {part.target}: {told}", (), INSTEAD)
            if refusal := await _unlike_plan(works, part, plan, survey):
                return refusal
            await works.aside(works.arming.arm, _REASON, float(MOST_MINUTES))
            with recorder.recording(plan):
                result = await works.engine.run(
                    part.book, part.target, part.on_copy, Agreeing(), expected=recorder
                )
            unalike = (*unlike_in_kind(survey, seen), *part.unlike)
            return _rehearsal(part, survey, unalike, recorder, result)
        finally:
            works.close()


async def _unlike_plan(works: Works, part: Part, plan: Plan, survey: ClusterSurvey) -> Refusal | None:
    """Why what would be rehearsed is another plan than the real one; None: it has the same steps."""
    made = await works.engine.prepare(part.book, part.target, part.on_copy)
    if isinstance(made, Refusal):
        sentence = (
            f"on the practice copy the plan is refused, and on {part.target} it is not: {made.sentence}"
        )
        return Refusal(sentence, made.evidence, INSTEAD)
    return refuse_plan(survey, plan, made)


def _rehearsal(
    part: Part, survey: ClusterSurvey, unalike: tuple[str, ...], recorder: CopyRecorder, result: RunResult
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
