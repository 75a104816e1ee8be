"""Gotchas that are worth watching on a running cluster: what is wrong before anything has broken."""

from __future__ import annotations

from runbooks.model import Finding, Look
from runbooks.triage.scenario import Classification


def standing_findings(look: Look, found: Classification) -> tuple[Finding, ...]:
    """The findings of the gotchas that hold now and do not merely repeat a scenario card."""
    del look, found
    return ()
