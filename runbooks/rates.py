"""What happened between two looks, where `systems.galera.rates` does not tell it yet (REC-30)."""

from __future__ import annotations

from systems.galera.rates import paused_share, seconds_between
from systems.galera.readings import ClusterSurvey, NodeSurvey, WsrepStatus


def earlier(survey: ClusterSurvey, host: str) -> NodeSurvey | None:
    """The same node in the look before; None: there is no such look, or it had no such node."""
    nodes = survey.before.nodes if survey.before else ()
    return next((node for node in nodes if node.host == host), None)


def apart_s(survey: ClusterSurvey, host: str) -> float | None:
    """Seconds between the node's two answers; None: one is missing, or it was restarted in between."""
    before = earlier(survey, host)
    return None if before is None else seconds_between(before, survey.node(host))


def paused_now(survey: ClusterSurvey, host: str) -> float | None:
    """Share of the time between the two looks in which flow control held writes back, 0.0 to 1.0."""
    before = earlier(survey, host)
    return None if before is None else paused_share(before, survey.node(host))


def grown(survey: ClusterSurvey, host: str, counter: str) -> int | None:
    """How much a counter of `WsrepStatus` grew; None: not told twice, or set back in between."""
    before = earlier(survey, host)
    if before is None or apart_s(survey, host) is None:
        return None
    old, new = _count(before, counter), _count(survey.node(host), counter)
    return None if old is None or new is None or new < old else new - old


def conflicts_per_s(survey: ClusterSurvey, host: str) -> float | None:
    """Certification failures and brute-force aborts a second between the two looks (R-CERT)."""
    seconds = apart_s(survey, host)
    failures, aborts = grown(survey, host, "cert_failures"), grown(survey, host, "bf_aborts")
    return None if seconds is None or failures is None or aborts is None else (failures + aborts) / seconds


def stands_still(survey: ClusterSurvey, host: str) -> bool:
    """Whether the node answered twice and committed nothing in between; False when that is not known."""
    return grown(survey, host, "last_committed") == 0


def _count(node: NodeSurvey, counter: str) -> int | None:
    if not isinstance(node.status, WsrepStatus):
        return None
    value = getattr(node.status, counter)
    return value if isinstance(value, int) else None
