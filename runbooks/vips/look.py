"""One look at a virtual address: what its balancers answered, joined with the cluster behind it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from runbooks.model import Severity
from runbooks.vips.node_word import NodeWord, node_word
from runbooks.vips.truth import Truth, member_hosts, truth
from runbooks.words import count, listed
from systems.galera.readings import ClusterSurvey, WsrepVariables
from systems.haproxy.readings import BalancerAnswer, BalancerReading, Server


@dataclass(frozen=True, slots=True)
class VipLook:
    """All that was answered at one moment (`taken_at`: aware, UTC)."""

    name: str
    taken_at: datetime
    balancers: tuple[BalancerAnswer, ...]
    survey: ClusterSurvey | None = None
    """Of the cluster that it serves; None: the estate names none."""
    backend: str = ""
    """Empty: all backends count."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Address of a node -> its host, as nodes said before this look: a dead one tells none."""


@dataclass(frozen=True, slots=True)
class Member:
    """One server as one balancer has it, the node behind it, and what is so with it."""

    balancer: str
    server: Server
    host: str
    """The node's host; empty: no node of the cluster has this address."""
    truth: Truth
    word: NodeWord | None = None
    """What the node says of itself; None: it is no node, or was not asked."""


def node_addresses(survey: ClusterSurvey | None) -> dict[str, str]:
    """Address -> host, of all nodes that tell theirs."""
    found: dict[str, str] = {}
    for node in survey.nodes if survey is not None else ():
        if isinstance(node.variables, WsrepVariables):
            for told in (node.variables.node_address, node.variables.incoming_address):
                if address := told.rpartition(":")[0] or told:
                    found[address.strip("[]")] = node.host
        found.setdefault(node.host, node.host)
    return found


def members(look: VipLook) -> tuple[Member, ...]:
    """Every server of every balancer that answered, in the balancers' order."""
    surveys = {node.host: node for node in look.survey.nodes} if look.survey is not None else {}
    addresses = {**look.addresses, **node_addresses(look.survey)}
    found = []
    for answer in look.balancers:
        if not isinstance(answer.answer, BalancerReading):
            continue
        for backend in answer.answer.backends:
            if look.backend not in ("", backend.name):
                continue
            hosts = member_hosts({one.name: one for one in backend.servers}, addresses)
            for server in backend.servers:
                host = hosts.get(server.name, "")
                survey = surveys.get(host)
                word = node_word(survey) if survey is not None else None
                found.append(Member(answer.host, server, host, truth(server, survey), word))
    return tuple(found)


def verdict(look: VipLook) -> tuple[Severity, str]:
    """How the whole address does, in one sentence: who does not answer, how many serve, the worst member."""
    silent = [answer.host for answer in look.balancers if not isinstance(answer.answer, BalancerReading)]
    all_members = members(look)
    parts = []
    severity = max([member.truth.severity for member in all_members], default=Severity.INFO)
    if silent:
        parts.append(f"{listed(silent)} cannot be asked")
        severity = max(severity, Severity.WARNING)
    asked = [answer.host for answer in look.balancers if answer.host not in silent]
    if not asked:
        return (
            Severity.CRITICAL,
            f"{parts[0]}: nothing is known of what serves",
        )
    for host in asked:
        own = [member for member in all_members if member.balancer == host]
        if not own:
            named = f" {look.backend}" if look.backend else ""
            parts.append(f"{host} has no backend{named} with servers")
            severity = Severity.CRITICAL
    serving = {host: _serving(all_members, host) for host in asked}
    if any(not names for names in serving.values()):
        severity = Severity.CRITICAL
    parts += _counts(serving, all_members)
    worst = next((one for one in all_members if one.truth.severity is severity > Severity.INFO), None)
    if worst is not None:
        parts.append(worst.truth.sentence)
    return severity, "; ".join(parts)


def _serving(found: tuple[Member, ...], balancer: str) -> frozenset[str]:
    return frozenset(one.server.name for one in found if one.balancer == balancer and one.server.serves)


def _counts(serving: Mapping[str, frozenset[str]], found: tuple[Member, ...]) -> list[str]:
    """One count where all balancers agree, else one for each: they send clients to different nodes."""
    total = len({one.server.name for one in found})
    if len(set(serving.values())) == 1:
        names = next(iter(serving.values()))
        return [f"{len(names)} of {count(total, 'member')} {'serves' if len(names) == 1 else 'serve'}"]
    return [f"{host} serves {listed(sorted(names))}" for host, names in serving.items()]
