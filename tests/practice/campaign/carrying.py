"""Carries one case out: breaks, runs, interrupts, resumes until there is an end, and judges it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from runbooks.journal.entries import Kind
from runbooks.journal.place import open_journal
from runbooks.journal.port import Filter
from tests.practice.campaign.cases import CLUSTER, Case, Then
from tests.practice.campaign.gates import Moment, Passed
from tests.practice.campaign.nursery import Console
from tests.practice.campaign.site import Site
from tests.practice.campaign.witness import Interrupted, Witness

DEADLINE_S = 120.0
"""Of one console, in seconds of this machine: one that takes longer hangs."""
_MOST_CONSOLES = 60
_LOOK_EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class Cut:
    """The SSH link of a command's host is cut at this moment of every command, once each."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class Kill:
    """The console is killed at this moment of every command, once each, and another one resumes."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class Die:
    """The first console kills itself at this breath (`console.Order.dies_at`), and another resumes."""

    breath: int


Interruption: TypeAlias = Cut | Kill | Die | None


@dataclass
class Story:
    """What happened, for who reads a failure."""

    statuses: list[int] = field(default_factory=list)
    cuts: int = 0
    kills: int = 0
    ended: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    said: str = ""

    @property
    def sentence(self) -> str:
        """Its last word, and the way on."""
        return f"{self.ended.get('sentence', '')} | {self.ended.get('way_on', '')}"

    def text(self) -> str:
        """All of it, short."""
        steps = "\n".join(f"  {step}: {outcome}" for step, outcome in self.steps.items())
        tail = "\n".join(line[:300] for line in self.said.splitlines()[-12:])
        return (
            f"consoles ended {self.statuses}, {self.cuts} cuts, {self.kills} kills\n{steps}\n"
            f"{self.sentence}\n{tail}"
        )


async def carried_out(site: Site, case: Case, interruption: Interruption = None) -> Story:
    """Raises `AssertionError` with the story where anything is not as the case and the witness say."""
    for do in case.breaks:
        await site.does(do)
    witness, story = Witness(site), Story()
    hangs: TimeoutError | None = None
    try:
        async with _meanwhile(site, case):
            await _until_its_end(site, case, interruption, story)
    except TimeoutError as error:
        hangs = error
    _tell(site, story)
    if hangs is not None:
        raise AssertionError(f"{case.book} {case.name}, {interruption}: it hangs\n{story.text()}") from hangs
    await site.pass_time(1.0)
    problems = [*_of_ending(case, story)]
    began = _began(site)
    problems += witness.problems(case, Interrupted(story.kills if began else 0, story.cuts))
    assert not problems, "\n".join([f"{case.book} {case.name}, {interruption}:", *problems, story.text()])
    return story


def _of_ending(case: Case, story: Story) -> list[str]:
    status = story.statuses[-1]
    found = [] if status == case.comes.value else [f"it ended {status}, and {case.comes} was to come of it"]
    return [*found, *(f"it does not say {words!r}" for words in case.says if words not in story.sentence)]


async def _until_its_end(site: Site, case: Case, interruption: Interruption, story: Story) -> None:
    """One console after the other, until one is not killed."""
    words = [word for name in case.agreed for word in ("--yes-to", name)]
    words += ["--arm", "a drill", "--minutes", "240", "--json"]
    values = [word for name, value in case.values.items() for word in ("--set", f"{name}={value}")]
    password = f"file:{site.serving.folder / 'monitor.pw'}"
    words += [word for name in case.secrets for word in ("--secret", f"{name}={password}")]
    begin = ["runbook", "run", case.book, "--target", CLUSTER, *values, *words]
    gate = _Gate(site, interruption, story)
    site.gates.at.append(gate.passes)
    dies_at = interruption.breath if isinstance(interruption, Die) else 0
    try:
        for _ in range(_MOST_CONSOLES):
            run = _began(site)
            arguments = ["runbook", "resume", run, *words] if run else begin
            async with asyncio.timeout(DEADLINE_S):
                gate.console = await site.console(arguments, dies_at=dies_at)
                status = await gate.console.ended()
            gate.console, dies_at = None, 0
            story.statuses.append(status)
            if status != -signal.SIGKILL:
                return
            story.kills += 1 if run or _began(site) else 0
    finally:
        site.gates.at.remove(gate.passes)
        if gate.console is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(gate.console.pid, signal.SIGKILL)
            story.statuses.append(await gate.console.ended())


class _Gate:
    """Interrupts at every command, once."""

    def __init__(self, site: Site, interruption: Interruption, story: Story) -> None:
        self.console: Console | None = None
        self._site, self._interruption, self._story = site, interruption, story
        self._done: set[str] = set()

    def passes(self, passed: Passed) -> None:
        if not isinstance(self._interruption, Cut | Kill) or passed.moment is not self._interruption.moment:
            return
        if passed.job in self._done:
            return
        self._done.add(passed.job)
        if isinstance(self._interruption, Cut):
            self._story.cuts += 1
            self._site.serving.sshds[passed.host].cut()
        elif self.console is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.console.pid, signal.SIGKILL)


@asynccontextmanager
async def _meanwhile(site: Site, case: Case) -> AsyncIterator[None]:
    """What somebody else does while it runs."""
    tasks: list[asyncio.Task[None]] = []
    watchers: list[Callable[[Passed], None]] = []
    for then in case.meanwhile:
        if then.told:
            tasks.append(asyncio.create_task(_once_told(site, then)))
        else:
            watchers.append(_once_passed(site, then, tasks))
    site.gates.at += watchers
    try:
        yield
    finally:
        for watcher in watchers:
            site.gates.at.remove(watcher)
        for task in tasks:
            task.cancel()
        for done in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(done, Exception):
                raise done


async def _once_told(site: Site, then: Then) -> None:
    while then.told not in site.said:  # noqa: ASYNC110 - another process writes it, into a file
        await asyncio.sleep(_LOOK_EVERY_S)
    for do in then.do:
        await site.does(do)


def _once_passed(site: Site, then: Then, tasks: list[asyncio.Task[None]]) -> Callable[[Passed], None]:
    done = False

    async def does() -> None:
        for do in then.do:
            await site.does(do)

    def passes(passed: Passed) -> None:
        nonlocal done
        if not done and passed.moment is then.moment and passed.step.startswith(then.step):
            done = True
            tasks.append(asyncio.create_task(does()))

    return passes


def _began(site: Site) -> str:
    """The run that the journal knows of; empty: none has begun."""
    if not site.journal.exists():
        return ""
    journal = open_journal(str(site.journal), read_only=True)
    try:
        begun = list(journal.entries(Filter(kinds=frozenset({Kind.RUN_BEGUN}))))
        return begun[-1].run if begun else ""
    finally:
        journal.close()


def _tell(site: Site, story: Story) -> None:
    story.said = site.said
    for line in story.said.splitlines():
        if not line.startswith("{"):
            continue
        with contextlib.suppress(ValueError):
            event = json.loads(line)
            if event["event"] == "run-ended":
                story.ended = event
            elif event["event"] == "step-ended":
                story.steps[event["step"]] = f"{event['outcome']}: {event['sentence'][:160]}"
