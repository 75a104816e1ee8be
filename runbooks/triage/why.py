"""Why is it red? The ladder from a node's state down to its cause, as far as Galera and its host can tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from runbooks.logs import telling_line
from runbooks.membership import database_units, is_primary, primary_groups
from runbooks.model import Holds, Sighting, no, unknown, yes
from runbooks.triage.classify import classify
from runbooks.triage.telling import ending, since
from runbooks.words import listed, share
from systems.galera.readings import ClusterSurvey, HostEvidence, NodeSurvey, WsrepStatus

_FULL_SHARE = 0.95
_GROUP_PORT = 4567


@dataclass(frozen=True, slots=True)
class Rung:
    """One question of the ladder and its answer; YES: this rung is broken."""

    title: str
    sighting: Sighting


@dataclass(frozen=True, slots=True)
class Why:
    """The answer: one sentence, and the rungs that were walked, the last one being the broken one."""

    host: str
    sentence: str
    rungs: tuple[Rung, ...]


def why(survey: ClusterSurvey, host: str) -> Why:
    """Walk from the node's state to its cause and stop at the first rung that explains it.

    Full disks, killed processes and named log lines stand before the unit, since a failed unit is what they
    cause. Raises `KeyError` for a host that is not in the inventory.
    """
    node = survey.node(host)
    state = Rung("wsrep state", _state(node))
    if state.sighting.holds is Holds.NO:
        found = classify(survey)
        split = found.cluster if found.cluster and host in found.cluster.hosts else None
        case = found.case_of(host) or split
        if case is not None:
            return Why(host, f"{host} is red ({case.scenario.value}): {case.sentence}", (state,))
        return Why(host, f"{host} is not red: {state.sighting.evidence}", (state,))
    walked = [state]
    for title, ask in _LADDER:
        rung = Rung(title, ask(survey, node))
        walked.append(rung)
        if rung.sighting.holds is Holds.YES:
            return Why(host, f"{_what(survey, node)}, because {rung.sighting.evidence}", tuple(walked))
    return Why(host, _without_cause(survey, node), tuple(walked))


def _what(survey: ClusterSurvey, node: NodeSurvey) -> str:
    found = classify(survey)
    case = found.case_of(node.host) or found.cluster
    return f"{node.host} is red ({case.scenario.value})" if case else f"{node.host} is red"


def _without_cause(survey: ClusterSurvey, node: NodeSurvey) -> str:
    """Its host is well: then the cluster's own matter is the cause, or its state is all there is to say."""
    found = classify(survey)
    case = found.cluster or found.case_of(node.host)
    cause = case.sentence if case else "its host shows no cause"
    return f"{_what(survey, node)}: {cause}"


def _state(node: NodeSurvey) -> Sighting:
    if not isinstance(node.status, WsrepStatus):
        return yes(f"its database does not answer: {node.status}", node.host)
    status = node.status
    said = f"{status.cluster_status}, {status.state_comment or 'no state told'}, size {status.cluster_size}"
    return no(said) if is_primary(node) and status.is_synced and status.ready else yes(said, node.host)


def _reach(survey: ClusterSurvey, node: NodeSurvey) -> Sighting:
    del survey
    if isinstance(node.evidence, HostEvidence):
        return no("its host answers over SSH")
    return yes(f"its host does not answer over SSH: {node.evidence}", node.host)


def _disk(survey: ClusterSurvey, node: NodeSurvey) -> Sighting:
    del survey
    disk = node.evidence.filesystem if isinstance(node.evidence, HostEvidence) else None
    if disk is None:
        return unknown("its data volume could not be read")
    if disk.used_share >= _FULL_SHARE or disk.inodes_free == 0:
        return yes(
            f"{disk.target} is {share(disk.used_share)} full ({disk.free_bytes:,} bytes free)", node.host
        )
    return no(f"{disk.target} is {share(disk.used_share)} full")


def _memory(survey: ClusterSurvey, node: NodeSurvey) -> Sighting:
    del survey
    kills = node.evidence.oom_kills if isinstance(node.evidence, HostEvidence) else ()
    return (
        yes(f"the kernel killed for want of memory: {kills[-1].strip()}", node.host)
        if kills
        else no("no OOM kill")
    )


def _log(survey: ClusterSurvey, node: NodeSurvey) -> Sighting:
    del survey
    line = telling_line(node)
    return yes(f"its log says: {line}", node.host) if line else no("its log names no cause")


def _unit(survey: ClusterSurvey, node: NodeSurvey) -> Sighting:
    del survey
    units = database_units(node)
    active = [unit for unit in units if unit.active == "active"]
    if active:
        return no(f"{active[0].name} is {active[0].active}/{active[0].sub}")
    if not units:
        return unknown("it has no database unit")
    unit = units[0]
    return yes(f"{unit.name} is {unit.active}/{unit.sub}{since(node)} ({ending(unit)})", node.host)


def _ports(survey: ClusterSurvey, node: NodeSurvey) -> Sighting:
    if not isinstance(node.evidence, HostEvidence):
        return unknown("its ports could not be read")
    if _GROUP_PORT not in node.evidence.listening:
        return yes(f"nothing listens on its port {_GROUP_PORT}", node.host)
    groups = primary_groups(survey)
    if groups and isinstance(node.status, WsrepStatus) and not node.status.is_primary:
        return yes(
            f"it listens on {_GROUP_PORT} and is not with "
            f"{listed(groups[0].hosts)}: the way between them is cut",
            node.host,
        )
    return no(f"it listens on {_GROUP_PORT}")


_LADDER: tuple[tuple[str, Callable[[ClusterSurvey, NodeSurvey], Sighting]], ...] = (
    ("host", _reach),
    ("disk", _disk),
    ("memory", _memory),
    ("log", _log),
    ("unit", _unit),
    ("ports", _ports),
)
