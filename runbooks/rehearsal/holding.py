"""Two ends of the engine's port `Expecting`: one records what steps do, one holds a run against that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from runbooks.model import Holds, Look, Step
from runbooks.rehearsal.picture import Picture, picture_of, unlike
from runbooks.rehearsal.record import Rehearsal, StepRecord
from runbooks.steps.transfer import by_ist

IST, SST = "IST", "SST"
_SYNCED = "Synced"


class Recorder:
    """Records a run on a practice copy: nothing is ever otherwise than expected."""

    source = ""

    def __init__(self, now_s: Callable[[], Awaitable[float]], tell: Callable[[StepRecord], None]) -> None:
        """`now_s`: the simulated time of the practice copy. `tell`: told each step once it is recorded."""
        self._tell = tell
        self.steps: list[StepRecord] = []
        self._now_s = now_s
        self._began_s = self._ended_s = 0.0
        self._picture = Picture((), {})

    async def begun(self, step: Step) -> None:  # noqa: ARG002
        self._began_s = await self._now_s()

    async def done(self, step: Step) -> None:  # noqa: ARG002
        self._ended_s = await self._now_s()

    def before(self, step: Step, look: Look, facts: Mapping[str, str]) -> str:
        del step, facts
        self._picture = picture_of(look)
        return ""

    def after(self, step: Step, look: Look, facts: Mapping[str, str]) -> str:
        before, after = self._picture, picture_of(look)
        ways = ways_of(before, after, look, facts)
        took_s = round(self._ended_s - self._began_s, 1)
        self.steps.append(StepRecord(step.key, step.title, before, after, ways, took_s))
        self._tell(self.steps[-1])
        return ""


class Rehearsed:
    """Holds a run against a rehearsal of it."""

    def __init__(self, rehearsal: Rehearsal, source: str, way_on: str) -> None:
        """`way_on`: what to do where something is otherwise, as one sentence."""
        self._rehearsal, self.source, self._way_on = rehearsal, source, way_on
        self._before = Picture((), {})

    async def begun(self, step: Step) -> None:
        """There is nothing to note."""

    async def done(self, step: Step) -> None:
        """There is nothing to note."""

    def before(self, step: Step, look: Look, facts: Mapping[str, str]) -> str:
        del facts
        self._before = picture_of(look)
        record = self._rehearsal.step(step.key)
        if record is None:
            return self._told("before", step, "the rehearsal had no such step")
        return self._told("before", step, unlike(record.before, self._before))

    def after(self, step: Step, look: Look, facts: Mapping[str, str]) -> str:
        record = self._rehearsal.step(step.key)
        if record is None:
            return self._told("after", step, "the rehearsal had no such step")
        seen = picture_of(look)
        ways = ways_of(self._before, seen, look, facts)
        told = [unlike(record.after, seen)]
        told += [
            f"{host} came by a full copy (SST), and IST was expected"
            for host, way in ways.items()
            if way == SST and record.ways.get(host) == IST
        ]
        return self._told("after", step, "; ".join(part for part in told if part))

    def _told(self, when: str, step: Step, what: str) -> str:
        if not what:
            return ""
        return f'not as rehearsed {when} "{step.title}": {what} ({self.source}). {self._way_on}'


def ways_of(before: Picture, after: Picture, look: Look, facts: Mapping[str, str]) -> dict[str, str]:
    """How each node that became Synced got what it had missed; one that had missed nothing counts as IST.

    Where there was no Primary component before, there was nobody to get anything from.
    """
    ways: dict[str, str] = {}
    if not before.sizes:
        return ways
    for host, node in after.nodes.items():
        was = before.nodes.get(host)
        if node.state != _SYNCED or was is None or was.state == _SYNCED:
            continue
        came = by_ist(look, facts, host)
        if came.holds is not Holds.UNKNOWN:
            ways[host] = IST if came.holds is Holds.YES else SST
    return ways
