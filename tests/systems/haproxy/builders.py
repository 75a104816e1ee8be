"""Servers of a balancer as tests make them, and the recorded answers of a real HAProxy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from systems.errors import SystemsError
from systems.haproxy.readings import (
    Admin,
    Backend,
    BalancerAnswer,
    BalancerReading,
    Check,
    Server,
    ServerState,
)
from tests.reading_builders import NOON, address_of

DATA = Path(__file__).parent / "data"
PASSED = Check("L7OK", 200, 71, "")
REFUSED = Check("L7STS", 503, 79, "Service Unavailable")
LOGS_IN = Check("L7OK", None, 1, "")
_STATES = {
    "UP": ServerState.UP,
    "DOWN": ServerState.DOWN,
    "MAINT": ServerState.MAINT,
    "DRAIN": ServerState.DRAIN,
    "no": ServerState.UNCHECKED,
}


def a_server(name: str = "db1", status: str = "UP", **changes: Any) -> Server:
    """One server of `orders`; `changes` are fields of `Server`."""
    state = _STATES.get(status.split(maxsplit=1)[0], ServerState.UNKNOWN)
    server = Server(
        backend="orders",
        name=name,
        address=address_of(name),
        port=3306,
        status=status,
        state=state,
        admin=Admin.NONE,
        weight=1,
        initial_weight=1,
        is_backup=False,
        sessions=0,
        sessions_total=40,
        queued=0,
        changed_s=3600,
        downs=0,
        check=REFUSED if state is ServerState.DOWN else PASSED,
    )
    return replace(server, **changes)


def a_balancer(*servers: Server) -> BalancerReading:
    """One HAProxy with these servers, or three that are up."""
    told = servers or tuple(a_server(f"db{number}") for number in (1, 2, 3))
    backend = Backend("orders", "UP", "roundrobin", 3, 120, told)
    return BalancerReading(NOON, "2.6.12-1+deb12u4", 86_400, 3, (backend,))


def an_answer(host: str = "lb1", answer: BalancerReading | SystemsError | None = None) -> BalancerAnswer:
    return BalancerAnswer(host, NOON, answer if answer is not None else a_balancer())


def recorded(stats: str) -> str:
    """The answer to the one question, put together of what was recorded: recorded("http-desync")."""
    parts = ("show-info.txt", f"show-stat-{stats}.csv", "servers-state.txt")
    return "\n".join((DATA / part).read_text() for part in parts)
