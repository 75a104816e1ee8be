"""Undoes what a run has done, newest step first, up to a point of no return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from runbooks.engine.acting import Acting
from runbooks.engine.api import (
    Checked,
    Go,
    HandOver,
    Outcome,
    Retry,
    Skip,
    StepBegan,
    StepCard,
    StepResult,
    Stop,
    Told,
)
from runbooks.engine.attempt import Attempt
from runbooks.engine.eyes import Eyes
from runbooks.engine.proving import prove
from runbooks.engine.recording import end_step
from runbooks.engine.stepping import Leave
from runbooks.engine.work import Work
from runbooks.journal.entries import Data, Kind
from runbooks.model import Holds, Step
from systems.errors import NotArmed

_BEGUN = (Outcome.DONE, Outcome.UNVERIFIED, Outcome.FAILED, Outcome.UNKNOWN)


class Undoing:
    """Undoes the steps of one run. Raises `Leave`, `LeaseLost` and `JournalError`."""

    def __init__(self, work: Work, eyes: Eyes) -> None:
        self._work, self._eyes = work, eyes
        self._acting = Acting(work)

    async def undo_all(self, open_attempts: Mapping[str, Attempt] | None = None) -> str:
        """Undo what can be undone and return in one sentence how far that was.

        `open_attempts`: undo attempts by step that an earlier console began.
        """
        begun = [
            key for key, result in self._work.results.items() if result.outcome in _BEGUN or result.is_undo
        ]
        steps = [self._work.steps[key] for key in reversed(begun) if key in self._work.steps]
        acting = [step for step in steps if step.acts and self._is_open(step)]
        for number, step in enumerate(acting, 1):
            if step.irreversible:
                return f"undone up to the point of no return: {step.title}. {step.undo_note}".strip()
            if not step.undo:
                note = f"{step.title} has no undo. {step.undo_note}".strip()
                await self._work.write(Kind.NOTE, step=step.key, data={"sentence": note})
                self._work.tell(Told(note))
                continue
            attempt = (open_attempts or {}).get(step.key)
            await self._undo(step, (number, len(acting)), attempt)
        return "everything that this run did and that can be undone is undone"

    def _is_open(self, step: Step) -> bool:
        return self._work.results[step.key].outcome is not Outcome.UNDONE

    async def _undo(self, step: Step, place: tuple[int, int], begun: Attempt | None) -> None:
        self._work.tell(StepBegan(step.key, *place, f"undo: {step.title}"))
        attempt = begun or self._new_attempt(step)
        while True:
            result = await self._once(step, place, attempt)
            await end_step(self._work, result)
            if result.outcome in (Outcome.UNDONE, Outcome.SKIPPED):
                return
            if (skipped := await self._way_out(step, result)) is not None:
                await end_step(self._work, skipped)
                return
            if attempt.ended_badly or attempt.lost:
                attempt = self._new_attempt(step)

    def _new_attempt(self, step: Step) -> Attempt:
        key = f"undo {step.key}"
        return Attempt(self._work.attempts.get(key, 0) + 1, step.undo, is_undo=True)

    async def _once(self, step: Step, place: tuple[int, int], attempt: Attempt) -> StepResult:
        """Read what is pending, confirm and send what is left, then see whether it is as before the step."""
        for open_one in (self._work.open.get(step.key), attempt):
            if open_one is None or not open_one.is_pending:
                continue
            if (unknown := await self._acting.find_out(step, open_one)) is not None:
                return replace(unknown, is_undo=True)
        if attempt.rest and not (attempt.ended_badly or attempt.lost):
            if (stopped := await self._confirm(step, place, attempt)) is not None:
                return stopped
            self._work.attempts[f"undo {step.key}"] = attempt.number
            data: Data = {
                "title": step.title,
                "attempt": attempt.number,
                "note": step.undo_note,
                "acts": len(step.undo),
            }
            await self._work.write(Kind.UNDO_BEGUN, step=step.key, data=data)
            if (failed := await self._acting.carry_out(step, attempt)) is not None:
                return failed
        sighting = await prove(self._work, self._eyes, step, step.undone or step.check)
        proved = sighting.holds is Holds.YES
        outcome = Outcome.UNDONE if proved else Outcome.UNVERIFIED
        sentence = sighting.evidence if proved else f"undone, but not as before the step: {sighting.evidence}"
        return self._result(step, attempt, outcome, sentence)

    async def _confirm(self, step: Step, place: tuple[int, int], attempt: Attempt) -> StepResult | None:
        try:
            self._work.gear.arming.require()
        except NotArmed as error:
            return self._result(step, attempt, Outcome.BLOCKED, str(error))
        card = StepCard(
            run=self._work.run,
            number=place[0],
            total=place[1],
            step=step,
            acts=attempt.rest,
            judged=(),
            check=await self._eyes.ask(step.verify),
            looked_at=None,
            attempt=attempt.number,
            is_undo=True,
        )
        self._work.tell(Checked(card))
        answer = await self._work.steering.confirm(card)
        match answer:
            case Go():
                return None
            case Skip(reason):
                return self._result(
                    step, attempt, Outcome.SKIPPED, f"not undone: {reason or 'no reason given'}"
                )
            case Stop() | HandOver():
                raise Leave(answer, step)

    async def _way_out(self, step: Step, result: StepResult) -> StepResult | None:
        """None: once more. A result: leave this undo out and go on with the next."""
        while True:
            choice = await self._work.steering.failed(step, result)
            match choice:
                case Retry():
                    return None
                case Skip(reason) if reason.strip():
                    return replace(result, outcome=Outcome.SKIPPED, sentence=f"not undone: {reason}")
                case Stop() | HandOver():
                    raise Leave(choice, step)
                case _:
                    self._work.tell(
                        Told("it is being undone already; leaving a step as it is needs a reason")
                    )

    def _result(self, step: Step, attempt: Attempt, outcome: Outcome, sentence: str) -> StepResult:
        return StepResult(
            key=step.key,
            title=step.title,
            outcome=outcome,
            sentence=self._work.hide(sentence),
            outputs=tuple(attempt.outputs),
            attempt=attempt.number,
            is_undo=True,
        )
