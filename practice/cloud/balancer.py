"""Octavia's objects: a load balancer as a tree, each part with two statuses. Times: seconds since 1970."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NotRequired, TypeAlias, TypedDict

ACTIVE, ERROR = "ACTIVE", "ERROR"


class Beginning(TypedDict):
    """What every object begins with: the arguments of `Part`."""

    id: str
    name: str
    project: str
    created_s: float
    updated_s: NotRequired[float]
    provisioning: NotRequired[str]
    is_enabled: NotRequired[bool]


@dataclass(slots=True, kw_only=True)
class Part:
    """What every object has."""

    id: str
    name: str
    project: str
    created_s: float
    updated_s: float | None = None
    provisioning: str = "PENDING_CREATE"
    is_enabled: bool = True


@dataclass(slots=True, kw_only=True)
class Monitor(Part):
    """The health monitor of a pool."""

    kind: str
    delay_s: int
    timeout_s: int
    rise: int
    fall: int
    url_path: str | None = None
    expected_codes: str | None = None

    @property
    def operating(self) -> str:
        return "ONLINE" if self.is_enabled else "OFFLINE"


@dataclass(slots=True, kw_only=True)
class Member(Part):
    """One server behind a pool."""

    address: str
    port: int
    weight: int = 1
    is_backup: bool = False
    monitor_port: int | None = None
    is_up: bool | None = None
    """What its checks found; None: nobody has checked it yet."""
    wrong: int = 0
    """Checks in a row that say otherwise."""

    def operating(self, monitor: Monitor | None) -> str:
        if not self.is_enabled:
            return "OFFLINE"
        if monitor is None or self.is_up is None:
            return "NO_MONITOR"
        if not self.is_up:
            return ERROR
        return "ONLINE" if self.weight else "DRAINING"


@dataclass(slots=True, kw_only=True)
class Pool(Part):
    """Members that do the same."""

    protocol: str
    algorithm: str
    listeners: list[str] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    monitor: Monitor | None = None

    @property
    def operating(self) -> str:
        if not self.is_enabled:
            return "OFFLINE"
        told = [one.operating(self.monitor) for one in self.members]
        bad = told.count(ERROR)
        return "ONLINE" if not bad else ERROR if bad == len(told) else "DEGRADED"


@dataclass(slots=True, kw_only=True)
class Listener(Part):
    """A port of the address."""

    protocol: str
    port: int
    default_pool: str | None = None
    client_ms: int = 50_000
    member_ms: int = 50_000
    allowed_cidrs: list[str] | None = None

    @property
    def operating(self) -> str:
        return "ONLINE" if self.is_enabled else "OFFLINE"


@dataclass(slots=True, kw_only=True)
class Balancer(Part):
    """One load balancer."""

    address: str
    subnet: str = ""
    listeners: list[Listener] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)

    @property
    def operating(self) -> str:
        """The worst of its pools, as its amphorae report them."""
        if not self.is_enabled or self.provisioning == "PENDING_CREATE":
            return "OFFLINE"
        told = {pool.operating for pool in self.pools}
        return next((word for word in (ERROR, "DEGRADED") if word in told), "ONLINE")

    def parts(self) -> Iterator[AnyPart]:
        """Itself and all that hangs below it."""
        yield self
        yield from self.listeners
        for pool in self.pools:
            yield pool
            yield from pool.members
            if pool.monitor is not None:
                yield pool.monitor


AnyPart: TypeAlias = Balancer | Listener | Pool | Member | Monitor
