"""The collector on real servers: healthy, killed, without quorum, hung, desynced, recovered, joining."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from systems.errors import TimedOut, Unreachable
from systems.galera.predict import TransferKind, ist_minutes_left, predict_for
from systems.galera.preparation import DatadirState
from systems.galera.prepare import read_preparation
from systems.galera.readings import (
    ClusterSurvey,
    Flavour,
    HostEvidence,
    NodeSurvey,
    WsrepStatus,
    WsrepVariables,
)
from systems.galera.survey import Surveyor
from tests.systems.galera.light import LightCluster

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("light")]


def surveyor_of(light: LightCluster) -> Surveyor:
    return Surveyor("light", light.access())


def status(node: NodeSurvey) -> WsrepStatus:
    assert isinstance(node.status, WsrepStatus), node.status
    return node.status


def variables(node: NodeSurvey) -> WsrepVariables:
    assert isinstance(node.variables, WsrepVariables), node.variables
    return node.variables


def evidence(node: NodeSurvey) -> HostEvidence:
    assert isinstance(node.evidence, HostEvidence), node.evidence
    return node.evidence


async def until(
    surveyor: Surveyor, holds: Callable[[ClusterSurvey], bool], *, deadline_s: float = 60.0
) -> ClusterSurvey:
    """Survey again and again until it holds."""
    end = time.monotonic() + deadline_s
    while True:
        survey = await surveyor.survey()
        if holds(survey):
            return survey
        assert time.monotonic() < end, [str(node.status)[:300] for node in survey.nodes]


def is_synced(node: NodeSurvey) -> bool:
    return isinstance(node.status, WsrepStatus) and node.status.is_synced


async def test_a_healthy_cluster_tells_all_of_itself(light: LightCluster) -> None:
    survey = await until(surveyor_of(light), lambda look: all(map(is_synced, look.nodes)))
    assert len({status(node).state_uuid for node in survey.nodes}) == 1
    assert len({status(node).conf_id for node in survey.nodes}) == 1
    assert {variables(node).flavour for node in survey.nodes} == {Flavour.MARIADB}
    pids = [evidence(node).mysqld_pids for node in survey.nodes]
    assert all(len(found) == 1 for found in pids)
    assert len(set(pids)) == 3
    for node in survey.nodes:
        found = evidence(node)
        assert found.datadir == str(light.datadir(node.host))
        assert found.listening == (3306, 4567)
        assert found.configured["wsrep_node_name"] == node.host
        assert found.configured["wsrep_sst_auth"] == "(set)"
        assert found.grastate is not None
        assert found.gvwstate is not None
        assert len(found.gvwstate.members) == 3
        assert found.flavour is Flavour.MARIADB
        assert found.filesystem is not None
        assert abs(found.clock_offset_s) < 2.0
        assert (found.datadir_bytes or 0) > 10**6
        assert found.log_tail
        assert status(node).uptime_s is not None
        assert predict_for(survey, node.host).kind is TransferKind.IST


async def test_a_killed_node_is_down_and_would_come_back_by_ist(light: LightCluster) -> None:
    surveyor = surveyor_of(light)
    await surveyor.survey()
    light.sql("n1", "INSERT INTO app.t(node) VALUES('x')")
    light.run("kill", "3")
    survey = await until(surveyor, lambda look: status(look.node("n1")).cluster_size == 2)
    assert isinstance(survey.node("n3").status, Unreachable)
    found = evidence(survey.node("n3"))
    assert not found.is_running
    assert found.listening == ()
    assert found.grastate is not None
    assert found.grastate.position.seqno == -1
    assert found.gvwstate is not None
    assert predict_for(survey, "n3").kind is TransferKind.UNKNOWN


async def test_a_recovered_position_makes_the_prediction(light: LightCluster) -> None:
    light.run("kill", "3")
    await asyncio.to_thread(light.recover_into_log, "n3")
    survey = await until(surveyor_of(light), lambda look: status(look.node("n1")).cluster_size == 2)
    found = evidence(survey.node("n3"))
    assert found.recovered is not None
    assert found.recovered.is_known
    assert found.grastate is not None
    assert found.recovered.uuid == found.grastate.position.uuid
    prediction = predict_for(survey, "n3")
    assert prediction.is_ist, prediction.sentence
    assert prediction.donor in {"n1", "n2"}


async def test_a_node_stopped_cleanly_says_where_and_how_long_that_lasts(light: LightCluster) -> None:
    light.run("stop", "3")
    surveyor = surveyor_of(light)
    await until(surveyor, lambda look: status(look.node("n1")).cluster_size == 2)
    light.sql("n1", "INSERT INTO app.t(node, pad) SELECT 'x', REPEAT('y', 900) FROM app.seq_1_to_500")
    survey = await surveyor.survey()
    found = evidence(survey.node("n3"))
    assert not found.is_running
    assert found.grastate is not None
    assert found.grastate.position.is_known
    assert found.gvwstate is None
    assert "shut-down" in [hit.pattern for hit in found.log_hits]
    assert predict_for(survey, "n3").is_ist
    minutes = ist_minutes_left(survey, "n3")
    assert minutes is not None
    assert 0.0 < minutes < 60.0


async def test_without_quorum_everything_is_still_told(light: LightCluster) -> None:
    light.run("isolate", "3")
    surveyor = surveyor_of(light)
    survey = await until(surveyor, lambda look: not status(look.node("n3")).is_primary)
    alone = status(survey.node("n3"))
    assert alone.cluster_status == "non-Primary"
    assert (alone.conf_id, alone.ready, alone.cluster_size) == (None, False, 1)
    assert variables(survey.node("n3")).provider_options["gcache.size"] == "8M"
    assert evidence(survey.node("n3")).is_running
    light.run("heal", "3")
    await until(surveyor, lambda look: all(map(is_synced, look.nodes)))


async def test_a_hung_node_runs_and_does_not_answer_and_delays_nobody(light: LightCluster) -> None:
    surveyor = surveyor_of(light)
    await surveyor.survey()
    light.run("kill", "3", "STOP")
    try:
        arrived: list[str] = []
        begun = time.monotonic()
        survey = await surveyor.survey(on_node=lambda node: arrived.append(node.host))
        assert time.monotonic() - begun < 9.0
        assert arrived[-1] == "n3"
        assert isinstance(survey.node("n3").status, TimedOut)
        assert evidence(survey.node("n3")).is_running
        assert survey.node("n1").answers_sql
    finally:
        light.run("kill", "3", "CONT")
    await until(surveyor, lambda look: all(map(is_synced, look.nodes)))


async def test_a_desynced_node_says_that_it_was_told_so(light: LightCluster) -> None:
    light.sql("n2", "SET GLOBAL wsrep_desync=ON")
    try:
        survey = await until(surveyor_of(light), lambda look: status(look.node("n2")).local_state == 2)
        assert variables(survey.node("n2")).desync
        assert status(survey.node("n2")).desync_count == 1
        assert not evidence(survey.node("n2")).sst_pids
    finally:
        light.sql("n2", "SET GLOBAL wsrep_desync=OFF")


async def test_a_watch_sees_a_node_join(light: LightCluster) -> None:
    """An emptied node: from not running, through receiving, to Synced; never mistaken for a stopped one."""
    light.run("stop", "3")
    for name in ("grastate.dat", "galera.cache"):
        (light.datadir("n3") / name).unlink()
    surveyor = surveyor_of(light)
    starting = asyncio.create_task(asyncio.to_thread(light.run, "start", "3"))
    ran_unsynced = False
    async with asyncio.timeout(90.0):
        async for node in surveyor.watch(every_s=0.1):
            if node.host != "n3" or not isinstance(node.evidence, HostEvidence):
                continue
            ran_unsynced = ran_unsynced or (node.evidence.is_running and not is_synced(node))
            if is_synced(node):
                break
    await starting
    assert ran_unsynced
    survey = await surveyor.survey(full=True)
    assert "sst-received" in [hit.pattern for hit in evidence(survey.node("n3")).log_hits]


async def test_a_host_tells_how_it_is_prepared(light: LightCluster) -> None:
    light.sql("n1", "CREATE TABLE app.nokey (a INT) ENGINE=InnoDB")
    light.sql("n1", "CREATE TABLE app.other (a INT PRIMARY KEY) ENGINE=MyISAM")
    try:
        node = light.access()[0]
        reading = await read_preparation(node.reader, node.sql, node.options)
    finally:
        light.sql("n1", "DROP TABLE app.nokey, app.other")
    assert reading.datadir == str(light.datadir("n1"))
    assert reading.datadir_state is DatadirState.HAS_DATA
    assert reading.schemas == ("app",)
    assert reading.tables_without_primary_key == ("app.nokey",)
    assert reading.tables_not_innodb == ("app.other (MyISAM)",)
    assert reading.accounts is not None
    assert "'monitor'@'%'" in reading.accounts
    assert reading.node_name == "n1"
    assert reading.listens_4567 is True
    assert reading.memory_bytes
    assert [problem for problem in reading.problems if "openssl" not in problem] == []


async def test_a_stopped_database_leaves_its_tables_untold(light: LightCluster) -> None:
    light.run("stop", "1")
    node = light.access()[0]
    reading = await read_preparation(node.reader, node.sql, node.options)
    assert reading.tables_without_primary_key is None
    assert reading.accounts is None
    assert any("n1" in problem for problem in reading.problems)
    assert reading.listens_4567 is False
