"""What is wrong with a virtual address, worst first, and the verdict in one sentence. Pure (GOTCHAS D, L)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from runbooks.model import Finding, Severity
from runbooks.vips.change import left_words
from runbooks.vips.checks import check_words
from runbooks.vips.look import Member, VipLook, members, verdict
from runbooks.words import listed
from systems.errors import SystemsError
from systems.haproxy.readings import BalancerReading, ServerState

_ADVICE = {
    "VIP-01": "What its members do is not known. The sentence says what it needs; the others serve on.",
    "VIP-02": "Nobody who connects is served. Put right the members below, or bring back what was taken out.",
    "VIP-03": "The node is what is wrong, not the balancer: the page of the node tells it and its runbook.",
    "VIP-04": "The journal tells who took it out from here. Set it to ready when its work is done.",
    "VIP-05": "Look again in a moment: the balancer acts after some checks in a row.",
    "LB-01": "Let the check ask clustercheck (`option httpchk`, `check port 9200`); until then put the node "
    "in maint by hand while it is so.",
    "LB-02": "Add `check port 9200` to its server line; until then nobody takes it out but you.",
    "LB-09": "Ask its check by hand from the balancer, `curl -i NODE:9200`: a wrong account of clustercheck, "
    "a forgotten disable file, or a port that is shut.",
    "LB-10": "What the check counts as down is a setting, such as AVAILABLE_WHEN_DONOR of clustercheck for "
    "donors. Where clients must not reach the node, put it in maint by hand.",
    "LB-13": "All checks fail while the nodes are well: look at the account of clustercheck, which a state "
    "transfer may have taken away, and at port 9200.",
}


_LEFT = re.compile(r"no session is left|\d+ sessions? left")


@dataclass(frozen=True, slots=True)
class VipVerdict:
    """One sentence on a virtual address, its members, and the findings against them."""

    sentence: str
    severity: int
    """As `Severity`; -1: nothing is wrong."""
    findings: tuple[Finding, ...]
    members: tuple[Member, ...]
    """Of the balancers that answered, in their order."""
    against: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    """Name of a member -> what is found against it, on whichever balancer."""


def judge_vip(look: VipLook) -> VipVerdict:
    """Say what is wrong with a virtual address."""
    found = members(look)
    asked = [one.host for one in look.balancers if isinstance(one.answer, BalancerReading)]
    against: dict[str, tuple[Finding, ...]] = {}
    for name, finding in _against(look, found):
        against[name] = (*against.get(name, ()), finding)
    told = [*_silent(look), *_unserved(look, found, asked), *(one for own in against.values() for one in own)]
    findings = sorted(told, key=lambda one: -one.severity)
    severity, sentence = verdict(look)
    is_well = severity is Severity.INFO and not any(one.severity for one in findings)
    return VipVerdict(sentence, -1 if is_well else int(severity), tuple(findings), found, against)


def _against(look: VipLook, found: Sequence[Member]) -> Iterator[tuple[str, Finding]]:
    """Each finding against a member with the member's name."""
    bad = [one for one in found if one.truth.severity > Severity.INFO]
    all_refused = bool(found) and all(one.truth.gotcha == "LB-09" for one in found)
    for same in _alike(bad):
        yield same[0].server.name, _member_finding(look, same, "LB-13" if all_refused else _id(same[0]))


def _silent(look: VipLook) -> Iterator[Finding]:
    for one in look.balancers:
        if isinstance(one.answer, SystemsError):
            yield Finding(
                id="VIP-01",
                severity=Severity.WARNING,
                system=look.name,
                hosts=(one.host,),
                sentence=f"{one.host} cannot be asked: {str(one.answer).removeprefix(f'{one.host}: ')}",
                evidence=(str(one.answer),),
                advice=_ADVICE["VIP-01"],
            )


def _unserved(look: VipLook, found: Sequence[Member], asked: Sequence[str]) -> Iterator[Finding]:
    for host in asked:
        own = [one for one in found if one.balancer == host]
        if any(one.server.serves for one in own):
            continue
        said = f"No member serves on {host}" if own else f"{host} has no backend {look.backend} with servers"
        yield Finding(
            id="VIP-02",
            severity=Severity.CRITICAL,
            system=look.name,
            hosts=(host,),
            sentence=f"{said.replace('  ', ' ')}: whoever connects there is refused.",
            evidence=tuple(_evidence(one) for one in own)
            or (f"{host}: show stat has no server of {look.backend}",),
            advice=_ADVICE["VIP-02"],
        )


def _alike(bad: Sequence[Member]) -> list[list[Member]]:
    """Members of which the same is true on several balancers, but for their sessions, are one finding."""
    groups: dict[tuple[str, str], list[Member]] = {}
    for one in bad:
        groups.setdefault((one.server.name, _LEFT.sub("", one.truth.sentence)), []).append(one)
    return list(groups.values())


def _member_finding(look: VipLook, same: Sequence[Member], id_: str) -> Finding:
    first, balancers = same[0], [one.balancer for one in same]
    left = left_words(sum(one.server.sessions for one in same))
    where = f" ({listed(balancers)})" if len(look.balancers) > 1 else ""
    return Finding(
        id=id_,
        severity=first.truth.severity,
        system=look.name,
        hosts=(first.host,) if first.host else (),
        sentence=f"{_LEFT.sub(left, first.truth.sentence)}{where}",
        evidence=tuple(_evidence(one) for one in same),
        advice=_ADVICE[id_],
    )


def _evidence(one: Member) -> str:
    server = one.server
    check = check_words(server.check) or "not checked"
    said = f" ({server.check.said})" if server.check.said else ""
    return (
        f"{one.balancer}: {server.backend}/{server.name} {server.status}, check {server.check.status or '-'} "
        f"{check}{said}, weight {server.weight}, {server.sessions} sessions"
    )


def _id(one: Member) -> str:
    if one.truth.gotcha:
        return one.truth.gotcha
    if one.server.state in (ServerState.MAINT, ServerState.DRAIN, ServerState.NOLB) or one.server.weight == 0:
        return "VIP-04"
    return "VIP-03" if one.server.state is ServerState.DOWN else "VIP-05"
