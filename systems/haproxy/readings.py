"""What one HAProxy says of itself and its servers. Frozen, stamped, and free of judgement about databases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntFlag

from systems.errors import SystemsError


class ServerState(Enum):
    """What HAProxy does with a server now."""

    UP = "up"
    DOWN = "down"
    MAINT = "maint"
    """Taken out by somebody, or by the configuration; it is not checked."""
    DRAIN = "drain"
    """Takes no new session, keeps those that it has; it is checked."""
    NOLB = "nolb"
    """Up, and asked by its own check (http-check disable-on-404) to get no new session."""
    UNCHECKED = "no check"
    """No check is configured: HAProxy takes it for up, whatever it is (LB-02)."""
    UNKNOWN = "unknown"
    """A word that this version does not know."""


class Admin(IntFlag):
    """Why a server is out of use by order; HAProxy's `srv_admin_state`."""

    NONE = 0
    FORCED_MAINT = 0x01
    INHERITED_MAINT = 0x02
    CONFIGURED_MAINT = 0x04
    FORCED_DRAIN = 0x08
    INHERITED_DRAIN = 0x10
    RESOLUTION_MAINT = 0x20
    HOSTNAME_MAINT = 0x40


@dataclass(frozen=True, slots=True)
class Check:
    """The newest health check of one server."""

    status: str
    """HAProxy's code, such as "L7OK", "L7STS", "L4CON"; empty: it is not checked now."""
    code: int | None
    """What the layer answered: an HTTP status; None: nothing, or the check is under way."""
    took_ms: int | None
    said: str
    """The answer's own words; text from outside."""
    is_under_way: bool = False
    """A newer one has been sent: of the one before HAProxy tells the result, not its code nor its words."""


@dataclass(frozen=True, slots=True)
class Server:
    """One server of one backend. None: this HAProxy does not tell."""

    backend: str
    name: str
    address: str
    """Without the port; empty: it is not told to this level of access."""
    port: int | None
    status: str
    """As it came: "UP", "UP 1/2", "MAINT (via db1)"."""
    state: ServerState
    admin: Admin | None
    weight: int | None
    """As it was set, which is not its share while it starts slowly."""
    initial_weight: int | None
    is_backup: bool
    sessions: int
    """Open now."""
    sessions_total: int
    queued: int
    changed_s: float | None
    """Seconds since it went up or down."""
    downs: int
    """How often it went down since HAProxy was started, or its counters cleared."""
    check: Check

    @property
    def serves(self) -> bool:
        """Whether it may get a new session."""
        return self.state in (ServerState.UP, ServerState.UNCHECKED) and self.weight != 0


@dataclass(frozen=True, slots=True)
class Backend:
    """One backend, or the servers of a `listen` section."""

    name: str
    status: str
    algorithm: str
    sessions: int
    sessions_total: int
    servers: tuple[Server, ...]

    def server(self, name: str) -> Server:
        """The server of that name; raises `KeyError`."""
        for server in self.servers:
            if server.name == name:
                return server
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class BalancerReading:
    """One HAProxy at one moment (`taken_at`: aware, UTC)."""

    taken_at: datetime
    version: str
    uptime_s: int | None
    connections: int | None
    backends: tuple[Backend, ...]

    def backend(self, name: str) -> Backend | None:
        """The backend of that name; None: there is none, or it has no servers."""
        return next((backend for backend in self.backends if backend.name == name), None)


@dataclass(frozen=True, slots=True)
class BalancerAnswer:
    """What came of asking one load balancer (`at`: aware, UTC)."""

    host: str
    at: datetime
    answer: BalancerReading | SystemsError
