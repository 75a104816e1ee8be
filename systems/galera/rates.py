"""What two looks at a node tell together: rates. None where two looks cannot tell, as after a restart."""

from __future__ import annotations

from systems.galera.readings import NodeSurvey, WsrepStatus
from systems.galera.status import number_or_none

_HEADER_BYTES = 32
"""What the cache adds to every transaction (GSRC:gcache/src/gcache_bh.hpp)."""


def seconds_between(before: NodeSurvey, now: NodeSurvey) -> float | None:
    """Seconds between the two answers; None: one is missing, or the server was restarted in between."""
    old, new = before.status, now.status
    if not isinstance(old, WsrepStatus) or not isinstance(new, WsrepStatus):
        return None
    seconds = (new.taken_at - old.taken_at).total_seconds()
    if seconds <= 0.0:
        return None
    if old.uptime_s is not None and new.uptime_s is not None and new.uptime_s < old.uptime_s:
        return None
    return seconds


def write_rate(before: NodeSurvey, now: NodeSurvey) -> float | None:
    """Bytes a second that were replicated from and to this node (B.5)."""
    seconds = seconds_between(before, now)
    if seconds is None:
        return None
    old, new = _through(before.status), _through(now.status)
    if old is None or new is None or new < old:
        return None
    return (new - old) / seconds


def transaction_rate(before: NodeSurvey, now: NodeSurvey) -> float | None:
    """Transactions a second that this node committed, of whomever."""
    seconds = seconds_between(before, now)
    old, new = before.status, now.status
    if seconds is None or not isinstance(old, WsrepStatus) or not isinstance(new, WsrepStatus):
        return None
    if old.last_committed is None or new.last_committed is None or old.state_uuid != new.state_uuid:
        return None
    return max(new.last_committed - old.last_committed, 0) / seconds


def paused_share(before: NodeSurvey, now: NodeSurvey) -> float | None:
    """Share of the time between the looks that flow control held writes: "now", 0.0 to 1.0 (REC-30)."""
    seconds = seconds_between(before, now)
    old, new = before.status, now.status
    if seconds is None or not isinstance(old, WsrepStatus) or not isinstance(new, WsrepStatus):
        return None
    if old.flow_control_paused_ns is None or new.flow_control_paused_ns is None:
        return None
    paused_ns = new.flow_control_paused_ns - old.flow_control_paused_ns
    return None if paused_ns < 0 else min(paused_ns / (seconds * 1e9), 1.0)


def bytes_a_transaction(status: WsrepStatus) -> float | None:
    """The average room that a transaction takes in the cache, since the server was started."""
    through = _through(status)
    count = sum(
        number_or_none(status.all.get(name, "")) or 0 for name in ("wsrep_replicated", "wsrep_received")
    )
    return through / count + _HEADER_BYTES if through is not None and count else None


def _through(status: object) -> int | None:
    if not isinstance(status, WsrepStatus):
        return None
    if status.replicated_bytes is None or status.received_bytes is None:
        return None
    return status.replicated_bytes + status.received_bytes
