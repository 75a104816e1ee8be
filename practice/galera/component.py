"""Servers that see each other: one view of group communication, Primary or not, and the commits in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from practice.galera.history import Branch

if TYPE_CHECKING:
    from practice.galera.server import Server

NEVER = 2**64 - 1
"""How Galera writes "undefined"."""


@dataclass(eq=False, slots=True)
class Component:
    """One view. Commits flow while it is Primary, whole, and not held up."""

    now_s: Callable[[], float]
    members: list[Server]
    is_primary: bool
    number: int
    """Of the view."""
    conf_id: int
    branch: Branch | None
    seqno: int
    """Committed up to here when it was last looked at."""
    writes: Callable[[Component], float]
    """Commits per second that clients ask for."""
    is_closed: bool = False
    """It was begun as a new cluster: it does not look for others."""
    is_stalled: bool = False
    """A member is silent and not yet given up: nothing can be committed."""
    last_primary: tuple[str, ...] = ()
    """The members of the last Primary view that these have seen."""
    last_weight: int = 0
    since_s: float = field(default=0.0)
    _fraction: float = 0.0
    paused_s: float = 0.0
    """For how long flow control held it up."""

    def __post_init__(self) -> None:
        self.since_s = self.now_s()
        self.members.sort(key=lambda server: server.gcomm_uuid)

    @property
    def flow_stopper(self) -> Server | None:
        """A member that holds the others up, its queue being full."""
        return next(
            (server for server in self.members if server.is_locked and self._queue(server) >= 1), None
        )

    def _queue(self, server: Server) -> int:
        return self.seqno - server.applied

    def limit(self) -> int:
        """How many write-sets a queue may hold: gcs.fc_limit is 16, times the root of the size."""
        return int(16 * len(self.members) ** 0.5)

    def settle(self) -> None:
        """Commit what was committed since the last look."""
        now_s = self.now_s()
        passed_s, self.since_s = now_s - self.since_s, now_s
        if passed_s <= 0 or not self.is_primary or self.is_stalled or self.branch is None:
            return
        synced = [server for server in self.members if server.is_synced]
        if not synced:
            return
        wanted = self.writes(self) * passed_s + self._fraction
        count = int(wanted)
        self._fraction = wanted - count
        locked = [server for server in synced if server.is_locked]
        if locked:
            room = max(0, min(server.applied for server in locked) + self.limit() - self.seqno)
            if count > room:
                self.paused_s += passed_s * (1 - room / count)
                count, self._fraction = room, 0.0
        self.branch.acknowledge(self.seqno + 1, self.seqno + count)
        self.seqno += count
        for server in synced:
            if not server.is_locked:
                server.applied = self.seqno

    def is_paused(self) -> bool:
        """Whether flow control holds it up now."""
        return any(
            server.is_locked and self.seqno - server.applied >= self.limit() for server in self.members
        )

    def weight(self) -> int:
        """All votes in it."""
        return sum(server.weight for server in self.members)
