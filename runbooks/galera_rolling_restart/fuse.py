"""The IST fuse: how long a node may be away until only a full copy brings it back (GOTCHAS B.5, ROLL-02)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from runbooks.model import Look, Sighting, no, unknown, yes
from runbooks.steps.checks import Judge
from runbooks.steps.transfer import stopped_at
from runbooks.words import span
from systems.galera.predict import (
    Donor,
    TransferKind,
    donors_of,
    joins_at,
    predict_transfer,
)
from systems.galera.readings import ClusterSurvey, Position, WsrepStatus

FACTOR = 2.0
"""The window must be so many times the expected downtime before a node is stopped (C.1)."""
_LONG_UPTIME_S = 300.0
"""An average over less says little: it is made of what the start itself brought in."""
_WARNINGS = (
    (0.8, "four fifths of the window are used up: start it now"),
    (0.5, "half of the window is used up"),
)


@dataclass(frozen=True, slots=True)
class Window:
    """How long IST stays possible for one node, and that in words."""

    left_s: float | None
    """0.0: it needs a full copy already. Infinity: no end in sight. None: not known."""
    words: str


def window(survey: ClusterSurvey, host: str, position: Position | None = None) -> Window:
    """What is left for a node that is at `position`; without one, at what is known of it now.

    The greater of the write rate of now and the one since the donor's start counts: a pause between two
    bursts must not look like an idle cluster.
    """
    donors = tuple(_careful(survey, donor) for donor in donors_of(survey, but=host))
    found = predict_transfer(position or joins_at(survey, host), donors)
    if found.kind is TransferKind.SST:
        return Window(0.0, f"IST is not possible: {found.sentence}")
    if found.kind is TransferKind.UNKNOWN:
        return Window(None, found.sentence)
    if found.hold_time_s is None:
        return Window(None, "how long IST stays possible is not known before a second look")
    if found.hold_time_s < float("inf"):
        return Window(found.hold_time_s, f"{span(found.hold_time_s)} of IST left")
    frozen = next((donor.host for donor in donors if donor.is_frozen), "")
    why = f"the cache of {frozen} is frozen" if frozen else "nothing is written now"
    return Window(found.hold_time_s, f"IST has no end in sight: {why}")


def long_enough(host: str, downtime_s: float, *, despite: str = "") -> Judge:
    """IST stays possible for twice the expected downtime, or the operator says why it may not be so."""
    needed_s = FACTOR * downtime_s

    def judge(look: Look) -> Sighting:
        seen = window(look.survey, host)
        told = f"{host}: {seen.words}; {span(needed_s)} are wanted, twice its downtime"
        if seen.left_s is not None and seen.left_s >= needed_s:
            return yes(told, host)
        if despite.strip():
            return yes(f"{told}; a full copy is accepted: {despite.strip()}", host)
        return (unknown if seen.left_s is None else no)(f"{told} (ROLL-02)", host)

    return judge


def countdown(survey: ClusterSurvey, facts: Mapping[str, str], host: str) -> str:
    """What is left while a node is away, with a warning once half and four fifths are used up."""
    position = stopped_at(facts, host)
    seen = window(survey, host, position)
    if position is None or seen.left_s is None or seen.left_s in (0.0, float("inf")):
        return seen.words
    newest = max((donor.position.seqno for donor in donors_of(survey, but=host)), default=position.seqno)
    whole_s = window(survey, host, Position(position.uuid, newest)).left_s
    used = 1.0 - seen.left_s / whole_s if whole_s else 1.0
    warning = next((words for share, words in _WARNINGS if used >= share), "")
    return f"{seen.words}; {warning}" if warning else seen.words


def _careful(survey: ClusterSurvey, donor: Donor) -> Donor:
    rates = (donor.write_rate, _average(survey, donor.host))
    return replace(donor, write_rate=max((rate for rate in rates if rate is not None), default=None))


def _average(survey: ClusterSurvey, host: str) -> float | None:
    """Bytes a second through a node's cache since it was started; None: too short, or not told."""
    status = survey.node(host).status
    if not isinstance(status, WsrepStatus) or (status.uptime_s or 0) < _LONG_UPTIME_S:
        return None
    if status.replicated_bytes is None or status.received_bytes is None:
        return None
    return (status.replicated_bytes + status.received_bytes) / (status.uptime_s or 1)
