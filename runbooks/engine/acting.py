"""Sends the commands of a step, each once, and finds out what became of one whose end was not seen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from runbooks.engine.api import ActBegan, ActEnded, ActUnseen, Outcome, StepResult
from runbooks.engine.attempt import Attempt
from runbooks.engine.settling import Settled, settle
from runbooks.engine.work import Work, job_id
from runbooks.journal.port import JournalError
from runbooks.lease.port import LeaseLost
from runbooks.model import Act, Step
from systems.errors import NotArmed, Refused, Unreachable
from systems.shell import Command, JobState, Output, Permit

_MOST_SENDS = 5
"""How often one command is sent within one attempt while its host says that it never began."""


class Acting:
    """Sends what an attempt has left. Raises `LeaseLost` and `JournalError`: then the run cannot go on."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def carry_out(
        self,
        step: Step,
        attempt: Attempt,
        before_first: Callable[[], Awaitable[StepResult | None]] | None = None,
    ) -> StepResult | None:
        """None: all that could be sent has ended, and the verify decides. Else why it did not come so far.

        `before_first` judges anew when the first command is sent later than planned.
        """
        sent, sends = attempt.next, 0
        while attempt.rest and not (attempt.ended_badly or attempt.lost):
            if not attempt.is_pending:
                sends = sends if attempt.next == sent else 0
                if sends and attempt.next == 0 and before_first and (stopped := await before_first()):
                    return stopped
                sent, sends = attempt.next, sends + 1
                if (stopped := await self._send(step, attempt)) is not None:
                    return stopped
            if attempt.is_pending:
                settled = await self._settle(step, attempt)
                if not settled.is_known:
                    return self._result(step, attempt, Outcome.UNKNOWN, settled.sentence)
                if settled.state is JobState.ABSENT and sends >= _MOST_SENDS:
                    return self._result(step, attempt, Outcome.FAILED, settled.sentence)
        if attempt.ended_badly:
            return self._result(step, attempt, Outcome.FAILED, attempt.ended_badly)
        return None

    async def find_out(self, step: Step, attempt: Attempt) -> StepResult | None:
        """Read what became of the pending command; a result only when that is still unknown."""
        settled = await self._settle(step, attempt)
        return None if settled.is_known else self._result(step, attempt, Outcome.UNKNOWN, settled.sentence)

    def _job(self, step: Step, attempt: Attempt) -> str:
        return job_id(self._work.run, step.key, attempt.next, attempt.number, undo=attempt.is_undo)

    async def _send(self, step: Step, attempt: Attempt) -> StepResult | None:
        """Send one command; a result only when nothing was run and nothing may be."""
        work, act, job = self._work, attempt.rest[0], self._job(step, attempt)
        work.tell(ActBegan(step.key, job, act, attempt.next))
        permit = work.permit(
            step.key,
            {
                "attempt": attempt.number,
                "act": attempt.next,
                "undo": attempt.is_undo,
                "is_order": act.order is not None,
            },
        )
        try:
            command = work.secrets.stand_in(act.command)
        except ValueError as error:
            return self._result(step, attempt, Outcome.BLOCKED, str(error))
        attempt.is_pending = True  # a cancellation from here on leaves it to be read
        try:
            output = await _change(work, act, command, permit, job)
        except (LeaseLost, JournalError):
            attempt.is_pending = job in permit.entries
            raise
        except NotArmed as error:
            attempt.is_pending = False
            return self._result(step, attempt, Outcome.BLOCKED, str(error))
        except (Unreachable, Refused) as error:
            attempt.is_pending = False
            return self._result(step, attempt, Outcome.FAILED, f"{act.host} did not begin it: {error}")
        except Exception as error:  # noqa: BLE001 - link lost, too late, or a defect: it may have begun
            work.tell(ActUnseen(step.key, job, act, work.hide(str(error) or repr(error))))
            return None
        finally:
            if (entry := permit.entries.get(job)) is not None:
                attempt.entries[job] = entry
        self._take(step, attempt, job, output)
        return None

    def _take(self, step: Step, attempt: Attempt, job: str, output: Output) -> None:
        """Count one command as ended; a status that is not accepted ends the attempt."""
        act = attempt.rest[0]
        accepted = output.status in act.accepts
        attempt.is_pending = False
        attempt.outputs.append(output)
        if accepted:
            attempt.next += 1
        else:
            attempt.ended_badly = f"{act.host}: {act.command.line} ended {output.status}{_said(output)}"
        self._work.tell(ActEnded(step.key, job, act, output, accepted))

    async def _settle(self, step: Step, attempt: Attempt) -> Settled:
        """Read what became of the command whose end was not seen, and write it down."""
        act, job = attempt.rest[0], self._job(step, attempt)
        settled = await settle(self._work, step.key, act, job, attempt.entries.get(job, 0))
        if settled.output is not None:
            self._take(step, attempt, job, settled.output)
        elif settled.state is JobState.ABSENT:
            attempt.is_pending = False
        elif settled.state in (JobState.LOST, JobState.FORGOTTEN):
            attempt.is_pending = False
            attempt.lost = settled.sentence
        return settled

    def _result(self, step: Step, attempt: Attempt, outcome: Outcome, sentence: str) -> StepResult:
        return StepResult(
            key=step.key,
            title=step.title,
            outcome=outcome,
            sentence=self._work.hide(sentence),
            outputs=tuple(attempt.outputs),
            attempt=attempt.number,
            job=self._job(step, attempt) if attempt.is_pending else "",
            host=attempt.rest[0].host if attempt.rest else "",
            is_undo=attempt.is_undo,
        )


async def _change(work: Work, act: Act, command: Command, permit: Permit, job: str) -> Output:
    """One command on its host, or one order to its cloud."""
    if act.order is None:
        return await work.gear.hosts.hands(act.host, permit).change(command, job=job, timeout_s=act.timeout_s)
    if work.gear.clouds is None:
        raise Unreachable(f"the cloud {act.host} cannot be reached from here")
    hands = work.gear.clouds.hands(act.host, permit)
    wanted = act.order
    reply = await hands.change(wanted.order, wanted.asked, job=job, timeout_s=act.timeout_s)
    return Output(f"HTTP {reply.status}, {reply.request}", "", 0, reply.at)


def _said(output: Output) -> str:
    """The last line that it wrote, errors first."""
    lines = (output.stderr.strip() or output.stdout.strip()).splitlines()
    return f": {lines[-1].strip()}" if lines else ""
