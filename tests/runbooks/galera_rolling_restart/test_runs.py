"""Whole runs on a cluster in memory, while somebody else stops a node at the worst of moments."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from runbooks.engine.api import Choice, Ending, RunResult, StepCard, Undo
from runbooks.gotchas import CATALOGUE
from runbooks.library import RUNBOOKS
from systems.galera.readings import NodeSurvey
from tests.builders import STATE, a_hit, a_stopped_node
from tests.runbooks.clocks import HandClock
from tests.runbooks.doubles import DoubleHost, World
from tests.runbooks.galera_rolling_restart.clusters import FREEZE, HOSTS, NAME, a_percona
from tests.runbooks.rigs import Rig


class Cluster:
    """Three nodes that stop and start as they are told, by us or by somebody else."""

    def __init__(self) -> None:
        self.world = World(*HOSTS)
        self.is_up = dict.fromkeys(HOSTS, True)
        self.has_restarted: set[str] = set()
        self.frozen: set[str] = set()
        self.drained: set[str] = set()
        self.down_at_our_stops: list[list[str]] = []
        for host in self.world.values():
            self._teach(host)

    def _teach(self, host: DoubleHost) -> None:
        saved = f"uuid:    {STATE}\nseqno:   1000\nsafe_to_bootstrap: 0\n"
        sync = "--init-command=SET SESSION wsrep_sync_wait=1"
        count = "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name='quarterdeck_probe'"
        rows = "SELECT node FROM quarterdeck_probe.proof"
        host.on("systemctl stop mysql", lambda one: self.stop(one.name))
        host.on("systemctl start --no-block mysql", lambda one: self.start(one.name))
        host.on("cat /var/lib/mysql/grastate.dat", lambda _: (0, saved))
        host.on(_drain("MAINTENANCE"), lambda one: self.drained.add(one.name))
        host.on(_drain("DISABLED"), lambda one: self.drained.discard(one.name))
        host.on(_freeze("now"), lambda one: self.frozen.add(one.name))
        host.on(_freeze("-1"), lambda one: self.frozen.discard(one.name))
        host.answer("mysqld --help --verbose 2>&1 >/dev/null", "")
        host.answer(_BACKUPS, (1, ""))
        host.answer(shlex.join(["mysql", "-NB", sync, "-e", rows]), "db1\ndb2\ndb3\n")
        host.answer(shlex.join(["mysql", "-NB", sync, "-e", count]), "0\n")

    def stop(self, host: str) -> None:
        self.down_at_our_stops.append([other for other, is_up in self.is_up.items() if not is_up])
        self.is_up[host] = False

    def start(self, host: str) -> None:
        self.is_up[host] = True
        self.has_restarted.add(host)
        self.frozen.discard(host)
        self.drained.discard(host)

    def survey(self, host: str, clock: HandClock) -> NodeSurvey:
        size = sum(self.is_up.values())
        if not self.is_up[host]:
            return a_stopped_node(host, seqno=1000, at=clock.now())
        hits = (a_hit("ist-received"),) if host in self.has_restarted else ()
        return a_percona(
            host,
            size=size,
            at=clock.now(),
            frozen="1000" if host in self.frozen else "-1",
            mode="MAINTENANCE" if host in self.drained else "DISABLED",
            evidence={"log_hits": hits},
        )


def _freeze(value: str) -> str:
    return f"mysql -e \"SET GLOBAL wsrep_provider_options='{FREEZE}={value}'\""


def _drain(mode: str) -> str:
    return f"mysql -e 'SET GLOBAL pxc_maint_mode={mode}'"


_BACKUPS = (
    "pgrep -l -f '[x]trabackup|[m]ariabackup|[m]ariadb-backup|[m]ysqldump|[m]ariadb-dump|[m]ydumper|"
    "[m]ysqlpump'"
)
WISHES = {"freeze": "yes", "soak_s": "5"}


async def carried_out(folder: Path, cluster: Cluster, at: str = "", *, undo: str = "") -> RunResult:
    """One run, in which db3 is stopped by somebody while the card of step `at` is read for a minute.

    `undo`: the step at whose failure the operator chooses to undo.
    """
    rig = Rig(folder, cluster.world, CATALOGUE, node=cluster.survey)

    def meanwhile(card: StepCard) -> None:
        if card.step.key == at and not card.is_undo:
            cluster.is_up["db3"] = False
            rig.clock.turn(60)

    choices: dict[str, list[Choice]] = {undo: [Undo("back to how it was")]}
    steering = rig.steering(meanwhile=meanwhile, failures=choices)
    return await rig.engine.run(RUNBOOKS[NAME], "orders", WISHES, steering)


async def test_all_nodes_are_restarted_one_at_a_time_and_nothing_is_left_switched(tmp_path: Path) -> None:
    cluster = Cluster()
    result = await carried_out(tmp_path, cluster)
    assert result.ending is Ending.DONE, result.sentence
    assert cluster.down_at_our_stops == [[], [], []]
    assert cluster.has_restarted == set(HOSTS)
    assert not cluster.frozen | cluster.drained
    told = {step.key: step.sentence for step in result.results}
    assert all("by IST from 97c6…d5:1000" in told[f"start:{host}"] for host in HOSTS)


@pytest.mark.parametrize(
    ("at", "stopped_at", "frozen"),
    [
        ("drain:db1", "stop:db1", {"db2"}),
        ("stop:db1", "stop:db1", {"db2"}),
        ("start:db1", "soak:db1", set()),
        ("undrain:db1", "soak:db1", set()),
    ],
)
async def test_a_node_that_somebody_stops_ends_the_run_with_none_down_by_us(
    tmp_path: Path, at: str, stopped_at: str, frozen: set[str]
) -> None:
    cluster = Cluster()
    result = await carried_out(tmp_path, cluster, at)
    assert result.ending is Ending.STOPPED
    assert [step.key for step in result.results][-1] == stopped_at
    assert cluster.is_up == {"db1": True, "db2": True, "db3": False}
    assert not any(cluster.down_at_our_stops)
    assert cluster.frozen == frozen
    for donor in frozen:
        assert f"not taken back yet: freeze the cache of {donor} for db1. Undo: Sets" in result.note


async def test_an_undo_leaves_nothing_down_frozen_or_drained(tmp_path: Path) -> None:
    cluster = Cluster()
    result = await carried_out(tmp_path, cluster, "stop:db1", undo="stop:db1")
    assert result.ending is Ending.UNDONE
    assert not cluster.frozen | cluster.drained
    assert cluster.is_up == {"db1": True, "db2": True, "db3": False}


async def test_a_start_that_fails_can_be_undone_to_the_last_switch(tmp_path: Path) -> None:
    """Its node is down by us: undo starts it, and lets the cache and the load balancer go."""
    cluster = Cluster()
    starts = iter((False, True))

    def start(host: DoubleHost) -> None:
        if next(starts, True):
            cluster.start(host.name)

    cluster.world["db1"].on("systemctl start --no-block mysql", start)
    result = await carried_out(tmp_path, cluster, undo="start:db1")
    assert result.ending is Ending.UNDONE
    assert all(cluster.is_up.values())
    assert not cluster.frozen | cluster.drained


async def test_a_resume_goes_on_from_a_start_that_came_too_late(tmp_path: Path) -> None:
    """It does not ask for the node to be down still: a start was sent since."""
    cluster = Cluster()
    cluster.world["db1"].on("systemctl start --no-block mysql", lambda _: None)
    stopped = await carried_out(tmp_path, cluster)
    assert stopped.ending is Ending.STOPPED
    assert "not taken back yet: stop db1. Undo: Starts db1 again" in stopped.note
    cluster.start("db1")
    rig = Rig(tmp_path, cluster.world, CATALOGUE, node=cluster.survey, process="another console")
    result = await rig.engine.resume(stopped.run, RUNBOOKS, rig.steering())
    assert result.ending is Ending.DONE, result.sentence
    assert cluster.down_at_our_stops == [[], [], []]
