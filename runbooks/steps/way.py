"""By which way a stopped node would come back: IST while a donor's cache reaches back, else SST (B.5)."""

from __future__ import annotations

from runbooks.positions import SavedKind, saved_state
from runbooks.steps.start import Way, biggest
from runbooks.words import size, span
from systems.galera.predict import TransferKind, predict_for
from systems.galera.readings import ClusterSurvey

_NO_STATE = (SavedKind.ZERO, SavedKind.ABSENT, SavedKind.UNREADABLE)


def way_of(survey: ClusterSurvey, host: str) -> Way:
    """Predict the transfer of one stopped node from what the members have in their caches now."""
    if saved_state(survey.node(host)).kind in _NO_STATE:
        return full_copy(survey, host, wipes=True)
    prediction = predict_for(survey, host)
    if prediction.kind is TransferKind.SST:
        return full_copy(survey, host)
    if prediction.kind is TransferKind.UNKNOWN:
        return Way("IST where the cache reaches back, else a full copy (SST)")
    left_s = prediction.hold_time_s
    lasts = (
        f"; that stays so for about {span(left_s)}" if left_s is not None and left_s < float("inf") else ""
    )
    return Way(f"{prediction.sentence}{lasts}")


def full_copy(survey: ClusterSurvey, host: str, *, wipes: bool = False) -> Way:
    """A donor's data replaces all that the node has."""
    return Way(f"a full copy (SST) of about {size(biggest(survey, but=host))}", full_copy=True, wipes=wipes)
