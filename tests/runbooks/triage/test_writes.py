"""Writes that hang in a cluster that looks whole are told by their cause."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from runbooks.model import Severity
from runbooks.triage import Case, Scenario, classify
from systems.galera.readings import ClusterSurvey, Writer
from tests.builders import NOON, a_node, a_survey, a_writer

EARLIER = NOON - timedelta(seconds=10)
ALTER = a_writer("copy to tmp table", time_s=61, statement="ALTER TABLE orders ADD note TEXT")
QUEUED = a_writer("Waiting to execute in isolation", time_s=55, statement="ALTER TABLE shops ADD x INT")
LOCKED = a_writer("Waiting for table metadata lock", time_s=40, user="system user", command="Sleep")


def look(
    at: datetime,
    *,
    before: ClusterSurvey | None = None,
    writers: tuple[Writer, ...] = (),
    seqno: int = 1000,
    every: dict[str, Any] | None = None,
    **third: Any,
) -> ClusterSurvey:
    """One look at three Synced nodes; `every` changes all of them, `third` and `writers` only db3."""
    nodes = [a_node(host, at=at, seqno=seqno, status=every) for host in ("db1", "db2")]
    last = a_node("db3", at=at, seqno=seqno, status={**(every or {}), **third}, writers=writers)
    return a_survey(*nodes, last, before=before)


def cases(survey: ClusterSurvey) -> dict[Scenario, Case]:
    return {case.scenario: case for case in classify(survey).cases}


def test_a_node_that_asks_for_a_pause_is_named_at_the_first_look() -> None:
    survey = look(NOON, every={"flow_control_active": True}, flow_control_requested=True, recv_queue=29)
    case = cases(survey)[Scenario.FLOW_CONTROL]
    assert case.hosts == ("db3",)
    assert "29 write-sets" in case.sentence


def test_a_pause_between_two_looks_is_seen_by_its_growth() -> None:
    first = look(EARLIER, every={"flow_control_paused_ns": 0})
    then = look(NOON, before=first, every={"flow_control_paused_ns": 6_000_000_000}, flow_control_sent=3)
    case = cases(then)[Scenario.FLOW_CONTROL]
    assert case.hosts == ("db3",), "the one that sent the pauses"
    assert "paused 60 % of the last 10 s" in case.sentence
    assert case.severity is Severity.CRITICAL


def test_a_pause_of_long_ago_is_no_pause_of_now() -> None:
    first = look(EARLIER, every={"flow_control_paused_ns": 6_000_000_000, "flow_control_paused": 0.5})
    then = look(
        NOON, before=first, every={"flow_control_paused_ns": 6_000_000_000, "flow_control_paused": 0.4}
    )
    assert Scenario.FLOW_CONTROL not in cases(then)


def test_a_counter_that_was_set_back_says_nothing() -> None:
    first = look(EARLIER, every={"flow_control_paused_ns": 9_000_000_000})
    then = look(NOON, before=first, every={"flow_control_paused_ns": 0})
    assert Scenario.FLOW_CONTROL not in cases(then)


def test_a_schema_change_that_others_wait_for_is_named() -> None:
    case = cases(look(NOON, writers=(ALTER, QUEUED)))[Scenario.DDL]
    assert case.hosts == ("db3",)
    assert "1 statement held" in case.sentence
    assert any("ALTER TABLE orders" in line for line in case.evidence)


def test_a_schema_change_while_writes_go_on_is_no_matter() -> None:
    first = look(EARLIER, seqno=1000)
    assert not cases(look(NOON, before=first, seqno=1200, writers=(ALTER,)))


def test_a_schema_change_while_nothing_moves_is_one() -> None:
    assert Scenario.DDL in cases(look(NOON, before=look(EARLIER), writers=(ALTER,)))


def test_a_lock_that_holds_the_applier_is_named() -> None:
    case = cases(look(NOON, writers=(LOCKED,)))[Scenario.LOCK]
    assert case.hosts == ("db3",)
    assert "replication" in case.sentence


def test_a_lock_behind_a_stall_is_evidence_and_no_second_finding() -> None:
    survey = look(NOON, every={"flow_control_active": True}, flow_control_requested=True, writers=(LOCKED,))
    found = cases(survey)
    assert set(found) == {Scenario.FLOW_CONTROL}
    assert any("metadata lock" in line for line in found[Scenario.FLOW_CONTROL].evidence)


def test_collisions_are_counted_between_two_looks() -> None:
    first = look(EARLIER, cert_failures=100, bf_aborts=50)
    then = look(NOON, before=first, cert_failures=160, bf_aborts=90)
    case = cases(then)[Scenario.CERTIFICATION]
    assert case.hosts == ("db3",)
    assert "10 a second" in case.sentence
    assert Scenario.CERTIFICATION not in cases(first), "one look cannot tell a rate"


def test_a_joiner_that_gets_nothing_for_long_hangs() -> None:
    joining: dict[str, Any] = {
        "local_state": 1,
        "ready": False,
        "state_comment": "Joining",
        "received_bytes": 7,
    }
    first = look(EARLIER, **joining)
    assert Scenario.HUNG_JOIN in cases(look(NOON, before=first, **joining))
    moving = look(NOON, before=first, **{**joining, "received_bytes": 9000})
    assert Scenario.WAIT in cases(moving)


def test_a_donor_without_a_joiner_is_stuck() -> None:
    case = cases(look(NOON, local_state=2, desync_count=1))[Scenario.DONOR]
    assert "nobody joins" in case.sentence


def test_a_node_that_stands_still_with_a_full_queue_is_held_by_a_lock() -> None:
    held: dict[str, Any] = {"local_state": 2, "recv_queue": 400, "last_committed": 900}
    case = cases(look(NOON, before=look(EARLIER, **held), **held))[Scenario.LOCK]
    assert "400 write-sets behind" in case.sentence
