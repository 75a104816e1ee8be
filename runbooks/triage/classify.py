"""From one look to one scenario: the decision tree of GOTCHAS B.3, for triage and galera-recover alike."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from runbooks.membership import Group, primary_groups
from runbooks.model import Severity
from runbooks.positions import saved_state
from runbooks.triage.inside import inside_cases
from runbooks.triage.outside import outside_cases
from runbooks.triage.quorum import without_primary
from runbooks.triage.scenario import Case, Classification, Scenario
from runbooks.triage.splits import split
from runbooks.words import listed
from systems.galera.readings import ClusterSurvey

_FIRST = (
    Scenario.FOREIGN,
    Scenario.VOTED_OUT,
    Scenario.FAILED_SST,
    Scenario.LOOP,
    Scenario.NO_STATE,
    Scenario.UNMOUNTED,
    Scenario.CUT_OFF,
    Scenario.CRASHED_ONE,
    Scenario.STOPPED_ONE,
    Scenario.MUTE,
    Scenario.HOST,
    Scenario.WSREP_OFF,
    Scenario.HUNG_JOIN,
    Scenario.FLOW_CONTROL,
    Scenario.DDL,
    Scenario.LOCK,
)
"""Among cards of the same severity, the one that decides what is done first."""


def classify(survey: ClusterSurvey, *, signed_off: Collection[str] = ()) -> Classification:
    """Say what the matter is. Pure, and fails closed: what is not known never speaks for an action.

    `signed_off`: nodes that are out of reach, and which the operator declares off for good, by name. They no
    longer stand in the way of a decision; a node that answers is judged by what it says, signed off or not.
    """
    found = _classify(survey, signed_off)
    if survey.before is None:
        return found
    earlier = _classify(survey.before, signed_off)
    return replace(found, confirmed=_same(earlier, found))


def _classify(survey: ClusterSurvey, signed_off: Collection[str]) -> Classification:
    groups = primary_groups(survey)
    if len(groups) > 1:
        return split(survey, groups)
    if not groups:
        return without_primary(survey, signed_off)
    return _one_group(survey, groups[0])


def _one_group(survey: ClusterSurvey, group: Group) -> Classification:
    outside = outside_cases(survey, group)
    inside = inside_cases(survey, group)
    cluster = _several_stopped(survey, group, outside)
    return Classification(
        scenario=cluster.scenario if cluster else _decisive((*outside, *inside)),
        groups=(group,),
        cluster=cluster,
        outside=outside,
        inside=inside,
        saved=tuple(saved_state(survey.node(case.hosts[0])) for case in outside),
        not_surveyed=tuple(
            case.hosts[0] for case in outside if case.scenario in (Scenario.HOST, Scenario.MUTE)
        ),
        refused=f"a Primary component lives on {listed(group.hosts)}: no second one may start (REC-01)",
    )


def _several_stopped(survey: ClusterSurvey, group: Group, outside: tuple[Case, ...]) -> Case | None:
    """R-2: all but one were stopped in order, and the last one carries on alone."""
    stopped = tuple(case for case in outside if case.scenario is Scenario.STOPPED_ONE)
    if len(group.hosts) > 1 or len(stopped) < 2 or len(stopped) < len(outside):
        return None
    hosts = tuple(case.hosts[0] for case in stopped)
    ends = ", ".join(f"{case.hosts[0]} {case.position.seqno}" for case in stopped if case.position)
    sentence = (
        f"{listed(hosts)} were stopped in order ({ends}); {group.hosts[0]} carries on alone "
        f"at {group.last_committed}, 1 of {len(survey.nodes)}, and has nobody to fail over to"
    )
    proof = tuple(line for case in stopped for line in case.evidence)
    return Case(Scenario.STOPPED_SOME, hosts, sentence, proof, Severity.CRITICAL)


def _decisive(cases: tuple[Case, ...]) -> Scenario:
    if not cases:
        return Scenario.HEALTHY
    rank = {scenario: index for index, scenario in enumerate(_FIRST)}
    return min(cases, key=lambda case: (-case.severity, rank.get(case.scenario, len(rank)))).scenario


def _same(earlier: Classification, later: Classification) -> bool:
    """Whether two looks say the same of the same nodes."""
    return (
        earlier.scenario is later.scenario
        and {group.hosts for group in earlier.groups} == {group.hosts for group in later.groups}
        and {(case.scenario, case.hosts) for case in earlier.outside}
        == {(case.scenario, case.hosts) for case in later.outside}
    )
