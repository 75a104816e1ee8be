"""How one node's state is told: since when it is down, how it ended, and the readings that prove it."""

from __future__ import annotations

from datetime import datetime

from runbooks.logs import telling_line
from runbooks.membership import Group, database_units
from runbooks.positions import Saved
from runbooks.words import clock, share
from systems.errors import SystemsError
from systems.galera.readings import (
    ClusterSurvey,
    HostEvidence,
    NodeSurvey,
    UnitState,
    WsrepStatus,
)

_SIGNALS = {6: "ABRT", 9: "KILL", 11: "SEGV", 15: "TERM"}
_FULL_SHARE = 0.98


def since(node: NodeSurvey, word: str = "since") -> str:
    """Tell since when its database is down, as " since 14:01:40 UTC"; empty when nobody knows."""
    moment = ended_at(node)
    return f" {word} {clock(moment, now=node.taken_at)}" if moment else ""


def ended_at(node: NodeSurvey) -> datetime | None:
    """When its database came into the state it is in, by its unit; None after a restart of the host."""
    return next((unit.since for unit in database_units(node) if unit.since), None)


def ending(unit: UnitState) -> str:
    """Tell how a unit's last process ended: "killed by signal KILL", "exit status 1"."""
    if unit.result in ("signal", "core-dump"):
        signal = _SIGNALS.get(unit.exit_status or 0, str(unit.exit_status) if unit.exit_status else "")
        return f"killed by signal {signal}".rstrip()
    if unit.result == "oom-kill":
        return "killed for want of memory"
    if unit.result == "exit-code":
        return f"exit status {unit.exit_status}" if unit.exit_status is not None else "ended with an error"
    return {"timeout": "ran into its start or stop timeout", "success": "ended in order"}.get(
        unit.result, unit.result
    )


def node_evidence(node: NodeSurvey, saved: Saved | None = None) -> tuple[str, ...]:
    """The readings of one node that matter for why it is out: host, what, value."""
    lines = [_status_line(node)]
    if isinstance(node.evidence, HostEvidence):
        lines += [f"{node.host}: unit {_unit_line(unit, node)}" for unit in _busy_units(node)]
        if ended_at(node) is None and node.evidence.booted_at:
            lines.append(f"{node.host}: booted at {clock(node.evidence.booted_at, now=node.taken_at)}")
        lines += _disk_lines(node.host, node.evidence)
        if saved is not None:
            lines += _saved_lines(saved, node.evidence)
        if line := telling_line(node):
            lines.append(f"{node.host}: log: {line}")
    elif isinstance(node.evidence, SystemsError):
        lines.append(f"{node.host}: SSH: {_without(node.host, node.evidence)}")
    return tuple(lines)


def carry_on(survey: ClusterSurvey, group: Group) -> str:
    """Tell how many nodes are left to serve: "2 of 3 carry on", "only db1 is left"."""
    if len(group.hosts) == 1:
        return f"only {group.hosts[0]} is left of {len(survey.nodes)}"
    return f"{len(group.hosts)} of {len(survey.nodes)} carry on"


def _busy_units(node: NodeSurvey) -> tuple[UnitState, ...]:
    """The units that are doing something, or have failed; when none is, the first of those that rest."""
    units = database_units(node)
    return tuple(unit for unit in units if unit.active != "inactive") or units[:1]


def _status_line(node: NodeSurvey) -> str:
    if not isinstance(node.status, WsrepStatus):
        return f"{node.host}: SQL: {_without(node.host, node.status)}"
    status = node.status
    return (
        f"{node.host}: wsrep_cluster_status {status.cluster_status}, size {_said(status.cluster_size)}, "
        f"state {status.state_comment or _said(status.local_state)}, connected "
        f"{'ON' if status.connected else 'OFF'}, ready {'ON' if status.ready else 'OFF'}"
    )


def _unit_line(unit: UnitState, node: NodeSurvey) -> str:
    when = f" since {clock(unit.since, now=node.taken_at)}" if unit.since else ""
    goes_on = unit.active == "active" or (unit.active != "inactive" and unit.result == "success")
    how = "" if goes_on else f", {ending(unit)}"
    return f"{unit.name} {unit.active}/{unit.sub}{how}{when}"


def _saved_lines(saved: Saved, evidence: HostEvidence) -> list[str]:
    state = evidence.grastate
    said = f"{state.position}" if state else evidence.grastate_error or "absent"
    lines = [f"{saved.host}: grastate.dat {said.removeprefix('grastate.dat ')}"]
    if evidence.recovered is not None:
        lines.append(f"{saved.host}: wsrep-recover {evidence.recovered}")
    if evidence.gvwstate is not None:
        lines.append(f"{saved.host}: gvwstate.dat of a view with {len(evidence.gvwstate.members)} members")
    if evidence.gvwstate_error and evidence.gvwstate_error != evidence.grastate_error:
        lines.append(f"{saved.host}: gvwstate.dat {evidence.gvwstate_error.removeprefix('gvwstate.dat ')}")
    if evidence.sst_in_progress:
        lines.append(f"{saved.host}: marker sst_in_progress is there")
    return lines


def _disk_lines(host: str, evidence: HostEvidence) -> list[str]:
    disk = evidence.filesystem
    if disk is None or disk.used_share < _FULL_SHARE:
        return []
    return [f"{host}: {disk.target} is {share(disk.used_share)} full"]


def _without(host: str, error: SystemsError) -> str:
    """An error that begins with its host, said once the host was named."""
    return str(error).removeprefix(f"{host}: ")


def _said(value: object) -> str:
    return "–" if value is None else str(value)
