"""Finds out what became of a command whose end was not seen: its host is asked until it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from runbooks.engine.api import JobRead
from runbooks.engine.work import Work
from runbooks.journal.entries import Draft, Kind
from runbooks.model import Act
from runbooks.permit import write_outcome
from systems.errors import SystemsError
from systems.shell import JobReading, JobState, Output

_ASK_S = 10.0


@dataclass(frozen=True, slots=True)
class Settled:
    """What a host told of a job, in one sentence."""

    sentence: str
    state: JobState | None = None
    """None: it could not be asked."""
    output: Output | None = None
    """When it has ended."""

    @property
    def is_known(self) -> bool:
        return self.state in (JobState.ABSENT, JobState.ENDED, JobState.LOST, JobState.FORGOTTEN)


async def settle(work: Work, key: str, act: Act, job: str, entry: int) -> Settled:
    """Ask until the job is known to have ended, never to have begun, or to be gone, or the deadline is over.

    `entry`: number of the one that announced the command; its time is when it was ordered. A job that still
    runs is followed for as long as its command was allowed to take. What is found out is written beside it.
    """
    if act.order is not None:
        return await _nobody_knows(work, key, act, job, entry)
    gear = work.gear
    begun_s = gear.clock.steady_s()
    ends_s = begun_s + gear.limits.resolve_s
    announced = await gear.aside(gear.journal.entry, entry)
    ordered_at = announced.at if announced is not None else None
    while True:
        settled = await _ask(work, act, job, ordered_at)
        if settled.state is JobState.RUNNING:
            ends_s = max(ends_s, begun_s + act.timeout_s)
        left_s = max(0.0, ends_s - gear.clock.steady_s())
        work.tell(JobRead(key, job, act.host, settled.state, settled.sentence, left_s))
        if settled.is_known:
            await _write(
                work, Draft(Kind.OUTCOME, step=key, host=act.host, about=entry, data={"job": job}), settled
            )
            return settled
        if left_s <= 0.0:
            return settled
        await gear.clock.sleep(min(gear.limits.resolve_every_s, left_s))


async def _nobody_knows(work: Work, key: str, act: Act, job: str, entry: int) -> Settled:
    """A cloud keeps no jobs: what became of an order is told by the object that it is about."""
    sentence = f"whether {act.host} took {act.command.line!r} was not seen: look at what it is about"
    settled = Settled(sentence, JobState.LOST)
    work.tell(JobRead(key, job, act.host, settled.state, sentence, 0.0))
    words = Draft(Kind.OUTCOME, step=key, host=act.host, about=entry, data={"job": job})
    await _write(work, words, settled)
    return settled


async def _ask(work: Work, act: Act, job: str, ordered_at: datetime | None) -> Settled:
    try:
        jobs = work.gear.hosts.jobs(act.host)
        reading = await jobs.job(job, ordered_at=ordered_at, timeout_s=_ASK_S)
    except SystemsError as error:
        sentence = work.hide(f"{act.host} cannot be asked whether {act.command.line!r} ran: {error}")
        return Settled(sentence)
    if reading.state is JobState.ENDED and reading.status is None:
        reading = replace(reading, state=JobState.LOST)
    output = None
    if reading.state is JobState.ENDED and reading.status is not None:
        output = Output(reading.stdout, reading.stderr, reading.status, reading.taken_at)
    return Settled(_sentence(act, reading), reading.state, output)


def _sentence(act: Act, reading: JobReading) -> str:
    line = repr(act.command.line)
    match reading.state:
        case JobState.ABSENT:
            return f"{act.host} never began {line}: it is safe to send it again"
        case JobState.RUNNING:
            return f"{act.host} is still running {line}"
        case JobState.ENDED:
            return f"{act.host} has ended {line} with status {reading.status}"
        case JobState.LOST:
            return f"{act.host} began {line} and lost it: it was restarted, or the process was killed"
        case JobState.FORGOTTEN:
            return (
                f"{act.host} knows nothing of {line}, and was started anew since it was ordered, or that was "
                "days ago: it may have run; look at what it should have changed before it is sent again"
            )


async def _write(work: Work, words: Draft, settled: Settled) -> None:
    """Beside the entry that `words` are about: read from the host, so `read` is said."""
    if settled.output is not None:
        full = replace(words, run=work.run, system=work.target, data={**words.data, "read": True})
        await work.gear.aside(write_outcome, work.gear.journal, work.hide, full, settled.output)
    else:
        state = settled.state.value if settled.state is not None else ""
        data = {**words.data, "read": True, "state": state, "sentence": settled.sentence, "known": True}
        await work.write(words.kind, step=words.step, host=words.host, about=words.about, data=data)
