"""A console before a cluster in memory: three nodes whose checks answer, and what is done to its orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from runbooks.clock import SystemClock
from runbooks.gotchas import CATALOGUE
from systems.haproxy.setup import get_line
from systems.openstack.asking import AnyOrder, Orders, Reply
from systems.openstack.hands import CloudHands
from systems.openstack.octavia import BalancerReader
from systems.shell import Permit
from tests.reading_builders import address_of
from tests.runbooks.doubles import World
from tests.runbooks.rigs import Rig

HOSTS = ("db1", "db2", "db3")


class RealClock(SystemClock):
    """The machine's own, which can be put forward: until a lease of a dead console has expired."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.ahead_s)

    def steady_s(self) -> float:
        return super().steady_s() + self.ahead_s

    def turn(self, seconds: float) -> None:
        self.ahead_s += seconds


def a_cluster() -> World:
    """Its clock is the machine's own: what is waited for is a cloud's work."""
    world: Any = World(*HOSTS)
    world.clock = RealClock()
    for name in HOSTS:
        address = address_of(name)
        world[name].answer("command -v socat nc", "/usr/bin/nc\n")
        world[name].answer(f"nc -z -w 2 {address} 3306", "")
        world[name].answer(f"ip -o route get {address}", f"local {address} dev lo src {address}\n")
        world[name].answer(get_line("nc", address, 9200), "HTTP/1.1 200 OK\r\n\r\nsynced\n")
    made: World = world
    return made


class OneCloud:
    """A cloud whose orders pass by `then`, each after it was taken: what it raises, the console sees."""

    def __init__(self, api: Any, then: Callable[[AnyOrder], object] = lambda _: None) -> None:
        self.api, self.then = api, then
        self.sent: list[str] = []

    @property
    def cloud(self) -> str:
        return str(self.api.cloud)

    def balancers(self, _cloud: str) -> BalancerReader:
        return BalancerReader(self.api)

    def hands(self, _cloud: str, permit: Permit) -> CloudHands:
        orders: Orders = self
        return CloudHands(orders, permit)

    async def order(self, order: AnyOrder, *, timeout_s: float = 15.0) -> Reply:
        self.sent.append(order.line)
        reply: Reply = await self.api.order(order, timeout_s=timeout_s)
        self.then(order)
        return reply


def a_console(folder: Path, world: World, cloud: OneCloud) -> Rig:
    """One console of many on the same journal."""
    rig = Rig(folder, world, CATALOGUE)
    clouds: Any = cloud
    rig.use(rig.hosts, clouds)
    return rig
