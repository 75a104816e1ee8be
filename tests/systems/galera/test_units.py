"""`systemctl show` as recorded on hosts whose server runs, was killed, receives a copy."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.errors import NotUnderstood
from systems.galera.readings import UnitState
from systems.galera.sections import split_sections
from systems.galera.units import parse_units
from tests.systems.galera.recorded import AT, host_output


def units_of(name: str) -> dict[str, UnitState]:
    return dict(parse_units("\n".join(split_sections(host_output(name, "anybody").stdout)["units"]), AT))


def test_aliases_are_one_unit_and_missing_ones_are_left_out() -> None:
    assert set(units_of("running")) == {"mariadb", "mysql@bootstrap"}


def test_a_running_unit_says_since_when_and_under_which_pid() -> None:
    unit = units_of("running")["mariadb"]
    assert (unit.active, unit.sub, unit.main_pid, unit.enabled) == ("active", "running", 31, "enabled")
    assert unit.since == AT + timedelta(microseconds=1365532306)
    assert unit.invocation == "41e9f5fb00064d8a831ac958960e9ff8"
    assert unit.timeout_start_s == 900.0
    assert unit.exit_status is None
    assert unit.restarts == 0


def test_a_killed_unit_says_by_what() -> None:
    unit = units_of("killed")["mariadb"]
    assert (unit.active, unit.result, unit.exit_status) == ("failed", "signal", 9)


def test_a_joiner_is_activating() -> None:
    assert units_of("joiner")["mariadb"].active == "activating"


def test_a_bootstrap_unit_that_would_start_at_boot_is_seen() -> None:
    assert units_of("boot-unit")["mysql@bootstrap"].enabled == "enabled"
    assert units_of("running")["mysql@bootstrap"].enabled == "disabled"


def test_a_masked_unit_exists() -> None:
    units = parse_units("Id=mysql.service\nLoadState=masked\nActiveState=inactive\n", None)
    assert units["mysql"].load == "masked"
    assert units["mysql"].since is None


def test_a_block_without_a_state_is_not_understood() -> None:
    with pytest.raises(NotUnderstood):
        parse_units("Id=mysql.service\nLoadState=loaded\n", AT)


@given(st.text(), st.text(alphabet="IdActiveStatLo=.\n 0123456789"))
def test_any_text_is_read_or_not_understood(text: str, likely: str) -> None:
    for candidate in (text, likely, f"Id=a\nActiveState=b\nStateChangeTimestampMonotonic={text}"):
        with suppress(NotUnderstood):
            parse_units(candidate, AT)
