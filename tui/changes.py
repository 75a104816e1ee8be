"""What changed between two answers of a node, as sentences for the feed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from systems.errors import SystemsError

if TYPE_CHECKING:
    from systems.galera.readings import HostEvidence, NodeSurvey, UnitState, WsrepStatus


class Change(NamedTuple):
    """One thing that became different. `at` (aware, UTC): when systemd says so, else when it was seen."""

    at: datetime
    host: str
    sentence: str
    severity: int = 0
    """As `runbooks.model.Severity`; -1: for the better."""


def changes_between(before: NodeSurvey | None, after: NodeSurvey) -> tuple[Change, ...]:
    """What is different in `after`; nothing when there is no `before` to compare with."""
    if before is None:
        return ()
    return (
        *_host_changes(before, after),
        *_unit_changes(before, after),
        *_sql_changes(before, after),
    )


def _host_changes(before: NodeSurvey, after: NodeSurvey) -> Iterator[Change]:
    old, new = before.evidence, after.evidence
    if isinstance(new, SystemsError):
        if not isinstance(old, SystemsError):
            yield Change(after.taken_at, after.host, f"host does not answer: {new}", 2)
    elif isinstance(old, SystemsError):
        yield Change(after.taken_at, after.host, "host answers again", -1)
    elif old.boot_id != new.boot_id:
        yield Change(new.booted_at or after.taken_at, after.host, "host was restarted", 1)


def _unit_changes(before: NodeSurvey, after: NodeSurvey) -> Iterator[Change]:
    old, new = before.evidence, after.evidence
    if isinstance(old, SystemsError) or isinstance(new, SystemsError):
        return
    for name, unit in new.units.items():
        was = old.units.get(name)
        if was is None or (was.active, was.sub) == (unit.active, unit.sub):
            continue
        yield Change(_when(unit, new), after.host, f"{name}: {_unit_words(unit)}", _unit_severity(unit))


def _when(unit: UnitState, evidence: HostEvidence) -> datetime:
    """When systemd says that it happened, the host's clock put right; never later than it was seen."""
    if unit.since is None:
        return evidence.taken_at
    return min(unit.since, evidence.taken_at)


def _unit_words(unit: UnitState) -> str:
    if unit.active == "failed" or unit.result not in ("success", ""):
        return f"{unit.active} ({unit.result})"
    return f"{unit.active} ({unit.sub})" if unit.sub else unit.active


def _unit_severity(unit: UnitState) -> int:
    if unit.active == "failed":
        return 2
    return -1 if unit.active == "active" else 1


def _sql_changes(before: NodeSurvey, after: NodeSurvey) -> Iterator[Change]:
    old, new = before.status, after.status
    if isinstance(new, SystemsError):
        if not isinstance(old, SystemsError):
            yield Change(after.taken_at, after.host, "database does not answer any more", 2)
        return
    if isinstance(old, SystemsError):
        yield Change(new.taken_at, after.host, f"database answers: {new.state_comment}", -1)
        return
    yield from _state_changes(old, new, after.host)
    yield from _flow_changes(old, new, after.host)


def _state_changes(old: WsrepStatus, new: WsrepStatus, host: str) -> Iterator[Change]:
    at = new.taken_at
    if old.cluster_status != new.cluster_status:
        yield Change(at, host, f"{old.cluster_status} to {new.cluster_status}", -1 if new.is_primary else 2)
    if old.state_comment != new.state_comment:
        better = -1 if new.is_synced else 1
        yield Change(at, host, f"{old.state_comment} to {new.state_comment}", better)
    if old.cluster_size != new.cluster_size and old.cluster_size and new.cluster_size:
        better = -1 if new.cluster_size > old.cluster_size else 1
        yield Change(at, host, f"cluster size {old.cluster_size} to {new.cluster_size}", better)
    if old.state_uuid != new.state_uuid:
        yield Change(at, host, f"another history: {new.state_uuid}", 2)
    if _goes_back(old, new):
        yield Change(at, host, f"position went back: {old.last_committed} to {new.last_committed}", 2)


def _goes_back(old: WsrepStatus, new: WsrepStatus) -> bool:
    if old.last_committed is None or new.last_committed is None or old.state_uuid != new.state_uuid:
        return False
    return new.last_committed < old.last_committed


def _flow_changes(old: WsrepStatus, new: WsrepStatus, host: str) -> Iterator[Change]:
    if new.flow_control_requested and not old.flow_control_requested:
        queue = f", {new.recv_queue} writesets wait here" if new.recv_queue else ""
        yield Change(new.taken_at, host, f"holds all writes by flow control{queue}", 1)
    elif old.flow_control_requested and not new.flow_control_requested:
        yield Change(new.taken_at, host, "flow control released", -1)
    if (new.desync_count or 0) > 0 and not old.desync_count:
        yield Change(new.taken_at, host, "desynced", 1)
