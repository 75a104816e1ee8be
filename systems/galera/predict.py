"""Will a node come back by IST or by SST, and how long does that hold (GOTCHAS B.5)?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from systems.galera.rates import bytes_a_transaction, write_rate
from systems.galera.readings import (
    ZERO_UUID,
    ClusterSurvey,
    HostEvidence,
    NodeSurvey,
    Position,
    WsrepStatus,
    WsrepVariables,
)
from systems.galera.variables import option_bytes

_MOST_GAP = 1 << 20
_DEFAULT_GCACHE = 128 << 20
"""gcache.size of Galera when nothing else is said."""


class TransferKind(Enum):
    """How a node gets what it lacks."""

    IST = "IST"
    """Only the transactions that it missed."""
    SST = "SST"
    """A full copy; its own data is replaced."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Donor:
    """A Synced node that may hand over state, as it described itself."""

    host: str
    position: Position
    cached_downto: int | None
    """None: its cache is empty, or it did not say; it cannot donate by IST."""
    gcache_bytes: int | None = None
    write_rate: float | None = None
    """Bytes a second that go through its cache; None: not measured."""
    bytes_a_transaction: float | None = None
    """Average since it was started."""
    is_frozen: bool = False
    """Its cache is not purged: gcache.freeze_purge_at_seqno is set."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a start of the node would lead to, in one sentence with the numbers that decide it."""

    kind: TransferKind
    donor: str | None
    sentence: str
    hold_time_s: float | None = None
    """How long it stays IST at today's write rate; infinity: nothing is written. None: unknown, or no IST."""

    @property
    def is_ist(self) -> bool:
        return self.kind is TransferKind.IST


def predict_transfer(joiner: Position, donors: Sequence[Donor]) -> Prediction:
    """Decide as Galera's donor selection does (GSRC:gcs/src/gcs_group.cpp group_find_ist_donor).

    IST needs the same history, a position at least the safety gap (1/128 of the cached range, at most
    2^20) above the lowest transaction that any node has cached, and a Synced donor that still has
    the next transaction; of these, the one with the shortest cache is taken.
    """
    reason = _why_never(joiner, donors)
    if reason:
        return _sst(reason)
    doubt = _why_unknown(joiner, donors)
    return _unknown(doubt) if doubt else _by_cache(joiner, donors)


def predict_for(survey: ClusterSurvey, host: str) -> Prediction:
    """Predict what a start of `host` would lead to, or, while it runs, a restart with nothing in between."""
    return predict_transfer(joins_at(survey, host), donors_of(survey, but=host))


def ist_minutes_left(survey: ClusterSurvey, host: str) -> float | None:
    """Minutes until `host`, stopped now or already, would need a full copy (SST) to come back.

    0.0: it needs one now. Infinity: nothing is written, or a donor's cache is frozen. None: not known;
    the write rate needs the look before (`survey.before`).
    """
    prediction = predict_for(survey, host)
    if prediction.kind is TransferKind.SST:
        return 0.0
    return None if prediction.hold_time_s is None else prediction.hold_time_s / 60.0


def position_of(node: NodeSurvey) -> Position:
    """The newest that is known of a node's position: running, saved in grastate.dat, or recovered.

    Without a grastate.dat a node has no state, which the zero UUID says too. What a node that was voted out
    says of itself no longer counts: its saved state is what its next start reads (R-VOTE).
    """
    status = node.status
    if isinstance(status, WsrepStatus) and status.connected and status.last_committed is not None:
        return Position(status.state_uuid, status.last_committed)
    evidence = node.evidence
    if not isinstance(evidence, HostEvidence) or evidence.grastate_error:
        return Position(_NO_UUID, -1)
    if evidence.grastate is None:
        return Position(ZERO_UUID, -1)
    saved, recovered = evidence.grastate.position, evidence.recovered
    if recovered and saved.seqno < 0 and recovered.uuid == saved.uuid:
        return recovered
    return saved


def joins_at(survey: ClusterSurvey, host: str) -> Position:
    """Where a node would join: its position, but no more than the newest of those it is in one view with.

    Nodes are asked at different moments: under load the one that was asked last seems ahead of the others.
    """
    node = survey.node(host)
    position, own = position_of(node), node.status
    if not isinstance(own, WsrepStatus) or not own.is_primary or own.conf_id is None:
        return position
    statuses = [other.status for other in survey.nodes if other.host != host]
    view = (own.state_uuid, own.conf_id)
    peers = [
        status.last_committed
        for status in statuses
        if isinstance(status, WsrepStatus)
        and status.is_primary
        and (status.state_uuid, status.conf_id) == view
    ]
    newest = max((seqno for seqno in peers if seqno is not None), default=position.seqno)
    return Position(position.uuid, min(position.seqno, newest))


