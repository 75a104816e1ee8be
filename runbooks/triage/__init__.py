"""Triage: from one look at a cluster to findings, a verdict, and the scenario that a recovery follows."""

from runbooks.triage.classify import classify
from runbooks.triage.findings import triage
from runbooks.triage.scenario import Candidate, Case, Classification, Scenario
from runbooks.triage.verdict import Verdict, verdict
from runbooks.triage.why import Why, why

__all__ = [
    "Candidate",
    "Case",
    "Classification",
    "Scenario",
    "Verdict",
    "Why",
    "classify",
    "triage",
    "verdict",
    "why",
]
