"""What Octavia says of its load balancers, typed as the tree that they are (GOTCHAS D)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from systems.openstack.readings import Answer


class Generation(Enum):
    """Which load balancers a cloud has (GOTCHAS D.1); only Octavia's are read."""

    OCTAVIA = "Octavia"
    LBAAS_V2 = "LBaaS v2 of Neutron"
    LBAAS_V1 = "LBaaS v1 of Neutron"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one object stands, in Octavia's own two words; they say different things."""

    provisioning: str
    """Whether what was asked for has been built: ACTIVE, PENDING_CREATE, PENDING_UPDATE, ERROR, ..."""
    operating: str
    """Whether it works: ONLINE, OFFLINE, DEGRADED, ERROR, DRAINING, NO_MONITOR."""
    is_enabled: bool = True
    """Its admin_state_up."""
    created_at: datetime | None = None
    changed_at: datetime | None = None
    """When Octavia last wrote it, and any change of either status is a write; None: never since created."""

    @property
    def is_pending(self) -> bool:
        """Octavia is at work on it, and nobody may change it (LB-18)."""
        return self.provisioning.startswith("PENDING_")

    @property
    def since(self) -> datetime | None:
        """Since when at the latest it stands like this; None: it is not told."""
        return self.changed_at or self.created_at


@dataclass(frozen=True, slots=True)
class Monitor:
    """The health monitor of a pool."""

    id: str
    name: str
    kind: str
    """TCP, HTTP, HTTPS, PING, TLS-HELLO, UDP-CONNECT, SCTP."""
    standing: Standing
    delay_s: int = 0
    timeout_s: int = 0
    rise: int = 0
    """So many good checks bring a member back."""
    fall: int = 0
    """So many bad checks take it out."""
    url_path: str = ""
    expected_codes: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One server behind a pool."""

    id: str
    name: str
    address: str
    port: int
    standing: Standing
    weight: int = 1
    """0: no new connections."""
    is_backup: bool = False
    """It gets connections only while all that are no backup are down."""
    monitor_address: str = ""
    monitor_port: int | None = None
    """None: it is checked where it serves."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Members, how connections are shared out among them, and what checks them."""

    id: str
    name: str
    protocol: str
    algorithm: str
    standing: Standing
    listeners: tuple[str, ...] = ()
    """Ids of the listeners whose default pool it is; none: policies lead to it, or nothing does."""
    monitor: Monitor | None = None
    member_ids: tuple[str, ...] = ()
    members: Answer[tuple[Member, ...]] | None = None
    """None: they were not read in this look."""


@dataclass(frozen=True, slots=True)
class Listener:
    """One port of a load balancer's address."""

    id: str
    name: str
    protocol: str
    port: int
    standing: Standing
    default_pool: str = ""
    client_timeout_ms: int = 0
    member_timeout_ms: int = 0
    allowed_cidrs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Balancer:
    """One load balancer with all that hangs below it."""

    id: str
    name: str
    address: str
    provider: str
    standing: Standing
    project: str = ""
    listeners: tuple[Listener, ...] = ()
    pools: tuple[Pool, ...] = ()
    subnet: str = ""
    """Id of the subnet that its address is of."""

    def standings(self) -> Iterator[Standing]:
        """Those of all objects of the tree that were read, its own first."""
        yield self.standing
        yield from (one.standing for one in self.listeners)
        for pool in self.pools:
            yield pool.standing
            if pool.monitor is not None:
                yield pool.monitor.standing
            yield from (one.standing for one in members_of(pool))

    def pools_of(self, listener: Listener) -> tuple[Pool, ...]:
        """The default pool of a listener."""
        return tuple([one for one in self.pools if one.id == listener.default_pool])

    @property
    def loose_pools(self) -> tuple[Pool, ...]:
        """Pools that are no listener's default: policies lead to them, or nothing does."""
        defaults = {one.default_pool for one in self.listeners}
        return tuple([one for one in self.pools if one.id not in defaults])


def members_of(pool: Pool) -> tuple[Member, ...]:
    """Its members as far as they were read."""
    return pool.members if isinstance(pool.members, tuple) else ()


@dataclass(frozen=True, slots=True)
class BalancersReading:
    """All load balancers that the account can see."""

    taken_at: datetime
    generation: Generation
    balancers: tuple[Balancer, ...] = ()


@dataclass(frozen=True, slots=True)
class BalancersSurvey:
    """One look at the load balancers of a cloud (`taken_at`: aware, UTC)."""

    cloud: str
    taken_at: datetime
    answer: Answer[BalancersReading]
