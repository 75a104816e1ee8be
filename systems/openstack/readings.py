"""What a cloud says of itself, typed. Every reading is stamped where the answer arrived (aware, UTC)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TypeAlias, TypeVar

from systems.errors import SystemsError

T = TypeVar("T")
Answer: TypeAlias = T | SystemsError
"""A reading, or why there is none."""


class Power(Enum):
    """What the hypervisor says of the guest (nova/compute/power_state.py); UNKNOWN: it did not say."""

    UNKNOWN = "unknown"
    RUNNING = "running"
    PAUSED = "paused"
    SHUT_DOWN = "shut down"
    CRASHED = "crashed"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why Nova put an instance into ERROR, in its own words."""

    message: str
    code: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Address:
    """One address of an instance."""

    network: str
    address: str
    is_floating: bool = False


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance, as the list of servers tells it."""

    id: str
    name: str
    status: str
    """ACTIVE, SHUTOFF, BUILD, ERROR, ... (nova/api/openstack/common.py)."""
    task: str = ""
    """What Nova does with it now: spawning, powering-off, ...; empty: nothing."""
    vm_state: str = ""
    power: Power = Power.UNKNOWN
    host: str | None = None
    """Its compute host; empty: none was chosen. None: this account is not told."""
    addresses: tuple[Address, ...] = ()
    flavor: str = ""
    project: str = ""
    created_at: datetime | None = None
    launched_at: datetime | None = None
    updated_at: datetime | None = None
    is_locked: bool = False
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class InstancesReading:
    """All instances that the account can see."""

    taken_at: datetime
    instances: tuple[Instance, ...]
    is_all_projects: bool
    """False: the account sees those of its own project only."""


@dataclass(frozen=True, slots=True)
class Hypervisor:
    """One hypervisor."""

    name: str
    host: str
    kind: str
    is_up: bool
    is_enabled: bool
    disabled_reason: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """One process of Nova on one host."""

    binary: str
    host: str
    is_up: bool
    """It reported within `service_down_time`, 60 s by default."""
    is_enabled: bool
    is_forced_down: bool = False
    disabled_reason: str = ""
    reported_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HypervisorsReading:
    taken_at: datetime
    hypervisors: tuple[Hypervisor, ...]


@dataclass(frozen=True, slots=True)
class ServicesReading:
    taken_at: datetime
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class CloudSurvey:
    """One look at a cloud; each part is an answer of its own."""

    name: str
    taken_at: datetime
    instances: Answer[InstancesReading]
    hypervisors: Answer[HypervisorsReading]
    services: Answer[ServicesReading]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done to an instance (os-instance-actions)."""

    action: str
    request: str
    """Nova logs everything about it under this id."""
    user: str
    begun_at: datetime | None
    message: str = ""
    """Empty: it did not fail; or it has not failed yet."""


@dataclass(frozen=True, slots=True)
class EventsReading:
    """What was done to one instance, newest first."""

    taken_at: datetime
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class ConsoleLogReading:
    """The end of what an instance wrote to its serial line. The text is as it came: data."""

    taken_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class ConsoleReading:
    """A way to an instance's screen. Whoever has the URL has the keyboard, so it is no part of the repr."""

    taken_at: datetime
    type: str
    url: str = field(repr=False)
    ttl_s: float
    """Seconds for which its token is good, from `taken_at`: `[consoleauth] token_ttl` of the cloud."""

    def left_s(self, now: datetime) -> float:
        """Seconds that the token is still good for; 0.0: it has expired (SPICE-09)."""
        return max(0.0, self.ttl_s - (now - self.taken_at).total_seconds())
