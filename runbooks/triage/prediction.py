"""By which way a node would come back, and for how long the short one stays open, in words (GOTCHAS B.5)."""

from __future__ import annotations

from math import isinf

from runbooks.membership import Group, is_primary
from runbooks.triage.telling import ended_at
from runbooks.words import span
from systems.galera.predict import TransferKind, donors_of, ist_minutes_left, predict_for, safety_gap
from systems.galera.readings import ClusterSurvey


def way_back(survey: ClusterSurvey, host: str) -> str:
    """Tell whether a plain start of a node ends in IST or SST, why, and the time left for the IST."""
    prediction = predict_for(survey, host)
    if prediction.kind is TransferKind.UNKNOWN:
        return _unrecovered(survey, host) or f"a plain start brings it back; {prediction.sentence}"
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


def _unrecovered(survey: ClusterSurvey, host: str) -> str:
    """Tell what decides for a node whose position is not known before its start recovers it."""
    donors = donors_of(survey, but=host)
    cached = [donor.cached_downto for donor in donors if donor.cached_downto is not None]
    if not cached:
        return ""
    newest = max(donor.position.seqno for donor in donors)
    enough = min(cached) + safety_gap(newest - min(cached))
    return (
        f"a plain start recovers it: IST if it is {enough} or later{_by_time(survey, host)}, else a full "
        "copy (SST)"
    )


def _by_time(survey: ClusterSurvey, host: str) -> str:
    """Tell how likely that is, by how long the node has been away and how long caches hold."""
    since = ended_at(survey.node(host))
    holds = [
        left for node in survey.nodes if is_primary(node) and (left := ist_minutes_left(survey, node.host))
    ]
    if since is None or not holds or isinf(max(holds)):
        return ""
    left_s = max(holds) * 60 - (survey.taken_at - since).total_seconds()
    return f" (likely for about {span(left_s)} more)" if left_s > 0 else " (unlikely by now)"


def _left(hold_time_s: float | None) -> str:
    if hold_time_s is None:
        return ""
    if isinf(hold_time_s):
        return ", for as long as nothing is written"
    return f", for about {span(hold_time_s)} more"
