"""The wizard's rehearsals on a real copy: each step as it comes, and no copy once nobody wants it."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runbooks.galera_rolling_restart import GALERA_ROLLING_RESTART
from tests.practice.inside import inside
from tests.practice.running import DEADLINE_S
from tests.tui.cli.demo_console import processes_of
from tui.cli.wizard_rehearser import WizardRehearser
from tui.open_works import open_works
from tui.wizard.rehearsal import RehearsalView
from tui.wizard.session import RunSession


@asynccontextmanager
async def planned(folder: Path) -> AsyncIterator[RunSession]:
    """The plan of a rolling restart of a practice estate that stands for a real one."""
    async with inside(folder) as estate:
        works = open_works(estate.access, journal=str(folder / "journal.sqlite"))
        works.rehearser = WizardRehearser(works, estate.access)
        session = RunSession(works, GALERA_ROLLING_RESTART, "orders", {"soak_s": "0", "nodes": "db2"})
        try:
            await session.prepare()
            yield session
        finally:
            works.close()


@asynccontextmanager
async def rehearsing(session: RunSession) -> AsyncIterator[tuple[asyncio.Task[None], RehearsalView]]:
    task = asyncio.create_task(session.rehearse(asyncio.get_running_loop().time))
    try:
        await asyncio.sleep(0)
        assert session.state.rehearsal is not None
        yield task, session.state.rehearsal
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not holds():  # noqa: ASYNC110 - the view tells a screen, and this is none
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("when", ["while the copy starts", "in the middle of its run"])
async def test_one_that_is_given_up_leaves_no_process_and_no_file(
    when: str, tmp_path: Path, short_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(short_home))
    async with planned(tmp_path) as session, rehearsing(session) as (task, view):
        if when == "while the copy starts":
            await until(lambda: processes_of(short_home))
        else:
            await until(lambda: len(view.records) == 2)
            assert view.left_s is not None
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert session.state.rehearsal is None
        assert processes_of(short_home) == []
        assert os.listdir(short_home) == []


@pytest.mark.whole
async def test_one_that_comes_to_its_end_predicts_the_sizes_beside_each_step(tmp_path: Path) -> None:
    async with planned(tmp_path) as session, rehearsing(session) as (task, view):
        await task
        stop, start = view.record("stop:db2"), view.record("start:db2")
        assert stop is not None
        assert start is not None
        assert [stop.before.sizes, stop.after.sizes, start.after.sizes] == [(3,), (2,), (3,)]
        assert view.kept is not None
        assert view.kept.rehearsal.ending == "done"
