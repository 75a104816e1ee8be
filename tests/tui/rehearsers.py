"""A rehearser that does what it is told, for tests of what the console makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from runbooks.journal.port import Journal
from runbooks.model import Plan, Refusal, Runbook
from runbooks.rehearsal.keeping import KeptRehearsal, keep_rehearsal
from runbooks.rehearsal.picture import NodePicture, Picture
from runbooks.rehearsal.record import Rehearsal, StepRecord, settled_values
from systems.errors import SystemsError
from tests.reading_builders import NOON
from tui.rehearser import RehearsalNews

AT = "97c6171f-e651-11f1-91ec-1f0bcdeda5d5:1311"
UP = Picture((3,), {"db2": NodePicture("Synced", "active", AT)})
OUT = Picture((2,), {"db2": NodePicture("down", "failed", AT)})


class ScriptedRehearser:
    """Refuses, until it is told otherwise."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.answer: Refusal | SystemsError | None = Refusal("there is no copy in this scene", (), "none")
        """None: the plan is carried out, a step at each `go_on`."""
        self.plan: Plan | None = None
        self.unlike: Sequence[str] = ()
        self.ending = "done"
        self.was_cancelled = False
        self._turns: asyncio.Queue[None] = asyncio.Queue()

    def go_on(self, steps: int = 1) -> None:
        """Carry out that many steps."""
        for _ in range(steps):
            self._turns.put_nowait(None)

    async def rehearse(
        self, runbook: Runbook, target: str, values: Mapping[str, str], news: RehearsalNews
    ) -> KeptRehearsal | Refusal:
        if isinstance(self.answer, SystemsError):
            raise self.answer
        if isinstance(self.answer, Refusal):
            return self.answer
        try:
            return await self._carried_out(runbook, target, values, news)
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise

    async def _carried_out(
        self, runbook: Runbook, target: str, values: Mapping[str, str], news: RehearsalNews
    ) -> KeptRehearsal:
        assert self.plan is not None
        await self._turns.get()
        news.begun(self.plan)
        records = []
        for step in self.plan.steps:
            await self._turns.get()
            acts = bool(step.acts)
            ways = {"db2": "IST"} if acts else {}
            records.append(StepRecord(step.key, step.title, OUT if acts else UP, UP, ways, 6.4))
            news.step(records[-1])
        settled = settled_values(runbook, values)
        made = Rehearsal(
            runbook.name,
            target,
            NOON,
            settled,
            {},
            tuple(self.unlike),
            tuple(records),
            self.ending,
            "so it went",
        )
        return KeptRehearsal(keep_rehearsal(self._journal, made), made)
