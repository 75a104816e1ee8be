"""On a copy, what takes long in life is shortened; the rest keeps the time of life."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runbooks.model import Plan
from runbooks.rehearsal.record import StepRecord
from tests.runbooks.engine.books import a_step
from tui.cli.rehearsal_pace import HURRY, HurryingRecorder
from tui.demo.control import Control

STEP = a_step()


class Nobody:
    """Is told, and does nothing."""

    def begun(self, plan: Plan) -> None:
        del plan

    def step(self, record: StepRecord) -> None:
        del record


class Practice:
    """Notes the speeds that it is told."""

    def __init__(self) -> None:
        self.speeds: list[float] = []
        self.told = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        order = json.loads(await reader.readline())
        if order["do"] == "speed":
            self.speeds.append(order["factor"])
            self.told.set()
        writer.write(json.dumps({"ok": True, "state": {"simulated_s": 1.0}}).encode() + b"\n")
        writer.close()


@asynccontextmanager
async def recording(patience_s: float) -> AsyncIterator[tuple[Practice, HurryingRecorder]]:
    with tempfile.TemporaryDirectory(prefix="qd") as folder:
        practice, place = Practice(), Path(folder) / "control"
        async with await asyncio.start_unix_server(practice.serve, str(place)):
            recorder = HurryingRecorder(Control(place), Nobody(), patience_s=patience_s)
            with recorder.recording(Plan("few", "orders", "as scripted", (STEP,))):
                yield practice, recorder


async def test_a_step_that_takes_long_runs_faster_until_it_is_done() -> None:
    async with recording(0.0) as (practice, recorder):
        await recorder.begun(STEP)
        async with asyncio.timeout(10.0):
            await practice.told.wait()
        assert practice.speeds == [HURRY]
        await recorder.done(STEP)
        assert practice.speeds == [HURRY, 1.0]


async def test_a_step_that_is_soon_done_keeps_the_time_of_life() -> None:
    async with recording(3600.0) as (practice, recorder):
        await recorder.begun(STEP)
        await recorder.done(STEP)
        assert practice.speeds == []


async def test_nothing_waits_on_once_the_run_is_over() -> None:
    async with recording(3600.0) as (_, recorder):
        await recorder.begun(STEP)
        waits = recorder._hurry
    assert waits is not None
    await asyncio.gather(waits, return_exceptions=True)
    assert waits.cancelled()
