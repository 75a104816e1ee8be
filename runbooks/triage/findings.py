"""Triage: everything that is wrong with one cluster, worst first, each with its evidence and its answer."""

from __future__ import annotations

from runbooks.model import Finding, Look, Severity
from runbooks.triage.cards import card_of
from runbooks.triage.classify import classify
from runbooks.triage.scenario import Case, Classification, Scenario
from runbooks.triage.watching import standing_findings
from systems.galera.readings import ClusterSurvey

_TRANSIENT = frozenset(
    {
        Scenario.SEPARATE,
        Scenario.SPLIT_BRAIN,
        Scenario.CUT_OFF,
        Scenario.HALVES,
        Scenario.ALL_NON_PRIMARY,
        Scenario.QUORUM_LOST,
        Scenario.STOP_SIDE,
        Scenario.STOP_HISTORIES,
    }
)
"""Cards that follow from the view alone: one look may have caught a view change (GOTCHAS B.3, step 0)."""


def triage(
    survey: ClusterSurvey, *, look: Look | None = None, found: Classification | None = None
) -> tuple[Finding, ...]:
    """Say all that is wrong, worst first. Pure. `found`: `classify(survey)`, when somebody has it already.

    What follows from views is said at the first look and marked as seen once; the second look confirms it,
    so that nothing waits longer than two refreshes. `look` adds what was read of the hosts' preparation.
    """
    found = found or classify(survey)
    cards = [_finding(survey, found, case) for case in found.cases]
    standing = standing_findings(look or Look(survey))
    return tuple(sorted([*cards, *standing], key=lambda finding: -finding.severity))


def _finding(survey: ClusterSurvey, found: Classification, case: Case) -> Finding:
    card = card_of(case)
    evidence = case.evidence
    if found.refused and case is found.cluster and not found.members:
        evidence = (f"refused for now: {found.refused}", *evidence)
    values = {"node": case.hosts[0]} if card.names_a_node and case.hosts else {}
    return Finding(
        id=case.scenario.value,
        severity=case.severity,
        system=survey.name,
        hosts=case.hosts,
        sentence=case.sentence
        + ("" if is_confirmed(found, case) else " (seen once; the next look confirms it)"),
        evidence=evidence,
        advice=card.advice,
        runbook=card.runbook,
        values=values,
    )


def is_confirmed(found: Classification, case: Case) -> bool:
    """Whether a case may be believed: it does not follow from a view, or two looks in a row say it."""
    return found.confirmed or case.scenario not in _TRANSIENT


def worst(findings: tuple[Finding, ...]) -> Severity | None:
    """The gravest of them; None: there is none."""
    return max((finding.severity for finding in findings), default=None)
