"""What happened between two looks: rates of counters, which one look cannot tell (REC-30)."""

from __future__ import annotations

from systems.galera.readings import ClusterSurvey, NodeSurvey, WsrepStatus


def two_looks(survey: ClusterSurvey, host: str) -> tuple[WsrepStatus, WsrepStatus] | None:
    """What a node said in the look before and says in this one; None: one of them is missing."""
    if survey.before is None:
        return None
    earlier, later = (_status(look.nodes, host) for look in (survey.before, survey))
    if earlier is None or later is None or later.taken_at <= earlier.taken_at:
        return None
    return earlier, later


def apart_s(looks: tuple[WsrepStatus, WsrepStatus]) -> float:
    """Seconds between the two answers."""
    return (looks[1].taken_at - looks[0].taken_at).total_seconds()


def grown(earlier: int | None, later: int | None) -> int | None:
    """How much a counter grew; None: not told, or set back by FLUSH STATUS or a restart in between."""
    if earlier is None or later is None or later < earlier:
        return None
    return later - earlier


def paused_share(survey: ClusterSurvey, host: str) -> float | None:
    """Share of the time between the two looks in which flow control held writes back, 0.0 to 1.0 (REC-30)."""
    looks = two_looks(survey, host)
    if looks is None:
        return None
    paused_ns = grown(looks[0].flow_control_paused_ns, looks[1].flow_control_paused_ns)
    return None if paused_ns is None else min(paused_ns / (apart_s(looks) * 1e9), 1.0)


def conflicts_per_s(survey: ClusterSurvey, host: str) -> float | None:
    """Certification failures and brute-force aborts a second between the two looks (R-CERT)."""
    looks = two_looks(survey, host)
    if looks is None:
        return None
    failures = grown(looks[0].cert_failures, looks[1].cert_failures)
    aborts = grown(looks[0].bf_aborts, looks[1].bf_aborts)
    return None if failures is None or aborts is None else (failures + aborts) / apart_s(looks)


def _status(nodes: tuple[NodeSurvey, ...], host: str) -> WsrepStatus | None:
    status = next((node.status for node in nodes if node.host == host), None)
    return status if isinstance(status, WsrepStatus) else None
