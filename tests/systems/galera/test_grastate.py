"""grastate.dat and gvwstate.dat as they are found on real disks, and as they are after accidents."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.errors import NotUnderstood
from systems.galera.grastate import parse_grastate, parse_gvwstate, parse_position
from systems.galera.readings import ZERO_UUID, Position
from tests.systems.galera.recorded import AT

UUID = "e783b38b-e665-11f1-9166-1f40c74dc750"
RUNNING = f"""# GALERA saved state
version: 2.1
uuid:    {UUID}
seqno:   -1
safe_to_bootstrap: 0
"""
VIEW = """my_uuid: e7834b52-e665-11f1-8efd-62715c0b4e87
#vwbeg
view_id: 3 e7834b52-e665-11f1-8efd-62715c0b4e87 7
bootstrap: 1
member: e7834b52-e665-11f1-8efd-62715c0b4e87 0
member: e7befc03-e665-11f1-a0db-2e4e13356ed3 0
member: ea5fbbb5-e665-11f1-9d68-0f0e2d7008f0 0
#vwend
"""


def test_a_running_or_crashed_node_has_no_position() -> None:
    grastate = parse_grastate(RUNNING, AT)
    assert grastate.position == Position(UUID, -1)
    assert not grastate.position.is_known
    assert grastate.safe_to_bootstrap is False
    assert grastate.modified_at == AT


def test_the_last_one_to_leave_is_safe() -> None:
    text = RUNNING.replace("   -1", " 1227").replace("bootstrap: 0", "bootstrap: 1")
    grastate = parse_grastate(text)
    assert grastate.position.seqno == 1227
    assert grastate.position.is_known
    assert grastate.safe_to_bootstrap is True


def test_before_galera_3_19_safe_is_unknown_and_not_yes() -> None:
    assert parse_grastate(f"version: 2.1\nuuid: {UUID}\nseqno: 5\n").safe_to_bootstrap is None


def test_a_zero_uuid_is_no_usable_state() -> None:
    assert parse_grastate(f"uuid: {ZERO_UUID}\nseqno: -1").position.is_zero


def test_an_empty_file_says_that_a_copy_is_coming() -> None:
    with pytest.raises(NotUnderstood, match="empty"):
        parse_grastate("")


@pytest.mark.parametrize(
    "text", ["uuid: nonsense\nseqno: 1", f"uuid: {UUID}\nseqno: many", "seqno: 5", "\0" * 113]
)
def test_a_torn_file_is_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstood):
        parse_grastate(text)


def test_the_last_view_names_its_members() -> None:
    view = parse_gvwstate(VIEW)
    assert view.my_uuid == "e7834b52-e665-11f1-8efd-62715c0b4e87"
    assert view.view_id == "3 e7834b52-e665-11f1-8efd-62715c0b4e87 7"
    assert len(view.members) == 3


@pytest.mark.parametrize("text", ["", VIEW.replace("#vwend", ""), VIEW.replace("member:", "number:")])
def test_half_a_view_is_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstood):
        parse_gvwstate(text)


def test_a_position_is_split_at_its_last_colon() -> None:
    assert parse_position(f"{UUID}:1227") == Position(UUID, 1227)
    with pytest.raises(NotUnderstood):
        parse_position("1227")


@given(st.text())
def test_any_text_is_read_or_not_understood(text: str) -> None:
    for parse in (parse_grastate, parse_gvwstate, parse_position):
        with suppress(NotUnderstood):
            parse(text)


@given(st.integers(min_value=-1, max_value=2**63 - 1), st.booleans())
def test_what_galera_writes_is_read_back(seqno: int, safe: bool) -> None:
    grastate = parse_grastate(f"version: 2.1\nuuid: {UUID}\nseqno: {seqno}\nsafe_to_bootstrap: {int(safe)}\n")
    assert grastate.position == Position(UUID, seqno)
    assert grastate.safe_to_bootstrap is safe
