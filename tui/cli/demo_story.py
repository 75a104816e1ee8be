"""The demo where there is no terminal: one incident from the fault to the report, as text of 80 columns."""

from __future__ import annotations

import asyncio
import os
import textwrap
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from runbooks.engine.api import (
    ActBegan,
    Choice,
    Confirmation,
    Ending,
    Event,
    Go,
    StepBegan,
    StepCard,
    StepResult,
    Stop,
    Verifying,
)
from runbooks.membership import counts_the_dead
from runbooks.model import Finding, Refusal, Severity, Step
from tui.cli.demo_elsewhere import wrong_elsewhere
from tui.cli.opening import carry_out, opened
from tui.cli.practice_process import practice_estate
from tui.cli.said import CRITICAL, NONE, STOPPED
from tui.cli.telling import Teller
from tui.demo.control import Control
from tui.demo.mode import FIRST_FAULT

if TYPE_CHECKING:
    from runbooks.model import Plan, Runbook
    from systems.galera.readings import ClusterSurvey
    from tui.access import Access
    from tui.cli.practice_process import PracticeProcess
    from tui.works import Works

WIDTH = 80
REASON = "to see it put right"
MOST_RUNS = 4
"""A run recovers one node and its component; where more are down, another run follows."""
SEEN_S = 30.0
"""A fault shows itself within this time, or never."""
BETWEEN_S = 0.5
PATIENCE_S = 15.0
"""A step that sends nothing and waits longer waits for people."""


def tell_story(faults: tuple[str, ...], *, seed: int, speed: float) -> int:
    """Tell it, and return the exit status. Raises `PracticeFailed`."""
    with practice_estate(seed=seed, speed=speed) as practice:
        practice.wait_ready()
        os.environ.update(practice.private_environment())
        return carry_out(lambda: _tell(practice, faults or (FIRST_FAULT,)))


async def _tell(practice: PracticeProcess, faults: tuple[str, ...]) -> int:
    from systems.estate import load
    from tui.open_works import open_works

    estate = load(practice.estate)
    async with opened(estate) as access:
        works = await asyncio.to_thread(open_works, access)
        try:
            story = Story(access, works, Control(practice.control), estate.clusters[0].name)
            return await story.tell(faults)
        finally:
            works.close()


def say(line: str = "") -> None:
    """Print one line, broken at spaces so that it fits; what is broken off is indented a little more."""
    indent = line[: len(line) - len(line.lstrip())]
    parts = textwrap.wrap(
        line, WIDTH, subsequent_indent=f"{indent}  ", break_on_hyphens=False, drop_whitespace=True
    )
    click.echo("\n".join(parts))


def chapter(title: str) -> None:
    """Begin a part of the story."""
    click.echo(f"\n== {title} {'=' * (WIDTH - len(title) - 4)}")


class Agreeing:
    """A `Steering` that agrees to everything, since nothing here is real; it says where a name is typed."""

    def __init__(self, help_out: Callable[[], Awaitable[None]]) -> None:
        """`help_out`: called once when a step waits long for what only people do, such as making room."""
        self._teller = Teller(as_json=False, say=say)
        self._help_out = help_out
        self._helping: asyncio.Task[None] | None = None
        self._waits_since: float | None = None

    async def confirm(self, card: StepCard) -> Confirmation:
        if card.name_to_type:
            say(f"    there is no way back: an operator types {card.name_to_type} in full to agree")
        return Go(card.name_to_type)

    async def failed(self, step: Step, result: StepResult) -> Choice:  # noqa: ARG002
        return Stop(result.sentence)

    def tell(self, event: Event) -> None:
        self._teller.tell(event)
        if isinstance(event, StepBegan):
            self._waits_since = time.monotonic()
        elif isinstance(event, ActBegan):
            self._waits_since = None  # it waits for its own command
        elif isinstance(event, Verifying) and self._is_due():
            say("    the demo does what this step waits for: it takes the cause away")
            self._helping = asyncio.ensure_future(self._help_out())

    def _is_due(self) -> bool:
        since = self._waits_since
        return self._helping is None and since is not None and time.monotonic() - since > PATIENCE_S


