"""Load balancers in memory that answer on their stats socket: for tests of acts and of screens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

from systems.errors import LinkLost, SystemsError
from systems.haproxy.attempt import Attempt, Client
from systems.haproxy.parse import parse_balancer
from systems.haproxy.readings import Admin, BalancerAnswer, Server, ServerState
from systems.haproxy.socket import SHOWS, StatsSocket, Way, set_state, set_weight
from systems.shell import Hands, Hosts, Jobs, Permit, Reader
from systems.sql_server import Way as SqlWay
from tests.reading_builders import NOON
from tests.runbooks.connections import DoubleHosts
from tests.runbooks.doubles import DoubleHost, Fuse, World
from tests.systems.haproxy.builders import REFUSED, a_server
from tui.source import Vip

SOCKET = "/run/haproxy/admin.sock"
PLAN = Vip(("lb1", "lb2"), "orders", "orders", "10.77.0.100:3306")
_STATUS = "pxname,svname,qcur,scur,stot,status,weight,bck,chkdown,lastchg,type"
_CHECK = "check_status,check_code,check_duration,last_chk,addr,algo"
_STATES = "be_name srv_name srv_admin_state srv_uweight srv_iweight srv_addr srv_port"
_TOTAL = "orders,BACKEND,0,3,40,UP,3,0,0,90,1,,,,,,roundrobin"
_WEIGHTS = (0, 1, 5, 10)


@dataclass
class FakeHaproxy:
    """One HAProxy: takes orders as it does, which answers nothing, and tells its servers."""

    host: DoubleHost
    servers: dict[str, Server]
    takes_orders: bool = True
    """Else it answers an order as one that it does not know, and does nothing."""

    def __post_init__(self) -> None:
        way = Way()
        self.host.answer(way.line(SOCKET, SHOWS), lambda _: self.told())
        for server in self.servers.values():
            for state in ("ready", "drain", "maint"):
                line = way.line(SOCKET, set_state(server.backend, server.name, state))
                self.host.on(line, partial(self._set, server.name, state))
            for weight in _WEIGHTS:
                line = way.line(SOCKET, set_weight(server.backend, server.name, weight))
                self.host.on(line, partial(self._weigh, server.name, weight))

    def _set(self, name: str, state: str, _host: DoubleHost) -> tuple[int, str]:
        if not self.takes_orders:
            return 0, "Permission denied\n\n"
        server = self.servers[name]
        admin = {"drain": Admin.FORCED_DRAIN, "maint": Admin.FORCED_MAINT}.get(state, Admin.NONE)
        is_up = server.check.status != REFUSED.status
        status = {"drain": "DRAIN", "maint": "MAINT"}.get(state, "UP" if is_up else "DOWN")
        self.servers[name] = replace(server, admin=admin, status=status, state=ServerState[status])
        return 0, "\n"

    def _weigh(self, name: str, weight: int, _host: DoubleHost) -> tuple[int, str]:
        self.servers[name] = replace(self.servers[name], weight=weight)
        return 0, "\n"

    def told(self) -> str:
        """The answer to the one question, in HAProxy's own form."""
        rows = [",".join(_row(one)) for one in self.servers.values()]
        states = [
            f"{one.name} {int(one.admin or 0)} {one.weight} {one.initial_weight} {one.address} {one.port}"
            for one in self.servers.values()
        ]
        return "\n".join(
            [
                "Name: HAProxy\nVersion: 2.6.12-1+deb12u4\nUptime_sec: 86400\nCurrConns: 3\n",
                f"# {_STATUS},{_CHECK}",
                *rows,
                _TOTAL,
                "",
                "1",
                f"# be_id {_STATES}",
                *[f"2 orders {line}" for line in states],
                "",
            ]
        )


def _row(one: Server) -> list[str]:
    numbers = [one.queued, one.sessions, one.sessions_total]
    check = one.check
    return [
        *[one.backend, one.name, *map(str, numbers), one.status, str(one.weight), str(int(one.is_backup))],
        *[str(one.downs), str(int(one.changed_s or 0)), "2"],
        *[check.status, str(check.code or ""), str(check.took_ms or ""), check.said],
        *[f"{one.address}:{one.port}", ""],
    ]


