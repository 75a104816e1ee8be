"""Takes one step from its first look to its verified end, with the operator's way out at every turn."""

from __future__ import annotations

from runbooks.engine.acting import Acting
from runbooks.engine.api import (
    Checked,
    Confirmation,
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
    Undo,
)
from runbooks.engine.attempt import Attempt
from runbooks.engine.eyes import Eyes
from runbooks.engine.judging import Judgement, judge
from runbooks.engine.proving import learn, prove
from runbooks.engine.recording import end_step, record_survey
from runbooks.engine.work import Work
from runbooks.journal.entries import Data, Kind
from runbooks.model import Holds, Step
from systems.errors import NotArmed


class Leave(Exception):
    """The operator ends the run at a step, or has it undone from there."""

    def __init__(self, choice: Stop | HandOver | Undo, step: Step) -> None:
        super().__init__()
        self.choice, self.step = choice, step


class Stepping:
    """Takes steps of one run. Raises `Leave`, `LeaseLost` and `JournalError`."""

    def __init__(self, work: Work, eyes: Eyes) -> None:
        self._work, self._eyes = work, eyes
        self._acting = Acting(work)
        self._place = (1, 1)

    async def take(self, step: Step, place: tuple[int, int], begun: Attempt | None = None) -> StepResult:
        """DONE or SKIPPED. `begun`: an attempt of an earlier console; `place`: number, and of how many."""
        self._place = place
        self._work.tell(StepBegan(step.key, *place, step.title))
        attempt = begun or self._new_attempt(step)
        self._work.open[step.key] = attempt
        result = await (self._go_on(step, attempt) if begun else self._try(step, attempt))
        while True:
            await end_step(self._work, result)
            if result.outcome in (Outcome.DONE, Outcome.SKIPPED):
                return result
            attempt, result = await self._way_out(step, attempt, result)

    def _new_attempt(self, step: Step) -> Attempt:
        return Attempt(self._work.attempts.get(step.key, 0) + 1, step.acts)

    async def _try(self, step: Step, attempt: Attempt) -> StepResult:
        """From the beginning: judge, confirm, judge again, act, verify."""
        judgement = await self._judge(step, attempt)
        if judgement.sentence:
            return self._blocked(step, attempt, judgement.sentence, judgement)
        typed = ""
        if attempt.acts:
            answer = await self._confirm(step, attempt, judgement)
            if isinstance(answer, StepResult):
                return answer
            typed = answer.typed
            judgement = await self._judge_again(step, attempt, judgement)
            if judgement.sentence:
                return self._blocked(step, attempt, judgement.sentence, judgement)
        await self._write_begin(step, attempt, judgement, typed)
        return await self._carry_out(step, attempt)

    async def _judge(self, step: Step, attempt: Attempt, *, anew: bool = False, begun: str = "") -> Judgement:
        judgement = await judge(self._work, self._eyes, step, anew=anew)
        self._work.tell(Checked(self._card(step, attempt, judgement, begun)))
        return judgement

    async def _judge_again(self, step: Step, attempt: Attempt, judgement: Judgement) -> Judgement:
        """After the confirmation: always for a point of no return, else when it took its time."""
        gear = self._work.gear
        took_s = gear.clock.steady_s() - judgement.at_steady_s
        if step.irreversible:
            judgement = await self._judge(step, attempt, anew=True)
            await record_survey(self._work, await self._eyes.look(max_age_s=gear.limits.look_max_age_s))
        elif took_s > gear.limits.recheck_after_s:
            judgement = await self._judge(step, attempt)
        return judgement

    async def _confirm(
        self, step: Step, attempt: Attempt, judgement: Judgement, begun: str = ""
    ) -> Go | StepResult:
        """The operator's word for this card, or what came instead."""
        try:
            self._work.gear.arming.require()
        except NotArmed as error:
            return self._blocked(step, attempt, str(error))
        card = self._card(step, attempt, judgement, begun)
        answer: Confirmation = await self._work.steering.confirm(card)
        match answer:
            case Skip(reason):
                refused = _cannot_skip(step, reason)
                return self._blocked(step, attempt, refused) if refused else _skipped(step, attempt, reason)
            case Stop() | HandOver():
                raise Leave(answer, step)
            case Go(typed) if card.name_to_type and typed != card.name_to_type:
                sentence = f"{typed!r} was typed, and the name is {card.name_to_type!r}: nothing was done"
                return self._blocked(step, attempt, sentence)
        return answer

    async def _carry_out(self, step: Step, attempt: Attempt) -> StepResult:
        async def judge_late() -> StepResult | None:
            judgement = await self._judge(step, attempt, anew=step.irreversible)
            return self._blocked(step, attempt, judgement.sentence, judgement) if judgement.sentence else None

        result = await self._acting.carry_out(step, attempt, judge_late)
        return result or await self._finish(step, attempt)

    async def _finish(self, step: Step, attempt: Attempt) -> StepResult:
        """Learn from what the commands said, then have the verify say whether it worked."""
        if problem := learn(self._work, step, attempt):
            return self._result(step, attempt, Outcome.UNVERIFIED, problem)
        sighting = await prove(self._work, self._eyes, step, step.verify)
        if sighting.holds is Holds.YES:
            return self._result(step, attempt, Outcome.DONE, sighting.evidence)
        if attempt.lost or attempt.ended_badly:
            sentence = f"{attempt.lost or attempt.ended_badly}; {sighting.evidence}"
            return self._result(step, attempt, Outcome.FAILED, sentence)
        waited = "" if sighting.is_final else f" after {step.verify_deadline_s:g} s"
        sentence = f"unverified{waited}: {sighting.evidence}"
        return self._result(step, attempt, Outcome.UNVERIFIED, sentence)

    async def _go_on(self, step: Step, attempt: Attempt) -> StepResult:
        """Continue an attempt of which something was sent: read first, then send the rest if there is one."""
        if attempt.is_pending and (unknown := await self._acting.find_out(step, attempt)):
            return unknown
        if attempt.rest and not (attempt.ended_badly or attempt.lost):
            if attempt.next == 0:
                return await self._try(step, attempt)
            begun = f"{attempt.next} of its {len(attempt.acts)} commands have ended well"
            judgement = await self._judge(step, attempt, anew=step.irreversible, begun=begun)
            answer = await self._confirm(step, attempt, judgement, begun)
            if isinstance(answer, StepResult):
                return answer
            await self._write_begin(step, attempt, judgement, answer.typed)
            return await self._carry_out(step, attempt)
        return await self._finish(step, attempt)

    async def _way_out(self, step: Step, attempt: Attempt, result: StepResult) -> tuple[Attempt, StepResult]:
        """Ask what to do about a step that is not done, until the answer is possible; then do it."""
        while True:
            choice = await self._work.steering.failed(step, result)
            match choice:
                case Stop() | HandOver() | Undo():
                    raise Leave(choice, step)
                case Retry(act):
                    blocked = result.outcome is Outcome.BLOCKED
                    return await self._retry(step, attempt, act=act, blocked=blocked)
                case Skip(reason):
                    if not (refused := _cannot_skip(step, reason)):
                        return attempt, _skipped(step, attempt, reason)
                    self._work.tell(Told(refused))

    async def _retry(
        self, step: Step, attempt: Attempt, *, act: bool, blocked: bool
    ) -> tuple[Attempt, StepResult]:
        if attempt.is_pending or (blocked and attempt.has_begun):
            return attempt, await self._go_on(step, attempt)
        if not attempt.has_begun:
            return attempt, await self._try(step, attempt)
        if not act:
            return attempt, await self._finish(step, attempt)
        sighting = await self._eyes.ask(step.verify)
        if sighting.holds is Holds.YES:
            return attempt, self._result(step, attempt, Outcome.DONE, sighting.evidence)
        attempt = self._work.open[step.key] = self._new_attempt(step)
        return attempt, await self._try(step, attempt)

    def _card(self, step: Step, attempt: Attempt, judgement: Judgement, begun: str) -> StepCard:
        number, total = self._place
        return StepCard(
            run=self._work.run,
            number=number,
            total=total,
            step=step,
            acts=attempt.rest,
            judged=judgement.judged,
            check=judgement.check,
            looked_at=judgement.looked_at,
            attempt=attempt.number,
            begun=begun,
        )

    async def _write_begin(self, step: Step, attempt: Attempt, judgement: Judgement, typed: str) -> None:
        self._work.attempts[step.key] = attempt.number
        data: Data = {
            "title": step.title,
            "why": step.why,
            "expects": step.expects,
            "attempt": attempt.number,
            "acts": len(attempt.acts),
            "irreversible": step.irreversible,
            "typed": typed,
            "evidence": list(judgement.evidence),
            "looked_at": judgement.looked_at.isoformat() if judgement.looked_at else "",
        }
        await self._work.write(Kind.STEP_BEGUN, step=step.key, data=data)

    def _blocked(
        self, step: Step, attempt: Attempt, sentence: str, judgement: Judgement | None = None
    ) -> StepResult:
        return StepResult(
            key=step.key,
            title=step.title,
            outcome=Outcome.BLOCKED,
            sentence=self._work.hide(sentence),
            evidence=judgement.evidence if judgement else (),
            judged=judgement.blocking if judgement else (),
            attempt=attempt.number,
        )

    def _result(self, step: Step, attempt: Attempt, outcome: Outcome, sentence: str) -> StepResult:
        return StepResult(
            key=step.key,
            title=step.title,
            outcome=outcome,
            sentence=self._work.hide(sentence),
            outputs=tuple(attempt.outputs),
            attempt=attempt.number,
        )


def _cannot_skip(step: Step, reason: str) -> str:
    if not step.skippable:
        return f"{step.title}: this step cannot be left out, those after it rest on it"
    return "" if reason.strip() else "leaving a step out needs a reason"


def _skipped(step: Step, attempt: Attempt, reason: str) -> StepResult:
    sentence = f"left out: {' '.join(reason.split())}"
    return StepResult(step.key, step.title, Outcome.SKIPPED, sentence, attempt=attempt.number)
