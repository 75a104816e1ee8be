"""What holds in every simulated cluster, whatever befalls it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from practice.clock import Clock
from practice.estate import Practice, build
from practice.galera.cluster import Cluster
from practice.galera.history import Branch, Position, lost_count
from tests.examples import examples

Event = tuple[str, str, float]
NODES = ("db1", "db2", "db3")
EVENTS = st.tuples(
    st.sampled_from(("stop", "kill", "start", "power", "boot", "cut", "join", "unplug", "plug", "wait")),
    st.sampled_from(NODES),
    st.sampled_from((0.5, 3.0, 8.0, 40.0)),
)


def estate() -> tuple[Practice, Cluster]:
    practice = build(Clock(runs=False, started_at=1_800_000_000.0))
    return practice, practice.clusters["orders"]


def happen(practice: Practice, cluster: Cluster, what: str, name: str) -> None:
    server = cluster.servers[name]
    machine, unit = server.machine, server.machine.systemd.units["mariadb"]
    match what:
        case "stop":
            unit.stop()
        case "kill":
            server.signalled(9)
        case "start" if machine.is_on:
            unit.reset_failed()
            unit.start()
        case "power":
            machine.cut_power()
        case "boot":
            machine.boot()
        case "cut":
            cluster.cut |= {frozenset((name, other)) for other in NODES if other != name}
            cluster.changed()
        case "join":
            cluster.cut.clear()
            cluster.changed()
        case "unplug" | "plug":
            machine.unplug(out=what == "unplug")


@examples(120)
@given(st.lists(EVENTS, max_size=14))
def test_nothing_but_force_makes_a_second_primary_or_loses_a_commit(
    events: list[tuple[str, str, float]],
) -> None:
    practice, cluster = estate()
    newest = 0
    for what, name, seconds in events:
        happen(practice, cluster, what, name)
        practice.clock.advance(seconds)
        cluster.settle()
        assert len(cluster.primaries()) <= 1
        for primary in cluster.primaries():
            assert primary.branch is not None
            assert lost_count(cluster.branches, Position(primary.branch, primary.seqno)) == 0
            assert primary.seqno >= newest
            newest = primary.seqno
    assert cluster.forced == 0


def test_all_that_lost_their_power_at_once_come_back_by_themselves() -> None:
    practice, cluster = estate()
    for name in NODES:
        happen(practice, cluster, "power", name)
    for name in NODES:
        happen(practice, cluster, "boot", name)
    practice.clock.advance(120)
    assert [len(primary.members) for primary in cluster.primaries()] == [3]


def test_a_bootstrap_of_an_older_node_loses_what_it_lacks() -> None:
    old = Branch("u")
    old.acknowledge(1, 100)
    forked = Branch("u", old, 90)
    forked.acknowledge(91, 95)
    assert lost_count([old, forked], Position(old, 100)) == 5
    assert lost_count([old, forked], Position(forked, 95)) == 10


def test_a_killed_node_is_given_up_after_the_suspect_timeout_and_comes_back() -> None:
    practice, cluster = estate()
    cluster.servers["db3"].signalled(9)
    practice.clock.advance(4.0)
    assert cluster.primaries()[0].is_stalled
    practice.clock.advance(1.5)
    assert len(cluster.primaries()[0].members) == 2
    practice.clock.advance(20)
    assert len(cluster.primaries()[0].members) == 3
