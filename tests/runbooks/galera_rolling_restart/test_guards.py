"""What forbids to take a node out: no plan is made, and no stop begins, each with the way on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from runbooks.galera_rolling_restart import guards
from runbooks.model import Holds, Look
from systems.galera.readings import ClusterSurvey, NodeSurvey
from tests.builders import (
    a_filesystem,
    a_lost_node,
    a_node,
    a_stopped_node,
    a_survey,
    a_unit,
    a_writer,
    without_ssh,
)
from tests.runbooks.galera_rolling_restart.clusters import percona, planned, refused, writing
from tests.runbooks.plans import ScriptedContext, step_of

PARSES = {"--help --verbose": "", "pgrep": ""}
"""Answers of a host whose options parse and where no backup runs."""


def and_db3(third: NodeSurvey) -> ClusterSurvey:
    return a_survey(a_node("db1"), a_node("db2"), third)


def context(survey: ClusterSurvey, **answers: str) -> ScriptedContext:
    return ScriptedContext(survey, answers=dict.fromkeys(("db1", "db2", "db3"), PARSES | answers))


STOPPED = a_survey(a_node("db1", size=2), a_node("db2", size=2), a_stopped_node("db3", seqno=990))
ALTER = a_writer("altering table", time_s=9, statement="ALTER TABLE shop.orders ADD COLUMN x INT")
REPORT = a_writer("Sending data", time_s=300, statement="SELECT SLEEP(1) FROM shop.orders")
ENABLED = "unit mysql@bootstrap is enabled: it would bootstrap at every boot"

GUARDED: dict[str, tuple[ClusterSurvey, str, str, str]] = {
    "second-down": (STOPPED, "db3", "galera-recover", "ROLL-01"),
    "unseen": (
        a_survey(a_node("db1", size=2), a_node("db2", size=2), a_lost_node("db3")),
        "db3",
        "galera-recover",
        "ROLL-01",
    ),
    "donor": (and_db3(a_node("db3", state="Donor/Desynced")), "db3 is Donor/Desynced", "OFF", "ROLL-04"),
    "arbitrator": (
        a_survey(*(a_node(f"db{number}", size=4) for number in (1, 2, 3))),
        "counts 4 members; 3 were expected",
        "arbitrator must be named",
        "ROLL-12",
    ),
    "no-ssh": (and_db3(without_ssh(a_node("db3"))), "db3 could not be started again", "Open", "REC-07"),
    "no-root": (
        and_db3(a_node("db3", evidence={"root_refused": "db3: sudo: ops is not in the sudoers file"})),
        "db3 could not be started again from here: db3: sudo: ops is not in",
        "quarterdeck doctor",
        "REC-07",
    ),
    "behind": (
        and_db3(a_node("db3", status={"recv_queue": 400})),
        "400 write-sets in its receive queue",
        "Wait",
        "REC-29",
    ),
    "schema-change": (and_db3(a_node("db3", writers=(ALTER,))), "ALTER TABLE", "Wait", "PXC-30"),
    "long-statement": (
        and_db3(a_node("db3", writers=(REPORT,))),
        "connection 76 of app has run for 5 min",
        "by its number",
        "ROLL-06",
    ),
    "unseen-statements": (
        and_db3(replace(a_node("db3"), writers_hidden="no PROCESS right")),
        "is not known: no PROCESS right",
        "GRANT PROCESS",
        "PXC-30",
    ),
    "boot-unit": (
        and_db3(a_node("db3", evidence={"bootstrap_flags": (ENABLED,)})),
        "mysql@bootstrap is enabled",
        "galera-recover",
        "REC-05",
    ),
    "masked": (
        and_db3(a_node("db3", evidence={"units": {"mariadb": a_unit(load="masked")}})),
        "mariadb is masked",
        "while the node still runs",
        "PXC-01",
    ),
    "no-peers": (
        and_db3(a_node("db3", evidence={"configured": {"wsrep_cluster_address": "gcomm://"}})),
        "a cluster of its own",
        "while the node still runs",
        "PXC-02",
    ),
    "bare-mount-point": (
        and_db3(a_node("db3", evidence={"unmounted": "/srv/db"})),
        "/srv/db is in fstab and not mounted",
        "while the node still runs",
        "PXC-01",
    ),
    "full": (
        and_db3(a_node("db3", evidence={"filesystem": a_filesystem(free_bytes=1000)})),
        "make room first",
        "while the node still runs",
        "REC-28",
    ),
}


@pytest.mark.parametrize("name", GUARDED)
def test_nothing_is_planned_where_a_node_must_not_leave(name: str) -> None:
    survey, evidence, way_on, gotcha = GUARDED[name]
    refusal = refused(survey)
    assert refusal.sentence.startswith("no node may be taken out now: ")
    assert evidence in refusal.sentence
    assert way_on in refusal.way_on
    assert gotcha in refusal.gotchas


@pytest.mark.parametrize("name", GUARDED)
async def test_no_stop_begins_when_it_becomes_so_after_the_plan(name: str) -> None:
    """The same guard again, by the check right before the stop."""
    survey, evidence, _, _ = GUARDED[name]
    step = step_of(planned(a_survey(), despite_short_window="quiet"), "stop:db3")
    answer = await step.check(context(survey))
    assert answer.holds is not Holds.YES
    assert evidence in answer.evidence


async def test_a_schema_change_that_is_seen_is_told_before_what_is_not_seen() -> None:
    survey = a_survey(
        replace(a_node("db1"), writers_hidden="no PROCESS right"),
        a_node("db2"),
        a_node("db3", writers=(ALTER,)),
    )
    assert "a schema change runs on db3" in refused(survey).sentence


def test_no_statement_is_waited_for_on_a_node_whose_statements_are_not_seen() -> None:
    look = Look(and_db3(replace(a_node("db3"), writers_hidden="no PROCESS right")))
    sighting = guards.no_long_statement("db3")(look)
    assert (sighting.holds, sighting.hosts) == (Holds.UNKNOWN, ("db3",))
    assert guards.no_long_statement("db1")(look).holds is Holds.YES


def test_a_name_in_the_estate_makes_an_arbitrator_a_member() -> None:
    survey = a_survey(*(a_node(f"db{number}", size=4) for number in (1, 2, 3)))
    plan = planned(ClusterSurvey(survey.name, survey.taken_at, survey.nodes, arbitrators=1))
    assert "cluster size 4 -> 3" in step_of(plan, "stop:db1").expects


@pytest.mark.parametrize(("told", "may_stop"), [(None, False), ("OFF", False), ("ON", True), ("1", True)])
def test_mariadb_must_have_wsrep_switched_on_in_its_files(told: str | None, *, may_stop: bool) -> None:
    configured = {"wsrep_cluster_address": "gcomm://10.77.0.11,10.77.0.12"}
    configured |= {"wsrep_on": told} if told else {}
    survey = and_db3(a_node("db3", evidence={"configured": configured}))
    if may_stop:
        assert planned(survey).steps
    else:
        assert "it would start alone" in refused(survey).sentence


def test_percona_has_wsrep_on_unless_its_files_say_otherwise() -> None:
    configured = {"wsrep_cluster_address": "gcomm://10.77.0.11,10.77.0.12"}
    assert planned(percona(evidence={"configured": configured})).steps


def test_a_pause_by_flow_control_keeps_all_nodes_in() -> None:
    survey = writing(1000)
    held = [a_node(node.host, status={"flow_control_paused_ns": 4_000_000_000}) for node in survey.nodes]
    refusal = refused(a_survey(*held, before=survey.before))
    assert "flow control holds writes back 40 % of the time" in refusal.sentence


async def test_a_step_that_waits_begins_only_while_all_are_members() -> None:
    """A node that is gone is no matter of waiting: the run ends here at once, with nothing stopped."""
    step = step_of(planned(a_survey()), "ready:db2")
    answer = await step.check(context(STOPPED))
    assert answer.holds is Holds.NO
    assert "db3" in answer.evidence
    assert (await step.check(context(and_db3(a_node("db3", state="Joining"))))).holds is Holds.YES


ASKED: list[tuple[str, dict[str, str], Holds, str]] = [
    ("fine", {}, Holds.YES, "its options parse; no backup is running"),
    (
        "options",
        {"--help --verbose": "[ERROR] mariadbd: unknown variable 'wsrep_x=1'\n"},
        Holds.NO,
        "its options would not let it start (PXC-35): [ERROR] mariadbd: unknown variable",
    ),
    (
        "plugin-table",
        {"--help --verbose": "[ERROR] Can't open the mysql.plugin table.\n"},
        Holds.YES,
        "its options parse",
    ),
    ("backup", {"pgrep": "812 mariadb-backup\n"}, Holds.NO, "a backup is running: 812 mariadb-backup"),
]


@pytest.mark.parametrize(("name", "answers", "holds", "evidence"), ASKED, ids=[row[0] for row in ASKED])
async def test_options_and_backups_are_asked_of_the_host(
    name: str, answers: dict[str, Any], holds: Holds, evidence: str
) -> None:
    del name
    step = step_of(planned(a_survey(), despite_short_window="quiet"), "stop:db1")
    sighting = await step.check(context(a_survey(), **answers))
    assert sighting.holds is holds
    assert evidence in sighting.evidence


async def test_what_stops_nobody_is_told_before_the_stop() -> None:
    drifted = a_node(
        "db1",
        status={"threads_connected": 84},
        variables={"all": {"max_connections": "151"}},
        evidence={"configured": {**CONFIGURED, "max_connections": "500"}},
    )
    survey = a_survey(drifted, a_node("db2"), a_node("db3"))
    step = step_of(planned(survey, despite_short_window="quiet"), "stop:db1")
    evidence = (await step.check(context(survey))).evidence
    assert "max_connections runs as 151, the files say 500" in evidence
    assert "84 connections will be cut (ROLL-05)" in evidence


CONFIGURED = {"wsrep_on": "ON", "wsrep_cluster_address": "gcomm://10.77.0.11,10.77.0.12,10.77.0.13"}
