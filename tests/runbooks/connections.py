"""One console's connections to a world of doubles: readers, hands, jobs; they die with their fuse."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from runbooks.clock import Clock
from systems.errors import LinkLost, Refused, SystemsError, TimedOut, Unreachable
from systems.shell import (
    Command,
    Hands,
    JobReading,
    Jobs,
    JobState,
    Output,
    Permit,
    Probe,
    Reader,
    Sink,
    Stream,
)
from tests.runbooks.doubles import DoubleHost, DoubleJob, World
from tests.runbooks.fuse import Fuse

_STATES = {
    "running": (JobState.RUNNING, 2),
    "hang": (JobState.RUNNING, 10**9),
    "lost": (JobState.LOST, 0),
    "forgotten": (JobState.FORGOTTEN, 0),
}


@dataclass
class DoubleHosts:
    """A `Hosts`: one console's connections to a world."""

    world: World
    fuse: Fuse = field(default_factory=Fuse)

    def reader(self, host: str) -> Reader:
        return _Reader(self.world[host], self.world.clock, self.fuse)

    def jobs(self, host: str) -> Jobs:
        return _Jobs(self.world[host], self.world.clock, self.fuse)

    def hands(self, host: str, permit: Permit) -> Hands:
        return _Hands(self.world[host], self.world.clock, self.fuse, permit)

    async def close(self) -> None:
        return None


@dataclass
class _Reader:
    _host: DoubleHost
    _clock: Clock
    _fuse: Fuse

    @property
    def host(self) -> str:
        return self._host.name

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        self._fuse.point(f"read {self.host}: {probe.line}")
        status, text = self._host.say(probe.line)
        if probe.accepts is not None and status not in probe.accepts:
            raise Refused(f"{self.host}: {probe.line!r} ended {status}", status=status)
        return Output(text, "", status, self._clock.now())

    async def read_many(
        self, probes: Sequence[Probe], *, timeout_s: float = 10.0
    ) -> tuple[Output | Exception, ...]:
        answers: list[Output | Exception] = []
        for probe in probes:
            try:
                answers.append(await self.read(probe))
            except Unreachable:
                raise
            except SystemsError as error:
                answers.append(error)
        return tuple(answers)

    async def stream(self, probe: Probe, sink: Sink, *, timeout_s: float | None = None) -> int:
        output = await self.read(probe)
        sink.data(self.host, Stream.STDOUT, output.stdout.encode())
        return output.status


@dataclass
class _Jobs:
    _host: DoubleHost
    _clock: Clock
    _fuse: Fuse

    async def job(self, job: str, *, ordered_at: datetime | None, timeout_s: float = 10.0) -> JobReading:
        self._fuse.point(f"ask for job {job}")
        self._host.orders[job] = ordered_at
        found = self._host.read_job(job)
        ended = found.state is JobState.ENDED
        status, text = found.output if ended else (None, "")
        return JobReading(job, found.state, status, text, "", self._clock.now())


@dataclass
class _Hands:
    _host: DoubleHost
    _clock: Clock
    _fuse: Fuse
    _permit: Permit

    @property
    def host(self) -> str:
        return self._host.name

    async def change(self, command: Command, *, job: str, timeout_s: float = 60.0) -> Output:
        self._fuse.point(f"about to change {self.host}: {job}")
        entry = self._permit.before(self.host, command, job)
        self._fuse.point(f"announced {job}")
        result: Output | SystemsError
        try:
            self._begin(command, job)
            if self._host.jobs[job].polls > 1000:
                self._host.hangs.set()
                await asyncio.Event().wait()
            self._fuse.point(f"begun {job}")
            result = self._see(job)
        except SystemsError as error:
            result = error
        self._permit.after(entry, result)
        self._fuse.point(f"told {job}")
        if isinstance(result, SystemsError):
            raise result
        return result

    def _begin(self, command: Command, job: str) -> None:
        """Start the job, once, with the fault that is scripted for it; its host needs nobody to go on."""
        host = self._host
        if host.down is not None:
            raise host.down
        if job in host.jobs:
            return
        cut = "none" if "/run/quarterdeck/" in command.line else host.next_cut()
        if cut == "refused":
            raise Unreachable(f"{host.name}: no route")
        if cut in ("lost before", "forgotten before"):
            host.jobs[job] = DoubleJob(JobState.LOST if cut == "lost before" else JobState.FORGOTTEN)
        elif cut != "before":
            state, polls = _STATES.get(cut, (JobState.ENDED, 0))
            host.jobs[job] = DoubleJob(state, host.run(command), polls)
        if cut in ("before", "after", "lost", "lost before", "forgotten", "forgotten before"):
            raise LinkLost(f"{host.name}: the link was cut")
        if cut in ("running", "timeout"):
            raise TimedOut(f"{host.name}: {command.line!r} took too long")

    def _see(self, job: str) -> Output:
        found = self._host.jobs[job]
        if found.state is not JobState.ENDED:
            raise TimedOut(f"{self.host}: job {job} is {found.state.value}")
        status, text = found.output
        return Output(text, "", status, self._clock.now())

    async def stream(self, command: Command, sink: Sink, *, timeout_s: float | None = None) -> int:
        entry = self._permit.before(self.host, command, "")
        status, text = self._host.run(command)
        sink.data(self.host, Stream.STDOUT, text.encode())
        self._permit.after(entry, Output(text, "", status, self._clock.now()))
        return status
