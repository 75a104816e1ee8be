"""A node that is proven down while a Primary component lives: which card it is, by what its disk holds."""

from __future__ import annotations

from runbooks.membership import Group, database_units, is_down
from runbooks.model import Severity
from runbooks.positions import Saved, SavedKind, saved_state
from runbooks.triage.prediction import way_back
from runbooks.triage.scenario import Case, Scenario
from runbooks.triage.telling import carry_on, ending, node_evidence, since
from runbooks.words import short, size
from systems.galera.readings import ClusterSurvey, HostEvidence, NodeSurvey

_NO_STATE = {
    SavedKind.ABSENT: "has no grastate.dat",
    SavedKind.UNREADABLE: "has a grastate.dat that cannot be read",
    SavedKind.ZERO: "has no usable state (zero UUID: a failed copy, a vote, or a crash in the middle of DDL)",
}


def down_case(survey: ClusterSurvey, group: Group, node: NodeSurvey) -> Case:
    """Sort a node whose process is proven gone.

    The marker of a failed SST comes before the UUID, and the UUID before the sequence number: a plain start
    of either would wipe what is there (PXC-10, PXC-11), so the stricter card wins.
    """
    saved = saved_state(node)
    if held := _held_back(survey, group, node, saved):
        return _case(held[0], node, saved, held[1])
    if saved.kind is SavedKind.CLEAN:
        alone = len(group.hosts) == 1
        sentence = (
            f"{node.host} was stopped in order{since(node, 'at')}; {carry_on(survey, group)}; "
            f"{_at(saved, group)}: {way_back(survey, node.host)}"
        )
        severity = Severity.CRITICAL if alone else Severity.WARNING
        return _case(Scenario.STOPPED_ONE, node, saved, sentence, severity)
    if saved.kind is SavedKind.CRASHED:
        sentence = (
            f"{node.host} crashed{_how(node)} and is down{since(node)}; {carry_on(survey, group)}; "
            f"{_at(saved, group)}: {way_back(survey, node.host)}"
        )
        return _case(Scenario.CRASHED_ONE, node, saved, sentence)
    why = _NO_STATE.get(saved.kind, "was not looked at")
    sentence = f"{node.host} is down{since(node)} and {why}: it comes back by a full copy (SST)"
    return _case(Scenario.NO_STATE, node, saved, sentence)


def _held_back(
    survey: ClusterSurvey, group: Group, node: NodeSurvey, saved: Saved
) -> tuple[Scenario, str] | None:
    """Why a plain start would wipe what is there, or miss it."""
    if isinstance(node.evidence, HostEvidence) and (held := _unseen(survey, group, node, node.evidence)):
        return held
    if saved.uuid and saved.uuid != group.state_uuid:
        return Scenario.FOREIGN, _foreign(node, saved, group)
    if saved.conflict:
        return Scenario.FOREIGN, (
            f"{node.host} is down and contradicts itself about its history ({saved.conflict}): joining would "
            "wipe it"
        )
    if _is_ahead(survey, group, saved):
        return Scenario.FOREIGN, (
            f"{node.host} is down and holds transactions up to "
            f"{saved.position.seqno if saved.position else '?'} which "
            f"the cluster (at {group.last_committed}) does not have: joining would throw them away"
        )
    return None


def _unseen(
    survey: ClusterSurvey, group: Group, node: NodeSurvey, evidence: HostEvidence
) -> tuple[Scenario, str] | None:
    """What lies there is not the data, not to be seen, or half of a copy."""
    if evidence.unmounted:
        return Scenario.UNMOUNTED, _unmounted(survey, group, node, evidence)
    if evidence.grastate_closed:
        return Scenario.HOST, (
            f"{node.host} is down{since(node)} and this console may not see what it holds: "
            f"{evidence.grastate_error}; {carry_on(survey, group)}"
        )
    if evidence.sst_in_progress:
        return Scenario.FAILED_SST, (
            f"{node.host} is down{since(node)} in the middle of a full copy (SST) "
            "that failed: a start empties its data directory and begins again"
        )
    return None


def _at(saved: Saved, group: Group) -> str:
    """Where its history ends, beside the cluster's."""
    if saved.position is None:
        return f"its position is not recovered yet (the cluster is at {group.last_committed})"
    return f"it ended at {saved.position.seqno} of {group.last_committed}"


def _case(
    scenario: Scenario,
    node: NodeSurvey,
    saved: Saved,
    sentence: str,
    severity: Severity = Severity.CRITICAL,
) -> Case:
    return Case(scenario, (node.host,), sentence, node_evidence(node, saved), severity, saved.position)


def _unmounted(survey: ClusterSurvey, group: Group, node: NodeSurvey, evidence: HostEvidence) -> str:
    place = evidence.unmounted
    what = "is not mounted" if evidence.datadir_exists else "is not there: its volume may not be mounted"
    return (
        f"{node.host} is down{since(node)} and {place} {what}: mount it first, it may need no full "
        f"copy (SST); {carry_on(survey, group)}"
    )


def _foreign(node: NodeSurvey, saved: Saved, group: Group) -> str:
    held = node.evidence.datadir_bytes if isinstance(node.evidence, HostEvidence) else None
    much = f" ({size(held)})" if held else ""
    return (
        f"{node.host} is down and holds the data{much} of another cluster, history "
        f"{short(saved.uuid)} instead of {short(group.state_uuid)}: joining would wipe it"
    )


def _how(node: NodeSurvey) -> str:
    unit = next((unit for unit in database_units(node) if unit.active == "failed"), None)
    return f" ({ending(unit)})" if unit else ""


def _is_ahead(survey: ClusterSurvey, group: Group, saved: Saved) -> bool:
    """Whether a stopped node has more than the cluster, now and in the look before.

    One look does not prove it: a node that stops while the others are being asked is a little ahead.
    """
    if saved.position is None or saved.position.seqno <= group.last_committed or survey.before is None:
        return False
    earlier = next((node for node in survey.before.nodes if node.host == saved.host), None)
    return earlier is not None and is_down(earlier) and saved_state(earlier).uuid == saved.uuid