def donors_of(survey: ClusterSurvey, *, but: str = "") -> tuple[Donor, ...]:
    """Every node that could donate now: Primary, Synced, answering; `but` is left out."""
    found = []
    for node in survey.nodes:
        status = node.status
        if node.host == but or not isinstance(status, WsrepStatus):
            continue
        if status.is_primary and status.is_synced and status.last_committed is not None:
            before = survey.before.node(node.host) if survey.before else None
            found.append(_donor(node, status, before))
    return tuple(found)


_NO_UUID = ""
"""Of a node that told nothing: equal to no cluster's, and not the zero UUID, which is a statement."""


def _donor(node: NodeSurvey, status: WsrepStatus, before: NodeSurvey | None) -> Donor:
    options = node.variables.provider_options if isinstance(node.variables, WsrepVariables) else {}
    frozen = options.get("gcache.freeze_purge_at_seqno", "-1")
    return Donor(
        host=node.host,
        position=Position(status.state_uuid, status.last_committed or 0),
        cached_downto=status.cached_downto,
        gcache_bytes=option_bytes(options, "gcache.size"),
        write_rate=write_rate(before, node) if before else None,
        bytes_a_transaction=bytes_a_transaction(status),
        is_frozen=re.fullmatch(r"0*[1-9][0-9]*", frozen) is not None,
    )


def _why_never(joiner: Position, donors: Sequence[Donor]) -> str:
    if joiner.is_zero:
        return "it has no usable state (zero UUID)"
    uuids = {donor.position.uuid for donor in donors}
    if joiner.uuid and len(uuids) == 1 and joiner.uuid not in uuids:
        return f"its data belongs to another cluster ({joiner.uuid})"
    return ""


def _why_unknown(joiner: Position, donors: Sequence[Donor]) -> str:
    newest = _newest(donors)
    if not donors:
        return "no Synced node answers, so there is nothing to compare its position with"
    if len({donor.position.uuid for donor in donors}) > 1:
        return "the Synced nodes belong to different clusters"
    if not joiner.uuid:
        return "its position could not be read"
    if not joiner.is_known:
        return "its position is not known until it is recovered (seqno -1)"
    if joiner.seqno > newest:
        return f"it is ahead of the cluster ({joiner.seqno} to {newest}): it will not join, histories differ"
    return ""


def _newest(donors: Sequence[Donor]) -> int:
    return max((donor.position.seqno for donor in donors), default=-1)


def _by_cache(joiner: Position, donors: Sequence[Donor]) -> Prediction:
    newest = _newest(donors)
    cached = {donor.host: donor.cached_downto for donor in donors if donor.cached_downto is not None}
    if not cached:
        return _sst("no Synced node has anything in its cache (gcache)")
    lowest = min(cached.values())
    safe = lowest + safety_gap(newest - lowest)
    if joiner.seqno < safe:
        gap = "" if joiner.seqno + 1 < lowest else f", with the safety gap from {safe}"
        return _sst(f"it stopped at {joiner.seqno}, and caches reach back to {lowest}{gap}")
    able = [d for d in donors if d.cached_downto is not None and d.cached_downto <= joiner.seqno + 1]
    donor = max(able, key=lambda d: d.cached_downto or 0)
    missing = newest - joiner.seqno
    return Prediction(
        TransferKind.IST,
        donor.host,
        f"IST of {missing} transaction{'' if missing == 1 else 's'} from {donor.host}, "
        f"whose cache reaches back to {donor.cached_downto}",
        _longest(_hold_time_s(joiner, d) for d in able),
    )


def safety_gap(cached_range: int) -> int:
    """What Galera keeps free at the old end of the cache when it chooses a donor."""
    return min(max(cached_range, 0) >> 7, _MOST_GAP)


def _hold_time_s(joiner: Position, donor: Donor) -> float | None:
    """Until the donor's ring buffer overwrites the next transaction that the joiner needs."""
    if donor.is_frozen or donor.write_rate == 0.0:
        return float("inf")
    if donor.write_rate is None:
        return None
    ring = float(donor.gcache_bytes or _DEFAULT_GCACHE)
    newest = donor.position.seqno
    since = max(newest - joiner.seqno, 0)
    left = ring * (1 - 1 / 128) - since * (donor.bytes_a_transaction or 0.0)
    if donor.bytes_a_transaction is None or left <= 0.0:
        cached = newest - (donor.cached_downto or 0) + 1
        left = (
            ring * max(joiner.seqno + 1 - (donor.cached_downto or 0) - safety_gap(cached), 0) / max(cached, 1)
        )
    return left / donor.write_rate


def _longest(times: Iterable[float | None]) -> float | None:
    return max((time for time in times if time is not None), default=None)


def _sst(why: str) -> Prediction:
    return Prediction(TransferKind.SST, None, f"SST (a full copy): {why}")


def _unknown(why: str) -> Prediction:
    return Prediction(TransferKind.UNKNOWN, None, f"IST or SST is not known: {why}")
