"""A practice estate within the test's own process: the real adapters of the console against it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

import practice.sql.wire  # noqa: F401 - loaded before anybody waits for it
from practice.clock import Clock
from practice.estate import build, build_balanced, build_blank, build_demo
from practice.faults import apply, heal
from practice.serving import Serving
from practice.telling import state_of
from runbooks.triage import triage
from runbooks.triage.verdict import Verdict, verdict
from systems.estate import load
from systems.galera.readings import ClusterSurvey
from systems.secrets import Redactor
from tests.practice.running import DEADLINE_S
from tui.access import Access
from tui.cli.group import cli

SPEED = 20.0


@dataclass
class Inside:
    """One estate, and one console that looks at it."""

    serving: Serving
    access: Access

    @property
    def cluster(self) -> dict[str, object]:
        """What is so, told by the simulation."""
        clusters = state_of(self.serving.practice)["clusters"]
        assert isinstance(clusters, dict)
        found: dict[str, object] = clusters["orders"]
        return found

    def state(self, host: str) -> str:
        """What its server says of itself, by the simulation; empty: it does not run."""
        nodes = self.cluster["nodes"]
        assert isinstance(nodes, dict)
        return str(nodes[host]["state"])

    async def breaks(self, fault: str, host: str | None = None, *, seconds: float = 60.0) -> None:
        """Break something and let simulated time pass until it is there."""
        await apply(self.serving, fault, host=host)
        await self.pass_time(seconds)

    async def heals(self, fault: str) -> None:
        """Take the cause away, and let simulated time pass."""
        await heal(self.serving, fault)
        await self.pass_time(60.0)

    async def pass_time(self, seconds: float) -> None:
        """Let simulated time pass at once."""
        self.serving.practice.clock.advance(seconds)
        await self.serving.follow()

    async def survey(self) -> ClusterSurvey:
        """Look twice, as a console that watches does: a rate needs two looks."""
        await self.access.survey("orders")
        return await self.access.survey("orders")

    async def verdict(self) -> Verdict:
        """What the console says of it."""
        survey = await self.survey()
        return verdict(survey, triage(survey))

    async def reopen(self) -> None:
        """Have the console look at what is served now, which other hosts are."""
        await self.access.close()
        self.access = Access(load(self.serving.folder / "estate.toml"), Redactor())

    async def console(self, *arguments: str) -> tuple[int, str]:
        """Run the headless console, in a thread; returns its exit status and what it said."""
        return await asyncio.to_thread(self._console, arguments)

    def _console(self, arguments: tuple[str, ...]) -> tuple[int, str]:
        estate = str(self.access.estate.path)
        journal = str(self.access.estate.path.parent.parent / "journal.sqlite")
        runner = CliRunner(env={"QUARTERDECK_JOURNAL": journal, "NO_COLOR": "1"})
        done = runner.invoke(cli, ["--estate", estate, *arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return done.exit_code, done.output

    async def until_verdict(self, scenario: str) -> Verdict:
        """Look until the console says so; a node that is on its way is looked at again."""
        async with asyncio.timeout(DEADLINE_S):
            while (said := await self.verdict()).scenario != scenario:
                await self.pass_time(2.0)
        return said


@asynccontextmanager
async def inside(
    folder: Path,
    *,
    seed: int = 1,
    speed: float = SPEED,
    blank: bool = False,
    balanced: bool = False,
    demo: bool = False,
) -> AsyncIterator[Inside]:
    """Serve an estate and open a console on it. `blank`: its hosts are no cluster yet.

    `balanced`: it has two load balancers besides; `demo`: and a cloud, whose instances the hosts are.
    """
    place = folder / "practice"
    place.mkdir(mode=0o700)
    make = build_blank if blank else build_demo if demo else build_balanced if balanced else build
    serving = Serving(place, practice=make(Clock(speed=speed), seed=seed))
    await serving.start()
    estate = Inside(serving, Access(load(place / "estate.toml"), Redactor()))
    try:
        yield estate
    finally:
        await estate.access.close()
        await serving.close()
