"""`quarterdeck triage`: findings, worst first, for people, cron and monitoring."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import click

from tui.cli.opening import Systems, carry_out, estate_of, opened, systems_of
from tui.cli.said import CRITICAL, NONE, UNREAD, WARNING, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from runbooks.model import Finding
    from runbooks.vips.look import VipLook
    from systems.estate import LoadedEstate
    from systems.galera.readings import ClusterSurvey
    from tui.clouds import CloudLook


Seen: TypeAlias = "ClusterSurvey | VipLook | CloudLook"


@click.command()
@click.argument("systems", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
@click.option("--once", is_flag=True, help="Look once; rates (flow control, write rate) stay unknown.")
@click.option("--between", default=2.0, show_default=True, help="Seconds between the two looks.")
@click.pass_context
def triage(
    ctx: click.Context, *, systems: tuple[str, ...], as_json: bool, once: bool, between: float
) -> None:
    """Say what is wrong, worst first, with the evidence and the runbook that answers it.

    Exit status: 0 nothing, 1 a warning, 2 something critical, 3 a system could not be read at all.
    """
    estate = estate_of(ctx)
    wanted = systems_of(estate, systems)
    seen = carry_out(lambda: _look(estate, wanted, None if once else between))
    told = [_judged(one) for one in seen]
    if as_json:
        say_json({"estate": estate.settings.name, "systems": told})
    else:
        for system in told:
            click.echo("\n".join(system_lines(system)))
    raise SystemExit(
        max((_status(one, system) for one, system in zip(seen, told, strict=True)), default=NONE)
    )


async def _look(estate: LoadedEstate, wanted: Systems, between_s: float | None) -> list[Seen]:
    """Look at all systems side by side: twice at clusters, since a rate needs two looks."""
    import asyncio

    async with opened(estate) as access:
        clouds = asyncio.gather(*(access.look_at_cloud(name) for name in wanted.clouds))
        surveys = await asyncio.gather(*(access.survey(name) for name in wanted.clusters))
        if between_s is not None and surveys:
            await asyncio.sleep(between_s)
            surveys = await asyncio.gather(*(access.survey(name) for name in wanted.clusters))
        looks = await asyncio.gather(*(access.look_at_vip(vip) for vip in wanted.vips))
        return [*surveys, *looks, *await clouds]


def _judged(seen: Seen) -> dict[str, object]:
    from systems.galera.readings import ClusterSurvey
    from tui.clouds import CloudLook

    if isinstance(seen, CloudLook):
        return judged_cloud(seen)
    return judged(seen) if isinstance(seen, ClusterSurvey) else judged_vip(seen)


def judged(survey: ClusterSurvey) -> dict[str, object]:
    """What triage says of one look, as `--json` prints it."""
    from runbooks.triage import triage as findings_of
    from runbooks.triage.verdict import verdict

    findings = findings_of(survey)
    line = verdict(survey, findings)
    told = _told(survey.name, line.sentence, line.severity, survey.taken_at, findings)
    return told | {"detail": line.detail, "scenario": line.scenario}


def judged_vip(look: VipLook) -> dict[str, object]:
    """The same of a virtual address."""
    from runbooks.vips.findings import judge_vip

    said = judge_vip(look)
    return _told(look.name, said.sentence, said.severity, look.taken_at, said.findings)


def judged_cloud(look: CloudLook) -> dict[str, object]:
    """The same of a cloud: its instances, what runs them, and its load balancers where it has any."""
    from runbooks.cloud.balancers import judge_balancers
    from runbooks.cloud.findings import judge_cloud
    from systems.openstack.octavia_readings import BalancersReading, Generation

    said = judge_cloud(look.instances)
    sentence, severity, findings = said.sentence, said.severity, list(said.findings)
    answer = look.balancers.answer
    if not isinstance(answer, BalancersReading) or answer.generation is not Generation.NONE:
        more = judge_balancers(look.balancers)
        sentence = f"{sentence}; {more.sentence}"
        severity = max(severity, more.severity)
        findings = sorted([*findings, *more.findings], key=lambda one: -one.severity)
    return _told(look.instances.name, sentence, severity, look.instances.taken_at, findings)


def _told(
    system: str, sentence: str, severity: int, taken_at: datetime, findings: Sequence[Finding]
) -> dict[str, object]:
    return {
        "system": system,
        "verdict": sentence,
        "detail": "",
        "scenario": "",
        "severity": {1: "warning", 2: "critical"}.get(severity, "info"),
        "taken_at": taken_at.isoformat(),
        "findings": [_finding(finding) for finding in findings],
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "id": finding.id,
        "severity": finding.severity.name.lower(),
        "hosts": list(finding.hosts),
        "sentence": finding.sentence,
        "evidence": list(finding.evidence),
        "advice": finding.advice,
        "runbook": finding.runbook,
        "values": dict(finding.values),
    }


_SIGNS = {"critical": "✖", "warning": "▲", "info": "●"}


def system_lines(system: dict[str, object]) -> list[str]:
    """What `judged` says, for people."""
    from systems.text import visible

    lines = [f"{_SIGNS[str(system['severity'])]} {system['system']}: {system['verdict']}"]
    if system["detail"]:
        lines.append(f"  {system['detail']}")
    findings = system["findings"]
    for found in findings if isinstance(findings, list) else []:
        lines += ["", f"  {_SIGNS[found['severity']]} {found['id']}  {found['sentence']}"]
        lines += [f"      {evidence}" for evidence in found["evidence"]]
        lines.append(f"    do  {found['advice']}")
        if found["runbook"]:
            values = "".join(f" --set {name}={value}" for name, value in found["values"].items())
            lines.append(
                f"    run quarterdeck runbook plan {found['runbook']} --target {system['system']}{values}"
            )
    return [visible(line) for line in lines]


def _status(seen: Seen, system: dict[str, object]) -> int:
    from runbooks.vips.look import VipLook
    from systems.errors import SystemsError
    from tui.clouds import CloudLook

    if isinstance(seen, CloudLook):
        is_read = not isinstance(seen.instances.instances, SystemsError)
    elif isinstance(seen, VipLook):
        is_read = any(not isinstance(one.answer, SystemsError) for one in seen.balancers)
    else:
        is_read = any(node.answers_sql or node.answers_ssh for node in seen.nodes)
    if not is_read:
        return UNREAD
    return {"critical": CRITICAL, "warning": WARNING}.get(str(system["severity"]), NONE)
