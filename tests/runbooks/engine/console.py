"""A console in a process of its own on real sshd, to be killed; takes the folder of the estate."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from datetime import UTC, datetime
from pathlib import Path

from runbooks.arming import Arming
from runbooks.engine.api import Limits, RunResult
from runbooks.engine.engine import Engine
from runbooks.journal.sqlite import SqliteJournal
from runbooks.lease.sqlite import SqliteLeases
from runbooks.model import Act, Check, Context, Look, Runbook, Sighting, no, yes
from systems.shell import Command, Probe
from systems.ssh.hosts import SshHosts
from tests.builders import a_stopped_node, a_survey
from tests.runbooks.engine.books import CATALOGUE, a_book_of, a_last_step, a_step
from tests.runbooks.journals import ANA
from tests.runbooks.rigs import PlainRedactor, ScriptedSteering


class LocalSurveyor:
    """Surveys a cluster whose one node is always down."""

    async def look(self, target: str, *, preparation: bool = False) -> Look:
        return Look(a_survey(a_stopped_node("db1", at=datetime.now(UTC)), name=target))


def there(path: Path) -> Check:
    async def check(context: Context) -> Sighting:
        answer = await context.reader("db1").read(Probe.of("test", "-e", str(path), accepts=(0, 1)))
        return yes(f"{path.name} is there") if answer.status == 0 else no(f"{path.name} is not there")

    return check


def a_slow_book(folder: Path) -> Runbook:
    """A first step that works at once, then a point of no return that waits at a gate."""

    async def free(_: Context) -> Sighting:
        return yes("nothing stands against it")

    def act(line: str) -> tuple[Act, ...]:
        return (Act("db1", Command(line, as_root=False), timeout_s=30.0),)

    count, gate, done = folder / "count", folder / "gate", folder / "done"
    first = a_step("first", acts=act(f"echo first >> {count}"), check=free, verify=there(count))
    slow = f"echo slow >> {count}; read x < {gate}; touch {done}"
    last = a_last_step(acts=act(slow), check=free, verify=there(done))
    return a_book_of(first, last)


def an_engine(folder: Path, hosts: SshHosts) -> Engine:
    journal = SqliteJournal(folder / "journal.sqlite", ANA)
    arming = Arming(journal)
    arming.arm("the test wants it")
    return Engine(
        hosts,
        LocalSurveyor(),
        journal=journal,
        arming=arming,
        leases=SqliteLeases(journal),
        redactor=PlainRedactor(),
        catalogue=CATALOGUE,
        limits=Limits(resolve_s=30.0, resolve_every_s=0.1),
    )


def target_of(folder: Path) -> str:
    """A system of the test's own: root's markers of all tests on a machine lie in one folder."""
    return f"orders-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"


async def run(folder: Path) -> RunResult:
    hosts = SshHosts(config_file=str(folder / "ssh_config"), system_config_file=None)
    try:
        return await an_engine(folder, hosts).run(
            a_slow_book(folder), target_of(folder), {}, ScriptedSteering()
        )
    finally:
        await hosts.close()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
