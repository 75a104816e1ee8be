"""One server of a simulated HAProxy: what its checks found, what somebody ordered, its sessions.

The states are HAProxy's own (management guide, 9.1 and 9.3): a check counts up and down between `fall` and
`rise`, an order outlives it, and sessions end by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

    from practice.galera.server import Server

RISE = FALL = 2
_OK, _REFUSED, _SILENT = ("L7OK", 200, "OK"), ("L7STS", 503, "Service Unavailable"), ("L4TOUT", 0, "")
_SESSION_S = 15.0
"""How long a session of a drained member lives, on average."""
MAINT, DRAIN = 0x01, 0x08


@dataclass(slots=True)
class Member:
    """See the module."""

    server: Server
    changed_s: float
    admin: int = 0
    """HAProxy's `srv_admin_state`."""
    weight: int = 1
    health: int = RISE + FALL - 1
    """0: down; from `RISE` on: up."""
    check: tuple[str, int, str] = _OK
    took_ms: int = 1
    failed: int = 0
    downs: int = 0
    sessions: int = 0
    most: int = 0
    total: int = 0

    @property
    def name(self) -> str:
        return self.server.name

    @property
    def address(self) -> str:
        return self.server.machine.address

    @property
    def is_up(self) -> bool:
        return self.health >= RISE

    @property
    def takes_new(self) -> bool:
        """Whether a new session may go there."""
        return self.is_up and not self.admin and self.weight > 0

    @property
    def status(self) -> str:
        """As `show stat` tells it."""
        if self.admin & MAINT:
            return "MAINT"
        if not self.is_up:
            return f"DOWN {self.health}/{RISE}" if self.health else "DOWN"
        if self.admin & DRAIN:
            return "DRAIN"
        left = self.health - RISE + 1
        return f"UP {left}/{FALL}" if left < FALL else "UP"

    def order(self, admin: int, now_s: float) -> None:
        """Have somebody's order hold; out of maint it is up at once, and its next checks decide."""
        if (self.admin ^ admin) & MAINT:
            self.changed_s = now_s
            self.downs += int(bool(admin & MAINT) and self.is_up)
            self.health = RISE if self.admin & MAINT else self.health
        self.admin = admin

    def ask(self, now_s: float, chance: random.Random) -> None:
        """Check it once, as clustercheck on its host answers; a member in maint is not checked."""
        if self.admin & MAINT:
            return
        self.check, self.took_ms = _answer(self.server), chance.randrange(4, 12)
        was_up = self.is_up
        if self.check is _OK:
            self.health = min(self.health + 1, RISE + FALL - 1)
            self.health = RISE + FALL - 1 if self.is_up and not was_up else self.health
        else:
            self.failed += int(was_up)
            self.health = max(self.health - 1, 0)
            self.health = 0 if was_up and not self.is_up else self.health
        if was_up != self.is_up:
            self.changed_s = now_s
            self.downs += int(was_up)

    def live(self, wanted: int, seconds: float, chance: random.Random) -> None:
        """Let so much time pass for its sessions; `wanted`: how many clients would be there."""
        server = self.server
        if not server.machine.answers or not server.answers_sql:
            self.sessions = 0
        elif self.takes_new and self.sessions < wanted:
            came = min(wanted - self.sessions, max(1, wanted // 4))
            self.sessions, self.total = self.sessions + came, self.total + came
        elif not self.takes_new or self.sessions > wanted:
            left = min(1.0, seconds / _SESSION_S)
            gone = sum([chance.random() < left for _ in range(self.sessions)])
            floor = wanted if self.takes_new else 0
            self.sessions = max(floor, self.sessions - gone)
        self.most = max(self.most, self.sessions)


def _answer(server: Server) -> tuple[str, int, str]:
    """What clustercheck on its host says, 200 or 503; nothing from a host that is away."""
    if not server.machine.answers:
        return _SILENT
    return _OK if server.passes_check else _REFUSED
