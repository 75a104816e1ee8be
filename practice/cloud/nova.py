"""A simulated Nova: instances that are built, started, stopped and rebooted as simulated time passes.

What it takes and refuses, and in which words, is nova/compute/api.py; recorded answers are the measure.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from practice.cloud.guest import Guest
from practice.cloud.http import Refusal
from practice.cloud.instance import Action, ComputeHost, Fault, Flavor, Instance
from practice.host.units import random_of

if TYPE_CHECKING:
    from practice.clock import Clock
    from practice.cloud.keystone import Account

NO_HOST = "No valid host was found. "
QUOTA_RAM_MIB = 51_200
_BUILD_S, _POWER_S, _OFF_S, _BOOTED_S = 2.0, 2.0, 5.0, 1.0
_REBOOT_TASKS = (None, "rebooting", "reboot_pending", "reboot_started", "rebooting_hard")


def refusal(status: int, said: str) -> Refusal:
    """Nova's envelope."""
    return Refusal(status, {_ENVELOPES[status]: {"code": status, "message": said}})


_ENVELOPES = {
    400: "badRequest",
    403: "forbidden",
    404: "itemNotFound",
    406: "computeFault",
    409: "conflictingRequest",
    500: "computeFault",
}


class Nova:
    """See the module."""

    def __init__(self, clock: Clock, *, seed: int = 1) -> None:
        self.clock = clock
        self.random = random_of(seed, "nova")
        self.hosts: dict[str, ComputeHost] = {}
        self.flavors: dict[str, Flavor] = {}
        self.instances: dict[str, Instance] = {}
        """By id, the newest last."""
        self._began_s = clock.wall_s()
        self._turn = 0

    # ---- what there is

    def new_id(self) -> str:
        """A UUID that the seed decides."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def new_request(self) -> str:
        """The id of a request that the seed decides."""
        return f"req-{self.new_id()}"

    def add_host(self, name: str, address: str) -> ComputeHost:
        """One more compute host."""
        self.hosts[name] = ComputeHost(self.new_id(), name, address)
        return self.hosts[name]

    def add_flavor(self, name: str, *, ram_mib: int, vcpus: int, disk_gib: int) -> Flavor:
        """One more flavor."""
        flavor = Flavor(self.new_id(), name, ram_mib, vcpus, disk_gib)
        self.flavors[flavor.id] = flavor
        return flavor

    def named(self, name: str) -> Instance:
        """An instance by its name; raises `KeyError`."""
        for one in self.instances.values():
            if one.name == name:
                return one
        raise KeyError(name)

    def find(self, key: str, account: Account, *, by_cell: bool = False) -> Instance:
        """An instance that the account may see, by its id.

        `by_cell`: as start and stop look for it; they word it otherwise when it is gone.
        """
        self.sync()
        one = self.instances.get(key)
        if one is None or not (account.is_admin or one.project == account.project):
            why = "has no mapping to a cell" if by_cell else "could not be found"
            raise refusal(404, f"Instance {key} {why}.")
        return one

    def seen(self, account: Account, *, all_projects: bool) -> list[Instance]:
        """The instances that the account may see, the newest first."""
        if all_projects and not account.is_admin:
            rule = "os_compute_api:servers:detail:get_all_tenants"
            raise refusal(403, f"Policy doesn't allow {rule} to be performed.")
        self.sync()
        own = [one for one in self.instances.values() if all_projects or one.project == account.project]
        return sorted(own, key=lambda one: (-one.created_s, -one.number))

    def sync(self) -> None:
        """Take over what guests did by themselves, as the hypervisor's events tell it."""
        for one in self.instances.values():
            if one.guest is None or one.task is not None or one.host is None or not one.host.is_up:
                continue
            found = "active" if one.guest.is_on else "stopped"
            if one.vm_state in ("active", "stopped") and one.vm_state != found:
                one.vm_state = found
                self.touch(one)

    def touch(self, one: Instance) -> None:
        """It has changed now; no two changes fall into one second, which is all that the API tells."""
        one.updated_s = max(self.clock.wall_s(), float(int(one.updated_s)) + 1.0)

    # ---- building

    def boot(self, name: str, flavor: str, account: Account) -> Instance:
        """Begin an instance; what becomes of it is told by its state."""
        size = self.flavors.get(flavor)
        if size is None:
            raise refusal(400, f"Flavor {flavor} could not be found.")
        used = sum(one.flavor.ram_mib for one in self.instances.values() if one.project == account.project)
        if not account.is_admin and used + size.ram_mib > QUOTA_RAM_MIB:
            told = f"Requested {size.ram_mib}, but already used {used} of {QUOTA_RAM_MIB} ram"
            raise refusal(403, f"Quota exceeded for ram: {told}")
        one = self.put(name, size, account)
        one.task = "scheduling"
        self._note(one, "create", account)
        self.clock.after(1.0, lambda: self._schedule(one))
        return one

    def put(self, name: str, flavor: Flavor, account: Account) -> Instance:
        """An instance that has no host yet."""
        now = self.clock.wall_s()
        number = len(self.instances) + 1
        one = Instance(self.new_id(), number, name, account.project, account.id, flavor, now, now)
        self.instances[one.id] = one
        return one

    def _schedule(self, one: Instance) -> None:
        up = [host for host in self.hosts.values() if host.is_up and host.ram_mib >= one.flavor.ram_mib]
        if not up:
            self.fail(one, NO_HOST)
            return
        self._turn += 1
        one.host, one.task = up[self._turn % len(up)], "spawning"
        self.touch(one)
        self.clock.after(_BUILD_S, lambda: self.spawned(one))

    def fail(self, one: Instance, message: str) -> None:
        """It could not be built."""
        one.vm_state, one.task, one.host, one.guest = "error", None, None, None
        self.touch(one)
        one.fault = Fault(message, one.updated_s)

    def spawned(self, one: Instance) -> None:
        """It runs for the first time."""
        one.guest = one.guest or Guest(one.name, self.clock)
        one.guest.switch_on()
        one.launched_s = self.clock.wall_s()
        self._done(one, "active")

    # ---- acts

    def stop(self, one: Instance, account: Account) -> None:
        """os-stop."""
        self._allow(one, "stop", vm_states=("active", "error"))
        self._begin(one, "powering-off", "stop", account, lambda: self._stopping(one))

    def start(self, one: Instance, account: Account) -> None:
        """os-start."""
        self._allow(one, "start", vm_states=("stopped",))
        self._begin(one, "powering-on", "start", account, lambda: self._booting(one, _POWER_S))

    def reboot(self, one: Instance, account: Account, *, hard: bool) -> None:
        """reboot, SOFT or HARD."""
        self._allow(
            one,
            "reboot",
            vm_states=("active", "stopped", "error") if hard else ("active",),
            tasks=_REBOOT_TASKS if hard else (None,),
        )
        if hard:
            self._begin(one, "rebooting_hard", "reboot", account, lambda: self._cutting(one))
        else:
            self._begin(one, "rebooting", "reboot", account, lambda: self._restarting(one))

    def ready(self, one: Instance) -> ComputeHost:
        """The host of an instance that has one."""
        if one.host is None:
            raise refusal(409, f"Instance {one.id} is not ready")
        return one.host

    def _allow(
        self,
        one: Instance,
        act: str,
        *,
        vm_states: tuple[str, ...],
        tasks: tuple[str | None, ...] = (None,),
    ) -> None:
        if one.is_locked:
            raise refusal(409, f"Instance {one.id} is locked")
        self.ready(one)
        wrong = ""
        if one.vm_state not in vm_states:
            wrong = f"vm_state {one.vm_state}"
        elif one.task not in tasks:
            wrong = f"task_state {one.task}"
        if wrong:
            raise refusal(409, f"Cannot '{act}' instance {one.id} while it is in {wrong}")

    def _begin(self, one: Instance, task: str, act: str, account: Account, work: Callable[[], None]) -> None:
        """Note it, and cast it to the compute host: one that is down finds it when it is back."""
        one.task = task
        self.touch(one)
        self._note(one, act, account)
        host = self.ready(one)
        if host.is_up:
            work()
        else:
            host.waiting.append(work)

    def _note(self, one: Instance, act: str, account: Account) -> None:
        one.actions.append(Action(act, self.new_request(), account.id, self.clock.wall_s()))

    def _stopping(self, one: Instance) -> None:
        if one.guest is not None:
            one.guest.shut_down()
        self.clock.after(_OFF_S, lambda: self._off(one))

    def _off(self, one: Instance) -> None:
        if one.guest is not None:
            one.guest.cut()
        self._done(one, "stopped")

    def _restarting(self, one: Instance) -> None:
        if one.guest is not None:
            one.guest.shut_down()
        self.clock.after(_OFF_S, lambda: self._booting(one, _BOOTED_S))

    def _cutting(self, one: Instance) -> None:
        if one.guest is not None:
            one.guest.cut()
        self._booting(one, _POWER_S)

    def _booting(self, one: Instance, after_s: float) -> None:
        def on() -> None:
            if one.guest is not None:
                one.guest.switch_on()
            self._done(one, "active")

        self.clock.after(after_s, on)

    def _done(self, one: Instance, vm_state: str) -> None:
        one.vm_state, one.task, one.fault = vm_state, None, None
        self.touch(one)

    # ---- compute hosts

    def silence(self, host: ComputeHost, *, since_s: float) -> None:
        """Its nova-compute ended so many seconds ago; its guests run on."""
        host.stopped_wall_s = self.clock.wall_s() - since_s

    def revive(self, host: ComputeHost) -> None:
        """Its nova-compute is back, and takes what waits in the queue."""
        host.stopped_wall_s = None
        waiting, host.waiting = host.waiting, []
        for work in waiting:
            work()

    def reported_wall_s(self, host: ComputeHost | None = None) -> float:
        """When it last reported; None: a service of the controller. Services report every 10 s."""
        if host is not None and host.stopped_wall_s is not None:
            return host.stopped_wall_s
        now = self.clock.wall_s()
        return now - (now - self._began_s) % 10.0
