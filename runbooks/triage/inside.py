"""What is wrong among the members of a Primary component: donors, hung joins, and writes that do not move."""

from __future__ import annotations

from runbooks.membership import Group, database_units, is_silent
from runbooks.model import Severity
from runbooks.rates import grown, stands_still
from runbooks.triage.moving import LONG_JOIN_S, for_s, joiners
from runbooks.triage.scenario import Case, Scenario
from runbooks.triage.telling import node_evidence
from runbooks.triage.writes import write_cases
from runbooks.words import count, listed
from systems.galera.readings import ClusterSurvey, HostEvidence, NodeSurvey, WsrepStatus, WsrepVariables


def inside_cases(survey: ClusterSurvey, group: Group) -> tuple[Case, ...]:
    """The cases of the members of `group`, in inventory order, then those of the group's writes."""
    found: list[Case] = []
    for host in group.hosts:
        node = survey.node(host)
        if isinstance(node.status, WsrepStatus):
            found += _member(survey, node, node.status)
    return (*found, *write_cases(survey, group, locked=_hosts(found, Scenario.LOCK)))


def _member(survey: ClusterSurvey, node: NodeSurvey, status: WsrepStatus) -> list[Case]:
    if status.local_state == 2:
        return [_desynced(survey, node, status)]
    if status.local_state == 1:
        return [_joining(survey, node)]
    if status.local_state == 3:
        sentence = (
            f"{node.host} has joined and catches up: {count(status.recv_queue or 0, 'write-set')} to apply"
        )
        return [Case(Scenario.WAIT, (node.host,), sentence, node_evidence(node), Severity.INFO)]
    if not status.is_synced:
        sentence = (
            f"{node.host} is in the Primary component and not "
            f"Synced: {status.state_comment or 'no state told'}"
        )
        return [Case(Scenario.WAIT, (node.host,), sentence, node_evidence(node), Severity.WARNING)]
    return []


def _desynced(survey: ClusterSurvey, node: NodeSurvey, status: WsrepStatus) -> Case:
    """Tell a donor at work from a node that is desynced by hand, locked, or stuck (R-DON, R-LOCK).

    A donor by rsync is paused as well, but has the transfer's processes.
    """
    host, proof = node.host, _desync_evidence(node, status)
    manual = isinstance(node.variables, WsrepVariables) and node.variables.desync
    if manual:
        sentence = (
            f"{host} is desynced by hand (wsrep_desync is ON): {_lag(status)}, it may lag without limit and "
            "cannot be a donor (ROLL-04)"
        )
        return Case(Scenario.DONOR, (host,), sentence, proof, Severity.WARNING)
    evidence = node.evidence
    transfers = isinstance(evidence, HostEvidence) and bool(evidence.sst_pids)
    if is_paused(survey, node) and not transfers:
        sentence = (
            f"{host} is held by a global read lock (FLUSH TABLES WITH READ "
            f"LOCK, as backups take it): it applies nothing, {_lag(status)}"
        )
        return Case(Scenario.LOCK, (host,), sentence, proof, Severity.WARNING)
    takers = tuple(other for other in joiners(survey) if other != host)
    if takers:
        sentence = f"{host} gives its state to {listed(takers)} (donor): it is slower until that ends; wait"
        return Case(Scenario.DONOR, (host, *takers), sentence, proof, Severity.INFO)
    if transfers:
        sentence = f"{host} gives its state away (a transfer is running on it), and no joiner is in sight"
        return Case(Scenario.DONOR, (host,), sentence, proof, Severity.WARNING)
    unseen = [other.host for other in survey.nodes if is_silent(other)]
    if unseen:
        sentence = (
            f"{host} is Donor/Desynced; whether for {listed(unseen)} is not known, since that does not answer"
        )
        return Case(Scenario.DONOR, (host,), sentence, proof, Severity.WARNING)
    sentence = f"{host} is Donor/Desynced and nobody joins: a donor that got stuck, {_lag(status)}"
    return Case(Scenario.DONOR, (host,), sentence, proof, Severity.WARNING)


def is_paused(survey: ClusterSurvey, node: NodeSurvey) -> bool:
    """Whether its provider is paused: grastate.dat tells a number while it runs (REC-13), or it stands still.

    Standing still needs two looks: nothing applied in between although its queue holds something.
    """
    evidence, status = node.evidence, node.status
    if isinstance(evidence, HostEvidence) and evidence.grastate and evidence.is_running:
        position = evidence.grastate.position
        if position.seqno >= 0 and not position.is_zero:
            return True
    queued = isinstance(status, WsrepStatus) and bool(status.recv_queue)
    return queued and stands_still(survey, node.host)


def _joining(survey: ClusterSurvey, node: NodeSurvey) -> Case:
    evidence = node.evidence
    at_work = isinstance(evidence, HostEvidence) and bool(evidence.sst_pids)
    units = database_units(node)
    lasts_s = max((for_s(node, unit) for unit in units), default=0.0)
    if not at_work and lasts_s > LONG_JOIN_S and _receives_nothing(survey, node.host):
        sentence = f"{node.host} has been Joining for long and nothing arrives: its join hangs"
        return Case(Scenario.HUNG_JOIN, (node.host,), sentence, node_evidence(node), Severity.CRITICAL)
    sentence = f"{node.host} is joining and receives what it missed: wait"
    return Case(Scenario.WAIT, (node.host,), sentence, node_evidence(node), Severity.WARNING)


def _receives_nothing(survey: ClusterSurvey, host: str) -> bool:
    return stands_still(survey, host) and grown(survey, host, "received_bytes") == 0


def _desync_evidence(node: NodeSurvey, status: WsrepStatus) -> tuple[str, ...]:
    lines = [*node_evidence(node), f"{node.host}: wsrep_desync_count {status.desync_count}, {_lag(status)}"]
    if isinstance(node.variables, WsrepVariables):
        lines.append(f"{node.host}: wsrep_desync {'ON' if node.variables.desync else 'OFF'}")
    if isinstance(node.evidence, HostEvidence):
        lines.append(
            f"{node.host}: {count(len(node.evidence.sst_pids), 'process', 'processes')} of a state transfer"
        )
        if node.evidence.grastate and node.evidence.grastate.position.seqno >= 0:
            lines.append(
                f"{node.host}: grastate.dat {node.evidence.grastate.position} while it runs (REC-13)"
            )
    return tuple(lines)


def _lag(status: WsrepStatus) -> str:
    return f"{count(status.recv_queue or 0, 'write-set')} behind"


def _hosts(cases: list[Case], scenario: Scenario) -> tuple[str, ...]:
    return tuple(case.hosts[0] for case in cases if case.scenario is scenario)
