"""The verdict on the load balancers of a cloud: each with what is wrong with it, worst first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from runbooks.cloud.balancer_detectors import DETECTORS
from runbooks.cloud.balancer_sight import Sight, objects_of
from runbooks.cloud.balancer_words import GOOD, kind_of, standing_severity
from runbooks.model import Finding, Severity
from runbooks.words import count
from systems.errors import SystemsError
from systems.openstack.octavia_readings import Balancer, BalancersReading, BalancersSurvey, Generation


@dataclass(frozen=True, slots=True)
class JudgedBalancer:
    """One load balancer, and what is wrong with it, worst first."""

    balancer: Balancer
    severity: int
    """As `Severity`; -1: nothing is wrong."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class BalancersVerdict:
    """One sentence on all of them, and the findings behind it."""

    sentence: str
    severity: int
    findings: tuple[Finding, ...]
    judged: tuple[JudgedBalancer, ...] = ()
    """Worst first."""


def judge_balancer(balancer: Balancer, cloud: str, now: datetime) -> JudgedBalancer:
    """Say what is wrong with one. Notes on how it is set up (`Severity.INFO`) make it no worse than good."""
    sight = Sight(cloud, balancer, now)
    found = [finding for detect in DETECTORS for finding in detect(sight)]
    findings = tuple(sorted(found, key=lambda one: -one.severity))
    told = [standing_severity(kind_of(one), one.standing, now) for one in objects_of(balancer)]
    worst = max([*[int(one.severity) for one in findings], *told])
    return JudgedBalancer(balancer, worst if worst > Severity.INFO else _quiet(balancer), findings)


def _quiet(balancer: Balancer) -> int:
    """A lock that is young is worth a sign of its own; advice alone is not."""
    return int(Severity.INFO) if any(one.is_pending for one in balancer.standings()) else GOOD


def judge_balancers(survey: BalancersSurvey) -> BalancersVerdict:
    """Say what is wrong with the load balancers of a cloud."""
    answer = survey.answer
    if isinstance(answer, SystemsError):
        return _unread(survey.cloud, answer)
    if answer.generation is not Generation.OCTAVIA:
        return _not_octavia(survey.cloud, answer.generation)
    judged = sorted(
        [judge_balancer(one, survey.cloud, survey.taken_at) for one in answer.balancers],
        key=lambda one: -one.severity,
    )
    findings = sorted([f for one in judged for f in one.findings], key=lambda one: -one.severity)
    severity = max([one.severity for one in judged], default=GOOD)
    return BalancersVerdict(_sentence(answer, findings), severity, tuple(findings), tuple(judged))


def _sentence(reading: BalancersReading, findings: Sequence[Finding]) -> str:
    total = count(len(reading.balancers), "load balancer")
    told = [one for one in findings if one.severity > Severity.INFO]
    locks = [one for one in findings if one.id == "LB-18" and one.severity is Severity.INFO]
    first = (told or locks)[:1]
    if not first:
        return total
    more = len(told) - 1
    return f"{total}; {first[0].sentence.rstrip('.')}{f'; {more} more' if more > 0 else ''}"


def _unread(cloud: str, error: SystemsError) -> BalancersVerdict:
    said = str(error).removeprefix(f"{cloud}: ")
    finding = Finding(
        id="OCT-01",
        severity=Severity.CRITICAL,
        system=cloud,
        hosts=(),
        sentence=f"The load balancers cannot be read: {said}",
        evidence=(str(error),),
        advice="What stands on the screen is what Octavia said last. The sentence says what to do.",
    )
    return BalancersVerdict(said, int(Severity.CRITICAL), (finding,))


def _not_octavia(cloud: str, generation: Generation) -> BalancersVerdict:
    if generation is Generation.NONE:
        return BalancersVerdict("this cloud has no load balancers of OpenStack's", GOOD, ())
    command = (
        "neutron lb-vip-list" if generation is Generation.LBAAS_V1 else "neutron lbaas-loadbalancer-list"
    )
    finding = Finding(
        id="OCT-09",
        severity=Severity.INFO,
        system=cloud,
        hosts=(),
        sentence=f"Its load balancers are {generation.value}: they are recognised here, and not managed.",
        evidence=(
            "the catalogue names no Octavia",
            f"Neutron lists the extension {_ALIASES[generation]}",
        ),
        advice=f"See `{command}`, and on the network node the haproxy in its namespace (qlbaas-). Neutron's "
        "LBaaS was retired in 2019; Octavia takes its place.",
    )
    words = f"its load balancers are {generation.value}: recognised, not managed here"
    return BalancersVerdict(words, int(Severity.INFO), (finding,))


_ALIASES = {Generation.LBAAS_V1: "lbaas", Generation.LBAAS_V2: "lbaasv2"}
