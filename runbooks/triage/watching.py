"""Gotchas that are worth watching all the time: what is wrong before anything has broken, or why it broke."""

from __future__ import annotations

from collections.abc import Mapping

from runbooks.model import Finding, Gotcha, Holds, Look, Severity, Sighting
from runbooks.triage.cards import RECOVER, ROLLING
from runbooks.words import listed, share, size, span
from systems.galera.readings import ClusterSurvey, HostEvidence

WATCHED: Mapping[str, str | None] = {
    "HOST-02": None,
    "HOST-03": None,
    "HOST-04": None,
    "HOST-05": None,
    "HOST-06": None,
    "HOST-07": None,
    "HOST-10": None,
    "PXC-02": None,
    "PXC-03": RECOVER,
    "PXC-04": ROLLING,
    "PXC-05": None,
    "PXC-06": None,
    "PXC-07": None,
    "PXC-08": RECOVER,
    "PXC-13": None,
    "PXC-14": None,
    "PXC-16": None,
    "PXC-17": None,
    "PXC-18": None,
    "PXC-19": None,
    "PXC-20": None,
    "PXC-21": None,
    "PXC-22": None,
    "PXC-23": None,
    "PXC-24": None,
    "PXC-25": None,
    "PXC-27": None,
    "PXC-28": None,
    "PXC-32": None,
    "PXC-35": None,
    "REC-05": RECOVER,
    "REC-06": None,
    "REC-15": None,
    "REC-16": RECOVER,
    "REC-17": RECOVER,
    "REC-18": None,
    "REC-20": None,
    "REC-23": None,
    "REC-25": RECOVER,
    "REC-27": None,
    "REC-28": RECOVER,
    "REC-32": None,
    "REC-33": RECOVER,
    "REC-34": RECOVER,
    "REC-35": RECOVER,
    "REC-36": RECOVER,
    "ROLL-02": None,
    "ROLL-03": None,
    "ROLL-09": ROLLING,
    "ROLL-05": None,
    "ROLL-10": None,
    "ROLL-12": None,
}
"""The gotchas whose detectors make sense at any moment, and the runbook that answers each.

Those that a scenario card tells already (a Primary that lives, a forgotten desync, a split) are not here.
Those that need the hosts' preparation speak up only in a look that has it.
"""

CLOCK_SPREAD_S = 2.0
"""Offsets are good to about a second each."""
NEARLY_FULL_SHARE = 0.9


def standing_findings(look: Look) -> tuple[Finding, ...]:
    """The findings of the gotchas that hold now and do not merely repeat a scenario card."""
    from runbooks.gotchas import CATALOGUE  # late: the detectors need triage's own parts

    told = [
        _finding(look.survey, CATALOGUE[id_], sighting, runbook)
        for id_, runbook in WATCHED.items()
        if (sighting := _ask(CATALOGUE[id_], look)).holds is Holds.YES
    ]
    boot = next((finding.hosts for finding in told if finding.id == "PXC-03"), None)
    told = [finding for finding in told if finding.id != "REC-05" or finding.hosts != boot]
    full = {host for finding in told if finding.id == "REC-28" for host in finding.hosts}
    return (*told, *_nearly_full(look.survey, full), *_clocks(look.survey))


def _ask(gotcha: Gotcha, look: Look) -> Sighting:
    if gotcha.detector is None:
        return Sighting(Holds.UNKNOWN, gotcha.why_no_detector)
    return gotcha.detector(look)


def _finding(survey: ClusterSurvey, gotcha: Gotcha, sighting: Sighting, runbook: str | None) -> Finding:
    title = (
        gotcha.title if "mysqld" in gotcha.title.split()[0] else gotcha.title[0].upper() + gotcha.title[1:]
    )
    return Finding(
        id=gotcha.id,
        severity=gotcha.severity,
        system=survey.name,
        hosts=sighting.hosts,
        sentence=f"{title}: {sighting.evidence}",
        evidence=tuple(sighting.evidence.split("; ")),
        advice=gotcha.fix,
        runbook=runbook,
        values=_values(runbook, sighting.hosts),
    )


def _values(runbook: str | None, hosts: tuple[str, ...]) -> Mapping[str, str]:
    """The nodes that the runbook is to deal with, by the name of its own input."""
    if runbook == ROLLING:
        return {"nodes": ",".join(hosts)}
    return {"node": hosts[0]} if runbook and len(hosts) == 1 else {}


def _nearly_full(survey: ClusterSurvey, told: set[str]) -> list[Finding]:
    """Volumes that are not full yet and will be (REC-28)."""
    disks = {
        node.host: node.evidence.filesystem
        for node in survey.nodes
        if isinstance(node.evidence, HostEvidence) and node.evidence.filesystem and node.host not in told
    }
    near = {host: disk for host, disk in disks.items() if disk.used_share >= NEARLY_FULL_SHARE}
    if not near:
        return []
    lines = tuple(
        f"{host}: {disk.target} is {share(disk.used_share)} full, {size(disk.free_bytes)} left"
        for host, disk in near.items()
    )
    return [
        Finding(
            id="REC-28",
            severity=Severity.WARNING,
            system=survey.name,
            hosts=tuple(near),
            sentence=f"The data volume of {listed(near)} is nearly full: {'; '.join(lines)}",
            evidence=lines,
            advice=(
                "Make room before it is full: a full disk ends "
                "in a crash and a full copy that needs even more."
            ),
        )
    ]


def _clocks(survey: ClusterSurvey) -> list[Finding]:
    """Clocks that disagree make logs lie and certificates fail (K.1, M.7)."""
    offsets = {
        node.host: node.evidence.clock_offset_s
        for node in survey.nodes
        if isinstance(node.evidence, HostEvidence)
    }
    spread = max(offsets.values(), default=0.0) - min(offsets.values(), default=0.0)
    if len(offsets) < 2 or spread < CLOCK_SPREAD_S:
        return []
    lines = tuple(f"{host}: {offset:+.1f} s against this console" for host, offset in offsets.items())
    first, last = min(offsets, key=lambda host: offsets[host]), max(offsets, key=lambda host: offsets[host])
    return [
        Finding(
            id="K.1-clock",
            severity=Severity.WARNING,
            system=survey.name,
            hosts=(first, last),
            sentence=f"The clocks of {first} and {last} are {span(spread)} apart",
            evidence=lines,
            advice="Set the time by chrony on all hosts; until then times in logs cannot be compared.",
        )
    ]
