"""The verdict: one line a system, for the watch screen. Worst first, with numbers; healthy says so too."""

from __future__ import annotations

from dataclasses import dataclass

from runbooks.membership import Group
from runbooks.model import Finding, Severity
from runbooks.triage.classify import classify
from runbooks.triage.findings import triage
from runbooks.triage.prediction import way_back, window
from runbooks.triage.scenario import Case, Classification, Scenario
from runbooks.triage.telling import since
from runbooks.words import count, listed
from systems.galera.readings import ClusterSurvey, WsrepStatus

SIGNS = {Severity.CRITICAL: "✖", Severity.WARNING: "▲", Severity.INFO: "●"}
ASCII_SIGNS = {Severity.CRITICAL: "x", Severity.WARNING: "!", Severity.INFO: "o"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one system is like, in one line."""

    system: str
    severity: Severity
    """INFO: nothing that anybody must get up for."""
    sentence: str
    detail: str = ""
    """A second line where there is more to say, such as the way back and the minutes left."""
    scenario: str = Scenario.HEALTHY.value

    @property
    def sign(self) -> str:
        """One character that says it without colour: ✖ ▲ ●."""
        return SIGNS[self.severity]

    @property
    def ascii_sign(self) -> str:
        """The same where only ASCII can be shown: x ! o."""
        return ASCII_SIGNS[self.severity]


def verdict(
    survey: ClusterSurvey,
    findings: tuple[Finding, ...] | None = None,
    *,
    found: Classification | None = None,
) -> Verdict:
    """Judge one system in one line.

    `findings` and `found`: what `triage(survey)` and `classify(survey)` say, when somebody has it already.
    """
    found = found or classify(survey)
    told = triage(survey, found=found) if findings is None else findings
    severity = max((finding.severity for finding in told), default=Severity.INFO)
    cases = found.cases
    if not cases:
        return _whole(survey, found, told, severity)
    if found.cluster is not None:
        detail = found.chosen_because or ("" if found.members else found.refused)
        return Verdict(survey.name, severity, found.cluster.sentence, detail, found.scenario.value)
    first = next((case for case in cases if case.scenario is found.scenario), cases[0])
    return Verdict(
        survey.name,
        severity,
        _missing(survey, found, first),
        _detail(survey, found, first),
        found.scenario.value,
    )


def _whole(
    survey: ClusterSurvey, found: Classification, findings: tuple[Finding, ...], severity: Severity
) -> Verdict:
    """Every node is where it belongs; findings of configuration or load may still stand."""
    group = found.groups[0]
    healthy = (
        f"{len(group.hosts)} of {len(survey.nodes)} Synced, "
        f"seqno {group.last_committed}{window(survey, group)}"
    )
    grave = [finding for finding in findings if finding.severity > Severity.INFO]
    if not grave:
        return Verdict(survey.name, severity, healthy)
    more = f" (and {count(len(grave) - 1, 'more finding')})" if len(grave) > 1 else ""
    return Verdict(survey.name, severity, f"{grave[0].sentence}{more}", healthy, grave[0].id)


_HEADED = (Scenario.FLOW_CONTROL, Scenario.DONOR, Scenario.LOCK)
"""Their sentences begin with what it is, and go on after a colon with what follows from it."""


def _missing(survey: ClusterSurvey, found: Classification, first: Case) -> str:
    """Tell how many are in, and what the first case is in three words."""
    group = found.groups[0]
    if not found.outside:
        what = _parts(first)[0] if first.scenario in _HEADED else _what(survey, first)
        return f"{_inside(survey, group)}: {what}"
    counted = group.size - survey.arbitrators
    told = [_what(survey, case) for case in found.outside]
    if counted > len(group.hosts) and {case.scenario for case in found.outside} == {Scenario.HOST}:
        return f"{counted} of {len(survey.nodes)} as the cluster counts; {'; '.join(told)} of this console"
    return f"{len(group.hosts)} of {len(survey.nodes)} in the cluster: {'; '.join(told)}"


def _parts(case: Case) -> tuple[str, str]:
    """What it is, for the first line, and the rest, so that nothing is said twice."""
    what, _, rest = case.sentence.partition(": ")
    return what, rest


def _inside(survey: ClusterSurvey, group: Group) -> str:
    synced = sum(
        1
        for host in group.hosts
        if isinstance(status := survey.node(host).status, WsrepStatus) and status.is_synced
    )
    return f"{synced} of {len(survey.nodes)} Synced"


def _detail(survey: ClusterSurvey, found: Classification, first: Case) -> str:
    """The way back of a node that is down, else what was seen of it."""
    if first.scenario in _HEADED and not found.outside:
        return _parts(first)[1]
    if first.scenario not in (Scenario.CRASHED_ONE, Scenario.STOPPED_ONE):
        return first.sentence
    at = f"seqno {first.position.seqno} of {found.groups[0].last_committed}: " if first.position else ""
    return f"{at}{way_back(survey, first.hosts[0])}"


_STATES = {
    Scenario.NO_STATE: "is down without a usable state",
    Scenario.FOREIGN: "holds another cluster's data",
    Scenario.FAILED_SST: "is down in the middle of a failed copy",
    Scenario.CUT_OFF: "is cut off",
    Scenario.VOTED_OUT: "was voted out",
    Scenario.HUNG_JOIN: "hangs while joining",
    Scenario.DONOR: "is Donor/Desynced",
    Scenario.HOST: "is out of reach",
    Scenario.UNMOUNTED: "is down and its volume is not mounted",
    Scenario.WAIT: "is on its way",
    Scenario.LOOP: "fails at every start",
    Scenario.MUTE: "runs and does not answer",
    Scenario.WSREP_OFF: "runs without replication",
    Scenario.FLOW_CONTROL: "holds back all writes (flow control)",
    Scenario.DDL: "runs a schema change that all wait for",
    Scenario.LOCK: "is held by a lock",
    Scenario.CERTIFICATION: "sees transactions collide",
}


def _what(survey: ClusterSurvey, case: Case) -> str:
    host = case.hosts[0]
    if case.scenario in (Scenario.CRASHED_ONE, Scenario.STOPPED_ONE):
        what = "is down" if case.scenario is Scenario.CRASHED_ONE else "is stopped"
        return f"{host} {what}{since(survey.node(host))}"
    named = listed(case.hosts) if case.scenario is Scenario.CERTIFICATION else host
    return f"{named} {_STATES[case.scenario]}"
