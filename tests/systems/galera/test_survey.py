"""All nodes are asked side by side: a dead, deaf or slow one delays nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from systems.errors import NotUnderstood, SudoRefused, SystemsError, TimedOut, Unreachable
from systems.estate_schema import Galera
from systems.galera.host_look import SurveyOptions
from systems.galera.readings import HostEvidence, NodeSurvey, WsrepStatus
from systems.galera.survey import NodeAccess, Surveyor, options_for
from systems.shell import Output, Probe
from systems.sql import Query, Rows
from tests.systems.galera.recorded import host_output, rows_of, status_rows, variables_rows

QUICKLY = SurveyOptions(sql_timeout_s=0.3, ssh_timeout_s=0.4, slow_every=3, size_every=2)


@dataclass
class RecordedHost:
    """Answers probes with what a real host said; `never` answers nothing at all."""

    host: str
    scene: str = "running"
    never: bool = False
    sudo: bool = True
    error: SystemsError | None = None
    asked: list[str] = field(default_factory=list)
    slow_never: bool = False
    trips: int = 0

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        answer = (await self.read_many((probe,), timeout_s=timeout_s))[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def read_many(
        self, probes: Sequence[Probe], *, timeout_s: float = 10.0
    ) -> tuple[Output | Exception, ...]:
        self.trips += 1
        if self.never:
            await asyncio.Event().wait()
        if self.error:
            raise self.error
        if self.slow_never and "@journal;" in probes[0].line:
            await asyncio.Event().wait()
        return tuple(self._answer(probe) for probe in probes)

    async def stream(self, probe: Probe, sink: Any, *, timeout_s: float | None = None) -> int:
        raise NotImplementedError

    def _answer(self, probe: Probe) -> Output | Exception:
        name = {"host": "anybody", "servers_before": "root", "defaults": "slow"}[
            probe.line.partition(";")[0].rpartition("@")[2]
        ]
        self.asked.append(name)
        if probe.as_root and not self.sudo:
            return SudoRefused(f"{self.host}: sudo: a password is required")
        recorded = host_output(self.scene, name)
        return Output(recorded.stdout, "", 0, datetime.now(UTC))


@dataclass
class RecordedSql:
    """Answers queries with what a real node said."""

    host: str
    never: bool = False
    error: SystemsError | None = None
    status: Rows | None = None

    async def ask(self, queries: Sequence[Query], *, timeout_s: float = 5.0) -> tuple[Rows, ...]:
        if self.never:
            await asyncio.Event().wait()
        if self.error:
            raise self.error
        status = self.status or status_rows("quorum_loss", "before", "db1")
        return (status, variables_rows(), Rows((), datetime.now(UTC)))


def a_cluster(**of_db2: Any) -> list[NodeAccess]:
    return [
        NodeAccess("db1", RecordedHost("db1"), RecordedSql("db1"), QUICKLY),
        NodeAccess(
            "db2",
            of_db2.get("reader", RecordedHost("db2")),
            of_db2.get("sql", RecordedSql("db2")),
            QUICKLY,
        ),
        NodeAccess("db3", RecordedHost("db3"), RecordedSql("db3"), QUICKLY),
    ]


async def test_every_node_is_there_in_the_order_of_the_inventory() -> None:
    survey = await Surveyor("orders", a_cluster(), arbitrators=1).survey()
    assert [node.host for node in survey.nodes] == ["db1", "db2", "db3"]
    assert all(node.answers_sql and node.answers_ssh for node in survey.nodes)
    assert (survey.name, survey.arbitrators, survey.before) == ("orders", 1, None)


async def test_what_an_account_without_the_process_right_does_not_see_is_said() -> None:
    survey = await Surveyor(
        "orders", a_cluster(sql=RecordedSql("db2", error=Unreachable("db2: gone")))
    ).survey()
    assert "db1: its list of processes shows not one thread" in survey.node("db1").writers_hidden
    assert survey.node("db2").writers_hidden == "db2: gone"


async def test_a_deaf_node_times_out_alone_and_its_row_says_so() -> None:
    deaf = {"reader": RecordedHost("db2", never=True), "sql": RecordedSql("db2", never=True)}
    arrived: list[str] = []
    begun = time.monotonic()
    survey = await Surveyor("orders", a_cluster(**deaf)).survey(
        on_node=lambda node: arrived.append(node.host)
    )
    assert time.monotonic() - begun < 3.0
    assert arrived[-1] == "db2"
    node = survey.node("db2")
    assert isinstance(node.status, TimedOut)
    assert isinstance(node.evidence, TimedOut)
    assert "db2" in str(node.evidence)
    assert survey.node("db1").answers_sql
    assert survey.node("db3").answers_ssh


async def test_a_host_that_answers_beside_a_database_that_hangs_is_evidence() -> None:
    survey = await Surveyor("orders", a_cluster(sql=RecordedSql("db2", never=True))).survey()
    node = survey.node("db2")
    assert isinstance(node.status, TimedOut)
    assert isinstance(node.evidence, HostEvidence)
    assert node.evidence.is_running


async def test_errors_stand_where_the_answers_would() -> None:
    lost = Unreachable("db2: No route to host")
    survey = await Surveyor(
        "orders", a_cluster(reader=RecordedHost("db2", error=lost), sql=RecordedSql("db2", error=lost))
    ).survey()
    assert survey.node("db2").status is lost
    assert survey.node("db2").evidence is lost


async def test_an_answer_of_another_server_is_not_understood_and_names_the_node() -> None:
    survey = await Surveyor("orders", a_cluster(sql=RecordedSql("db2", status=rows_of("Uptime\t5")))).survey()
    status = survey.node("db2").status
    assert isinstance(status, NotUnderstood)
    assert str(status).startswith("db2: ")


async def test_where_sudo_is_refused_it_goes_on_with_what_anybody_sees() -> None:
    reader = RecordedHost("db2", "nosudo", sudo=False)
    survey = await Surveyor("orders", a_cluster(reader=reader)).survey()
    evidence = survey.node("db2").evidence
    assert isinstance(evidence, HostEvidence)
    assert "cannot be looked into" in evidence.grastate_error
    assert evidence.root_refused == "db2: sudo: a password is required"


async def test_root_is_asked_for_again_with_the_next_full_look_and_not_at_each() -> None:
    reader = RecordedHost("db2", sudo=False)
    surveyor = Surveyor("orders", a_cluster(reader=reader))
    await surveyor.survey()
    reader.sudo = True
    told = []
    for full in (False, True, False):
        evidence = (await surveyor.survey(full=full)).node("db2").evidence
        assert isinstance(evidence, HostEvidence)
        told.append(evidence.root_refused)
    assert told == ["db2: sudo: a password is required", "", ""]


async def test_the_slow_part_is_asked_now_and_then() -> None:
    reader = RecordedHost("db2")
    surveyor = Surveyor("orders", a_cluster(reader=reader))
    for _ in range(4):
        await surveyor.survey()
    settings, *asked = reader.asked
    assert settings == "slow"
    assert [asked.count(name) for name in ("anybody", "root", "slow")] == [4, 4, 2]


async def test_a_restart_is_looked_into_at_once() -> None:
    reader = RecordedHost("db2")
    surveyor = Surveyor("orders", a_cluster(reader=reader))
    await surveyor.survey()
    reader.asked.clear()
    reader.scene = "killed"
    survey = await surveyor.survey()
    assert sorted(reader.asked) == ["anybody", "root", "slow"]
    evidence = survey.node("db2").evidence
    assert isinstance(evidence, HostEvidence)
    assert "killed" in [hit.pattern for hit in evidence.log_hits]


async def test_a_host_that_is_slow_with_its_log_loses_nothing_else() -> None:
    reader = RecordedHost("db2", slow_never=True)
    surveyor = Surveyor("orders", a_cluster(reader=reader))
    for _ in range(2):
        evidence = (await surveyor.survey()).node("db2").evidence
        assert isinstance(evidence, HostEvidence)
        assert evidence.is_running
        assert "log and options" in evidence.details_error
    reader.slow_never = False
    evidence = (await surveyor.survey(full=True)).node("db2").evidence
    assert isinstance(evidence, HostEvidence)
    assert evidence.details_error == ""
    assert evidence.server_version


async def test_a_look_in_full_asks_everything() -> None:
    reader = RecordedHost("db2")
    surveyor = Surveyor("orders", a_cluster(reader=reader))
    await surveyor.survey()
    reader.asked.clear()
    await surveyor.survey(full=True)
    assert sorted(reader.asked) == ["anybody", "root", "slow"]


async def test_the_look_before_comes_along_for_rates() -> None:
    surveyor = Surveyor("orders", a_cluster())
    first = await surveyor.survey()
    second = await surveyor.survey()
    third = await surveyor.survey()
    assert first.before is None
    assert third.before is not None
    assert third.before.nodes == second.nodes
    assert third.before.before is None
    latest = surveyor.latest()
    assert latest is not None
    assert latest.nodes == third.nodes
    assert latest.before is not None
    assert latest.before.nodes == second.nodes


async def test_a_watch_yields_each_row_as_it_comes_and_never_waits_for_the_deaf_one() -> None:
    deaf = {"reader": RecordedHost("db2", never=True), "sql": RecordedSql("db2", never=True)}
    surveyor = Surveyor("orders", a_cluster(**deaf))
    seen: dict[str, list[NodeSurvey]] = {"db1": [], "db2": [], "db3": []}
    watching = surveyor.watch(every_s=0.02)
    async with asyncio.timeout(20.0):
        async for node in watching:
            seen[node.host].append(node)
            if len(seen["db2"]) == 2:
                break
    await watching.aclose()
    assert len(seen["db1"]) >= 4
    assert len(seen["db3"]) >= 4
    assert all(isinstance(node.status, WsrepStatus) for node in seen["db1"])
    assert all(isinstance(node.status, TimedOut) for node in seen["db2"])


async def test_a_bug_reaches_whoever_watches() -> None:
    class Broken(RecordedSql):
        async def ask(self, queries: Sequence[Query], *, timeout_s: float = 5.0) -> tuple[Rows, ...]:
            raise ZeroDivisionError

    watching = Surveyor("orders", a_cluster(sql=Broken("db2"))).watch(every_s=0.01)
    with pytest.raises(ZeroDivisionError):
        async for _ in watching:
            pass


async def test_after_a_watch_nothing_runs_on() -> None:
    before = len(asyncio.all_tasks())
    watching = Surveyor("orders", a_cluster()).watch(every_s=0.01)
    async for _ in watching:
        break
    await watching.aclose()
    assert len(asyncio.all_tasks()) == before


async def test_a_cluster_without_nodes_is_an_empty_survey() -> None:
    survey = await Surveyor("orders", []).survey()
    assert survey.nodes == ()


def test_a_node_of_the_estate_is_looked_at_where_the_estate_says() -> None:
    galera = Galera(name="light", nodes="n[1-3]", datadir="/srv/%h/data/", defaults_file="/srv/%h/my.cnf")
    options = options_for(galera, "n2")
    assert (options.datadir, options.defaults_file) == ("/srv/n2/data", "/srv/n2/my.cnf")
