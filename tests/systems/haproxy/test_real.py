"""A real HAProxy, asked and changed as the console does it: what it is told, it then says of itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from runbooks.vips.change import Wish, carry_out, sessions_left, why_refused
from runbooks.vips.look import Member, VipLook, members, verdict
from systems.haproxy.readings import ServerState
from systems.haproxy.socket import StatsSocket
from tests.builders import a_node, a_survey
from tests.lab.balancer import LocalBalancer, fetched, local_balancer
from tests.reading_builders import NOON

pytestmark = pytest.mark.servers
DEADLINE_S = 20.0
ALL_WELL = "3 of 3 members serve"


@pytest.fixture(scope="module")
def program() -> Path:
    """HAProxy's files; the test is left out where they cannot be had."""
    where, why = fetched()
    if where is None:
        pytest.skip(f"HAProxy is not here, and could not be fetched: {why}")
    return where


@pytest.fixture
async def balancer(program: Path) -> AsyncIterator[LocalBalancer]:
    async with local_balancer(program) as running:
        await all_well(running)
        yield running


def socket_of(balancer: LocalBalancer) -> StatsSocket:
    return StatsSocket(balancer.here, balancer.socket)


async def look(balancer: LocalBalancer) -> VipLook:
    survey = a_survey(*(a_node(name) for name in balancer.members))
    return VipLook("orders-vip", NOON, (await socket_of(balancer).look(),), survey)


async def all_well(balancer: LocalBalancer) -> None:
    """Every member has passed its first check."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            whole = await look(balancer)
            checked = all(one.server.check.status == "L7OK" for one in members(whole))
            if checked and verdict(whole)[1] == ALL_WELL:
                return
            await asyncio.sleep(0.05)


async def until(balancer: LocalBalancer, states: dict[str, ServerState]) -> tuple[Member, ...]:
    async with asyncio.timeout(DEADLINE_S):
        while True:
            found = members(await look(balancer))
            told = {one.server.name: one.server.state for one in found}
            if found and all(told[name] is state for name, state in states.items()):
                return found
            await asyncio.sleep(0.05)


async def until_none_left(member: Member, balancer: LocalBalancer) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while True:
            if await sessions_left(member, socket_of(balancer)) == 0:
                return
            await asyncio.sleep(0.05)


async def wish(balancer: LocalBalancer, name: str, text: str) -> Wish:
    """Carry it out on the only balancer, verified; what undoes it."""
    target = next(one for one in members(await look(balancer)) if one.server.name == name)
    done = await carry_out(Wish.of(text), [target], {"lb1": socket_of(balancer)}, balancer.hands)
    assert [one.problem for one in done] == [""]
    return done[0].undo


async def test_members_are_told_with_their_nodes_and_all_is_well(balancer: LocalBalancer) -> None:
    whole = await look(balancer)
    assert verdict(whole) == (0, ALL_WELL)
    assert [(one.server.name, one.host, one.server.check.status) for one in members(whole)] == [
        ("db1", "db1", "L7OK"),
        ("db2", "db2", "L7OK"),
        ("db3", "db3", "L7OK"),
    ]


async def test_a_member_whose_check_refuses_leaves_and_its_check_is_blamed(balancer: LocalBalancer) -> None:
    balancer.members["db2"].answer = "503 Service Unavailable"
    await until(balancer, {"db2": ServerState.DOWN})
    severity, sentence = verdict(await look(balancer))
    assert severity == 1
    assert sentence.startswith("2 of 3 members serve; db2 is out of the VIP though it is Synced")
    balancer.members["db2"].answer = "200 OK"
    await until(balancer, {"db2": ServerState.UP})


async def test_a_drained_member_keeps_its_session_and_gets_no_other_and_comes_back_by_undo(
    balancer: LocalBalancer,
) -> None:
    sessions = [await balancer.connect() for _ in range(3)]
    assert {name for name, _ in sessions} == {"db1", "db2", "db3"}
    undo = await wish(balancer, "db2", "drain")
    found = await until(balancer, {"db2": ServerState.DRAIN})
    member = next(one for one in found if one.server.name == "db2")
    assert await sessions_left(member, socket_of(balancer)) == 1
    assert "somebody drains it, 1 session left" in member.truth.sentence
    fresh = [await balancer.connect() for _ in range(6)]
    assert {name for name, _ in fresh} == {"db1", "db3"}
    next(writer for name, writer in sessions if name == "db2").close()
    await until_none_left(member, balancer)
    assert str(undo) == "ready"
    assert str(await wish(balancer, "db2", str(undo))) == "drain"
    await until(balancer, {"db2": ServerState.UP})
    for _, writer in (*sessions, *fresh):
        writer.close()


@pytest.mark.parametrize("text", ["maint", "drain", "weight=0", "weight=7"])
async def test_every_wish_is_verified_by_the_balancer_and_undone_by_its_own_undo(
    balancer: LocalBalancer, text: str
) -> None:
    before = next(one for one in members(await look(balancer)) if one.server.name == "db3").server
    undo = await wish(balancer, "db3", text)
    await wish(balancer, "db3", str(undo))
    found = await until(balancer, {"db3": ServerState.UP})
    after = next(one for one in found if one.server.name == "db3").server
    assert (after.weight, after.admin) == (before.weight, before.admin)


async def test_the_last_member_that_serves_is_not_taken_out_unasked(balancer: LocalBalancer) -> None:
    await wish(balancer, "db1", "maint")
    found = members(await look(balancer))
    assert why_refused(Wish.of("drain"), found[1:2], found) == ""
    await wish(balancer, "db2", "drain")
    left = members(await look(balancer))
    assert "db3 is the last member that serves on lb1" in why_refused(Wish.of("maint"), left[2:], left)
    assert why_refused(Wish.of("weight=5"), left[2:], left) == ""


async def test_a_member_that_is_not_there_is_not_told_as_done(
    balancer: LocalBalancer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runbooks.vips.change.VERIFY_S", 0.2)
    target = members(await look(balancer))[0]
    gone = replace(target, server=replace(target.server, name="db9"))
    done = await carry_out(Wish.of("drain"), [gone], {"lb1": socket_of(balancer)}, balancer.hands)
    assert "No such server" in done[0].problem
    assert "nothing more was changed" in done[0].problem
