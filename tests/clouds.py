"""A small Nova in memory, and the clouds of a console on it: for tests of acts and of screens."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from systems.errors import SystemsError
from systems.openstack.asking import AnyOrder, FailoverOrder, Order, Question, Reply
from systems.openstack.cloud import CloudReader
from systems.openstack.hands import CloudHands
from systems.openstack.octavia import BalancerReader
from systems.openstack.readings import (
    Address,
    CloudSurvey,
    Fault,
    Hypervisor,
    HypervisorsReading,
    Instance,
    InstancesReading,
    Power,
    Service,
    ServicesReading,
)
from systems.shell import Permit
from tests.guest_links import FakeLink, a_link, is_key_event
from tests.octavias import FakeOctavia
from tests.reading_builders import NOON

HOST = "cmp1"
URLS = {
    "spice-html5": "http://nova.example.test:6082/spice_auto.html?token=8e0f7b2a-good-for-ten-minutes",
    "serial": "ws://nova.example.test:6083/?token=8e0f7b2a-good-for-ten-minutes",
    "novnc": "https://nova.example.test:6080/vnc_auto.html?path=%3Ftoken%3D8e0f7b2a-good-for-ten-minutes",
}


def an_instance(name: str, status: str = "ACTIVE", **changed: object) -> Instance:
    """One that was made two days before noon."""
    power = {"ACTIVE": Power.RUNNING, "SHUTOFF": Power.SHUT_DOWN}.get(status, Power.UNKNOWN)
    number = sum(name.encode()) % 200
    made = Instance(
        id=f"id-{name}",
        name=name,
        status=status,
        vm_state=status.lower(),
        power=power,
        host=HOST,
        addresses=(Address("lab-net", f"10.77.0.{number}"),),
        flavor="m1.small",
        project="c535f035e1fc4dca88bb7ba01e0836c9",
        created_at=NOON - timedelta(days=2, hours=1),
        updated_at=NOON - timedelta(days=2),
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def in_error(name: str, message: str = "No valid host was found. There are not enough hosts.") -> Instance:
    """One that no host took."""
    fault = Fault(message, 500, NOON - timedelta(minutes=3))
    return an_instance(name, "ERROR", host="", addresses=(), fault=fault)


def a_cloud_survey(
    *instances: Instance,
    name: str = "kilo",
    services: Sequence[Service] | SystemsError | None = None,
    hypervisors: Sequence[Hypervisor] | SystemsError | None = None,
    is_all_projects: bool = True,
) -> CloudSurvey:
    """A look at noon; without a word on them, services and hypervisors are well."""
    told = (a_service("nova-conductor", "ctl1"), a_service()) if services is None else services
    seen = (
        (Hypervisor(HOST, HOST, "QEMU", is_up=True, is_enabled=True),) if hypervisors is None else hypervisors
    )
    return CloudSurvey(
        name,
        NOON,
        InstancesReading(NOON, instances, is_all_projects),
        seen if isinstance(seen, SystemsError) else HypervisorsReading(NOON, tuple(seen)),
        told if isinstance(told, SystemsError) else ServicesReading(NOON, tuple(told)),
    )


def a_service(binary: str = "nova-compute", host: str = HOST, **changed: object) -> Service:
    made = Service(binary, host, is_up=True, is_enabled=True, reported_at=NOON)
    return replace(made, **changed)  # type: ignore[arg-type]


@dataclass
class FakeNova:
    """Takes orders as Nova does, and is done with them after `slow` readings; keeps what it was sent."""

    instances: dict[str, Instance]
    cloud: str = "kilo"
    slow: int = 1
    goes_to: dict[str, str] = field(default_factory=dict)
    """Action -> the status that it ends in, where that is another than it should be."""
    order_error: SystemsError | None = None
    order_reply: tuple[int, str] | None = None
    """What it says to an order instead of taking it: status and message."""
    console_reply: tuple[int, str] | None = None
    in_list: bool = False
    """It answers with its list of instances, too."""
    log: str = "Debian GNU/Linux 12 web-1 ttyS0\n\nweb-1 login: \n"
    orders: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _left: dict[str, tuple[int, Instance]] = field(default_factory=dict)

    @classmethod
    def of(cls, *instances: Instance, **more: object) -> FakeNova:
        return cls({one.id: one for one in instances}, **more)  # type: ignore[arg-type]

    async def newest(self, *, timeout_s: float = 15.0) -> tuple[int, int]:
        return 2, 100

    async def ask(self, question: Question, *, timeout_s: float = 15.0) -> Reply:
        self.asked.append(question.path)
        _, kind, *rest = question.path.partition("?")[0].split("/")
        key, tail = rest[0] if rest else "", rest[1:]
        if (kind, key) == ("servers", "detail") and self.in_list:
            return self._reply(200, {"servers": [self._wire(one) for one in self.instances.values()]})
        if key == "detail" or kind != "servers":
            return self._reply(403, {"forbidden": {"message": "Policy doesn't allow it to be performed."}})
        if not tail:
            return self._reply(200, {"server": self._wire(self._now(key))})
        if tail == ["os-instance-actions"]:
            action = {"action": "create", "request_id": "req-1", "start_time": "2026-11-20T11:00:00"}
            return self._reply(200, {"instanceActions": [action]})
        if tail == ["action"]:
            return self._reply(200, {"output": self.log})
        return self._console(question)

    async def order(self, order: AnyOrder, *, timeout_s: float = 15.0) -> Reply:
        assert isinstance(order, Order)
        self.orders.append(order.line)
        if self.order_error is not None:
            raise self.order_error
        if self.order_reply is not None:
            status, message = self.order_reply
            return self._reply(status, {"conflictingRequest": {"message": message}})
        (action,) = order.body
        self._take(order.instance, action)
        return self._reply(202, {})

    def _take(self, key: str, action: str) -> None:
        now = self.instances[key]
        status = self.goes_to.get(action, "SHUTOFF" if action == "os-stop" else "ACTIVE")
        power = {"ACTIVE": Power.RUNNING, "SHUTOFF": Power.SHUT_DOWN}.get(status, Power.UNKNOWN)
        changed = (now.updated_at or NOON) + timedelta(seconds=9)
        done = replace(now, status=status, power=power, updated_at=changed, task="")
        self.instances[key] = replace(now, task="at-work")
        self._left[key] = (self.slow, done)

    def _now(self, key: str) -> Instance:
        if key in self._left:
            left, done = self._left.pop(key)
            if left > 0:
                self._left[key] = (left - 1, done)
            else:
                self.instances[key] = done
        return self.instances[key]

    def _console(self, question: Question) -> Reply:
        if self.console_reply is not None:
            status, message = self.console_reply
            return self._reply(status, {"badRequest": {"message": message}})
        wanted = (question.body or {}).get("remote_console")
        kind = str(wanted["type"]) if isinstance(wanted, dict) else ""
        return self._reply(200, {"remote_console": {"type": kind, "url": URLS[kind]}})

    def _wire(self, one: Instance) -> dict[str, object]:
        powers = {Power.RUNNING: 1, Power.SHUT_DOWN: 4}
        return {
            "id": one.id,
            "name": one.name,
            "status": one.status,
            "locked": one.is_locked,
            "updated": one.updated_at.isoformat() if one.updated_at else None,
            "fault": {"message": one.fault.message, "code": one.fault.code} if one.fault else None,
            "OS-EXT-STS:task_state": one.task or None,
            "OS-EXT-STS:power_state": powers.get(one.power, 0),
            "OS-EXT-SRV-ATTR:host": one.host,
        }

    def _reply(self, status: int, body: object) -> Reply:
        where = "http://nova.example.test:8774/v2.1"
        return Reply(self.cloud, where, status, json.dumps(body).encode(), self.at(), "req-9")

    def at(self) -> datetime:
        return NOON + timedelta(seconds=2)


class FakeClouds:
    """The clouds of a console (`tui.works.Clouds`), all of them in memory."""

    def __init__(self, *novas: FakeNova, octavias: Sequence[FakeOctavia] = ()) -> None:
        self.novas = {nova.cloud: nova for nova in novas}
        self.links: list[FakeLink | SystemsError] = []
        self.linked: list[tuple[str, str, str]] = []
        self.pages: list[tuple[str, str]] = []
        self.served: set[str] = set()
        self.made: list[tuple[str, FakeLink]] = []
        self.octavias = {one.cloud: one for one in octavias}

    def reader(self, cloud: str) -> CloudReader:
        return CloudReader(self.novas[cloud])

    def balancers(self, cloud: str) -> BalancerReader:
        return self.octavias[cloud].reader()

    def hands(self, cloud: str, permit: Permit) -> CloudHands:
        return CloudHands(_Both(self.novas[cloud], self.octavias.get(cloud)), permit)

    async def link(self, cloud: str, instance: Instance, kind: str) -> FakeLink:
        """The next of `links`, which may be an error; without any, one of a guest that waits for a login."""
        self.linked.append((cloud, instance.name, kind))
        made = self.links.pop(0) if self.links else a_link(kind)
        if isinstance(made, SystemsError):
            raise made
        self.made.append((kind, made))
        return made

    async def page(self, cloud: str, url: str) -> int:
        """404 where there is no such page, as a proxy without its files says."""
        self.pages.append((cloud, url))
        return 200 if url in self.served else 404

    def typed(self) -> list[bytes]:
        """Each key that reached a guest."""
        return [
            data
            for kind, first in self.made
            for link in (first, *first.opened)
            for data in link.sent
            if kind == "serial" or is_key_event(data)
        ]


class _Both:
    """Takes the orders of a cloud, and gives each to whom it is for."""

    def __init__(self, nova: FakeNova, octavia: FakeOctavia | None) -> None:
        self._nova, self._octavia = nova, octavia

    @property
    def cloud(self) -> str:
        return self._nova.cloud

    async def order(self, order: AnyOrder, *, timeout_s: float = 15.0) -> Reply:
        if isinstance(order, FailoverOrder):
            assert self._octavia is not None
            return await self._octavia.order(order, timeout_s=timeout_s)
        return await self._nova.order(order, timeout_s=timeout_s)