class FakeClient(Client):
    """Lands on the members that serve in turn, each connection taking a tenth of a second."""

    def __init__(self, balancers: FakeBalancers, origin: str) -> None:
        super().__init__(balancers.name, origin, "probe", _no_way, ThreadPoolExecutor(1))
        self._balancers, self._number = balancers, 0

    async def attempt(self, *, timeout_s: float = 5.0) -> Attempt:
        del timeout_s
        self._number += 1
        answers = [name for name, one in self._balancers.haproxies["lb1"].servers.items() if one.serves]
        begun_s = asyncio.get_running_loop().time()
        answer: str | SystemsError = LinkLost("orders-vip: the connection broke")
        if answers and self._number not in self._balancers.failing:
            answer = answers[self._number % len(answers)]
        return Attempt(NOON, begun_s, begun_s + 0.1, answer)


async def _no_way(_deadline_s: float) -> SqlWay:
    raise NotImplementedError


@dataclass
class FakeBalancers:
    """The load balancers of a console (`tui.works.Vips`), and its hosts with them among the others."""

    others: Hosts
    haproxies: dict[str, FakeHaproxy]
    silent: Mapping[str, SystemsError] = field(default_factory=dict)
    """Load balancers that do not answer, with what they say instead."""
    failing: frozenset[int] = frozenset()
    """Which fresh connections break, by their number from 1."""
    name: str = "orders-vip"
    plan: Vip = PLAN

    def __post_init__(self) -> None:
        self._own = DoubleHosts(self._world, Fuse())
        for host, error in self.silent.items():
            self._world[host].down = error

    @property
    def _world(self) -> World:
        world = World()
        world.update({host: one.host for host, one in self.haproxies.items()})
        return world

    def sockets(self, vip: str) -> dict[str, StatsSocket]:
        assert vip == self.name
        return {host: StatsSocket(self._own.reader(host), SOCKET) for host in self.plan.hosts}

    async def client(self, vip: str, *, origin: str = "") -> Client:
        assert vip == self.name
        return FakeClient(self, f"from {origin or 'lb1'} over SSH")

    async def opens(self, host: str, address: str, port: int) -> bool | None:
        """Nothing is known of ports here."""
        del host, address, port
        return None

    def reader(self, host: str) -> Reader:
        return (self._own if host in self.haproxies else self.others).reader(host)

    def jobs(self, host: str) -> Jobs:
        return (self._own if host in self.haproxies else self.others).jobs(host)

    def hands(self, host: str, permit: Permit) -> Hands:
        return (self._own if host in self.haproxies else self.others).hands(host, permit)

    async def close(self) -> None:
        """Nothing is open."""

    def answers(self) -> tuple[BalancerAnswer, ...]:
        """What each says now."""
        found = []
        for host, haproxy in self.haproxies.items():
            error = self.silent.get(host)
            found.append(BalancerAnswer(host, NOON, error or parse_balancer(haproxy.told(), NOON)))
        return tuple(found)

    @property
    def ran(self) -> list[str]:
        """Every order, as "host: line"."""
        return [f"{host}: {line}" for host, one in self.haproxies.items() for line in one.host.ran]


def some_balancers(
    others: Hosts,
    *servers: Server,
    second: tuple[Server, ...] = (),
    silent: Mapping[str, SystemsError] | None = None,
) -> FakeBalancers:
    """Two load balancers with these servers, or three that are up; `second`: where lb2 has others."""
    told = servers or tuple(a_server(f"db{number}") for number in (1, 2, 3))
    haproxies = {
        host: FakeHaproxy(DoubleHost(host), {one.name: one for one in own})
        for host, own in (("lb1", told), ("lb2", second or told))
    }
    return FakeBalancers(others, haproxies, silent or {})
