"""What is wrong in one look at a cloud, worst first, and the verdict in one sentence. Pure (GOTCHAS E, L)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from runbooks.model import Finding, Severity
from runbooks.words import clock, count, listed, span
from systems.errors import Refused, SystemsError
from systems.openstack.faults import fault_in_words
from systems.openstack.readings import (
    CloudSurvey,
    Instance,
    InstancesReading,
    Power,
    Service,
    ServicesReading,
)

STUCK_S = 900.0
"""A task that takes longer is worth a look: most take seconds, a build with a large image minutes."""
SHOWN = 8
"""Instances that the evidence names one by one."""


@dataclass(frozen=True, slots=True)
class CloudVerdict:
    """One sentence on a cloud, and the findings behind it."""

    sentence: str
    severity: int
    """As `Severity`; -1: nothing is wrong."""
    findings: tuple[Finding, ...]


def judge_cloud(survey: CloudSurvey) -> CloudVerdict:
    """Say what is wrong with a cloud."""
    if isinstance(survey.instances, SystemsError):
        said = str(survey.instances).removeprefix(f"{survey.name}: ")
        finding = Finding(
            id="CLOUD-01",
            severity=Severity.CRITICAL,
            system=survey.name,
            hosts=(),
            sentence=f"The instances cannot be read: {said}",
            evidence=(str(survey.instances),),
            advice="What stands on the screen is what the cloud said last. The sentence says what to do.",
        )
        return CloudVerdict(said, int(Severity.CRITICAL), (finding,))
    reading = survey.instances
    findings = sorted(_found(survey, reading), key=lambda one: -one.severity)
    severity = max([int(one.severity) for one in findings], default=-1)
    return CloudVerdict(_sentence(survey, reading, findings), severity, tuple(findings))


def _sentence(survey: CloudSurvey, reading: InstancesReading, findings: Sequence[Finding]) -> str:
    total = len(reading.instances)
    scope = "" if reading.is_all_projects else " in this project"
    parts = [f"{count(total, 'instance')}{scope}"]
    broken = [one for one in reading.instances if one.status == "ERROR"]
    if broken:
        first = broken[0]
        why = f": {first.fault.message.rstrip('.')}" if first.fault and first.fault.message else ""
        parts.append(f"{len(broken)} in ERROR ({first.name}{why})")
    parts += [one.sentence.rstrip(".") for one in findings if one.id in ("CLOUD-02", "CLOUD-03")]
    hidden = [what for what, part in _parts(survey) if isinstance(part, SystemsError)]
    if hidden and not all(isinstance(part, Refused) for _, part in _parts(survey) if not _read(part)):
        parts.append(f"{listed(hidden)} could not be read")
    return "; ".join([", ".join(parts[:2]) if broken else parts[0], *parts[2 if broken else 1 :]])


def _parts(survey: CloudSurvey) -> tuple[tuple[str, object], ...]:
    return ("hypervisors", survey.hypervisors), ("services", survey.services)


def _read(part: object) -> bool:
    return not isinstance(part, SystemsError)


def _found(survey: CloudSurvey, reading: InstancesReading) -> Iterator[Finding]:
    yield from _services(survey, reading)
    yield from _hypervisors(survey, reading)
    yield from _in_error(survey, reading)
    yield from _stuck(survey, reading)
    yield from _powerless(survey, reading)


def _on(reading: InstancesReading, host: str) -> list[Instance]:
    return [one for one in reading.instances if one.host == host]


def _services(survey: CloudSurvey, reading: InstancesReading) -> Iterator[Finding]:
    services = survey.services.services if isinstance(survey.services, ServicesReading) else ()
    for one in services:
        if not one.is_up or one.is_forced_down:
            yield _silent(survey, reading, one)
        elif not one.is_enabled:
            why = f": {one.disabled_reason}" if one.disabled_reason else ", and no reason is given"
            yield Finding(
                id="CLOUD-06",
                severity=Severity.INFO,
                system=survey.name,
                hosts=(one.host,),
                sentence=f"{one.binary} on {one.host} is disabled{why}.",
                evidence=(f"{one.host}: os-services says {one.binary} disabled, up",),
                advice="No new instance is put there. `openstack compute service set --enable` ends it.",
            )


def _silent(survey: CloudSurvey, reading: InstancesReading, service: Service) -> Finding:
    compute = service.binary == "nova-compute"
    own = _on(reading, service.host) if compute else []
    last = f"last reported {clock(service.reported_at, now=survey.taken_at)}" if service.reported_at else ""
    state = "forced down" if service.is_forced_down else "down"
    told = f"; {count(len(own), 'instance')} there cannot be reached by Nova" if own else ""
    return Finding(
        id="CLOUD-02",
        severity=Severity.CRITICAL if service.is_enabled else Severity.WARNING,
        system=survey.name,
        hosts=(service.host,),
        sentence=f"{service.binary} is {state} on {service.host}{told}.",
        evidence=tuple(
            filter(
                None,
                (
                    f"{service.host}: os-services says {service.binary} {state}{', ' + last if last else ''}",
                    _names(own),
                ),
            )
        ),
        advice=f"On {service.host}: is {service.binary} running, does it reach the message queue, is the "
        "clock right? Guests run on without it; a console or a stop of one fails after a minute.",
    )


def _hypervisors(survey: CloudSurvey, reading: InstancesReading) -> Iterator[Finding]:
    if isinstance(survey.hypervisors, SystemsError):
        return
    services = survey.services.services if isinstance(survey.services, ServicesReading) else ()
    told = {one.host for one in services if one.binary == "nova-compute" and not one.is_up}
    for one in survey.hypervisors.hypervisors:
        if not one.is_up and one.host not in told:
            own = _on(reading, one.host)
            yield Finding(
                id="CLOUD-03",
                severity=Severity.CRITICAL,
                system=survey.name,
                hosts=(one.host,),
                sentence=f"The hypervisor {one.name} is down"
                f"{'; ' + count(len(own), 'instance') + ' on it' if own else ''}.",
                evidence=tuple(
                    filter(None, (f"{one.host}: os-hypervisors says {one.name} down", _names(own)))
                ),
                advice=f"On {one.host}: is libvirtd (or what stands for it) up, and nova-compute?",
            )


def _in_error(survey: CloudSurvey, reading: InstancesReading) -> Iterator[Finding]:
    broken = [one for one in reading.instances if one.status == "ERROR"]
    if not broken:
        return
    first = broken[0]
    advice = fault_in_words(first.fault.message, first.host or "") if first.fault else ""
    yield Finding(
        id="CLOUD-04",
        severity=Severity.WARNING,
        system=survey.name,
        hosts=tuple(dict.fromkeys(one.host for one in broken if one.host)),
        sentence=f"{count(len(broken), 'instance')} in ERROR: {_few(broken)}.",
        evidence=tuple([_fault_line(one, survey.taken_at) for one in broken[:SHOWN]]),
        advice=advice or "Open one in the pane of consoles: its fault and its events say why.",
    )


def _fault_line(instance: Instance, now: datetime) -> str:
    if instance.fault is None:
        return f"{instance.name}: no fault is told"
    at = f" ({clock(instance.fault.at, now=now)})" if instance.fault.at else ""
    return f"{instance.name}: {instance.fault.message}{at}"


def _stuck(survey: CloudSurvey, reading: InstancesReading) -> Iterator[Finding]:
    stuck = [
        one
        for one in reading.instances
        if one.task and one.updated_at and (survey.taken_at - one.updated_at).total_seconds() > STUCK_S
    ]
    if stuck:
        yield Finding(
            id="CLOUD-05",
            severity=Severity.WARNING,
            system=survey.name,
            hosts=tuple(dict.fromkeys(one.host for one in stuck if one.host)),
            sentence=f"{count(len(stuck), 'instance')} in one task for more than {span(STUCK_S)}: "
            f"{_few(stuck)}.",
            evidence=tuple([f"{one.name}: {one.task} since {_since(one, survey)}" for one in stuck[:SHOWN]]),
            advice="See the log of nova-compute on its host; a task whose process is gone stays until "
            "`openstack server set --state` ends it.",
        )


def _since(instance: Instance, survey: CloudSurvey) -> str:
    return clock(instance.updated_at, now=survey.taken_at) if instance.updated_at else "a time not told"


def _powerless(survey: CloudSurvey, reading: InstancesReading) -> Iterator[Finding]:
    gone = [
        one
        for one in reading.instances
        if one.status == "ACTIVE" and not one.task and one.power in (Power.SHUT_DOWN, Power.CRASHED)
    ]
    if gone:
        yield Finding(
            id="CLOUD-07",
            severity=Severity.WARNING,
            system=survey.name,
            hosts=tuple(dict.fromkeys(one.host for one in gone if one.host)),
            sentence=f"{count(len(gone), 'instance')} ACTIVE for Nova and off for the hypervisor: "
            f"{_few(gone)}.",
            evidence=tuple([f"{one.name}: ACTIVE, power {one.power.value}" for one in gone[:SHOWN]]),
            advice="It went down by itself, or from inside. Nova sets it to SHUTOFF within ten minutes; "
            "look at its console log before it is started again.",
        )


def _few(instances: Sequence[Instance]) -> str:
    names = [one.name for one in instances[:3]]
    more = len(instances) - len(names)
    return listed([*names, *([f"{more} more"] if more else [])])


def _names(instances: Sequence[Instance]) -> str:
    return f"on it: {', '.join([one.name for one in instances[:SHOWN]])}" if instances else ""
