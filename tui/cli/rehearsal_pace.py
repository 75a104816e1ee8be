"""Rehearses in the time of somebody who waits: what takes long in life is shortened on the copy."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from runbooks.model import Plan, Step
from runbooks.rehearsal.holding import Recorder
from tui.demo.control import Control, PracticeFailed
from tui.rehearser import RehearsalNews

PATIENCE_S = 8.0
"""A step that takes longer than this, such as a full copy (SST), has its time shortened from then on."""
HURRY = 60.0
"""How much faster than life durations run in it then: an hour takes a minute."""


class CopyRecorder(Recorder):
    """Records a run on a practice copy in the copy's own time."""

    def __init__(self, control: Control, news: RehearsalNews) -> None:
        super().__init__(self._simulated_s, news.step)
        self._control, self._news = control, news

    async def _simulated_s(self) -> float:
        passed = (await self._control.state()).get("simulated_s")
        if not isinstance(passed, int | float):
            raise PracticeFailed("The practice estate does not tell its time.")
        return float(passed)

    @contextmanager
    def recording(self, plan: Plan) -> Iterator[None]:
        """The run of this plan on the copy."""
        self._news.begun(plan)
        yield


class HurryingRecorder(CopyRecorder):
    """Lets a step run as in life, and faster once it takes long.

    Faster from the start would mislead: while the console reads for a second, a minute of writes would pass,
    and a node that can catch up (IST) would need a full copy.
    """

    def __init__(self, control: Control, news: RehearsalNews, *, patience_s: float = PATIENCE_S) -> None:
        super().__init__(control, news)
        self._patience_s = patience_s
        self._hurry: asyncio.Task[None] | None = None
        self._is_fast = False

    async def begun(self, step: Step) -> None:
        await self._as_in_life()
        await super().begun(step)
        self._hurry = asyncio.create_task(self._hurry_up())

    async def done(self, step: Step) -> None:
        await super().done(step)
        await self._as_in_life()

    @contextmanager
    def recording(self, plan: Plan) -> Iterator[None]:
        try:
            with super().recording(plan):
                yield
        finally:
            self._stop_waiting()

    def _stop_waiting(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()

    async def _as_in_life(self) -> None:
        self._stop_waiting()
        if self._is_fast:
            self._is_fast = False
            await self._control.order(do="speed", factor=1.0)

    async def _hurry_up(self) -> None:
        await asyncio.sleep(self._patience_s)
        self._is_fast = True
        with suppress(PracticeFailed):  # the run itself finds out that the copy is gone
            await self._control.order(do="speed", factor=HURRY)
