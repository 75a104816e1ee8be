"""A practice estate in the test's own process, its gates, and consoles on it as processes of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import practice.sql.wire  # noqa: F401 - loaded before anybody waits for it
from practice.clock import Clock
from practice.estate import build, build_blank
from practice.faults import apply, heal
from practice.serving import Serving
from practice.telling import state_of
from tests.practice.campaign.cases import CLUSTER, Do
from tests.practice.campaign.console import Order
from tests.practice.campaign.gates import Gates
from tests.practice.campaign.nursery import Console, Nursery, nursery

SPEED = 20.0
PATIENCE = 2.0


@dataclass
class Site:
    """One estate; `home` holds what its consoles keep."""

    serving: Serving
    gates: Gates
    home: Path
    consoles: Nursery
    patience: float = PATIENCE
    """Of its consoles; see `Order`."""

    @property
    def journal(self) -> Path:
        return self.home / "journal.sqlite"

    @property
    def cluster(self) -> dict[str, object]:
        """What is so, told by the simulation."""
        clusters = state_of(self.serving.practice)["clusters"]
        assert isinstance(clusters, dict)
        found: dict[str, object] = clusters[CLUSTER]
        return found

    async def does(self, do: Do) -> None:
        """What somebody else does to the estate."""
        host = do.host or None
        if do.fault and do.heals:
            await heal(self.serving, do.fault, host=host)
        elif do.fault:
            await apply(self.serving, do.fault, host=host)
        if do.settles_s:
            await self.pass_time(do.settles_s)

    async def pass_time(self, seconds: float) -> None:
        """Let simulated time pass at once."""
        self.serving.practice.clock.advance(seconds)
        await self.serving.follow()

    async def console(self, arguments: Sequence[str], *, dies_at: int = 0) -> Console:
        """Begin `quarterdeck --estate FILE ARGUMENTS`; what it says is added to `said`."""
        estate = str(self.serving.folder / "estate.toml")
        speed = self.serving.practice.clock.speed
        order = Order(("--estate", estate, *arguments), str(self.home), speed, self.patience, dies_at)
        return await self.consoles.console(order)

    @property
    def said(self) -> str:
        """What all consoles have said so far."""
        out = self.home / "console.out"
        return out.read_text(errors="replace") if out.exists() else ""


@asynccontextmanager
async def site(
    folder: Path,
    *,
    seed: int = 1,
    blank: bool = False,
    consoles: Nursery | None = None,
    patience: float = PATIENCE,
) -> AsyncIterator[Site]:
    """Serve an estate. `consoles`: where they come from, when that is shared by several estates."""
    place, home = folder / "practice", folder / "home"
    place.mkdir(mode=0o700, parents=True)
    home.mkdir(mode=0o700)
    serving = Serving(place, practice=(build_blank if blank else build)(Clock(speed=SPEED), seed=seed))
    await serving.start()
    try:
        if consoles is not None:
            yield Site(serving, Gates(serving), home, consoles, patience)
        else:
            async with nursery() as own:
                yield Site(serving, Gates(serving), home, own, patience)
    finally:
        await serving.close()
