"""The whole simulated cloud, and what is in it when the demo begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from practice.cloud.balancer import Balancer, Beginning, Listener, Member, Monitor, Pool
from practice.cloud.consoles import Consoles
from practice.cloud.guest import Guest
from practice.cloud.instance import Action, ComputeHost, Flavor, Instance
from practice.cloud.keystone import Account, Keystone
from practice.cloud.nova import Nova
from practice.cloud.octavia import Octavia
from practice.host.units import random_of

if TYPE_CHECKING:
    from practice.clock import Clock
    from practice.host.machine import Machine

NAME = "north"
"""As clouds.yaml has it."""
ADMIN, MEMBER, PASSWORD, PROJECT = "ops", "web", "practice", "operations"
COMPUTES = ("cmp1", "cmp2", "cmp3")
_DAY_S = 86_400.0
_OWN = (
    ("web-1", "shop", "m1.small", "cmp1", "10.20.1.11"),
    ("web-2", "shop", "m1.small", "cmp2", "10.20.1.12"),
    ("web-3", "shop", "m1.small", "cmp3", "10.20.1.13"),
    ("app-1", "shop", "m1.medium", "cmp1", "10.20.1.21"),
    ("app-2", "shop", "m1.medium", "cmp2", "10.20.1.22"),
    ("mon-1", PROJECT, "m1.medium", "cmp3", "10.20.1.31"),
    ("build-1", PROJECT, "m1.medium", "cmp3", "10.20.1.41"),
)
"""Instances that are no host of the estate: name, project, flavor, compute host, address."""
OFF = "build-1"
"""One that somebody has stopped."""


@dataclass(slots=True)
class Cloud:
    """See the module."""

    clock: Clock
    seed: int
    keystone: Keystone = field(init=False)
    nova: Nova = field(init=False)
    octavia: Octavia = field(init=False)
    consoles: Consoles = field(init=False)
    accounts: dict[str, Account] = field(default_factory=dict)
    """By the name of their project."""
    silent_members: set[str] = field(default_factory=set)
    """Instances behind a load balancer whose own service has ended."""

    def __post_init__(self) -> None:
        self.keystone = Keystone(self.clock, self.seed)
        self.nova = Nova(self.clock, seed=self.seed)
        self.octavia = Octavia(self.clock, seed=self.seed)
        self.consoles = Consoles(self.clock, self.nova)
        roles = ("admin", "member", "reader")
        self.accounts[PROJECT] = self.keystone.add(ADMIN, PASSWORD, PROJECT, *roles)
        self.accounts["shop"] = self.keystone.add(MEMBER, PASSWORD, "shop", "member", "reader")
        for at, name in enumerate(COMPUTES):
            self.nova.add_host(name, f"10.20.8.{11 + at}")
        for name, ram_mib, vcpus in (("m1.small", 2048, 1), ("m1.medium", 4096, 2), ("m1.large", 8192, 4)):
            self.nova.add_flavor(name, ram_mib=ram_mib, vcpus=vcpus, disk_gib=40)
        self.nova.add_flavor("m1.huge", ram_mib=1 << 20, vcpus=4, disk_gib=40)

    def flavor(self, name: str) -> Flavor:
        """A flavor by its name."""
        return next(one for one in self.nova.flavors.values() if one.name == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a load balancer is to be."""

    address: str
    protocol: str
    port: int
    members: Mapping[str, str]
    """Address by name."""
    project: str
    check_port: int | None = None
    """None: that of the members."""
    writes_to_one: bool = False
    """All members but the first are backups."""


def build_cloud(clock: Clock, machines: Mapping[str, Machine], *, seed: int = 1) -> Cloud:
    """A cloud that has run for a while; `machines`: hosts of the estate, which are instances of it."""
    cloud = Cloud(clock, seed)
    randomness = random_of(seed, "cloud")
    for at, (name, machine) in enumerate(machines.items()):
        host = cloud.nova.hosts[COMPUTES[at % len(COMPUTES)]]
        one = _instance(cloud, name, project=PROJECT, size="m1.large", host=host, address=machine.address)
        _age(cloud, one, randomness.uniform(40.0, 90.0) * _DAY_S, Guest(name, clock, machine))
    for name, project, size, compute, address in _OWN:
        one = _instance(
            cloud, name, project=project, size=size, host=cloud.nova.hosts[compute], address=address
        )
        _age(cloud, one, randomness.uniform(3.0, 30.0) * _DAY_S, Guest(name, clock))
        if name == OFF and one.guest is not None:
            one.guest.cut()
            one.vm_state = "stopped"
            account = cloud.accounts[project]
            one.actions.append(Action("stop", cloud.nova.new_request(), account.id, one.updated_s))
    return cloud


def _instance(
    cloud: Cloud, name: str, *, project: str, size: str, host: ComputeHost, address: str
) -> Instance:
    one = cloud.nova.put(name, cloud.flavor(size), cloud.accounts[project])
    one.host, one.address = host, address
    return one


def _age(cloud: Cloud, one: Instance, age_s: float, guest: Guest) -> None:
    """Let it have been made so long ago, and run since."""
    one.created_s -= age_s
    one.launched_s = one.updated_s = one.created_s + 41.0
    one.guest, one.vm_state = guest, "active"
    one.actions.append(Action("create", cloud.nova.new_request(), one.user, one.created_s))
    guest.settle()


def put_balancer(cloud: Cloud, name: str, wanted: Wanted) -> Balancer:
    """A load balancer as a careful operator makes it, long ago."""
    balancer = Balancer(address=wanted.address, **_begun(cloud, name, wanted))
    idle_ms = 28_800_000 if wanted.protocol == "TCP" else 50_000
    listener = Listener(
        protocol=wanted.protocol,
        port=wanted.port,
        client_ms=idle_ms,
        member_ms=idle_ms,
        **_begun(cloud, f"{name}-{wanted.port}", wanted),
    )
    pool = Pool(
        protocol=wanted.protocol,
        algorithm="ROUND_ROBIN",
        listeners=[listener.id],
        **_begun(cloud, f"{name}-pool", wanted),
    )
    pool.monitor = Monitor(
        kind="HTTP",
        delay_s=5,
        timeout_s=3,
        rise=2,
        fall=2,
        url_path="/",
        expected_codes="200",
        **_begun(cloud, "", wanted),
    )
    for at, (own, where) in enumerate(wanted.members.items()):
        member = Member(
            address=where, port=wanted.port, monitor_port=wanted.check_port, **_begun(cloud, own, wanted)
        )
        member.is_backup, member.is_up = wanted.writes_to_one and at > 0, True
        pool.members.append(member)
    listener.default_pool = pool.id
    balancer.listeners.append(listener)
    balancer.pools.append(pool)
    cloud.octavia.balancers[balancer.id] = balancer
    return balancer


def _begun(cloud: Cloud, name: str, wanted: Wanted) -> Beginning:
    made_s = cloud.clock.wall_s() - 20.0 * _DAY_S
    return {
        "id": cloud.octavia.new_id(),
        "name": name,
        "project": cloud.accounts[wanted.project].project.id,
        "created_s": made_s,
        "updated_s": made_s + 30.0,
        "provisioning": "ACTIVE",
    }
