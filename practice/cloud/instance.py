"""What Nova keeps of its instances and of the hosts that they run on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from practice.cloud.guest import Guest
    from practice.cloud.keystone import Project


class Power(IntEnum):
    """What the hypervisor says of a guest (nova/compute/power_state.py)."""

    NOSTATE = 0
    RUNNING = 1
    SHUTDOWN = 4


@dataclass(frozen=True, slots=True)
class Flavor:
    """How large an instance is."""

    id: str
    name: str
    ram_mib: int
    vcpus: int
    disk_gib: int


@dataclass(slots=True)
class ComputeHost:
    """One host that runs a nova-compute."""

    id: str
    name: str
    address: str
    ram_mib: int = 196_608
    consoles: set[str] = field(default_factory=lambda: {"spice", "vnc", "serial_console"})
    """Sections of its nova.conf whose `enabled` is True."""
    stopped_wall_s: float | None = None
    """Since when its nova-compute reports no more; None: it does."""
    waiting: list[Callable[[], None]] = field(default_factory=list)
    """Casts that nobody has taken from the message queue yet."""

    @property
    def is_up(self) -> bool:
        return self.stopped_wall_s is None


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that was done to an instance (os-instance-actions)."""

    name: str
    request: str
    user: str
    wall_s: float


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an instance is in ERROR."""

    message: str
    wall_s: float


@dataclass(slots=True)
class Instance:
    """One instance; times are seconds since the epoch."""

    id: str
    number: int
    name: str
    project: Project
    user: str
    flavor: Flavor
    created_s: float
    updated_s: float
    launched_s: float | None = None
    host: ComputeHost | None = None
    guest: Guest | None = None
    """None: it was never started."""
    vm_state: str = "building"
    task: str | None = None
    address: str = ""
    fault: Fault | None = None
    is_locked: bool = False
    actions: list[Action] = field(default_factory=list)

    @property
    def power(self) -> Power:
        if self.guest is None:
            return Power.NOSTATE
        return Power.RUNNING if self.guest.is_on else Power.SHUTDOWN

    @property
    def status(self) -> str:
        """As the API sums vm_state and task up (nova/api/openstack/common.py)."""
        if self.task in _TASKS:
            return _TASKS[self.task]
        return _STATES[self.vm_state]


_TASKS: dict[str | None, str] = {
    "rebooting": "REBOOT",
    "reboot_started": "REBOOT",
    "rebooting_hard": "HARD_REBOOT",
    "reboot_started_hard": "HARD_REBOOT",
}
_STATES = {"building": "BUILD", "active": "ACTIVE", "stopped": "SHUTOFF", "error": "ERROR"}
