"""Carries a run through: its lease, its steps one after the other, its end, however it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from runbooks.engine.api import (
    Ending,
    HandOver,
    Outcome,
    RunBegan,
    RunEnded,
    RunResult,
    StepResult,
    Told,
    Undo,
)
from runbooks.engine.attempt import Attempt
from runbooks.engine.code import runbook_digest
from runbooks.engine.expecting import Expectation, Unexpected
from runbooks.engine.eyes import Eyes
from runbooks.engine.leasing import Leasing
from runbooks.engine.note import hand_over_note
from runbooks.engine.planning import PlanRefused, adopt, plan_anew
from runbooks.engine.recording import end_step
from runbooks.engine.stepping import Leave, Stepping
from runbooks.engine.undoing import Undoing
from runbooks.engine.work import Work, job_id
from runbooks.journal.entries import Data, Kind
from runbooks.journal.port import JournalError
from runbooks.lease.port import LeaseLost, LeaseTaken
from runbooks.model import Look, Plan, Refusal, Step

Body = Callable[[], Awaitable[tuple[Ending, str]]]


class Course:
    """One run on its way."""

    def __init__(self, work: Work, eyes: Eyes) -> None:
        self.work, self.eyes = work, eyes
        self.leasing = Leasing(work)
        self.begun: dict[str, Attempt] = {}
        """Attempts that an earlier console began, by step."""
        self._stepping = Stepping(work, eyes)
        self._expectation = Expectation(work, eyes)

    async def begin(self, plan: Plan, look: Look) -> RunResult:
        """Take the lease, write down what begins and from what, then carry it out."""

        async def body() -> tuple[Ending, str]:
            work = self.work
            opening = await work.gear.aside(self._opening)  # it reads the files of the code
            await work.write(Kind.RUN_BEGUN, data=opening)
            await adopt(work, plan, look)
            work.tell(RunBegan(work.run, plan))
            await self.leasing.mark(look.answering)
            return await self.steps()

        return await self.carry(look, body)

    def _opening(self) -> Data:
        work = self.work
        return {
            "runbook": work.runbook.name,
            "title": work.runbook.title,
            "target": work.target,
            "values": dict(work.values),
            "secrets": sorted(work.secrets.values),
            "reason": work.gear.arming.reason,
            "runbook_digest": runbook_digest(work.runbook),
            "expected": work.expected.source if work.expected is not None else "",
        }

    async def carry(self, look: Look, body: Body) -> RunResult:
        """Do the body under the lease, and see to it that every end is written down and told."""
        try:
            await self.leasing.take(look.hosts)
        except (LeaseTaken, JournalError) as error:
            way_on = error.way_on if isinstance(error, LeaseTaken) else "have the journal written again"
            return await self.refuse(Refusal(str(error), (), way_on))
        try:
            return await self._carried(body)
        finally:
            self.leasing.stop_beating()

    async def refuse(self, refusal: Refusal) -> RunResult:
        """A run that does not begin: written down, with nothing changed."""
        data: Data = {
            "sentence": refusal.sentence,
            "evidence": list(refusal.evidence),
            "way_on": refusal.way_on,
        }
        try:
            await self.work.write(Kind.REFUSED, data=data)
        except JournalError as error:
            self.work.tell(Told(str(error)))
        result = RunResult(self.work.run, Ending.REFUSED, refusal.sentence, refusal=refusal)
        self.work.tell(RunEnded(result))
        return result

    async def _carried(self, body: Body) -> RunResult:
        choice: HandOver | None = None
        refusal: Refusal | None = None
        try:
            ending, sentence = await self._with_way_out(body)
        except Leave as leave:
            title = leave.step.title
            reason = getattr(leave.choice, "reason", "") or getattr(leave.choice, "note", "")
            ending, sentence = Ending.STOPPED, f"stopped at: {title}. {reason}".strip()
            if isinstance(leave.choice, HandOver):
                choice, ending = leave.choice, Ending.HANDED_OVER
                sentence = f"handed over to {choice.to or 'whoever comes next'} at: {title}"
        except PlanRefused as error:
            refusal = error.refusal
            ending, sentence = Ending.STOPPED, f"the rest cannot be planned: {refusal.sentence}"
        except (Unexpected, LeaseLost, LeaseTaken, JournalError) as error:
            ending, sentence = Ending.STOPPED, f"stopped: {error}"
        except asyncio.CancelledError:
            await self._leave_running()
            await self._end(Ending.STOPPED, "interrupted by the operator", None, None)
            raise
        return await self._end(ending, sentence, refusal, choice)

    async def _with_way_out(self, body: Body) -> tuple[Ending, str]:
        try:
            return await body()
        except Leave as leave:
            if not isinstance(leave.choice, Undo):
                raise
            return await self.undo(leave.choice.reason)

    async def undo(self, reason: str, begun: Mapping[str, Attempt] | None = None) -> tuple[Ending, str]:
        """Undo from where the run is."""
        await self.work.write(Kind.NOTE, data={"sentence": f"undo from here: {reason}", "undoing": True})
        sentence = await Undoing(self.work, self.eyes).undo_all(begun)
        return Ending.UNDONE, sentence

    async def steps(self) -> tuple[Ending, str]:
        """Take what the plan has left, planning anew where a step asks for it.

        Once something is otherwise than expected, only what brings back what this run has taken away.
        """
        work, expectation = self.work, self._expectation
        while (step := self._next()) is not None:
            await expectation.before(step)
            if expectation.differs and not expectation.is_owed(step):
                continue
            result = await self._stepping.take(step, self._place(), self.begun.pop(step.key, None))
            if work.gear.arming.is_armed:
                await self.leasing.refresh()
            if result.outcome is Outcome.DONE:
                await expectation.after(step)
                if step.replans and not expectation.differs:
                    await plan_anew(work, self.eyes)
        if expectation.differs:
            raise Unexpected(expectation.differs)
        self._refuse_to_go_round()
        done = sum(result.outcome is Outcome.DONE for result in work.results.values())
        skipped = sum(result.outcome is Outcome.SKIPPED for result in work.results.values())
        left_out = f", {skipped} left out" if skipped else ""
        return Ending.DONE, f"{done} steps done and verified{left_out}"

    def _refuse_to_go_round(self) -> None:
        """A plan made after its own last step, and ending with it, has come no further: that is no end."""
        plan = self.work.plan
        last = plan.steps[-1] if plan is not None and plan.steps else None
        if plan is not None and last is not None and last.replans and self.work.is_done(last.key):
            sentence = f'after "{last.title}" the same was planned again: {plan.sentence}'
            raise PlanRefused(
                Refusal(sentence, plan.evidence, "look at what its output says, then begin a new run")
            )

    def _next(self) -> Step | None:
        work = self.work
        steps = work.plan.steps if work.plan is not None else ()
        left = (step for step in steps if not work.is_done(step.key) and step.key not in work.left_out)
        if self._expectation.differs:
            left = (step for step in left if self._expectation.is_owed(step))
        return next(left, None)

    def _place(self) -> tuple[int, int]:
        work = self.work
        planned = {step.key for step in work.plan.steps} if work.plan is not None else set()
        settled = {key for key in work.results if work.is_done(key)} | work.left_out
        return len(settled) + 1, len(settled | planned)

    async def _leave_running(self) -> None:
        """Write down which command was left to its host, so that a resume asks there first."""
        for key, attempt in self.work.open.items():
            if not attempt.is_pending:
                continue
            act = attempt.rest[0]
            sentence = f"left to {act.host}, where it may be running: {act.command.line}"
            result = StepResult(
                key=key,
                title=self.work.steps[key].title,
                outcome=Outcome.UNKNOWN,
                sentence=sentence,
                attempt=attempt.number,
                job=job_id(self.work.run, key, attempt.next, attempt.number, undo=attempt.is_undo),
                host=act.host,
                is_undo=attempt.is_undo,
            )
            await self._try_to(end_step(self.work, result))

    async def _end(
        self, ending: Ending, sentence: str, refusal: Refusal | None, choice: HandOver | None
    ) -> RunResult:
        work = self.work
        keep = any(attempt.is_pending for attempt in work.open.values())
        if keep:
            work.doubts.append(
                f"the lease of {work.target} stays, with its markers on the hosts, while that command may "
                "run: resuming this run takes it over, and without that it expires"
            )
        note = "" if ending in (Ending.DONE, Ending.UNDONE) else hand_over_note(work, sentence, choice)
        await self._try_to(self.leasing.give_back(keep=keep))
        data: Data = {"ending": ending.value, "sentence": sentence, "note": note}
        await self._try_to(work.write(Kind.RUN_ENDED, data=data))
        result = RunResult(work.run, ending, sentence, tuple(work.results.values()), refusal, note)
        work.tell(RunEnded(result))
        return result

    async def _try_to(self, doing: Awaitable[object]) -> None:
        """What is done at the end is done as far as it can be: nothing is changed by it any more."""
        try:
            await doing
        except (JournalError, LeaseLost) as error:
            self.work.tell(Told(str(error)))