@dataclass(slots=True)
class Story:
    """One incident in one cluster."""

    access: Access
    works: Works
    control: Control
    cluster: str

    async def tell(self, faults: tuple[str, ...]) -> int:
        """From the healthy estate to the report; returns the exit status."""
        say("DEMO: nothing real is touched. Every host here is simulated, behind real SSH and SQL.")
        chapter("The estate")
        say_all(_judged_lines(await self._look_until_whole()))
        chapter("The fault")
        whats = {fault.name: fault.what for fault in await self.control.listed()}
        for fault in faults:
            host = await self.control.break_(fault)
            say(f"{fault}{f' on {host}' if host else ''}: {whats.get(fault, '')}")
        for _ in range(MOST_RUNS):
            chapter("The finding")
            survey, finding = await self._look_until_found()
            say_all(_judged_lines(survey))
            say_all(await wrong_elsewhere(self.access))
            if finding is None:
                return await self._heal("No runbook answers this.")
            status = await self._repair(finding)
            if status != CRITICAL:
                return status
        return CRITICAL

    async def _repair(self, finding: Finding) -> int:
        """One run of the runbook that answers it; `CRITICAL`: it is done, and something else is wrong."""
        chapter(f"The plan: {finding.runbook}")
        book = self.works.runbooks[finding.runbook or ""]
        known = {one.name for one in book.inputs}
        values = {name: value for name, value in finding.values.items() if name in known}
        plan = await self.works.engine.prepare(book, self.cluster, values)
        say_all(_plan_lines(plan))
        if isinstance(plan, Refusal):
            return await self._heal("The runbook refuses, and says why.")
        chapter("The repair, armed with a reason")
        run, ending = await self._run(book, values, plan)
        chapter("The verification")
        status = await self._verify()
        chapter("The report, as `quarterdeck journal export` writes it")
        from runbooks.report import report

        say_all((await self.works.aside(report, self.works.journal, run)).splitlines())
        return status if ending is Ending.DONE else STOPPED

    async def _run(self, book: Runbook, values: dict[str, str], plan: Plan) -> tuple[str, Ending]:
        await self.works.aside(self.works.arming.arm, REASON)
        steering = Agreeing(self.control.heal_all)
        result = await self.works.engine.run(book, self.cluster, values, steering, approved=plan)
        await self.works.aside(self.works.arming.disarm)
        return result.run, result.ending

    async def _verify(self) -> int:
        """Read everything anew, and ask the simulation itself what became of the writes."""
        survey = await self.access.survey(self.cluster)
        say_all(_judged_lines(survey))
        clusters = (await self.control.state()).get("clusters")
        truth = clusters.get(self.cluster) if isinstance(clusters, dict) else None
        if isinstance(truth, dict):
            say(f"The simulation counts {truth['acknowledged']} acknowledged writes, {truth['lost']} lost.")
        return CRITICAL if _worst(survey) >= Severity.CRITICAL else NONE

    async def _heal(self, why: str) -> int:
        """Where no runbook helps: take the cause away, and wait for the cluster to be whole again."""
        chapter("The cause is taken away")
        say(f"{why} The demo takes the cause away, as the people would who own it.")
        await self.control.heal_all()
        survey = await self._look_until_whole()
        say_all(_judged_lines(survey))
        return CRITICAL if _worst(survey) >= Severity.CRITICAL else NONE

    async def _look_until_whole(self) -> ClusterSurvey:
        """Look until nothing is wrong, or until it is told as it is."""
        until = time.monotonic() + SEEN_S
        survey = await self.access.survey(self.cluster)
        while _worst(survey) >= Severity.WARNING and time.monotonic() < until:
            await asyncio.sleep(BETWEEN_S)
            survey = await self.access.survey(self.cluster)
        return survey

    async def _look_until_found(self) -> tuple[ClusterSurvey, Finding | None]:
        """Look until two looks agree on the finding that a runbook answers; None: there is none in time.

        Where the cluster is well and something beside it is not, there is none. While the cluster still
        counts nodes that are down, what it becomes of that is not to be seen yet.
        """
        until = time.monotonic() + SEEN_S
        before = ""
        while True:
            survey = await self.access.survey(self.cluster)
            answered = next((one for one in _findings(survey) if one.runbook), None)
            if answered is not None and answered.id == before and not counts_the_dead(survey):
                return survey, answered
            if time.monotonic() > until or await self._is_only_elsewhere(survey):
                return survey, answered
            before = answered.id if answered is not None else ""
            await asyncio.sleep(BETWEEN_S)

    async def _is_only_elsewhere(self, survey: ClusterSurvey) -> bool:
        """Whether all is well in the cluster, and not in what stands before or below it."""
        return _worst(survey) < Severity.WARNING and bool(await wrong_elsewhere(self.access))


def say_all(lines: list[str]) -> None:
    """Print them, each broken where it is too long."""
    for line in lines:
        say(line)


def _findings(survey: ClusterSurvey) -> tuple[Finding, ...]:
    from runbooks.triage import triage

    return triage(survey)


def _worst(survey: ClusterSurvey) -> int:
    return max([int(finding.severity) for finding in _findings(survey)], default=-1)


def _judged_lines(survey: ClusterSurvey) -> list[str]:
    from tui.cli.triage import judged, system_lines

    return system_lines(judged(survey))


def _plan_lines(plan: Plan | Refusal) -> list[str]:
    from runbooks.engine.text import plan_text, refusal_text

    return (refusal_text(plan) if isinstance(plan, Refusal) else plan_text(plan)).splitlines()
