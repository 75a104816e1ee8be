"""Why a node is not in the one Primary component: the branches of GOTCHAS B.3 for each node outside it."""

from __future__ import annotations

from dataclasses import replace

from runbooks.logs import waits_for_last_view
from runbooks.membership import Group, counts, is_down, is_shut, moving_unit, runs
from runbooks.model import Severity
from runbooks.positions import saved_state
from runbooks.triage.down import down_case
from runbooks.triage.moving import moving_case
from runbooks.triage.scenario import Case, Scenario
from runbooks.triage.telling import carry_on, node_evidence
from runbooks.words import short
from systems.galera.readings import ZERO_UUID, ClusterSurvey, NodeSurvey, WsrepStatus, WsrepVariables


def outside_cases(survey: ClusterSurvey, group: Group) -> tuple[Case, ...]:
    """One case for each node of the inventory that is not a member of `group`, in inventory order."""
    return tuple(_case(survey, group, node) for node in survey.nodes if node.host not in group.hosts)


def _case(survey: ClusterSurvey, group: Group, node: NodeSurvey) -> Case:
    if runs(node) is None:
        return _unreachable(survey, group, node)
    if is_down(node):
        return down_case(survey, group, node)
    if not isinstance(node.status, WsrepStatus):
        unit = moving_unit(node)
        return moving_case(survey, node, unit) if unit else _mute(survey, group, node)
    return _running(survey, group, node, node.status)


def _unreachable(survey: ClusterSurvey, group: Group, node: NodeSurvey) -> Case:
    if counts(survey, group, node.host):
        sentence = (
            f"{node.host} does not answer this console and the cluster still counts it "
            f"({group.size} members): only the way from here is cut, or it was lost a moment ago"
        )
        return Case(Scenario.HOST, (node.host,), sentence, node_evidence(node), Severity.WARNING)
    sentence = f"{node.host} is out of reach: neither SSH nor SQL answers; {carry_on(survey, group)}"
    return Case(Scenario.HOST, (node.host,), sentence, node_evidence(node), Severity.CRITICAL)


def _mute(survey: ClusterSurvey, group: Group, node: NodeSurvey) -> Case:
    counted = counts(survey, group, node.host)
    place = {True: "the cluster counts it as a member", False: "the cluster does not count it as a member"}
    sentence = f"{node.host} runs and its database does not answer"
    if is_shut(node):
        sentence = f"{node.host} runs and does not let this console's account in"
    if counted is not None:
        sentence = f"{sentence}; {place[counted]}"
    return Case(Scenario.MUTE, (node.host,), sentence, node_evidence(node), Severity.CRITICAL)


def _running(survey: ClusterSurvey, group: Group, node: NodeSurvey, status: WsrepStatus) -> Case:
    """Sort a node that answers and is not Primary: left (connected OFF) before cut off (B.2)."""
    if isinstance(node.variables, WsrepVariables) and not node.variables.wsrep_on:
        return _running_case(Scenario.WSREP_OFF, node, f"{node.host} runs as a plain server: wsrep_on is OFF")
    if is_voted_out(status):
        sentence = (
            f"{node.host} has left the cluster and runs on alone: state "
            f"{status.state_comment or 'not told'}, status {status.cluster_status}. "
            f"It could not apply what the others could; {carry_on(survey, group)}"
        )
        return _running_case(Scenario.VOTED_OUT, node, sentence)
    if status.state_uuid not in ("", ZERO_UUID, group.state_uuid):
        sentence = (
            f"{node.host} runs without a Primary component and with another history, "
            f"{short(status.state_uuid)} instead of {short(group.state_uuid)}: joining would wipe it"
        )
        return _running_case(Scenario.FOREIGN, node, sentence)
    sentence = (
        f"{node.host} runs cut off from the others ({status.cluster_status}, "
        f"it sees {status.cluster_size or 0} of {len(survey.nodes) + survey.arbitrators}) "
        f"and refuses statements; {carry_on(survey, group)}"
    )
    is_evicted = _is_evicted(survey, group, status)
    if is_evicted:
        sentence += ". The others have evicted it (REC-25)"
    elif waits_for_last_view(node):
        sentence += ". It waits for the members of its last view (REC-21)"
    return replace(_running_case(Scenario.CUT_OFF, node, sentence), is_evicted=is_evicted)


def is_voted_out(status: WsrepStatus) -> bool:
    """Connected OFF, or a state that says so: it took itself out (B.2, R-VOTE)."""
    return not status.connected or "inconsistent" in status.state_comment.lower()


def _is_evicted(survey: ClusterSurvey, group: Group, status: WsrepStatus) -> bool:
    lists = (
        node.status.evict_list
        for node in survey.nodes
        if node.host in group.hosts and isinstance(node.status, WsrepStatus)
    )
    return bool(status.gcomm_uuid) and any(status.gcomm_uuid in text for text in lists)


def _running_case(scenario: Scenario, node: NodeSurvey, sentence: str) -> Case:
    return Case(scenario, (node.host,), sentence, node_evidence(node, saved_state(node)), Severity.CRITICAL)
