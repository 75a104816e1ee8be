"""Detectors of the machines themselves: identity, memory, volumes."""

from __future__ import annotations

from collections.abc import Callable

from runbooks.gotchas.detectors.common import of_evidence, shared
from runbooks.logs import hit
from runbooks.membership import is_down
from runbooks.model import Holds, Look, Sighting, no, unknown, yes
from runbooks.words import listed, subject
from systems.galera.preparation import PreparationReading
from systems.galera.readings import Answer, HostEvidence, NodeSurvey, WsrepVariables


def killed_for_memory(look: Look) -> Sighting:
    """HOST-04: the kernel has killed something for want of memory."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        return f"{node.host}: {evidence.oom_kills[-1].strip()}" if evidence.oom_kills else ""

    return of_evidence(look, judge, "no host has killed a process for want of memory")


def wrong_volume(look: Look) -> Sighting:
    """HOST-06: the data directory is on the root file system though peers have a volume, or is missing."""
    places = {
        node.host: node.evidence.filesystem.target
        for node in look.survey.nodes
        if isinstance(node.evidence, HostEvidence) and node.evidence.filesystem
    }
    on_volumes = [host for host, target in places.items() if target != "/"]
    others_have = len(on_volumes) * 2 > max(len(places) - 1, 1)

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str | Sighting:
        if not evidence.datadir_exists:
            return f"{node.host}: {evidence.datadir} does not exist"
        if node.host not in places:
            return unknown(f"{node.host}: the volume of {evidence.datadir} could not be read", node.host)
        if places[node.host] == "/" and others_have:
            return (
                f"{node.host}: {evidence.datadir} is on the root file "
                f"system; {subject(on_volumes, 'has', 'have')} a volume for it"
            )
        return ""

    return of_evidence(look, judge, "every data directory is on the same kind of volume")


def cloned(look: Look) -> Sighting:
    """HOST-09: two hosts share a machine id, a server UUID, or the identity of a gvwstate.dat."""
    told = {what: {node.host: read(node) for node in look.survey.nodes} for what, read in _IDENTITIES}
    told["the UUID in auto.cnf"] = {host: _prepared_uuid(answer) for host, answer in look.preparation.items()}
    doubles = [
        f"{listed(hosts)} share {what} {value}"
        for what, values in told.items()
        for value, hosts in shared(values).items()
    ]
    if doubles:
        return yes("; ".join(doubles))
    for node in look.survey.nodes:
        met = hit(node, "duplicate-node")
        if met is not None and not node.answers_sql:
            return yes(f"{node.host}: log: {met.line}", node.host)
    silent = [node.host for node in look.survey.nodes if not isinstance(node.evidence, HostEvidence)]
    if silent:
        return unknown(f"the identity of {listed(silent)} could not be read", *silent)
    return no("machine ids, server UUIDs and group identities are all different")


def same_identity(look: Look) -> Sighting:
    """REC-20: as HOST-09, or two nodes with the same wsrep_node_name."""
    names = {
        node.host: node.variables.node_name
        for node in look.survey.nodes
        if isinstance(node.variables, WsrepVariables)
    }
    double = shared(names)
    if double:
        told = "; ".join(f"{listed(hosts)} are both named {name}" for name, hosts in double.items())
        return yes(told, *(host for hosts in double.values() for host in hosts))
    missing = [node.host for node in look.survey.nodes if node.host not in names and not is_down(node)]
    found = cloned(look)
    if missing and found.holds is Holds.NO:
        return unknown(f"the node name of {listed(missing)} could not be read", *missing)
    return found


def _prepared_uuid(answer: Answer[PreparationReading]) -> str:
    return (answer.server_uuid or "") if isinstance(answer, PreparationReading) else ""


def _machine_id(node: NodeSurvey) -> str:
    return node.evidence.machine_id if isinstance(node.evidence, HostEvidence) else ""


def _server_uuid(node: NodeSurvey) -> str:
    return (node.variables.server_uuid or "") if isinstance(node.variables, WsrepVariables) else ""


def _group_uuid(node: NodeSurvey) -> str:
    view = node.evidence.gvwstate if isinstance(node.evidence, HostEvidence) else None
    return view.my_uuid if view else ""


_IDENTITIES: tuple[tuple[str, Callable[[NodeSurvey], str]], ...] = (
    ("the machine id", _machine_id),
    ("the server UUID", _server_uuid),
    ("the gvwstate.dat identity", _group_uuid),
)
