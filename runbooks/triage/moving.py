"""A node whose unit is on its way up or down, or comes up again and again without success."""

from __future__ import annotations

from typing import TypeAlias

from runbooks.logs import hit
from runbooks.model import Severity
from runbooks.positions import saved_state
from runbooks.triage.scenario import Case, Scenario
from runbooks.triage.telling import ending, node_evidence
from runbooks.words import clock, share, size, span
from systems.galera.readings import ClusterSurvey, HostEvidence, NodeSurvey, UnitState, WsrepStatus

_Told: TypeAlias = tuple[Scenario, Severity, str]
_LOOP = 2
"""So many restarts without success in between are a loop, not an accident."""
_FULL_SHARE = 0.99
_FILLED = 0.9
LONG_JOIN_S = 300.0
"""A start that lasts longer with no state transfer at work is a hung join (R-JOIN)."""


def moving_case(survey: ClusterSurvey, node: NodeSurvey, unit: UnitState) -> Case:
    """Tell what a node is waiting for, when its unit is neither up nor down and its SQL is closed."""
    scenario, severity, sentence = _leaving(survey, node, unit) or _coming(survey, node, unit)
    return Case(scenario, (node.host,), sentence, node_evidence(node, saved_state(node)), severity)


def _leaving(survey: ClusterSurvey, node: NodeSurvey, unit: UnitState) -> _Told | None:
    """It is on its way down, or will not get up."""
    if unit.active == "deactivating":
        sentence = (
            f"{node.host} is being stopped{_lasts(node, unit)}: writing back its buffers can take minutes"
        )
        return Scenario.WAIT, Severity.WARNING, f"{sentence} (ROLL-06)"
    if full := full_disk(node):
        sentence = (
            f"{node.host} cannot start: {full}; the start goes on{_lasts(node, unit)} and will not succeed"
        )
        return Scenario.LOOP, Severity.CRITICAL, sentence
    if unit.sub != "auto-restart":
        return None
    tries = unit.restarts or 0
    if tries >= _LOOP and not _served_before(survey, node.host):
        sentence = (
            f"{node.host} fails at every start ({ending(unit)}); systemd has tried {tries} times and "
            "goes on: "
            "the cause must be found first"
        )
        return Scenario.LOOP, Severity.CRITICAL, sentence
    when = f" at {clock(unit.since, now=survey.taken_at)}" if unit.since else ""
    sentence = f"{node.host} ended ({ending(unit)}){when} and systemd starts it again by itself: wait"
    return Scenario.WAIT, Severity.CRITICAL, sentence


def _coming(survey: ClusterSurvey, node: NodeSurvey, unit: UnitState) -> _Told:
    """It is on its way up, or hangs there."""
    lasts = _lasts(node, unit)
    evidence = node.evidence
    if isinstance(evidence, HostEvidence) and evidence.sst_pids:
        so_far = _progress(survey, node, evidence)
        sentence = f"{node.host} has been receiving state from the cluster{lasts}{so_far}: wait"
        return Scenario.WAIT, Severity.WARNING, sentence
    if hit(node, "no-donor"):
        sentence = (
            f"{node.host} asks for a donor again and again{lasts}: no member can give it the data (REC-14)"
        )
        return Scenario.HUNG_JOIN, Severity.CRITICAL, sentence
    if for_s(node, unit) > LONG_JOIN_S and not _donors(survey):
        sentence = f"{node.host} has been starting{lasts} and no state transfer is at work: its join hangs"
        return Scenario.HUNG_JOIN, Severity.CRITICAL, sentence
    sentence = f"{node.host} is starting{lasts}: it recovers its position, or receives what it missed; wait"
    return Scenario.WAIT, Severity.WARNING, sentence


def _lasts(node: NodeSurvey, unit: UnitState) -> str:
    return f" for {span(for_s(node, unit))}" if unit.since else ""


def full_disk(node: NodeSurvey) -> str:
    """Tell of a data volume without room; empty: it has some, or could not be read (REC-28)."""
    disk = node.evidence.filesystem if isinstance(node.evidence, HostEvidence) else None
    if disk is None or (disk.used_share < _FULL_SHARE and disk.inodes_free != 0):
        return ""
    return f"{disk.target} is {share(disk.used_share)} full ({disk.free_bytes:,} bytes free)"


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


def _served_before(survey: ClusterSurvey, host: str) -> bool:
    """Whether it answered in the look before: then this is its first failure."""
    return survey.before is not None and any(
        node.host == host and node.answers_sql for node in survey.before.nodes
    )


def _progress(survey: ClusterSurvey, node: NodeSurvey, evidence: HostEvidence) -> str:
    """How much of a full copy has arrived, where both sides tell.

    The processes of a transfer run for an IST as well; only a directory that is smaller than its peers' shows
    that it is being filled.
    """
    sizes = [
        other.evidence.datadir_bytes or 0
        for other in survey.nodes
        if other.host != node.host and other.answers_sql and isinstance(other.evidence, HostEvidence)
    ]
    have, whole = evidence.datadir_bytes or 0, max(sizes, default=0)
    if not have or have > whole * _FILLED:
        return ""
    return f", a full copy (SST): {size(have)} of about {size(whole)}"
