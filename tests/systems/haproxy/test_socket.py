"""The stats socket is asked by the way that answers there; a host that never answers is told in its time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from systems.errors import NotUnderstood, Refused, SudoRefused, SystemsError, TimedOut, Unreachable
from systems.haproxy.readings import BalancerReading
from systems.haproxy.socket import StatsSocket, set_state, set_weight
from systems.readonly import is_read_only
from systems.shell import Output, Probe, Sink
from tests.reading_builders import NOON
from tests.systems.haproxy.builders import recorded

PATH = "/run/haproxy/admin.sock"
DENIED = '2026/11/28 11:06:33 socat[1] E connect(5, AF=1 "/run/haproxy/admin.sock", 25): Permission denied'
REFUSED = '2026/11/28 11:06:33 socat[486] E connect(, AF=1 "/run/haproxy/admin.sock", 25): Connection refused'


@dataclass
class Balancer:
    """A host on which only one of the ways to the socket answers."""

    answers: tuple[str, bool]
    """The program, and whether root runs it."""
    host: str = "lb1"
    tools: tuple[str, ...] = ("socat", "nc")
    sudo: bool = True
    asked: list[tuple[str, bool]] = field(default_factory=list)

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        del timeout_s
        tool = probe.line.rpartition("| ")[2].split()[0]
        self.asked.append((tool, probe.as_root))
        if probe.as_root and not self.sudo:
            raise SudoRefused("lb1: sudo is refused there", status=1)
        if tool not in self.tools:
            return Output("", f"sh: {tool}: not found", 127, NOON)
        if (tool, probe.as_root) != self.answers:
            return Output("", DENIED, 1, NOON)
        return Output(recorded("mysql"), "", 0, NOON)

    async def read_many(self, probes: Sequence[Probe], *, timeout_s: float = 10.0) -> tuple[Output, ...]:
        return tuple([await self.read(probe, timeout_s=timeout_s) for probe in probes])

    async def stream(self, probe: Probe, sink: Sink, *, timeout_s: float | None = None) -> int:
        raise NotImplementedError


class Stopped(Balancer):
    """Its HAProxy does not run; the socket's file is still there."""

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        await super().read(probe, timeout_s=timeout_s)
        return Output("", REFUSED, 1, NOON)


class Silent(Balancer):
    """It takes the question and never answers."""

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        await asyncio.Event().wait()
        raise AssertionError


class Away(Balancer):
    """Nobody is at that address."""

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        raise Unreachable("lb1: no route to it")


async def error_of(balancer: Balancer, timeout_s: float = 5.0) -> SystemsError:
    answer = (await StatsSocket(balancer, PATH).look(timeout_s=timeout_s)).answer
    assert isinstance(answer, SystemsError)
    return answer


@pytest.mark.parametrize("way", [("socat", False), ("nc", False), ("socat", True), ("nc", True)])
async def test_the_way_that_answers_is_found_once_and_kept(way: tuple[str, bool]) -> None:
    balancer = Balancer(way)
    socket = StatsSocket(balancer, PATH)
    assert isinstance((await socket.look()).answer, BalancerReading)
    balancer.asked.clear()
    assert isinstance((await socket.look()).answer, BalancerReading)
    assert balancer.asked == [way]
    command = socket.command(set_state("orders", "db2", "drain"))
    assert command.as_root is way[1]
    assert way[0] in command.line


async def test_a_socket_that_nobody_may_open_is_told_with_what_it_needs() -> None:
    error = await error_of(Balancer(("socat", True), sudo=False))
    assert isinstance(error, Refused)
    assert "lb1: HAProxy's stats socket /run/haproxy/admin.sock does not answer" in str(error)
    assert "Permission denied" in str(error)
    assert "sudo is refused there" in str(error)


async def test_an_haproxy_that_does_not_run_is_told_at_once_and_root_is_not_asked_for() -> None:
    balancer = Stopped(("socat", False))
    assert "admin.sock does not answer: Connection refused. It needs" in str(await error_of(balancer))
    assert balancer.asked == [("socat", False)]


async def test_what_a_program_that_is_there_said_is_told_before_one_that_is_missing() -> None:
    error = await error_of(Balancer(("nc", True), tools=("socat",)))
    assert "does not answer: Permission denied. It needs" in str(error)


async def test_where_sudo_is_refused_it_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    balancer = Balancer(("socat", True), sudo=False)
    socket = StatsSocket(balancer, PATH)
    first = (await socket.look()).answer
    assert [as_root for _, as_root in balancer.asked].count(True) == 1
    balancer.asked.clear()
    assert str((await socket.look()).answer) == str(first)
    assert balancer.asked == [("socat", False), ("nc", False)]
    monkeypatch.setattr("systems.haproxy.socket.ROOT_REST_S", 0.0)
    socket = StatsSocket(balancer, PATH)
    await socket.look()
    balancer.sudo = True
    assert isinstance((await socket.look()).answer, BalancerReading)


async def test_a_host_without_a_program_to_ask_with_is_told_so() -> None:
    assert "is not installed there" in str(await error_of(Balancer(("socat", False), tools=(), sudo=False)))


async def test_a_host_that_never_answers_is_told_within_its_time() -> None:
    assert isinstance(await error_of(Silent(("socat", False)), timeout_s=0.02), TimedOut)


async def test_a_host_that_is_away_is_not_tried_by_other_ways() -> None:
    assert isinstance(await error_of(Away(("socat", False))), Unreachable)


@pytest.mark.parametrize("said", [set_state("orders", "db1", "maint"), set_weight("orders", "db1", 0)])
def test_what_changes_a_server_passes_no_probe(said: str) -> None:
    command = StatsSocket(Balancer(("socat", False)), PATH).command(said)
    assert not is_read_only(command.line)
    with pytest.raises(ValueError, match="not a line that only reads"):
        Probe(command.line)


@pytest.mark.parametrize("weight", [-1, 257])
def test_a_weight_that_haproxy_does_not_know_is_refused(weight: int) -> None:
    with pytest.raises(ValueError, match="0 to 256"):
        set_weight("orders", "db1", weight)


@pytest.mark.parametrize("name", ["db1;clear counters", "db1 state maint", "db1\n", "", "$(x)"])
def test_a_name_from_a_host_never_becomes_an_order(name: str) -> None:
    with pytest.raises(NotUnderstood, match="no order is given"):
        set_state("orders", name, "drain")
    with pytest.raises(NotUnderstood, match="no order is given"):
        set_weight(name, "db1", 1)
