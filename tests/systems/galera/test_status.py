"""SHOW GLOBAL STATUS of recorded nodes, and of anything else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.errors import NotUnderstood
from systems.galera.readings import UNDEFINED, ZERO_UUID
from systems.galera.status import number_or_none, parse_status, switch_or_none
from systems.sql import Rows
from tests.systems.galera.recorded import AT, rows_of, status_rows

STATE = "97c6171f-e651-11f1-91ec-1f0bcdeda5d5"


def test_a_synced_node_says_all_of_itself() -> None:
    status = parse_status(status_rows("quorum_loss", "before", "db1"))
    assert status.is_primary
    assert status.is_synced
    assert status.ready
    assert status.connected
    assert (status.cluster_size, status.local_index) == (3, 0)
    assert status.state_uuid == status.local_state_uuid == STATE
    assert status.incoming_addresses == ("10.77.0.11:3306", "10.77.0.12:3306", "10.77.0.13:3306")
    assert status.provider_version == "4.23(rXXXX)"
    assert status.flow_control_active is False
    assert status.taken_at == AT
    assert status.all["wsrep_cert_deps_distance"]


def test_view_zero_is_a_view() -> None:
    """After pc.recovery the first view has number 0: recorded, and not "unknown"."""
    assert parse_status(status_rows("power_loss_auto", "after", "db1")).conf_id == 0


def test_a_node_without_quorum_has_no_view() -> None:
    status = parse_status(status_rows("quorum_loss", "quorum lost", "db1"))
    assert not status.is_primary
    assert status.cluster_status == "non-Primary"
    assert status.conf_id is None
    assert not status.ready
    assert status.connected
    assert status.local_state == 0
    assert status.cluster_size == 1


def test_a_voted_out_node_has_no_position_and_no_index() -> None:
    status = parse_status(status_rows("inconsistent", "an update that db3 cannot apply", "db3"))
    assert status.state_comment == "Inconsistent"
    assert status.cluster_status == "Disconnected"
    assert not status.connected
    assert status.last_committed is None
    assert status.local_index is None
    assert status.local_state_uuid == ZERO_UUID
    assert status.state_uuid == STATE
    assert status.incoming_addresses == ()
    assert status.desync_count is None


def test_flow_control_is_told_by_the_one_that_asks_for_it() -> None:
    guilty = parse_status(status_rows("flow_control", "app.t locked on db3 for 6 s", "db3"))
    other = parse_status(status_rows("flow_control", "app.t locked on db3 for 6 s", "db1"))
    assert (guilty.flow_control_requested, other.flow_control_requested) == (True, False)
    assert guilty.flow_control_active is other.flow_control_active is True
    assert guilty.recv_queue == 29
    assert guilty.flow_control_paused == pytest.approx(0.611437)
    assert (guilty.flow_control_paused_ns or 0) > 10**9


def test_a_donor_is_desynced_and_ready() -> None:
    status = parse_status(status_rows("donor", "SST running, look 1", "db1"))
    assert (status.local_state, status.desync_count, status.ready) == (2, 1, True)


def test_arbitrators_leave_empty_addresses() -> None:
    rows = rows_of("wsrep_cluster_status\tPrimary\nwsrep_incoming_addresses\t10.0.0.1:3306,,10.0.0.2:3306")
    assert parse_status(rows).incoming_addresses == ("10.0.0.1:3306", "", "10.0.0.2:3306")


def test_primary_is_compared_without_regard_to_case() -> None:
    rows = rows_of("wsrep_cluster_status\tPRIMARY")
    assert parse_status(rows).is_primary
    assert not replace(parse_status(rows), cluster_status="non-Primary").is_primary


def test_a_server_without_galera_is_not_understood() -> None:
    with pytest.raises(NotUnderstood, match="no Galera"):
        parse_status(rows_of("Uptime\t12"))


def test_a_size_that_is_no_number_is_not_taken_for_none() -> None:
    with pytest.raises(NotUnderstood, match="wsrep_cluster_size is 'three'"):
        parse_status(rows_of("wsrep_cluster_status\tPrimary\nwsrep_cluster_size\tthree"))


def test_undefined_and_negative_numbers_are_none() -> None:
    assert number_or_none(str(UNDEFINED)) is None
    assert number_or_none("-1") is None
    assert number_or_none("٣") is None
    assert number_or_none("42") == 42


def test_a_switch_is_on_off_or_unknown() -> None:
    assert [switch_or_none(word) for word in ("ON", "false", "1", "", "maybe")] == [
        True,
        False,
        True,
        None,
        None,
    ]


@given(
    st.dictionaries(
        st.sampled_from(
            ["wsrep_cluster_status", "wsrep_cluster_size", "wsrep_local_state", "wsrep_ready", "uptime"]
        ),
        st.one_of(st.none(), st.text(), st.integers().map(str)),
    ),
    st.lists(st.lists(st.one_of(st.none(), st.text()), max_size=3)),
)
def test_whatever_a_server_answers_is_read_or_not_understood(
    values: dict[str, str | None], others: list[list[str | None]]
) -> None:
    rows = Rows((*(tuple(pair) for pair in values.items()), *(tuple(row) for row in others)), AT)
    try:
        status = parse_status(rows)
    except NotUnderstood:
        return
    assert status.cluster_size is None or status.cluster_size >= 0
