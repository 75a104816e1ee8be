"""By which way a node would come back, and for how long the short one stays open, in words (GOTCHAS B.5)."""

from __future__ import annotations

from math import isinf

from runbooks.membership import Group, is_primary
from runbooks.triage.telling import ended_at
from runbooks.words import span
from systems.galera.predict import TransferKind, ist_minutes_left, predict_for
from systems.galera.readings import ClusterSurvey


def way_back(survey: ClusterSurvey, host: str) -> str:
    """Tell whether a plain start of a node ends in IST or SST, why, and the time left for the IST."""
    prediction = predict_for(survey, host)
    if prediction.kind is TransferKind.UNKNOWN:
        likely = _by_time(survey, host)
        return likely or f"a plain start brings it back; {prediction.sentence}"
    return f"a plain start brings it back by {prediction.sentence}{_left(prediction.hold_time_s)}"


def window(survey: ClusterSurvey, group: Group) -> str:
    """Tell for how long any one member could be away and still come back by IST: ", IST window 38 min".

    The shortest of all members counts. Empty until two looks have told the write rate.
    """
    minutes = [ist_minutes_left(survey, host) for host in group.hosts]
    known = [one for one in minutes if one is not None]
    if len(group.hosts) < 2 or not known or len(known) < len(minutes):
        return ""
    shortest = min(known)
    if isinf(shortest):
        return ", IST window unlimited (nothing is written)"
    return (
        f", IST window {span(shortest * 60)}" if shortest else ", no IST window (a restart takes a full copy)"
    )


def _by_time(survey: ClusterSurvey, host: str) -> str:
    """Tell what is likely for a node whose position is not known yet: by how long it has been away."""
    since = ended_at(survey.node(host))
    holds = [
        left for node in survey.nodes if is_primary(node) and (left := ist_minutes_left(survey, node.host))
    ]
    if since is None or not holds:
        return ""
    left_s = max(holds) * 60 - (survey.taken_at - since).total_seconds()
    if isinf(left_s):
        return (
            "a plain start recovers it and very likely brings the node back by IST (nothing is written now)"
        )
    if left_s <= 0:
        return "a plain start recovers it and very likely takes a full copy (SST): it was away for too long"
    return (
        "a plain start recovers it and very likely brings the node back by IST, for about "
        f"{span(left_s)} more"
    )


def _left(hold_time_s: float | None) -> str:
    if hold_time_s is None:
        return ""
    if isinf(hold_time_s):
        return ", for as long as nothing is written"
    return f", for about {span(hold_time_s)} more"
