"""What `quarterdeck cloud` prints: lines for people, records for programs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from systems.errors import SystemsError
from systems.openstack.faults import fault_in_words
from systems.openstack.forward import forward_of
from systems.openstack.readings import EventsReading
from systems.text import visible

if TYPE_CHECKING:
    from runbooks.cloud.balancers import BalancersVerdict
    from runbooks.cloud.findings import CloudVerdict
    from runbooks.model import Finding
    from systems.openstack.readings import CloudSurvey, ConsoleReading, Instance

Record = dict[str, object]
_SIGNS = {2: "✖", 1: "▲"}


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def record_of(one: Instance) -> Record:
    """One instance for programs."""
    return {
        "id": one.id,
        "name": one.name,
        "status": one.status,
        "task": one.task,
        "power": one.power.value,
        "host": one.host,
        "addresses": [asdict(address) for address in one.addresses],
        "flavor": one.flavor,
        "project": one.project,
        "created_at": _time(one.created_at),
        "updated_at": _time(one.updated_at),
        "is_locked": one.is_locked,
        "fault": one.fault.message if one.fault else None,
    }


def finding_record(one: Finding) -> Record:
    """What is wrong, for programs."""
    return {
        "id": one.id,
        "severity": one.severity.name.lower(),
        "hosts": list(one.hosts),
        "sentence": one.sentence,
        "evidence": list(one.evidence),
        "advice": one.advice,
    }


def survey_record(survey: CloudSurvey, said: CloudVerdict) -> Record:
    """A look for programs."""
    lists = survey.instances
    return {
        "cloud": survey.name,
        "taken_at": survey.taken_at.isoformat(),
        "verdict": said.sentence,
        "findings": [finding_record(one) for one in said.findings],
        "instances": None if isinstance(lists, SystemsError) else [record_of(one) for one in lists.instances],
        "unread": [
            str(part)
            for part in (survey.instances, survey.hypervisors, survey.services)
            if isinstance(part, SystemsError)
        ],
    }


def instance_line(one: Instance) -> str:
    """One instance in a line."""
    addresses = ", ".join([address.address for address in one.addresses]) or "-"
    state = f"{one.status}{f' ({one.task})' if one.task else ''}"
    place = f"{one.power.value:<10} {one.host or '-':<16} {addresses}  {one.id}"
    return visible(f"{one.name:<24} {state:<20} {place}")


def verdict_lines(cloud: str, said: CloudVerdict | BalancersVerdict) -> list[str]:
    """The verdict and its findings, for people."""
    lines = [f"{_SIGNS.get(said.severity, '●')} {cloud}: {said.sentence}"]
    for one in said.findings:
        advice = f"      do  {one.advice}"
        lines += [f"  {_SIGNS.get(int(one.severity), '·')} {one.id}  {one.sentence}", advice]
    return [visible(line) for line in lines]


def instance_record(one: Instance, events: object) -> Record:
    """One instance with its events, for programs."""
    told = events.events if isinstance(events, EventsReading) else ()
    return record_of(one) | {
        "events": [
            {
                "action": event.action,
                "at": _time(event.begun_at),
                "request": event.request,
                "message": event.message,
            }
            for event in told
        ]
    }


def instance_lines(one: Instance, events: object) -> list[str]:
    """One instance with its events, for people."""
    lines = [instance_line(one)]
    if one.fault is not None:
        words = fault_in_words(one.fault.message, one.host or "")
        lines.append(f"  fault   {one.fault.message} {words}".rstrip())
    told = events.events if isinstance(events, EventsReading) else ()
    for event in told:
        at = f"{event.begun_at:%Y-%m-%d %H:%M:%S} UTC" if event.begun_at else "-"
        lines.append(f"  {at}  {event.action}  {event.request}  {event.message}".rstrip())
    return [visible(line) for line in lines]


def console_record(one: Instance, answer: ConsoleReading, who: str) -> Record:
    """The way to a screen, for programs."""
    forward = forward_of(answer.url, who)
    return {
        "instance": one.name,
        "type": answer.type,
        "url": answer.url,
        "good_for_s": answer.ttl_s,
        "ssh": forward.line if forward else None,
        "laptop_url": forward.url if forward else None,
    }


def console_lines(answer: ConsoleReading, who: str) -> list[str]:
    """The way to a screen, for people."""
    lines = [answer.url, f"good for {answer.ttl_s:.0f} s; whoever has it has the keyboard"]
    forward = forward_of(answer.url, who)
    if forward is not None:
        lines += [f"from a laptop  {forward.line}", f"then open      {forward.url}"]
        lines += [forward.warning] if forward.warning else []
    return [visible(line) for line in lines]
