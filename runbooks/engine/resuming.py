"""Takes a run up where it was left: proves again what was done, reads what was in flight, then goes on."""

from __future__ import annotations

from collections.abc import Mapping

from runbooks.engine.api import Ending, Outcome, Retry, RunBegan, Skip, StepResult, Told
from runbooks.engine.attempt import Attempt
from runbooks.engine.course import Course
from runbooks.engine.history import History
from runbooks.engine.planning import plan_anew
from runbooks.engine.proving import prove
from runbooks.engine.recording import record_survey
from runbooks.engine.restoring import open_attempts
from runbooks.engine.stepping import Leave
from runbooks.journal.entries import Data, Kind
from runbooks.model import Holds, Look, Step


class Resuming:
    """One run that is taken up, its plans and results restored already. Raises what `Course` raises."""

    def __init__(self, course: Course, history: History, look: Look) -> None:
        self._course, self._history, self._look = course, history, look

    async def go_on(self) -> tuple[Ending, str]:
        """Forward, or on with the undo that it was in."""
        back = await self._take_up()
        if self._history.is_undoing:
            return await self._course.undo("it was being undone", back)
        await self._prove_again()
        if self._history.must_plan_anew:
            await plan_anew(self._course.work, self._course.eyes)
        return await self._course.steps()

    async def undo(self, reason: str) -> tuple[Ending, str]:
        """Backward, from where it is."""
        back = await self._take_up()
        return await self._course.undo(reason, back)

    async def _take_up(self) -> Mapping[str, Attempt]:
        """Say that it goes on, mark the hosts, and take up what was sent; returns the attempts at undoing."""
        course, work = self._course, self._course.work
        opening: Data = {
            "runbook": work.runbook.name,
            "was": self._history.ending,
            "reason": work.gear.arming.reason,
        }
        await work.write(Kind.RUN_RESUMED, data=opening)
        await record_survey(work, self._look)
        forward, back = open_attempts(work, self._history)
        course.begun = forward
        work.open.update(forward)
        if work.plan is not None:
            work.tell(RunBegan(work.run, work.plan, resumed=True))
        await course.leasing.mark(self._look.answering)
        return back

    async def _prove_again(self) -> None:
        """Every done step whose effect should still be there is verified again, by reading."""
        for step in self._to_prove():
            while (result := await self._disproof(step)) is not None:
                if await self._goes_on_over(step, result):
                    break

    def _to_prove(self) -> list[Step]:
        """Steps that changed something; one that does not last only while nothing was sent after it."""
        work = self._course.work
        done = [work.steps[key] for key in work.results if work.is_done(key) and key in work.steps]
        acting = [step for step in done if step.acts]
        newest = acting[-1] if acting and not self._course.begun else None
        suspended = self._suspended()
        return [step for step in acting if (step.lasting and step.key not in suspended) or step is newest]

    def _suspended(self) -> set[str]:
        """What does not hold for now, by what the run itself has done and is yet to take back."""
        work = self._course.work
        taken_back = {step.takes_back for step in work.steps.values() if work.is_done(step.key)}
        begun = {key for key in work.steps if work.is_done(key)} | self._course.begun.keys()
        return {
            key for step in work.steps.values() if step.key in begun - taken_back for key in step.suspends
        }

    async def _disproof(self, step: Step) -> StepResult | None:
        """None: it still holds."""
        work = self._course.work
        sighting = await prove(work, self._course.eyes, step, step.verify)
        if sighting.holds is Holds.YES:
            work.tell(Told(f"still true: {step.title}: {sighting.evidence}"))
            return None
        sentence = work.hide(f"it was done and verified, and no longer is: {sighting.evidence}")
        return StepResult(step.key, step.title, Outcome.UNVERIFIED, sentence)

    async def _goes_on_over(self, step: Step, result: StepResult) -> bool:
        """The operator's choice: False looks again, True goes on over it with a reason."""
        work = self._course.work
        doubt = f"{step.title}: {result.sentence}"
        work.doubts.append(doubt)
        await work.write(Kind.NOTE, step=step.key, data={"sentence": doubt})
        choice = await work.steering.failed(step, result)
        match choice:
            case Retry():
                return False
            case Skip(reason) if reason.strip():
                sentence = f"{step.title}: went on all the same: {reason}"
                await work.write(Kind.NOTE, step=step.key, data={"sentence": sentence})
                return True
            case Skip():
                work.tell(Told("going on over this needs a reason"))
                return False
            case _:
                raise Leave(choice, step)
