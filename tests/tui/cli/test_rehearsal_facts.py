"""What a survey tells is told to a practice copy in plain words of its own; what nobody knows is left out."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given

from practice.clock import Clock
from practice.estate import Practice
from practice.facts import ClusterFacts, FactsWrong, HostFacts, read_facts
from practice.galera.history import ZERO
from practice.galera.server import Server
from practice.loading import load
from runbooks.model import Look
from runbooks.rehearsal.picture import NodePicture, Picture, picture_of
from runbooks.steps.node import node_of
from systems.galera.readings import ClusterSurvey
from tests.builders import a_lost_node, a_node, a_stopped_node, a_survey
from tests.examples import examples
from tests.reading_builders import NOON, STATE, gcomm_uuid_of
from tests.recorded_surveys import recorded
from tests.runbooks.any_survey import surveys
from tui.cli.rehearsal_facts import facts_of, unlike_in_kind


def told(survey: ClusterSurvey) -> ClusterFacts:
    """The facts as they come out at the other end of the control socket."""
    return read_facts(json.loads(json.dumps(facts_of(survey))))


def host(survey: ClusterSurvey, name: str) -> HostFacts:
    return told(survey).hosts[name]


def test_a_member_is_told_with_its_view_its_position_and_its_weight() -> None:
    options = {"pc.weight": "2", "gcache.size": "256M"}
    node = a_node("db1", seqno=1311, size=1, variables={"provider_options": options})
    facts = host(a_survey(node), "db1")
    assert (facts.runs, facts.component, facts.primary, facts.view) == (True, 0, True, 7)
    assert (facts.uuid, facts.seqno, facts.member_uuid) == (STATE, 1311, gcomm_uuid_of("db1"))
    assert (facts.weight, facts.cache_bytes) == (2, 256 << 20)


def test_a_stopped_node_is_told_with_what_it_saved() -> None:
    survey = a_survey(a_node("db1", size=1), a_stopped_node("db2", seqno=980, safe_to_bootstrap=True))
    facts = host(survey, "db2")
    assert (facts.runs, facts.failed, facts.component) == (False, False, None)
    assert facts.saved is not None
    assert (facts.saved.uuid, facts.saved.seqno, facts.saved.is_safe) == (STATE, 980, True)


def test_a_crashed_node_that_did_not_tell_its_position_has_all_that_is_known_and_it_is_said() -> None:
    survey = a_survey(a_node("db1", seqno=1311, size=1), a_stopped_node("db2", gvwstate=True))
    facts = host(survey, "db2")
    assert (facts.failed, facts.uuid, facts.seqno) == (True, STATE, 1311)
    assert facts.last_view is not None
    [sentence] = unlike_in_kind(survey, survey)
    assert sentence.startswith("db2 has not told its position")


def test_a_host_that_does_not_answer_is_silent_and_it_is_said() -> None:
    survey = a_survey(a_node("db1", size=2), a_node("db2", size=2), a_lost_node("db3"))
    assert host(survey, "db3") == HostFacts(silent=True)
    [sentence] = unlike_in_kind(survey, survey)
    assert sentence == "db3 does not answer: its copy is off the network, whatever the host does"


def test_another_build_on_the_copy_is_said() -> None:
    real = a_survey(a_node("db1", size=1, evidence={"server_version": "10.6.20-MariaDB"}))
    copy = a_survey(a_node("db1", size=1, evidence={"server_version": "10.11.19-MariaDB"}))
    assert unlike_in_kind(real, copy) == (
        "db1 runs MariaDB 10.6.20-MariaDB: its copy runs MariaDB 10.11.19-MariaDB",
    )


def test_a_process_in_the_unit_that_bootstraps_is_said() -> None:
    real, copy = recorded("left-in-bootstrap"), recorded("healthy")
    [host] = [node.host for node in real.nodes if (one := node_of(node)) and one.in_bootstrap_unit]
    assert f"{host} runs in mysql@bootstrap: its copy runs in mariadb" in unlike_in_kind(real, copy)


def test_nodes_apart_are_told_to_be_in_different_components() -> None:
    survey = a_survey(a_node("db1", size=1), a_node("db2", state="Initialized"))
    hosts = told(survey).hosts
    assert (hosts["db1"].primary, hosts["db2"].primary) == (True, False)
    assert hosts["db1"].component != hosts["db2"].component


def test_who_writes_and_how_much_is_told_from_two_looks() -> None:
    def look(second: int) -> ClusterSurvey:
        at = NOON + timedelta(seconds=second)
        writes = {"replicated_bytes": 9_000_000, "uptime_s": 100}
        nodes = (a_node("db1", seqno=1000 + 20 * second, at=at), a_node("db2", at=at, status=writes))
        return a_survey(*nodes, before=look(0) if second else None)

    facts = told(look(2))
    assert facts.writes_per_s == 20.0
    assert {name: one.write_share for name, one in facts.hosts.items()} == {"db1": 0.0, "db2": 1.0}
    assert told(look(0)).writes_per_s is None


ALIKE = (
    "boot-unit",
    "desync",
    "foreign-uuid",
    "healthy",
    "partition",
    "split-brain",
    "stop-all",
    "stop-one",
    "stop-two",
    "two-clusters",
    "zero-uuid",
)
"""Faults of real servers after which everything that a copy takes over is known."""


@pytest.mark.parametrize("fault", ALIKE)
def test_the_copy_of_real_servers_has_their_sizes_states_units_and_positions(fault: str) -> None:
    real = recorded(fault)
    practice = load(Clock(runs=False, started_at=1_800_000_000.0), told(real), seed=1)
    assert simulated(practice) == picture_of(Look(real))


def simulated(practice: Practice) -> Picture:
    """What is so in a practice estate, by the simulation itself."""
    [cluster] = practice.clusters.values()
    sizes = sorted((len(one.members) for one in cluster.primaries()), reverse=True)
    return Picture(tuple(sizes), {name: _simulated_node(server) for name, server in cluster.servers.items()})


def _simulated_node(server: Server) -> NodePicture:
    storage = server.storage()
    assert storage is not None
    is_apart = server.component is not None and not server.component.is_primary
    state = "non-Primary" if is_apart else server.state_comment
    return NodePicture(
        state=state if server.process is not None else "down",
        unit=server.machine.systemd.units["mariadb"].active,
        position=str(server.position() if server.is_synced else storage.position),
    )


@given(surveys())
@examples(60)
def test_any_survey_makes_a_copy_or_a_sentence(survey: ClusterSurvey) -> None:
    with suppress(FactsWrong):
        facts = told(survey)
        practice = load(Clock(runs=False, started_at=1_800_000_000.0), facts, seed=1)
        practice.clock.advance(60.0)
        silent = {name for name, one in facts.hosts.items() if one.silent}
        assert {name for name, machine in practice.machines.items() if machine.is_unplugged} == silent
        assert all(one.seqno >= -1 and (one.uuid != ZERO or one.seqno < 0) for one in facts.hosts.values())
