"""One run and whoever steers it: it goes on when its screen is left, and waits where an answer is needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from runbooks.engine.api import Choice, Confirmation, Event, StepCard, StepResult, Told
from runbooks.model import Refusal
from systems.errors import SystemsError
from tui.wizard.rehearsal import RehearsalView
from tui.wizard.state import Phase, WizardState

if TYPE_CHECKING:
    from runbooks.engine.api import Expecting, RunSummary
    from runbooks.model import Runbook, Step
    from runbooks.rehearsal.keeping import KeptRehearsal
    from tui.works import Works


WAY_ON = (
    "Look at what has changed; then rehearse again, or resume this run from the list of runs, which goes on "
    "without the rehearsal."
)


class RunSession:
    """Steers one run by an operator's answers (`runbooks.engine.api.Steering`)."""

    def __init__(
        self, works: Works, runbook: Runbook, target: str, values: Mapping[str, str], resumes: str = ""
    ) -> None:
        """`resumes`: the id of a run to go on with; empty: a new one."""
        self.runbook, self.target, self.values = runbook, target, dict(values)
        self.resumes = resumes
        self.secrets: tuple[str, ...] = ()
        """Names of secret inputs that must be given again before the run goes on."""
        self.state = WizardState(runbook.name, target)
        self.on_change: Callable[[], None] = lambda: None
        """Told after everything that happens; a screen sets it while it is on top."""
        self.asked = 0
        """Number of questions so far, so that an answer meant for one never reaches the next."""
        self._works = works
        self._word: asyncio.Future[Confirmation] | None = None
        self._choice: asyncio.Future[Choice] | None = None

    @property
    def can_rehearse(self) -> bool:
        """There is what makes practice copies, and the run was not begun before."""
        return self._works.rehearser is not None and not self.resumes

    @property
    def is_running(self) -> bool:
        return self.state.phase in (Phase.RUNNING, Phase.CONFIRM, Phase.FAILED)

    # What it does

    async def prepare(self) -> None:
        """Survey and plan; changes nothing."""
        self.state = WizardState(self.runbook.name, self.target)
        self.on_change()
        try:
            plan = await self._works.engine.prepare(self.runbook, self.target, self.values)
        except (SystemsError, ValueError) as error:
            self.state.trouble, self.state.phase = str(error), Phase.ENDED
        else:
            self.state.take_plan(plan)
            await self._recall_rehearsal()
        self.on_change()

    async def _recall_rehearsal(self) -> None:
        """Show the rehearsal that this plan would be held against, if there is one."""
        from runbooks.rehearsal.keeping import misfit

        kept = await self._newest_rehearsal() if self.state.plan is not None else None
        if kept is not None and not misfit(kept, self.runbook, self.values):
            self.state.rehearsal = RehearsalView()
            self.state.rehearsal.keep(kept)

    async def rehearse(self, clock: Callable[[], float]) -> None:
        """Carry the plan out on a practice copy; changes nothing real. Cancelled, there is none.

        `clock`: seconds.
        """
        rehearser, state = self._works.rehearser, self.state
        if rehearser is None:
            return
        view = RehearsalView(clock, self._changed, clock())
        state.rehearsal = view
        self.on_change()
        try:
            made = await rehearser.rehearse(self.runbook, self.target, self.values, view)
        except asyncio.CancelledError:
            state.rehearsal = None
            raise
        except (SystemsError, ValueError) as error:
            view.trouble = str(error)
        else:
            if isinstance(made, Refusal):
                view.refusal = made
            else:
                view.keep(made)
        finally:
            self.on_change()

    async def carry_out(self) -> None:
        """Run the plan that was shown, or go on with the run to be resumed."""
        engine, state = self._works.engine, self.state
        state.phase = Phase.RUNNING
        self.on_change()
        try:
            if self.resumes:
                result = await engine.resume(self.resumes, self._works.runbooks, self, self.values)
            else:
                result = await engine.run(
                    self.runbook,
                    self.target,
                    self.values,
                    self,
                    approved=state.plan,
                    expected=await self._rehearsed(),
                )
        except (SystemsError, ValueError) as error:
            state.trouble, state.phase = str(error), Phase.ENDED
        else:
            state.end(result)
        self.on_change()

    async def _rehearsed(self) -> Expecting | None:
        """What a rehearsal of this run expects; one that does not fit it is told, and not heeded."""
        from runbooks.rehearsal.holding import Rehearsed
        from runbooks.rehearsal.keeping import misfit

        kept = await self._newest_rehearsal()
        if kept is None:
            return None
        if why := misfit(kept, self.runbook, self.values):
            self.tell(Told(f"not held against the rehearsal: {why}"))
            return None
        return Rehearsed(kept.rehearsal, kept.source, WAY_ON)

    def _changed(self) -> None:
        self.on_change()

    async def _newest_rehearsal(self) -> KeptRehearsal | None:
        from runbooks.rehearsal.keeping import newest_rehearsal

        works = self._works
        return await works.aside(newest_rehearsal, works.journal, self.runbook.name, self.target)

    # Steering

    async def confirm(self, card: StepCard) -> Confirmation:
        self._word = asyncio.get_running_loop().create_future()
        self.asked += 1
        self.state.ask(card)
        self.on_change()
        word = await self._word
        self.state.answered()
        self.on_change()
        return word

    async def failed(self, step: Step, result: StepResult) -> Choice:  # noqa: ARG002
        self._choice = asyncio.get_running_loop().create_future()
        self.asked += 1
        self.state.ask_choice(result)
        self.on_change()
        choice = await self._choice
        self.state.answered()
        self.on_change()
        return choice

    def tell(self, event: Event) -> None:
        self.state.take(event)
        self.on_change()

    # Answers

    def say_word(self, word: Confirmation, asked: int) -> bool:
        """Answer a question for confirmation; False: that question is no longer open."""
        if self._word is None or self._word.done() or asked != self.asked:
            return False
        self._word.set_result(word)
        return True

    def say_choice(self, choice: Choice, asked: int) -> bool:
        """Answer after a failure; False: that question is no longer open."""
        if self._choice is None or self._choice.done() or asked != self.asked:
            return False
        self._choice.set_result(choice)
        return True


def session_of(works: Works, summary: RunSummary) -> RunSession | None:
    """A session that goes on with a run of the journal; None: its runbook is not known here."""
    runbook = works.runbooks.get(summary.runbook)
    if runbook is None:
        return None
    session = RunSession(works, runbook, summary.target, {}, resumes=summary.run)
    session.secrets = summary.secrets
    state = session.state
    state.phase, state.run = Phase.PLANNED, summary.run
    state.preface = (
        f"{summary.operator} began this run on {summary.begun_at:%Y-%m-%d at %H:%M} UTC; "
        f"it is {summary.ending} after {summary.done} verified steps. {summary.sentence}"
    )
    return session
