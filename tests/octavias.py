"""A small Octavia in memory, and builders of its objects: for tests of readers, acts and screens."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from systems.errors import SystemsError
from systems.openstack.access import Api, NotInCatalogue
from systems.openstack.asking import AnyOrder, FailoverOrder, Question, Reply
from systems.openstack.octavia import BalancerReader
from systems.openstack.octavia_readings import (
    Balancer,
    BalancersReading,
    BalancersSurvey,
    Generation,
    Listener,
    Member,
    Monitor,
    Pool,
    Standing,
    members_of,
)
from tests.reading_builders import NOON

WHERE = "http://octavia.example.test:9876/v2.0"
BUILT = NOON - timedelta(days=3)
WELL = Standing("ACTIVE", "ONLINE", created_at=BUILT, changed_at=BUILT)


def standing(provisioning: str = "ACTIVE", operating: str = "ONLINE", **changed: object) -> Standing:
    """How an object stands since three days before noon."""
    return replace(WELL, provisioning=provisioning, operating=operating, **changed)  # type: ignore[arg-type]


def locked(minutes: float, provisioning: str = "PENDING_UPDATE", operating: str = "ONLINE") -> Standing:
    """Octavia is at work on it since so many minutes before noon."""
    return standing(provisioning, operating, changed_at=NOON - timedelta(minutes=minutes))


def a_member(name: str, stands: Standing = WELL, **changed: object) -> Member:
    """A Galera node that is checked on the port of clustercheck."""
    number = sum(name.encode()) % 200
    made = Member(f"id-{name}", name, f"10.0.0.{number}", 3306, stands, monitor_port=9200)
    return replace(made, **changed)  # type: ignore[arg-type]


CHECK = Monitor("id-check", "check", "HTTP", WELL, 5, 3, 2, 2, "/", "200")


def a_pool(
    *members: Member, name: str = "galera", monitor: Monitor | None = CHECK, **changed: object
) -> Pool:
    """One that shares out by SOURCE_IP, so that nothing is to be said of it."""
    ids = tuple([one.id for one in members])
    made = Pool(f"id-{name}", name, "TCP", "SOURCE_IP", WELL, ("id-mysql",), monitor, ids, members)
    return replace(made, **changed)  # type: ignore[arg-type]


def a_listener(name: str = "mysql", pool: str = "id-galera", **changed: object) -> Listener:
    made = Listener(f"id-{name}", name, "TCP", 3306, WELL, pool, 600_000, 600_000)
    return replace(made, **changed)  # type: ignore[arg-type]


def a_balancer(name: str = "orders", stands: Standing = WELL, *pools: Pool, **changed: object) -> Balancer:
    """One listener and its pool of three members, unless pools are given."""
    below = pools or (a_pool(a_member("db1"), a_member("db2"), a_member("db3")),)
    made = Balancer(
        f"id-{name}",
        name,
        f"203.0.113.{sum(name.encode()) % 200}",
        "amphora",
        stands,
        "c535f035e1fc4dca88bb7ba01e0836c9",
        (a_listener(pool=below[0].id),),
        below,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def a_balancers_survey(
    *balancers: Balancer, cloud: str = "kilo", generation: Generation = Generation.OCTAVIA
) -> BalancersSurvey:
    """A look at noon."""
    return BalancersSurvey(cloud, NOON, BalancersReading(NOON, generation, balancers))


@dataclass
class FakeOctavia:
    """Takes failovers as Octavia does, is done after `slow` readings, and keeps what it was sent."""

    balancers: dict[str, Balancer]
    cloud: str = "kilo"
    slow: int = 2
    ends_in: str = "ACTIVE"
    page: int = 1000
    generation: Generation = Generation.OCTAVIA
    order_error: SystemsError | None = None
    takes_all_the_same: bool = False
    """With `order_error`: the order was taken, and only its answer did not come."""
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Method and path -> what it says instead: status and message."""
    orders: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _left: int = 0

    @classmethod
    def of(cls, *balancers: Balancer, **more: object) -> FakeOctavia:
        return cls({one.id: one for one in balancers}, **more)  # type: ignore[arg-type]

    def reader(self) -> BalancerReader:
        return BalancerReader(self, now=lambda: NOON)

    async def newest(self, *, timeout_s: float = 15.0) -> tuple[int, int]:
        return 2, 100

    async def ask(self, question: Question, *, timeout_s: float = 15.0) -> Reply:
        self.asked.append(question.path)
        path, _, query = question.path.partition("?")
        if path in self.refusals:
            return self.refuse(*self.refusals[path])
        if question.api is Api.NETWORK:
            return self._extensions()
        if self.generation is not Generation.OCTAVIA:
            raise NotInCatalogue(f"{self.cloud}: the catalogue names no API of load balancers")
        parts = path.removeprefix("/lbaas/").split("/")
        if parts[0] == "loadbalancers" and len(parts) == 2:
            return self._one(parts[1])
        kind = "members" if len(parts) == 3 else parts[0]
        return self._list(
            kind, query.partition("=")[2], self._items(kind, parts[1] if len(parts) > 1 else "")
        )

    async def order(self, order: AnyOrder, *, timeout_s: float = 15.0) -> Reply:
        assert isinstance(order, FailoverOrder)
        self.orders.append(order.line)
        if self.order_error is not None and not self.takes_all_the_same:
            raise self.order_error
        if order.line in self.refusals:
            return self.refuse(*self.refusals[order.line])
        now = self.balancers[order.balancer]
        self.balancers[order.balancer] = replace(now, standing=locked(0, operating=now.standing.operating))
        self._left = self.slow
        if self.order_error is not None:
            raise self.order_error
        return self._reply(202, None)

    def refuse(self, status: int, message: str) -> Reply:
        """In Octavia's own envelope."""
        return self._reply(status, {"faultcode": "Client", "faultstring": message, "debuginfo": None})

    def _one(self, key: str) -> Reply:
        now = self.balancers.get(key)
        if now is None:
            return self.refuse(404, f"Load Balancer {key} not found.")
        if now.standing.is_pending and self.orders:
            self._left -= 1
            if self._left < 0:
                done = standing(self.ends_in, now.standing.operating, changed_at=NOON + timedelta(seconds=9))
                now = self.balancers[key] = replace(now, standing=done)
        return self._reply(200, {"loadbalancer": _wire(now, _balancer_wire(now))})

    def _items(self, kind: str, pool: str) -> list[dict[str, object]]:
        trees = list(self.balancers.values())
        pools = [(tree, one) for tree in trees for one in tree.pools]
        if kind == "loadbalancers":
            return [_wire(one, _balancer_wire(one)) for one in trees]
        if kind == "listeners":
            return [_wire(one, _listener_wire(tree, one)) for tree in trees for one in tree.listeners]
        if kind == "pools":
            return [_wire(one, _pool_wire(tree, one)) for tree, one in pools]
        if kind == "members":
            return [
                _wire(one, _member_wire(one)) for _, own in pools if own.id == pool for one in members_of(own)
            ]
        return [_wire(own.monitor, _monitor_wire(own, own.monitor)) for _, own in pools if own.monitor]

    def _list(self, kind: str, marker: str, items: Sequence[dict[str, object]]) -> Reply:
        ids = [str(one["id"]) for one in items]
        begin = ids.index(marker) + 1 if marker else 0
        page = items[begin : begin + self.page]
        links = [{"rel": "next", "href": "x"}] if len(page) == self.page else []
        return self._reply(200, {kind: page, f"{kind}_links": links})

    def _extensions(self) -> Reply:
        own = {Generation.LBAAS_V1: ["lbaas"], Generation.LBAAS_V2: ["lbaasv2", "lbaas_agent_schedulerv2"]}
        aliases = ["router", *own.get(self.generation, [])]
        return self._reply(200, {"extensions": [{"alias": one, "name": one} for one in aliases]})

    def _reply(self, status: int, body: object) -> Reply:
        data = b"" if body is None else json.dumps(body).encode()
        return Reply(self.cloud, WHERE, status, data, self.at(), "req-7", "Octavia")

    def at(self) -> datetime:
        return NOON + timedelta(seconds=2)


