"""One holder for a system: seen by others, taken when expired, broken with a reason, all of it journalled."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from runbooks.journal.sqlite import SqliteJournal
from runbooks.lease.port import LeaseLost, LeaseTaken
from runbooks.lease.process import is_dead, this_process
from runbooks.lease.sqlite import SqliteLeases
from tests.runbooks.clocks import HandClock
from tests.runbooks.journals import ANA, BEN, a_journal


class Two:
    """Two consoles on one journal."""

    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.journal = a_journal(folder, ANA, clock=self.clock)
        self.ana = SqliteLeases(self.journal, now=self.clock.now)
        self.ben = self.of(a_journal(folder, BEN, clock=self.clock), "elsewhere")

    def of(self, journal: SqliteJournal, process: str) -> SqliteLeases:
        return SqliteLeases(journal, now=self.clock.now, process=process)

    def kinds(self) -> list[str]:
        return [entry.kind.value for entry in self.journal.entries()]


@pytest.fixture
def two(tmp_path: Path) -> Two:
    return Two(tmp_path)


def test_a_second_console_is_told_who_where_and_since_when(two: Two) -> None:
    two.ana.take("orders", run="r1", what="galera-recover")
    with pytest.raises(LeaseTaken) as caught:
        two.ben.take("orders", run="r2", what="galera-rolling-restart")
    sentence = str(caught.value)
    assert "ana on bastion1 since 2026-11-22 12:00:00 UTC (galera-recover, run r1)" in sentence
    assert "nothing was changed" in sentence
    assert caught.value.lease == two.ben.holder("orders")
    assert two.kinds() == ["lease-taken"]


def test_a_lease_of_a_console_that_is_gone_tells_how_to_go_on(two: Two) -> None:
    gone = subprocess.Popen(["true"])
    name = this_process().replace(f"/{os.getpid()}/", f"/{gone.pid}/")
    gone.wait()
    two.of(two.journal, name).take("orders", run="r1", what="galera-recover")
    with pytest.raises(LeaseTaken) as caught:
        two.ben.take("orders", run="r2", what="galera-recover")
    assert "that console is gone; nothing was changed" in str(caught.value)
    assert '`quarterdeck runbook resume r1 --arm "WHY"` goes on with its run' in caught.value.way_on


def test_other_systems_are_free(two: Two) -> None:
    two.ana.take("orders", run="r1", what="x")
    two.ben.take("billing", run="r2", what="x")
    assert {lease.system for lease in two.ana.live()} == {"orders", "billing"}


def test_an_expired_lease_may_be_taken_and_its_holder_notices(two: Two) -> None:
    lease = two.ana.take("orders", run="r1", what="x")
    two.clock.turn(121)
    assert two.ben.holder("orders") is None
    two.ben.take("orders", run="r2", what="y")
    with pytest.raises(LeaseLost, match="it is with ben on bastion1"):
        two.ana.renew(lease)


def test_a_heartbeat_keeps_it(two: Two) -> None:
    lease = two.ana.take("orders", run="r1", what="x")
    for _ in range(5):
        two.clock.turn(60)
        lease = two.ana.renew(lease)
    with pytest.raises(LeaseTaken):
        two.ben.take("orders", run="r2", what="y")


def test_a_lease_given_back_is_free_and_journalled(two: Two) -> None:
    lease = two.ana.take("orders", run="r1", what="x")
    two.ana.release(lease)
    two.ana.release(lease)
    two.ben.take("orders", run="r2", what="y")
    assert two.kinds() == ["lease-taken", "lease-released", "lease-taken"]


def test_breaking_needs_a_reason_and_is_journalled(two: Two) -> None:
    lease = two.ana.take("orders", run="r1", what="x")
    with pytest.raises(ValueError, match="needs a reason"):
        two.ben.break_up("orders", " ")
    two.ben.break_up("orders", "ana's laptop is gone")
    [*_, entry] = two.journal.entries()
    assert (entry.operator, entry.data["reason"], entry.data["owner"]) == (
        "ben",
        "ana's laptop is gone",
        "ana",
    )
    with pytest.raises(LeaseLost):
        two.ana.renew(lease)
    with pytest.raises(LookupError):
        two.ben.break_up("orders", "again")


def test_the_same_run_goes_on_at_once_when_its_process_has_died(two: Two) -> None:
    dead = subprocess.Popen(["sleep", "60"])
    name = this_process().rsplit("/", 2)[0] + f"/{dead.pid}/" + _started(dead.pid)
    assert not is_dead(name)
    first = two.of(two.journal, name).take("orders", run="r1", what="x")
    with pytest.raises(LeaseTaken):
        two.ana.take("orders", run="r1", what="x")
    assert two.ana.of_run("r1") == first
    dead.kill()
    dead.wait()
    assert two.ana.of_run("r1") is None
    with pytest.raises(LeaseTaken):
        two.ana.take("orders", run="r2", what="x")
    assert two.ana.take("orders", run="r1", what="x").token != first.token


def _started(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


@pytest.mark.parametrize("name", ["", "a/b/c/d", "////", "other-boot/1/1/1"])
def test_a_process_that_cannot_be_known_is_not_called_dead(name: str) -> None:
    assert not is_dead(name)


def test_this_process_is_alive_and_its_number_alone_proves_nothing() -> None:
    assert not is_dead(this_process())
    boot, namespace, pid, _ = this_process().split("/")
    assert int(pid) == os.getpid()
    assert is_dead(f"{boot}/{namespace}/{pid}/12345")
