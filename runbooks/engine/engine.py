"""The engine: prepares, runs, resumes and undoes runbooks, for whoever steers it. Knows no screen."""

from __future__ import annotations

import secrets as tokens
from collections.abc import Callable, Mapping

from runbooks.arming import Arming
from runbooks.clock import Clock, SystemClock
from runbooks.engine.api import (
    Choice,
    CloudHandsOf,
    Confirmation,
    Event,
    Expecting,
    Limits,
    Redactor,
    RunResult,
    RunSummary,
    Steering,
    StepCard,
    StepResult,
    Stop,
    Surveyor,
)
from runbooks.engine.course import Course
from runbooks.engine.eyes import Eyes
from runbooks.engine.history import History, fold
from runbooks.engine.planning import make_plan
from runbooks.engine.restoring import restore
from runbooks.engine.resuming import Resuming
from runbooks.engine.runs import summaries
from runbooks.engine.text import differences, plan_data, plan_digest
from runbooks.engine.values import settle_values
from runbooks.engine.work import Gear, Work
from runbooks.journal.port import Filter, Journal
from runbooks.lease.port import Leases
from runbooks.model import Gotcha, Look, Plan, Refusal, Runbook, Step, Vips
from runbooks.secret import Secrets
from systems.errors import NotArmed
from systems.shell import Hosts

ARM = 'arm the session with a reason (A in the console, --arm "WHY" without it), then begin again'


