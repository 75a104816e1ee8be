"""The engine on real sshd: the link is cut, the console is killed -9, and no command runs twice."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runbooks.engine.api import ActUnseen, Ending
from runbooks.journal.entries import Kind
from runbooks.journal.port import Filter
from runbooks.journal.sqlite import SqliteJournal
from systems.ssh.hosts import SshHosts
from tests.runbooks.engine.console import a_slow_book, an_engine, run, target_of
from tests.runbooks.journals import ANA
from tests.runbooks.rigs import ScriptedSteering
from tests.systems.ssh.conftest import estate, hosts
from tests.systems.ssh.job_folders import forget_jobs
from tests.systems.ssh.servers import Estate, until

__all__ = ["estate", "hosts"]

pytestmark = pytest.mark.servers
ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(estate: Estate) -> Iterator[Path]:
    estate.sshd("db1")
    os.mkfifo(estate.folder / "gate")
    yield estate.folder
    journal = SqliteJournal(estate.folder / "journal.sqlite", ANA)
    for entry in journal.entries(Filter(kinds=frozenset({Kind.CHANGE}))):
        forget_jobs(str(entry.data["job"]))


def counted(folder: Path) -> list[str]:
    path = folder / "count"
    return path.read_text().split() if path.exists() else []


def is_slow_begun(folder: Path) -> bool:
    return "slow" in counted(folder)


async def test_a_link_that_is_cut_in_an_irreversible_step_is_resolved(estate: Estate, folder: Path) -> None:
    steering = ScriptedSteering()
    hosts = SshHosts(config_file=str(estate.config), system_config_file=None)
    running = asyncio.create_task(
        an_engine(folder, hosts).run(a_slow_book(folder), target_of(folder), {}, steering)
    )
    await until(lambda: is_slow_begun(folder))
    estate.servers["db1"].cut()
    await until(lambda: any(isinstance(event, ActUnseen) for event in steering.events))
    (folder / "gate").write_text("go on\n")
    result = await asyncio.wait_for(running, 60)
    await hosts.close()
    assert result.ending is Ending.DONE, result.sentence
    assert counted(folder) == ["first", "slow"]


@pytest.mark.parametrize("is_cut", [False, True], ids=["link stays", "link is cut"])
async def test_a_console_killed_in_an_irreversible_step_is_taken_up(
    estate: Estate, folder: Path, is_cut: bool
) -> None:
    console = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.runbooks.engine.console", str(folder), cwd=ROOT
    )
    try:
        await until(lambda: is_slow_begun(folder), 60)
    finally:
        console.kill()
        await console.wait()
    if is_cut:
        estate.servers["db1"].cut()
    hosts = SshHosts(config_file=str(estate.config), system_config_file=None)
    engine = an_engine(folder, hosts)
    [summary] = await engine.runs()
    assert (summary.ending, summary.can_resume, summary.done) == ("interrupted", True, 1)
    steering = ScriptedSteering()
    resuming = asyncio.create_task(engine.resume(summary.run, {"few": a_slow_book(folder)}, steering))
    (folder / "gate").write_text("go on\n")
    result = await asyncio.wait_for(resuming, 60)
    await hosts.close()
    assert result.ending is Ending.DONE, (result.sentence, steering.failed_with)
    assert counted(folder) == ["first", "slow"]
    assert steering.cards == []  # nothing was left to send, so nothing to confirm


async def test_a_run_without_trouble_is_done(estate: Estate, folder: Path) -> None:
    opened = asyncio.create_task(asyncio.to_thread((folder / "gate").write_text, "go on\n"))
    result = await asyncio.wait_for(run(folder), 60)
    await opened
    assert result.ending is Ending.DONE
    assert counted(folder) == ["first", "slow"]
