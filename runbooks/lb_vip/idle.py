"""The proof that an idle session is not cut: one is left alone for a while, and asked again (D.5, LB-03)."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from runbooks.lb_vip.situation import Situation
from runbooks.model import Context, Sighting, Step, no, unknown, yes
from runbooks.steps.checks import nothing_to_check
from systems.errors import SystemsError
from systems.haproxy.attempt import Session


@dataclass(slots=True)
class _Left:
    """The session, from the first look at the step to the one at which its time is over."""

    seen: Situation
    session: Session | None = None
    begun_s: float = 0.0
    verdict: Sighting | None = None
    """What came of it: asked again, a new session would have to be left alone for as long."""

    async def verify(self, context: Context) -> Sighting:
        seconds = self.seen.idle_proof_s
        if self.verdict is not None:
            return self.verdict
        if self.session is None:
            try:
                client = await context.vips.client(self.seen.found.vip)
                self.session, self.begun_s = await client.session(), monotonic()
            except SystemsError as error:
                return unknown(str(error))
        if (left_s := self.begun_s + seconds - monotonic()) > 0:
            return no(f"left alone for {left_s:.0f} s more")
        self.verdict = await self._asked(self.session)
        return self.verdict

    async def _asked(self, session: Session) -> Sighting:
        seconds = self.seen.idle_proof_s
        try:
            told = await session.told()
        except SystemsError as error:
            return no(f"the session did not last {seconds} s: {error}")
        finally:
            await session.close()
        if told != session.begun:
            return no(f"the session was cut within {seconds} s: another one answered")
        return yes(f"the same session answered after {seconds} s without a word")


def idle_step(seen: Situation) -> Step:
    """Leave one session alone for as long as was asked."""
    seconds = seen.idle_proof_s
    return Step(
        key="prove:idle",
        title=f"prove: a session that is idle for {seconds} s is not cut",
        why="A balancer cuts what says nothing for its timeout, and the pool learns of it at the next query.",
        check=nothing_to_check,
        verify=_Left(seen).verify,
        expects=f"nothing: it only waits; the same session answers after {seconds} s",
        gotchas=("LB-03",),
        answers=("LB-03",),
        verify_deadline_s=seconds + 20.0,
        lasting=False,
        skippable=True,
    )
