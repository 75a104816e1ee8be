"""How a node's numbers moved: rates between two answers, and rings of fixed size for the sparklines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems.errors import SystemsError
from widgets.sparkline import History

if TYPE_CHECKING:
    from systems.galera.readings import NodeSurvey, WsrepStatus

KEPT = 300
"""Answers kept for each number: ten minutes at one every two seconds."""


class Trends:
    """Six numbers of one node. Rates are a second; None where one of the two answers is missing."""

    __slots__ = ("commits", "paused", "received_bytes", "recv_queue", "send_queue", "written_bytes")

    def __init__(self) -> None:
        self.commits = History(KEPT)
        self.paused = History(KEPT)
        """Share of the time between two answers that flow control held writes (REC-30)."""
        self.recv_queue = History(KEPT)
        self.send_queue = History(KEPT)
        self.written_bytes = History(KEPT)
        self.received_bytes = History(KEPT)

    def take(self, before: NodeSurvey | None, after: NodeSurvey) -> None:
        """Add what the newest answers say."""
        new = None if isinstance(after.status, SystemsError) else after.status
        old = before.status if before is not None else None
        old = None if isinstance(old, SystemsError) else old
        self.commits.add(rate(old, new, "last_committed"))
        self.paused.add(paused_share(old, new))
        self.recv_queue.add(new.recv_queue if new else None)
        self.send_queue.add(new.send_queue if new else None)
        self.written_bytes.add(rate(old, new, "replicated_bytes"))
        self.received_bytes.add(rate(old, new, "received_bytes"))

    @property
    def newest_paused(self) -> float | None:
        """0.0 to 1.0 between the last two answers."""
        values = self.paused.newest(1)
        return values[0] if values else None

    def bytes_per_s(self) -> float | None:
        """Bytes of writesets a second, sent and received, over the last minute; None: not known yet."""
        sums = [
            sent + received
            for sent, received in zip(
                self.written_bytes.newest(30), self.received_bytes.newest(30), strict=True
            )
            if sent is not None and received is not None
        ]
        return sum(sums) / len(sums) if sums else None


def rate(old: WsrepStatus | None, new: WsrepStatus | None, name: str) -> float | None:
    """How much a counter grew, a second; None when it cannot be told, or was set back in between."""
    if old is None or new is None:
        return None
    before, after = getattr(old, name), getattr(new, name)
    seconds = (new.taken_at - old.taken_at).total_seconds()
    if before is None or after is None or seconds <= 0 or after < before:
        return None
    return float(after - before) / seconds


def paused_share(old: WsrepStatus | None, new: WsrepStatus | None) -> float | None:
    """Share of the time between two answers in which flow control held writes, 0.0 to 1.0."""
    nanoseconds = rate(old, new, "flow_control_paused_ns")
    return None if nanoseconds is None else min(nanoseconds / 1e9, 1.0)
