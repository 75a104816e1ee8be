"""Writes hang, or clients are kept away, though the cluster looks whole (R-FC, R-LOCK, R-DON, REC-35)."""

from __future__ import annotations

from datetime import datetime, timedelta

from runbooks.model import Holds
from systems.galera.readings import ClusterSurvey, NodeSurvey
from tests.builders import NOON, a_node, a_survey, a_writer
from tests.runbooks.plans import ScriptedContext, keys, lines, planned, step_of

EARLIER = NOON - timedelta(seconds=2)


def stalled() -> ClusterSurvey:
    def nodes(at: datetime, paused_ns: int) -> list[NodeSurvey]:
        held = {"flow_control_active": True, "flow_control_paused_ns": paused_ns}
        guilty = {**held, "flow_control_requested": True, "recv_queue": 29}
        return [
            a_node("db1", at=at, status=held),
            a_node("db2", at=at, status=held),
            a_node("db3", at=at, status=guilty),
        ]

    before = a_survey(*nodes(EARLIER, 0))
    return a_survey(*nodes(NOON, 1_900_000_000), before=before)


def test_a_stall_is_shown_and_watched_and_nothing_is_changed_unasked() -> None:
    plan = planned(stalled())
    assert plan.sentence.startswith("R-FC")
    assert keys(plan) == ["show:db3", "over:R-FC:db3"]
    assert not any(step.acts for step in plan.steps if not step.key.startswith("prove"))


def test_desync_is_taken_back_in_the_same_plan() -> None:
    plan = planned(stalled(), remedy="desync")
    assert keys(plan) == ["show:db3", "set:db3:wsrep_desync=ON", "catch up:db3", "set:db3:wsrep_desync=OFF"]
    assert lines(step_of(plan, "set:db3:wsrep_desync=ON")) == ["db3: mariadb -e 'SET GLOBAL wsrep_desync=ON'"]
    assert lines(step_of(plan, "set:db3:wsrep_desync=OFF")) == [
        "db3: mariadb -e 'SET GLOBAL wsrep_desync=OFF'"
    ]
    assert [act.command.line for act in step_of(plan, "set:db3:wsrep_desync=ON").undo] == [
        "mariadb -e 'SET GLOBAL wsrep_desync=OFF'"
    ]


def test_a_connection_is_ended_only_by_its_number_and_name() -> None:
    plan = planned(stalled(), remedy="kill", connection="76")
    step = step_of(plan, "kill:db3:76")
    assert lines(step) == ["db3: mariadb -e 'KILL CONNECTION 76'"]
    assert step.confirm == "db3/76"
    assert keys(planned(stalled(), remedy="kill")) == ["show:db3", "over:R-FC:db3"]


async def test_the_connection_must_be_somebodys_and_still_be_there() -> None:
    step = step_of(planned(stalled(), remedy="kill", connection="76"), "kill")
    for rows, holds in [
        ("backup\tSleep\t300\n", Holds.YES),
        ("system user\tSleep\t300\n", Holds.NO),
        ("", Holds.NO),
    ]:
        context = ScriptedContext(stalled(), answers={"db3": {"processlist": rows}})
        assert (await step.check(context)).holds is holds


async def test_the_process_list_is_shown_as_evidence() -> None:
    rows = (
        "76\tbackup\tlocalhost\tNULL\tSleep\t300\t\tNULL\t0.000\n"
        "77\tapp\t10.0.0.9\tshop\tQuery\t3\tCommit\tUPDATE people SET mail='jane@home'\t0.000\n"
        "9\troot\tlocalhost\tNULL\tQuery\t0\t\tSHOW FULL PROCESSLIST\n"
    )
    context = ScriptedContext(stalled(), answers={"db3": {"PROCESSLIST": rows}})
    sighting = await step_of(planned(stalled()), "show:db3").verify(context)
    assert "76 backup" in sighting.evidence
    assert "SHOW FULL" not in sighting.evidence
    assert "77 app 10.0.0.9 shop Query 3 Commit UPDATE people SET mail=?" in sighting.evidence


def test_a_desync_by_hand_is_taken_back() -> None:
    survey = a_survey(
        a_node("db1"), a_node("db2"), a_node("db3", state="Donor/Desynced", variables={"desync": True})
    )
    plan = planned(survey)
    assert lines(step_of(plan, "set:db3")) == ["db3: mariadb -e 'SET GLOBAL wsrep_desync=OFF'"]


def test_a_donor_at_work_is_waited_for() -> None:
    joiner = a_node("db3", state="Joining", evidence={"sst_pids": (7,)})
    survey = a_survey(
        a_node("db1"), a_node("db2", state="Donor/Desynced", evidence={"sst_pids": (9,)}), joiner
    )
    plan = planned(survey)
    assert set(keys(plan)) == {"donor:db2", "wait:db3"}


def test_a_copy_is_waited_for_as_long_as_its_size_takes_and_not_for_one_span() -> None:
    size = {"sst_pids": (9,), "datadir_bytes": 200_000_000_000}
    joiner = a_node("db3", state="Joining", evidence={"sst_pids": (7,)})
    donor = a_node("db2", state="Donor/Desynced", evidence=size)
    plan = planned(a_survey(a_node("db1"), donor, joiner))
    assert {step_of(plan, key).verify_deadline_s for key in ("donor:db2", "wait:db3")} == {10_800.0}


def test_a_donor_that_got_stuck_is_restarted_after_a_while() -> None:
    survey = a_survey(a_node("db1"), a_node("db2", state="Donor/Desynced"), a_node("db3"))
    assert keys(planned(survey)) == ["donor:db2", "stop:db2", "start:db2"]


def test_a_schema_change_is_waited_for() -> None:
    alter = a_writer("altering table", time_s=90, statement="ALTER TABLE shop.orders ADD COLUMN x INT")
    held = a_writer("Waiting for TOI", time_s=80, statement="INSERT INTO shop.items VALUES (1)")
    nodes = [a_node("db1", writers=(alter, held)), a_node("db2"), a_node("db3")]
    plan = planned(a_survey(*nodes))
    assert keys(plan) == ["over:R-DDL:db1"]


def test_settings_that_keep_clients_away_are_named_and_undoable() -> None:
    odd = {"reject_queries": "ALL", "dirty_reads": True, "pxc_maint_mode": "MAINTENANCE"}
    plan = planned(a_survey(a_node("db1"), a_node("db2", variables=odd), a_node("db3")))
    assert [
        line.split(" -e ")[1]
        for line in lines(
            *(
                step_of(plan, f"set:db2:{name}")
                for name in ("wsrep_reject_queries", "wsrep_dirty_reads", "pxc_maint_mode")
            )
        )
    ] == [
        "'SET GLOBAL wsrep_reject_queries=NONE'",
        "'SET GLOBAL wsrep_dirty_reads=OFF'",
        "'SET GLOBAL pxc_maint_mode=DISABLED'",
    ]
    assert [act.command.line for act in step_of(plan, "set:db2:wsrep_reject_queries").undo] == [
        "mariadb -e 'SET GLOBAL wsrep_reject_queries=ALL'"
    ]


async def test_writes_that_move_again_end_the_wait() -> None:
    step = step_of(planned(stalled()), "over:R-FC")
    assert (await step.verify(ScriptedContext(stalled()))).holds is Holds.NO
    assert (await step.verify(ScriptedContext(a_survey()))).holds is Holds.YES