class Engine:
    """One for a console. Several runs may go on at once, each on a system of its own by its lease."""

    def __init__(
        self,
        hosts: Hosts,
        surveyor: Surveyor,
        *,
        journal: Journal,
        arming: Arming,
        leases: Leases,
        redactor: Redactor,
        catalogue: Mapping[str, Gotcha],
        clock: Clock | None = None,
        limits: Limits | None = None,
        clouds: CloudHandsOf | None = None,
        vips: Vips | None = None,
        new_id: Callable[[], str] = lambda: tokens.token_hex(3),
    ) -> None:
        """`new_id`: what tells runs of the same minute apart."""
        self._new_id = new_id
        self._gear = Gear(
            hosts,
            surveyor,
            journal,
            arming,
            leases,
            redactor,
            catalogue,
            clock or SystemClock(),
            limits or Limits(),
            clouds,
            vips,
        )

    async def prepare(self, runbook: Runbook, target: str, values: Mapping[str, str]) -> Plan | Refusal:
        """The dry run: survey and plan. Needs no arming, changes nothing, is not journalled."""
        prepared = await self._prepare(runbook, target, values, _Nobody())
        return prepared if isinstance(prepared, Refusal) else prepared[2]

    async def run(
        self,
        runbook: Runbook,
        target: str,
        values: Mapping[str, str],
        steering: Steering,
        *,
        approved: Plan | None = None,
        expected: Expecting | None = None,
    ) -> RunResult:
        """Survey, plan and carry it out; every end is a result, and is journalled and told.

        `approved`: the plan that the operator has seen; another one is refused. `expected`: what is to be so
        before and after each step; where it is not, the run stops, once it has brought back what it had taken
        away. Raises `CancelledError`
        when it is cancelled, after it has been written down where the run stands.
        """
        prepared = await self._prepare(runbook, target, values, steering)
        if isinstance(prepared, Refusal):
            course = self._course(self._work(runbook, target, {}, Secrets(), steering))
            return await course.refuse(prepared)
        course, look, plan = prepared
        if refusal := self._unfit(plan, approved):
            return await course.refuse(refusal)
        course.work.expected = expected
        return await course.begin(plan, look)

    async def resume(
        self,
        run: str,
        runbooks: Mapping[str, Runbook],
        steering: Steering,
        secrets: Mapping[str, str] | None = None,
        *,
        expected: Expecting | None = None,
    ) -> RunResult:
        """Take up a run that was stopped, handed over, or whose console is gone. `expected`: as for `run`."""
        taken = await self._take_up(run, runbooks, steering, secrets or {})
        if isinstance(taken, RunResult):
            return taken
        course, resuming, look = taken
        course.work.expected = expected
        return await course.carry(look, resuming.go_on)

    async def undo(
        self,
        run: str,
        runbooks: Mapping[str, Runbook],
        steering: Steering,
        secrets: Mapping[str, str] | None = None,
        *,
        reason: str = "by the operator",
    ) -> RunResult:
        """Undo what a run has done, newest step first, up to a point of no return."""
        taken = await self._take_up(run, runbooks, steering, secrets or {}, undo=True)
        if isinstance(taken, RunResult):
            return taken
        course, resuming, look = taken
        return await course.carry(look, lambda: resuming.undo(reason))

    async def runs(self, *, last: int = 50) -> tuple[RunSummary, ...]:
        """The newest runs of the journal, newest first. Raises `JournalError`."""
        return await self._gear.aside(summaries, self._gear.journal, self._gear.leases, last=last)

    async def history(self, run: str) -> History | None:
        """What the journal tells of one run. Raises `JournalError`."""
        return await self._gear.aside(lambda: fold(self._gear.journal.entries(Filter(run=run))))

    async def _prepare(
        self, runbook: Runbook, target: str, values: Mapping[str, str], steering: Steering
    ) -> tuple[Course, Look, Plan] | Refusal:
        settled = settle_values(runbook, values)
        if isinstance(settled, Refusal):
            return settled
        work = self._work(runbook, target, *settled, steering)
        course = self._course(work)
        look = await course.eyes.look_for_plan()
        hosts = set(look.hosts)
        if isinstance(refusal := settle_values(runbook, values, hosts), Refusal):
            return refusal
        plan = make_plan(work, look)
        return plan if isinstance(plan, Refusal) else (course, look, plan)

    def _work(
        self, runbook: Runbook, target: str, values: Mapping[str, str], secrets: Secrets, steering: Steering
    ) -> Work:
        secrets.teach(self._gear.redactor)
        run = f"{self._gear.clock.now():%Y%m%d-%H%M}-{self._new_id()}"
        return Work(self._gear, steering, run, runbook, target, values, secrets)

    def _course(self, work: Work) -> Course:
        return Course(work, Eyes(work))

    def _unfit(self, plan: Plan, approved: Plan | None) -> Refusal | None:
        if approved is not None and plan_digest(approved) != plan_digest(plan):
            sentence = "the system has changed: its plan is no longer the one that was shown"
            changes = differences(plan_data(approved), plan)
            return Refusal(sentence, changes, "look at the new plan, then begin again")
        if any(step.acts or step.replans for step in plan.steps):
            return self._unarmed()
        return None

    def _unarmed(self) -> Refusal | None:
        try:
            self._gear.arming.require()
        except NotArmed as error:
            return Refusal(str(error), (), ARM)
        return None

    async def _take_up(
        self,
        run: str,
        runbooks: Mapping[str, Runbook],
        steering: Steering,
        secrets: Mapping[str, str],
        *,
        undo: bool = False,
    ) -> tuple[Course, Resuming, Look] | RunResult:
        history = await self.history(run)
        runbook = runbooks.get(history.runbook) if history is not None else None
        refusal = await self._cannot_take_up(run, history, runbook, secrets, undo=undo)
        if history is None or runbook is None or refusal is not None:
            nothing = Runbook(history.runbook if history else "", "", "", "", (), (), _plans_nothing)
            work = self._work(nothing, history.target if history else "", {}, Secrets(), steering)
            work.run = run
            return await self._course(work).refuse(refusal or _UNKNOWN)
        known = Secrets({name: secrets[name] for name in history.secrets})
        work = self._work(runbook, history.target, history.values, known, steering)
        work.run = run
        course = self._course(work)
        if refusal := await self._gear.aside(restore, work, history):
            return await course.refuse(refusal)
        look = await course.eyes.look_for_plan()
        return course, Resuming(course, history, look), look

    async def _cannot_take_up(
        self,
        run: str,
        history: History | None,
        runbook: Runbook | None,
        secrets: Mapping[str, str],
        *,
        undo: bool,
    ) -> Refusal | None:
        """Why a run cannot be taken up, in the order in which an operator would find out."""
        if history is None:
            return _UNKNOWN
        if history.is_done and not (undo and history.ending == "done"):
            return Refusal(
                f"run {run} has ended, {history.ending}: {history.sentence}", (), "begin a new run"
            )
        if runbook is None:
            return Refusal(
                f"there is no runbook {history.runbook!r} here", (), "use the version that began it"
            )
        if missing := [name for name in history.secrets if not secrets.get(name)]:
            return Refusal(f"run {run} needs its secrets again: {', '.join(missing)}", (), "give them again")
        held = await self._gear.aside(self._gear.leases.of_run, run)
        if held is not None:
            return Refusal(f"run {run} is alive: {held}", (), "go on there, or end that console")
        return self._unarmed()


_UNKNOWN = Refusal("the journal knows no such run", (), "`quarterdeck journal list` shows the runs")


def _plans_nothing(_look: Look, _values: Mapping[str, str], _facts: Mapping[str, str]) -> Refusal:
    return _UNKNOWN


class _Nobody:
    """The steering of a dry run: there is nothing to decide and nobody to tell."""

    async def confirm(self, card: StepCard) -> Confirmation:
        return Stop(f"a dry run does not come to {card.step.key}")

    async def failed(self, step: Step, result: StepResult) -> Choice:
        return Stop(f"a dry run does not come to {step.key}: {result.sentence}")

    def tell(self, event: Event) -> None:
        del event
