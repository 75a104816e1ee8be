"""What the error logs of a look say, by the ids of the pattern table (GOTCHAS B.6; `galera.log_patterns`)."""

from __future__ import annotations

from systems.galera.readings import HostEvidence, LogHit, NodeSurvey

_PLAIN = frozenset(
    {
        "error",
        "position-recovered",
        "transfer-required",
        "ist-received",
        "sst-received",
        "synchronized",
        "pc-recovered",
        "no-complete-node",
        "suspecting",
    }
)
"""Ids that name no cause; "No node with complete state" is written at every orderly stop, too."""
_AFTER_VIEW = ("pc-recovered", "re-merged", "transfer-required", "ist-received", "sst-received")
"""Lines that a node writes once it has found a Primary component."""


def hit(node: NodeSurvey, *ids: str) -> LogHit | None:
    """The newest line of one of these kinds since the node's last start; None: none, or no log."""
    if not isinstance(node.evidence, HostEvidence):
        return None
    return next((found for found in reversed(node.evidence.log_hits) if found.pattern in ids), None)


def telling_line(node: NodeSurvey) -> str:
    """The newest line that names a cause, else the newest error; empty: none, or it was stopped in order."""
    if not isinstance(node.evidence, HostEvidence):
        return ""
    hits = node.evidence.log_hits
    plain = _PLAIN if waits_for_last_view(node) else _PLAIN | {"view-restored"}
    cause = next((found for found in reversed(hits) if found.pattern not in plain), None)
    if cause is not None and cause.pattern == "shut-down":
        return ""
    return (found.line if (found := cause or hit(node, "error")) else "").strip()


def waits_for_last_view(node: NodeSurvey) -> bool:
    """It restored its last view from gvwstate.dat and has found no Primary since (REC-21)."""
    if not isinstance(node.evidence, HostEvidence):
        return False
    waits = False
    for found in node.evidence.log_hits:
        if found.pattern == "view-restored":
            waits = True
        elif found.pattern in _AFTER_VIEW:
            waits = False
    return waits
