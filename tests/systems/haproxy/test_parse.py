"""What a real HAProxy answered is read as it meant it; what is no answer is told as such, never guessed."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.errors import NotUnderstood
from systems.haproxy.parse import parse_balancer
from systems.haproxy.readings import Admin, BalancerReading, Check, Server, ServerState
from tests.reading_builders import NOON
from tests.systems.haproxy.builders import recorded


def read(text: str) -> BalancerReading:
    return parse_balancer(text, NOON)


def server(stats: str, name: str) -> Server:
    backend = read(recorded(stats)).backend("db")
    assert backend is not None
    return backend.server(name)


@pytest.mark.parametrize("stats", ["mysql", "http-desync", "http-down"])
def test_a_recorded_answer_is_read_whole(stats: str) -> None:
    reading = read(recorded(stats))
    assert reading.version == "2.6.12-1+deb12u4"
    assert reading.uptime_s == 5
    assert [backend.name for backend in reading.backends] == ["db"]  # the page of statistics has no server
    assert [one.name for one in reading.backends[0].servers] == ["db1", "db2", "db3"]
    assert reading.backends[0].algorithm == "roundrobin"


def test_a_node_that_the_check_refuses_is_down_with_its_http_status() -> None:
    found = server("http-desync", "db3")
    assert found.state is ServerState.DOWN
    assert not found.serves
    assert found.check == Check("L7STS", 503, 79, "Service Unavailable")
    assert (found.changed_s, found.downs) == (3, 1)


def test_a_check_under_way_keeps_the_result_of_the_one_before_and_has_no_code() -> None:
    assert server("http-down", "db3").check.status == "L7STS"
    assert server("http-down", "db3").check.code is None
    assert server("http-down", "db3").check.is_under_way
    assert not server("http-desync", "db3").check.is_under_way


def test_a_server_has_its_address_weight_and_orders() -> None:
    found = server("mysql", "db2")
    assert (found.address, found.port) == ("10.77.0.12", 3306)
    assert (found.weight, found.initial_weight, found.admin) == (1, 1, Admin.NONE)
    assert found.serves


def test_without_the_state_of_servers_their_orders_are_not_known() -> None:
    text = recorded("mysql").partition("# be_id")[0]
    backend = read(text).backend("db")
    assert backend is not None
    assert backend.server("db1").admin is None
    assert backend.server("db1").weight == 1


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("UP 1/2", ServerState.UP),
        ("DOWN 1/2", ServerState.DOWN),
        ("MAINT (via db/db1)", ServerState.MAINT),
        ("MAINT (resolution)", ServerState.MAINT),
        ("DRAIN (agent)", ServerState.DRAIN),
        ("NOLB", ServerState.NOLB),
        ("no check", ServerState.UNCHECKED),
        ("SLEEPING", ServerState.UNKNOWN),
    ],
)
def test_every_word_for_a_state_is_understood_or_told_as_unknown(status: str, state: ServerState) -> None:
    text = recorded("mysql").replace(",UP,1,1,0,0,0,4", f",{status},1,1,0,0,0,4")
    backend = read(text).backend("db")
    assert backend is not None
    assert backend.server("db1").state is state
    assert backend.server("db1").status == status


@pytest.mark.parametrize(
    "text", ["", "Permission denied", "Unknown command: 'show stat'", "Name: HAProxy\nVersion: 2.6\n"]
)
def test_what_holds_no_statistics_is_no_reading(text: str) -> None:
    with pytest.raises(NotUnderstood, match="no statistics"):
        read(text)


def test_a_row_that_was_cut_short_is_no_reading() -> None:
    whole = recorded("mysql")
    row = whole.index("db,db2,")
    with pytest.raises(NotUnderstood, match="db/db2 is cut short"):
        read(whole[: row + len("db,db2,0,0")])


def test_a_status_of_blanks_is_a_row_that_is_cut_short() -> None:
    text = recorded("mysql").replace(",UP,1,1,0,0,0,4", ",  ,1,1,0,0,0,4")
    with pytest.raises(NotUnderstood, match="db/db1 is cut short"):
        read(text)


def test_a_field_without_an_end_is_no_reading() -> None:
    with pytest.raises(NotUnderstood, match="a table that is none"):
        read(recorded("mysql").replace("db1", "x" * 200_000))


@given(st.integers(0, 6000), st.text(alphabet="\x00\n\r,;\"'# aU/1", max_size=30))
def test_no_damage_ends_in_anything_but_a_reading_or_a_sentence(at: int, damage: str) -> None:
    whole = recorded("http-desync")
    with suppress(NotUnderstood):
        assert read(whole[:at] + damage + whole[at + len(damage) :]).taken_at == NOON
