"""The simulated HAProxy is as a real one: told the same, read by the same adapter, both say the same.

Where they differ, the practice estate is wrong. Times and numbers of sessions are not compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from practice.clock import Clock
from practice.estate import build_balanced
from practice.haproxy.balancer import Balancer
from systems.haproxy.parse import parse_balancer
from systems.haproxy.readings import BalancerReading
from systems.haproxy.socket import SHOWS
from tests.lab.balancer import LocalBalancer, fetched, local_balancer
from tests.reading_builders import NOON

pytestmark = pytest.mark.servers
DEADLINE_S = 20.0
NAMES = ("db1", "db2", "db3")
ORDERS = (
    "set server orders/db1 state drain",
    "set server orders/db1 state ready",
    "set server orders/db2 state maint",
    "set server orders/db2 state ready",
    "set server orders/db3 weight 0",
    "set server orders/db3 weight 7",
    "set server orders/db3 weight 1",
    "set server orders/db1 state drain;set server orders/db2 weight 3",
    "set server orders/db1 state ready;set server orders/db2 weight 1",
)
REFUSED = (
    "set server orders/db9 state drain",
    "set server others/db1 state drain",
    "set server orders state drain",
    "set server orders/db1 state asleep",
    "set server orders/db1 weight 300",
)


@dataclass
class Both:
    """A real one and a simulated one, told the same."""

    real: LocalBalancer
    simulated: Balancer

    async def tell(self, line: str) -> tuple[str, str]:
        """What both answer to a line."""
        command = f"echo '{line}' | socat -t5 - UNIX-CONNECT:{self.real.socket}"
        told = await self.real.here._run(command)
        return told.stdout, self.simulated.said(line)

    async def readings(self) -> tuple[BalancerReading, BalancerReading]:
        real, simulated = await self.tell(SHOWS)
        return parse_balancer(real, NOON), parse_balancer(simulated, NOON)

    async def agree(self, *, member: str = "db1", status: str = "") -> None:
        """Wait until both tell the same of all members, and that of one; fails with what differs."""
        loop = asyncio.get_running_loop()
        end = loop.time() + DEADLINE_S
        while True:
            self.simulated.machine.clock.advance(2.0)
            readings = await self.readings()
            real, simulated = [facts(one) for one in readings]
            if real == simulated and readings[0].backends[0].server(member).status.startswith(status):
                return
            assert loop.time() < end, {
                key: (real[key], simulated[key]) for key in real if real[key] != simulated[key]
            }
            await asyncio.sleep(0.05)

    def well(self, name: str, *, is_well: bool) -> None:
        """Let the node behind a member pass its check, or not."""
        self.real.members[name].answer = "200 OK" if is_well else "503 Service Unavailable"
        self.simulated.members[name].server.set_desync(on=not is_well)


def facts(reading: BalancerReading) -> dict[str, object]:
    """What must agree."""
    found: dict[str, object] = {"version": reading.version.split("-")[0]}
    for backend in reading.backends:
        found["backend"] = (backend.name, backend.status, backend.algorithm)
        for one in backend.servers:
            check = one.check
            found[one.name] = (one.status, one.state, one.admin, one.weight, one.initial_weight, one.serves)
            found[f"{one.name} check"] = (
                check.status,
                check.code,
                bool(check.said),
                check.took_ms is not None,
            )
            found[f"{one.name} downs"] = one.downs
    return found


@pytest.fixture
async def both() -> AsyncIterator[Both]:
    program, why = fetched()
    if program is None:
        pytest.skip(f"HAProxy is not here, and could not be fetched: {why}")
    assert isinstance(program, Path)
    practice = build_balanced(Clock(runs=False))
    async with local_balancer(program) as real:
        both = Both(real, practice.balancers["lb1"])
        async with asyncio.timeout(DEADLINE_S):
            while True:
                if (await both.tell("show info"))[0]:
                    break
                await asyncio.sleep(0.02)
        yield both


async def test_orders_checks_and_refusals_are_answered_alike(both: Both) -> None:
    await both.agree()
    for line in ORDERS:
        real, simulated = await both.tell(line)
        assert real == simulated, line
        await both.agree()
    for line in REFUSED:
        real, simulated = await both.tell(line)
        assert real == simulated, line
    both.well("db2", is_well=False)
    await both.agree(member="db2", status="DOWN")
    await both.tell("set server orders/db2 state drain")
    await both.agree()
    await both.tell("set server orders/db2 state ready")
    both.well("db2", is_well=True)
    await both.agree()
