"""The builders make what they say: a wrong one would make every test that uses it meaningless."""

from __future__ import annotations

from datetime import timedelta

import pytest

from systems.galera.readings import ZERO_UUID, HostEvidence, WsrepStatus
from tests.builders import (
    NOON,
    a_hung_node,
    a_joining_node,
    a_lost_node,
    a_node,
    a_stopped_node,
    a_survey,
    without_sql,
    without_ssh,
)


def test_a_survey_has_three_synced_nodes() -> None:
    survey = a_survey()
    assert [node.host for node in survey.nodes] == ["db1", "db2", "db3"]
    assert all(isinstance(node.status, WsrepStatus) and node.status.is_synced for node in survey.nodes)
    assert (
        len({node.status.local_index for node in survey.nodes if isinstance(node.status, WsrepStatus)}) == 3
    )


@pytest.mark.parametrize(("state", "primary"), [("Donor/Desynced", True), ("Initialized", False)])
def test_the_state_brings_its_fields_along(state: str, primary: bool) -> None:
    status = a_node(state=state).status
    assert isinstance(status, WsrepStatus)
    assert status.is_primary is primary
    assert not status.is_synced


def test_an_inconsistent_node_has_lost_its_state() -> None:
    node = a_node(state="Inconsistent")
    assert isinstance(node.evidence, HostEvidence)
    assert node.evidence.grastate is not None
    assert node.evidence.grastate.position.uuid == ZERO_UUID
    assert node.evidence.gra_logs


def test_a_stopped_node_has_no_process_and_says_where_it_stopped() -> None:
    node = a_stopped_node("db2", seqno=42, safe_to_bootstrap=True)
    assert not node.answers_sql
    assert isinstance(node.evidence, HostEvidence)
    assert not node.evidence.is_running
    assert node.evidence.grastate is not None
    assert node.evidence.grastate.position.seqno == 42


def test_a_joining_node_runs_and_closes_its_sql_port() -> None:
    node = a_joining_node()
    assert isinstance(node.evidence, HostEvidence)
    assert node.evidence.is_running
    assert 3306 not in node.evidence.listening


def test_what_does_not_answer_says_so() -> None:
    assert not a_lost_node().answers_ssh
    assert not a_hung_node().answers_sql
    assert a_hung_node().answers_ssh
    assert not without_sql(a_node()).answers_sql
    assert not without_ssh(a_node()).answers_ssh


def test_the_look_before_has_none_before_itself() -> None:
    first = a_survey(a_node(at=NOON - timedelta(seconds=4)))
    second = a_survey(a_node(at=NOON - timedelta(seconds=2)), before=first)
    third = a_survey(a_node(), before=second)
    assert third.before is not None
    assert third.before.taken_at == NOON - timedelta(seconds=2)
    assert third.before.before is None
