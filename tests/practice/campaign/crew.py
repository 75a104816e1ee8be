"""Several runs at once: each worker is a process of its own that carries out one after the other.

An estate wants all of a core now and then, and what comes late there looks to a console like a slow host; so
each has a process of its own, with its own nursery.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.practice.campaign.carrying import carried_out
from tests.practice.campaign.nursery import ROOT, Nursery, nursery
from tests.practice.campaign.site import site
from tests.practice.campaign.tables import CASES, WAYS

_LONGEST_LINE = 1 << 20
_GARBAGE = 50_000
_TICK_S = 0.2


@dataclass(frozen=True, slots=True)
class Task:
    """One run: a row of all tables and a variant of a way, each by its place."""

    row: int
    way: str
    variant: int
    patience: float


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run; `problem` is empty when all was as it must be."""

    cuts: int
    kills: int
    problem: str
    lasted_s: float
    computed_s: float
    """Of which a core was busy with the estate; what consoles computed is not in it."""


async def carry_out(tasks: Iterable[Task], jobs: int, told: Callable[[Task, Result], None]) -> None:
    """Carry them out in their order, so many at once, and tell of each as it ends."""
    left = iter(tasks)
    async with asyncio.TaskGroup() as group:
        for _ in range(jobs):
            group.create_task(_drive(left, told))


async def _drive(left: Iterator[Task], told: Callable[[Task, Result], None]) -> None:
    async with _worker() as (orders, answers):
        for task in left:
            orders.write(json.dumps(asdict(task)).encode() + b"\n")
            line = await answers.readline()
            if not line:
                raise RuntimeError(f"the worker that carried out {task} is gone; what it said stands above")
            told(task, Result(**json.loads(line)))


@asynccontextmanager
async def _worker() -> AsyncIterator[tuple[asyncio.StreamWriter, asyncio.StreamReader]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.practice.campaign.crew"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
        cwd=ROOT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdin, process.stdout
    finally:
        process.stdin.close()
        await process.wait()


@dataclass
class _Lateness:
    """How late this process was woken at most: on a machine that is too busy, hosts seem to hang."""

    most_s: float = 0.0

    async def watch(self) -> None:
        while True:
            due_s = time.monotonic() + _TICK_S
            await asyncio.sleep(_TICK_S)
            self.most_s = max(self.most_s, time.monotonic() - due_s)


async def _carried_out(consoles: Nursery, task: Task) -> Result:
    case, interruption = CASES[task.row], WAYS[task.way][task.variant]
    began_s, computed_s, problem, cuts, kills = time.monotonic(), time.process_time(), "", 0, 0
    late = _Lateness()
    watching = asyncio.create_task(late.watch())
    with tempfile.TemporaryDirectory(prefix="quarterdeck-campaign-") as folder:
        async with site(
            Path(folder), seed=case.seed, blank=case.blank, consoles=consoles, patience=task.patience
        ) as place:
            try:
                story = await carried_out(place, case, interruption)
                cuts, kills = story.cuts, story.kills
            except AssertionError as error:
                problem = f"{error or repr(error)}\nthis machine was up to {late.most_s:.1f} s late"
    watching.cancel()
    return Result(cuts, kills, problem, time.monotonic() - began_s, time.process_time() - computed_s)


async def _work() -> None:
    """Read a task a line, and tell its result in a line, until there are no more."""
    loop = asyncio.get_running_loop()
    gc.set_threshold(_GARBAGE, 50, 50)  # a simulated shell makes many small objects, and few rings of them
    async with nursery() as consoles:
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            result = await _carried_out(consoles, Task(**json.loads(line)))
            sys.stdout.write(json.dumps(asdict(result)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_work())
