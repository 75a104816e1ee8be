"""Holds a run against what was expected of each step, and says at which it is otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runbooks.engine.api import Told
from runbooks.engine.eyes import Eyes
from runbooks.engine.work import Work
from runbooks.journal.entries import Kind
from runbooks.model import Look, Step


class Unexpected(Exception):
    """The systems are not as expected at a step, and nothing is left that must be brought back first."""


_NOW_S = 2.0
"""A look that was taken after the step before is as good as one of now."""
_Asks = Callable[[Step, Look, Mapping[str, str]], str]


class Expectation:
    """What the expectations of one run have come to. Without expectations nothing is looked at or said."""

    def __init__(self, work: Work, eyes: Eyes) -> None:
        self._work, self._eyes = work, eyes
        self.differs = ""
        """What was found otherwise, in sentences; empty: nothing so far."""

    async def before(self, step: Step) -> None:
        """Look right before a step is begun."""
        expected = self._work.expected
        if expected is not None and not self.differs:
            await expected.begun(step)
            await self._hold(step, expected.before, max_age_s=_NOW_S)

    async def after(self, step: Step) -> None:
        """Look right after a step is done."""
        expected = self._work.expected
        if expected is not None and not self.differs:
            await expected.done(step)
            await self._hold(step, expected.after, max_age_s=0.0)

    def is_owed(self, step: Step) -> bool:
        """Whether it brings back what this run has taken away: that is done even where all is otherwise."""
        return bool(step.takes_back) and self._work.is_done(step.takes_back)

    async def _hold(self, step: Step, asks: _Asks, *, max_age_s: float) -> None:
        """Ask with looks of its own until nothing differs: members tell a new view one after the other."""
        clock, limits = self._work.gear.clock, self._work.gear.limits
        until_s = clock.steady_s() + limits.settle_s
        look = await self._eyes.look(max_age_s=max_age_s)
        while told := asks(step, look, self._work.facts):
            if clock.steady_s() >= until_s:
                self.differs = self._work.hide(told)
                await self._work.write(Kind.NOTE, step=step.key, data={"sentence": self.differs})
                self._work.tell(Told(self.differs))
                return
            await clock.sleep(limits.settle_every_s)
            look = await self._eyes.look()
