"""`quarterdeck triage`: findings, worst first, for people, cron and monitoring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.cli.opening import carry_out, estate_of, opened, systems_of
from tui.cli.said import CRITICAL, NONE, UNREAD, WARNING, say_json

if TYPE_CHECKING:
    from runbooks.model import Finding
    from runbooks.vips.look import VipLook
    from systems.estate import LoadedEstate
    from systems.galera.readings import ClusterSurvey


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
    names, vips = systems_of(estate, systems)
    surveys, looks = carry_out(lambda: _look(estate, names, vips, None if once else between))
    told = [*(judged(survey) for survey in surveys), *(judged_vip(look) for look in looks)]
    if as_json:
        say_json({"estate": estate.settings.name, "systems": told})
    else:
        for system in told:
            click.echo("\n".join(system_lines(system)))
    seen: list[ClusterSurvey | VipLook] = [*surveys, *looks]
    raise SystemExit(
        max((_status(one, system) for one, system in zip(seen, told, strict=True)), default=NONE)
    )


async def _look(
    estate: LoadedEstate, names: tuple[str, ...], vips: tuple[str, ...], between_s: float | None
) -> tuple[list[ClusterSurvey], list[VipLook]]:
    """Look at all systems side by side: twice at clusters, since a rate needs two looks."""
    import asyncio

    async with opened(estate) as access:
        surveys = await asyncio.gather(*(access.survey(name) for name in names))
        if between_s is not None:
            await asyncio.sleep(between_s)
            surveys = await asyncio.gather(*(access.survey(name) for name in names))
        looks = await asyncio.gather(*(access.look_at_vip(vip) for vip in vips))
        return list(surveys), list(looks)


def judged(survey: ClusterSurvey) -> dict[str, object]:
    """What triage says of one look, as `--json` prints it."""
    from runbooks.triage import triage as findings_of
    from runbooks.triage.verdict import verdict

    findings = findings_of(survey)
    line = verdict(survey, findings)
    return {
        "system": survey.name,
        "verdict": line.sentence,
        "detail": line.detail,
        "scenario": line.scenario,
        "severity": line.severity.name.lower(),
        "taken_at": survey.taken_at.isoformat(),
        "findings": [_finding(finding) for finding in findings],
    }


def judged_vip(look: VipLook) -> dict[str, object]:
    """The same of a virtual address."""
    from runbooks.vips.findings import judge_vip

    said = judge_vip(look)
    return {
        "system": look.name,
        "verdict": said.sentence,
        "detail": "",
        "scenario": "",
        "severity": {1: "warning", 2: "critical"}.get(said.severity, "info"),
        "taken_at": look.taken_at.isoformat(),
        "findings": [_finding(finding) for finding in said.findings],
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


def _status(seen: ClusterSurvey | VipLook, system: dict[str, object]) -> int:
    from runbooks.vips.look import VipLook
    from systems.errors import SystemsError

    if isinstance(seen, VipLook):
        is_read = any(not isinstance(one.answer, SystemsError) for one in seen.balancers)
    else:
        is_read = any(node.answers_sql or node.answers_ssh for node in seen.nodes)
    if not is_read:
        return UNREAD
    return {"critical": CRITICAL, "warning": WARNING}.get(str(system["severity"]), NONE)
