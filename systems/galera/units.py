"""`systemctl show` of the units that a Galera server may run as."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from systems.errors import NotUnderstood
from systems.galera.readings import UnitState
from systems.galera.sizes import parse_span_s

UNITS = ("mysql", "mariadb", "mysql@bootstrap", "mysqld", "garb")
"""Names in use: PXC and Codership, MariaDB, PXC's bootstrap, RHEL, the arbitrator."""

PROPERTIES = (
    "Id",
    "LoadState",
    "ActiveState",
    "SubState",
    "Result",
    "UnitFileState",
    "MainPID",
    "ExecMainCode",
    "ExecMainStatus",
    "StateChangeTimestampMonotonic",
    "InvocationID",
    "TimeoutStartUSec",
    "LimitNOFILE",
    "NRestarts",
    "FragmentPath",
    "Environment",
)


def parse_units(text: str, booted_at: datetime | None) -> Mapping[str, UnitState]:
    """Read the blocks of `systemctl show`, one a unit; those that do not exist are left out.

    An alias shows the unit behind it, so mysql on a MariaDB host is its mariadb. `booted_at` turns
    monotonic stamps into times, since the printed ones are in the host's own zone. Raises `NotUnderstood`.
    """
    units: dict[str, UnitState] = {}
    for block in _blocks(text):
        unit = _parse_unit(block, booted_at)
        if unit.load != "not-found":
            units[unit.name] = unit
    return units


def unit_properties(text: str) -> Mapping[str, Mapping[str, str]]:
    """The same blocks unread: every property by unit name."""
    return {_name(block): block for block in _blocks(text) if "Id" in block}


def _blocks(text: str) -> list[dict[str, str]]:
    blocks: list[dict[str, str]] = []
    current: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals:
            current[name] = value
        elif not line.strip() and current:
            blocks.append(current)
            current = {}
    return [*blocks, current] if current else blocks


def _name(block: Mapping[str, str]) -> str:
    return block.get("Id", "").removesuffix(".service")


def _parse_unit(block: Mapping[str, str], booted_at: datetime | None) -> UnitState:
    if not block.get("Id") or not block.get("ActiveState"):
        raise NotUnderstood(f"systemctl show gave a unit without Id and ActiveState: {dict(block)!r:.200}")
    restarts = _number(block.get("NRestarts", ""))
    return UnitState(
        name=_name(block),
        load=block.get("LoadState", ""),
        active=block["ActiveState"],
        sub=block.get("SubState", ""),
        result=block.get("Result", ""),
        enabled=block.get("UnitFileState", ""),
        main_pid=_number(block.get("MainPID", "")) or 0,
        exit_status=_exit_status(block),
        since=_since(block.get("StateChangeTimestampMonotonic", ""), booted_at),
        invocation=block.get("InvocationID", ""),
        timeout_start_s=parse_span_s(block.get("TimeoutStartUSec", "")),
        fragment=block.get("FragmentPath", ""),
        restarts=restarts,
    )


def _exit_status(block: Mapping[str, str]) -> int | None:
    """ExecMainCode 0: it has not ended, or never ran."""
    if block.get("ExecMainCode", "0") in {"", "0"}:
        return None
    return _number(block.get("ExecMainStatus", ""))


def _since(monotonic_us: str, booted_at: datetime | None) -> datetime | None:
    microseconds = _number(monotonic_us)
    if booted_at is None or not microseconds:
        return None
    try:
        return booted_at + timedelta(microseconds=microseconds)
    except OverflowError:
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
