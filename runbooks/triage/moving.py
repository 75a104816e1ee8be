"""A node whose unit is on its way up or down, or comes up again and again without success."""

from __future__ import annotations

from runbooks.logs import hit
from runbooks.model import Severity
from runbooks.positions import saved_state
from runbooks.triage.scenario import Case, Scenario
from runbooks.triage.telling import ending, node_evidence
from runbooks.words import clock, size, span
from systems.galera.readings import ClusterSurvey, HostEvidence, NodeSurvey, UnitState, WsrepStatus

_LOOP = 2
"""So many restarts without success in between are a loop, not an accident."""
LONG_JOIN_S = 300.0
"""A start that lasts longer with no state transfer at work is a hung join (R-JOIN)."""


def moving_case(survey: ClusterSurvey, node: NodeSurvey, unit: UnitState) -> Case:
    """Tell what a node is waiting for, when its unit is neither up nor down and its SQL is closed."""
    assert isinstance(node.evidence, HostEvidence)  # noqa: S101 - units are read over SSH only
    evidence, proof = node.evidence, node_evidence(node, saved_state(node))
    lasts = f" for {span(for_s(node, unit))}" if unit.since else ""
    if unit.active == "deactivating":
        sentence = f"{node.host} is being stopped{lasts}: writing back its buffers can take minutes (ROLL-06)"
        return Case(Scenario.WAIT, (node.host,), sentence, proof, Severity.WARNING)
    if unit.sub == "auto-restart":
        return _restarting(survey, node, unit, proof)
    if evidence.sst_pids:
        sentence = f"{node.host} receives a full copy (SST){lasts}{_progress(survey, node, evidence)}: wait"
        return Case(Scenario.WAIT, (node.host,), sentence, proof, Severity.WARNING)
    if hit(node, "no-donor"):
        sentence = (
            f"{node.host} asks for a donor again and again{lasts}: no member can give it the data (REC-14)"
        )
        return Case(Scenario.HUNG_JOIN, (node.host,), sentence, proof, Severity.CRITICAL)
    if for_s(node, unit) > LONG_JOIN_S and not _donors(survey):
        sentence = f"{node.host} has been starting{lasts} and no state transfer is at work: its join hangs"
        return Case(Scenario.HUNG_JOIN, (node.host,), sentence, proof, Severity.CRITICAL)
    sentence = f"{node.host} is starting{lasts}: it recovers its position, or receives what it missed; wait"
    return Case(Scenario.WAIT, (node.host,), sentence, proof, Severity.WARNING)


def for_s(node: NodeSurvey, unit: UnitState) -> float:
    """How long the unit has been in its state, in seconds, by the host's own clock; 0 when it is not told."""
    if unit.since is None or not isinstance(node.evidence, HostEvidence):
        return 0.0
    by_its_clock = node.evidence.clock_offset_s
    return max((node.evidence.taken_at - unit.since).total_seconds() + by_its_clock, 0.0)


def joiners(survey: ClusterSurvey) -> tuple[str, ...]:
    """Nodes that receive the data, or wait for it: by their state, or by a start that is under way."""
    return tuple(node.host for node in survey.nodes if _joins(node))


def _joins(node: NodeSurvey) -> bool:
    if isinstance(node.status, WsrepStatus):
        return node.status.is_primary and node.status.local_state == 1
    evidence = node.evidence
    if not isinstance(evidence, HostEvidence) or not evidence.is_running:
        return False
    return any(unit.active == "activating" for unit in evidence.units.values())


def _donors(survey: ClusterSurvey) -> tuple[str, ...]:
    states = ((node.host, node.status) for node in survey.nodes)
    return tuple(
        host for host, status in states if isinstance(status, WsrepStatus) and status.local_state == 2
    )


def _restarting(survey: ClusterSurvey, node: NodeSurvey, unit: UnitState, proof: tuple[str, ...]) -> Case:
    tries = unit.restarts or 0
    if tries >= _LOOP and not _served_before(survey, node.host):
        sentence = (
            f"{node.host} fails at every start ({ending(unit)}); systemd has "
            f"tried {tries} times and goes on: the cause must be found first"
        )
        return Case(Scenario.LOOP, (node.host,), sentence, proof, Severity.CRITICAL)
    when = f" at {clock(unit.since, now=survey.taken_at)}" if unit.since else ""
    sentence = f"{node.host} ended ({ending(unit)}){when} and systemd starts it again by itself: wait"
    return Case(Scenario.WAIT, (node.host,), sentence, proof, Severity.CRITICAL)


def _served_before(survey: ClusterSurvey, host: str) -> bool:
    """Whether it answered in the look before: then this is its first failure."""
    return survey.before is not None and any(
        node.host == host and node.answers_sql for node in survey.before.nodes
    )


def _progress(survey: ClusterSurvey, node: NodeSurvey, evidence: HostEvidence) -> str:
    """How much of the donor's data has arrived, where both sides tell."""
    sizes = [
        other.evidence.datadir_bytes or 0
        for other in survey.nodes
        if other.host != node.host and other.answers_sql and isinstance(other.evidence, HostEvidence)
    ]
    if not evidence.datadir_bytes or not any(sizes):
        return ""
    return f", {size(evidence.datadir_bytes)} of about {size(max(sizes))}"