def _time(at: datetime | None) -> str | None:
    return at.replace(tzinfo=None).isoformat() if at else None


def _wire(
    one: Balancer | Listener | Pool | Member | Monitor, more: Mapping[str, object]
) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "provisioning_status": one.standing.provisioning,
        "operating_status": one.standing.operating,
        "admin_state_up": one.standing.is_enabled,
        "created_at": _time(one.standing.created_at),
        "updated_at": _time(one.standing.changed_at),
        **more,
    }


def _balancer_wire(one: Balancer) -> dict[str, object]:
    return {"vip_address": one.address, "provider": one.provider, "project_id": one.project}


def _listener_wire(tree: Balancer, one: Listener) -> dict[str, object]:
    return {
        "loadbalancers": [{"id": tree.id}],
        "protocol": one.protocol,
        "protocol_port": one.port,
        "default_pool_id": one.default_pool or None,
        "timeout_client_data": one.client_timeout_ms,
        "timeout_member_data": one.member_timeout_ms,
        "allowed_cidrs": list(one.allowed_cidrs) or None,
    }


def _pool_wire(tree: Balancer, one: Pool) -> dict[str, object]:
    return {
        "loadbalancers": [{"id": tree.id}],
        "listeners": [{"id": key} for key in one.listeners],
        "members": [{"id": key} for key in one.member_ids],
        "protocol": one.protocol,
        "lb_algorithm": one.algorithm,
    }


def _member_wire(one: Member) -> dict[str, object]:
    return {
        "address": one.address,
        "protocol_port": one.port,
        "weight": one.weight,
        "backup": one.is_backup,
        "monitor_address": one.monitor_address or None,
        "monitor_port": one.monitor_port,
    }


def _monitor_wire(pool: Pool, one: Monitor) -> dict[str, object]:
    return {
        "pools": [{"id": pool.id}],
        "type": one.kind,
        "delay": one.delay_s,
        "timeout": one.timeout_s,
        "max_retries": one.rise,
        "max_retries_down": one.fall,
        "url_path": one.url_path or None,
        "expected_codes": one.expected_codes or None,
    }
