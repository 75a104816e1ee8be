"""A simulated Octavia: load balancers are built and failed over as time passes, their members are checked.

Any change locks the whole load balancer (PENDING) until octavia-worker has done it; one in ERROR takes a
failover only.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from practice.cloud.balancer import ACTIVE, ERROR, AnyPart, Balancer, Listener, Member, Monitor, Part, Pool
from practice.cloud.http import Refusal
from practice.host.units import random_of

if TYPE_CHECKING:
    from practice.clock import Clock

CHECK_S = 5.0
_CREATE_S, _FAILOVER_S = 2.0, 8.0
_FAILOVERABLE = (ACTIVE, ERROR)

Probe = Callable[[str, int], bool]
"""Whether what listens at an address and port passes a check."""
_P = TypeVar("_P", bound=AnyPart)


def refusal(status: int, said: str) -> Refusal:
    """Octavia's envelope."""
    return Refusal(status, {"faultcode": "Client", "faultstring": said, "debuginfo": None})


class Octavia:
    """See the module."""

    def __init__(self, clock: Clock, *, seed: int = 1) -> None:
        self.clock = clock
        self.random = random_of(seed, "octavia")
        self.balancers: dict[str, Balancer] = {}
        self.probe: Probe = lambda _address, _port: False
        self.worker_is_up = True
        """octavia-worker takes work; without it every lock stays."""
        self._waiting: list[Callable[[], None]] = []
        clock.after(CHECK_S, self._round)

    # ---- what there is

    def new_id(self) -> str:
        """A UUID that the seed decides."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def named(self, name: str) -> Balancer:
        """A load balancer by its name; raises `KeyError`."""
        for one in self.balancers.values():
            if one.name == name:
                return one
        raise KeyError(name)

    def find(self, key: str) -> Balancer:
        """A load balancer by its id."""
        if key not in self.balancers:
            raise refusal(404, f"Load Balancer {key} not found.")
        return self.balancers[key]

    def pools(self) -> Iterator[tuple[Balancer, Pool]]:
        """Every pool with the load balancer that it hangs on."""
        for balancer in self.balancers.values():
            for pool in balancer.pools:
                yield balancer, pool

    def find_pool(self, key: str) -> tuple[Balancer, Pool]:
        """A pool by its id."""
        for balancer, pool in self.pools():
            if pool.id == key:
                return balancer, pool
        raise refusal(404, f"Pool {key} not found.")

    def touch(self, part: Part) -> None:
        """It has changed now; times are told in seconds, and no two changes fall into one."""
        now = self.clock.wall_s()
        part.updated_s = now if part.updated_s is None else max(now, float(int(part.updated_s)) + 1.0)

    # ---- changes

    def _lock(self, balancer: Balancer, part: AnyPart | None = None) -> None:
        """Have it and the part be worked on; raises a `Refusal` where it is locked or in ERROR."""
        if balancer.provisioning != ACTIVE:
            raise refusal(409, f"Load Balancer {balancer.id} is immutable and cannot be updated.")
        for one in (balancer, part):
            if one is not None and one.provisioning == ACTIVE:
                one.provisioning = "PENDING_UPDATE"
                self.touch(one)

    def _work(self, after_s: float, act: Callable[[], None]) -> None:
        """Have octavia-worker do it; one that is down finds it in the queue when it is back."""
        if self.worker_is_up:
            self.clock.after(after_s, act)
        else:
            self._waiting.append(act)

    def resume(self) -> None:
        """octavia-worker is up again, and takes what waits."""
        self.worker_is_up = True
        waiting, self._waiting = self._waiting, []
        for act in waiting:
            act()

    def _finish(self, balancer: Balancer) -> None:
        for part in balancer.parts():
            if part.provisioning.startswith("PENDING_"):
                part.provisioning = ACTIVE
                self.touch(part)

    def build(self, balancer: Balancer) -> Balancer:
        """Begin a load balancer."""
        self.balancers[balancer.id] = balancer
        self._work(_CREATE_S, lambda: self._finish(balancer))
        return balancer

    def add_listener(self, balancer: Balancer, listener: Listener) -> None:
        """One more port of its address."""
        for one in balancer.listeners:
            if (one.protocol, one.port) == (listener.protocol, listener.port):
                using = f"protocol {one.protocol} and protocol_port {one.port}"
                raise refusal(409, f"Another Listener on this Load Balancer is already using {using}")
        self._lock(balancer)
        balancer.listeners.append(listener)
        self._work(_CREATE_S, lambda: self._finish(balancer))

    def add_pool(self, balancer: Balancer, pool: Pool) -> None:
        """One more pool; a listener of it gets it as its default."""
        self._lock(balancer)
        balancer.pools.append(pool)
        for listener in balancer.listeners:
            if listener.id in pool.listeners:
                listener.default_pool = pool.id
        self._work(_CREATE_S, lambda: self._finish(balancer))

    def add_member(self, balancer: Balancer, pool: Pool, member: Member) -> None:
        """One more server of a pool."""
        self._lock(balancer, pool)
        pool.members.append(member)
        self._work(_CREATE_S, lambda: self._finish(balancer))

    def add_monitor(self, balancer: Balancer, pool: Pool, monitor: Monitor) -> None:
        """Have a pool checked."""
        self._lock(balancer, pool)
        pool.monitor = monitor
        self._work(_CREATE_S, lambda: self._finish(balancer))

    def remove(self, balancer: Balancer, part: AnyPart, *, cascade: bool = False) -> None:
        """Begin to delete a part, or the whole with `cascade`."""
        if part is balancer:
            if (balancer.listeners or balancer.pools) and not cascade:
                raise refusal(400, f"Cannot delete Load Balancer {balancer.id} - it has children")
            if balancer.provisioning not in _FAILOVERABLE:
                raise refusal(409, f"Load Balancer {balancer.id} is immutable and cannot be updated.")
        else:
            self._lock(balancer, part)
        part.provisioning = "PENDING_DELETE"
        self._work(_CREATE_S, lambda: self._removed(balancer, part))

    def _removed(self, balancer: Balancer, part: AnyPart) -> None:
        if part is balancer:
            del self.balancers[balancer.id]
            return
        balancer.listeners = [one for one in balancer.listeners if one is not part]
        balancer.pools = [one for one in balancer.pools if one is not part]
        for pool in balancer.pools:
            pool.members = [one for one in pool.members if one is not part]
            pool.monitor = None if pool.monitor is part else pool.monitor
        for listener in balancer.listeners:
            if listener.default_pool == part.id:
                listener.default_pool = None
        self._finish(balancer)

    def failover(self, balancer: Balancer) -> None:
        """Replace what carries it."""
        if balancer.provisioning not in _FAILOVERABLE:
            said = f"Invalid state {balancer.provisioning} of loadbalancer resource {balancer.id}"
            raise refusal(409, said)
        balancer.provisioning = "PENDING_UPDATE"
        self.touch(balancer)
        self._work(_FAILOVER_S, lambda: self._finish(balancer))

    # ---- checks

    def _round(self) -> None:
        self.clock.after(CHECK_S, self._round)
        self.check_all()

    def check_all(self) -> None:
        """Check every member of every pool that has a monitor, once."""
        for _, pool in self.pools():
            if pool.monitor is not None and pool.monitor.is_enabled:
                for member in pool.members:
                    self._check(pool.monitor, member)

    def _check(self, monitor: Monitor, member: Member) -> None:
        if not member.is_enabled:
            return
        passes = self.probe(member.address, member.monitor_port or member.port)
        if passes is member.is_up:
            member.wrong = 0
            return
        member.wrong += 1
        if member.is_up is None or member.wrong >= (monitor.rise if passes else monitor.fall):
            member.is_up, member.wrong = passes, 0
            self.touch(member)
