"""A run from its plan to its end: what is asked, told, done and written down, in which order."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from runbooks.engine.api import (
    Confirmation,
    Ending,
    Go,
    Limits,
    StepCard,
)
from runbooks.model import Plan
from systems.errors import SystemsError, TimedOut, Unreachable
from systems.galera.readings import NodeSurvey
from tests.builders import without_ssh
from tests.runbooks.clocks import HandClock
from tests.runbooks.doubles import World
from tests.runbooks.engine.books import (
    BOOTSTRAP,
    CATALOGUE,
    COUNT,
    PREPARE,
    RECOVER,
    START,
    a_book,
    a_book_of,
    a_node_of,
    a_step,
    recover_step,
)
from tests.runbooks.rigs import Rig, ScriptedSteering


async def test_a_dry_run_plans_and_changes_nothing(rig: Rig, world: World) -> None:
    plan = await rig.engine.prepare(a_book(), "orders", {})
    assert isinstance(plan, Plan)
    assert [step.key for step in plan.steps] == ["prepare", "recover:db2"]
    assert world.ran == []
    assert rig.kinds() == ["armed"]


@pytest.mark.parametrize(("error", "looks"), [(TimedOut("db2: late"), 2), (Unreachable("db2: no route"), 1)])
async def test_a_host_that_was_only_too_slow_is_looked_at_again_before_a_plan_is_made(
    tmp_path: Path, world: World, error: SystemsError, looks: int
) -> None:
    seen: list[str] = []

    def busy_at_first(name: str, clock: HandClock) -> NodeSurvey:
        seen.append(name)
        return without_ssh(a_node_of(name, clock), error if seen.count("db2") < 2 else None)

    rig = Rig(tmp_path, world, CATALOGUE, node=busy_at_first)
    await rig.engine.prepare(a_book(), "orders", {})
    assert rig.surveyor.looks == looks


async def test_a_whole_run_is_done_and_written_down_in_order(rig: Rig, world: World) -> None:
    steering = rig.steering()
    result = await rig.engine.run(a_book(), "orders", {}, steering)
    assert (result.ending, result.sentence) == (Ending.DONE, "6 steps done and verified")
    assert world.ran == [
        f"db1: {PREPARE}",
        f"db1: {COUNT}",
        f"db1: {BOOTSTRAP}",
        f"db2: {RECOVER}",
        f"db2: {START}",
        f"db3: {START}",
    ]
    assert steering.ended == [
        "prepare done",
        "recover:db2 done",
        "bootstrap:db1 done",
        "start:db2 done",
        "start:db3 done",
        "prove done",
    ]
    steps = [line for line in rig.kinds() if "lease" not in line]
    assert steps[:12] == [
        "armed",
        "run-begun",
        "survey",
        "plan",
        "step-begun prepare",
        "change prepare",
        "outcome prepare",
        "change prepare",
        "outcome prepare",
        "verified prepare",
        "step-begun recover:db2",
        "change recover:db2",
    ]
    assert steps[-1] == "run-ended"
    assert rig.journal.verify().holds
    assert rig.leases.live() == ()


async def test_hosts_are_marked_while_the_run_lasts(rig: Rig, world: World) -> None:
    marks: list[str] = []
    steering = rig.steering(
        meanwhile=lambda _: marks.append(world["db2"].files["/run/quarterdeck/lease-orders"])
    )
    await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert "owner: ana@bastion1\n" in marks[0]
    assert "what: few\n" in marks[0]
    assert all("/run/quarterdeck/lease-orders" not in host.files for host in world.values())


async def test_a_marker_of_another_bastion_refuses(rig: Rig, world: World) -> None:
    world["db3"].files["/run/quarterdeck/lease-orders"] = (
        "owner: ben@bastion2\nrun: r9\nwhat: galera-recover\n"
        "since: 2026-11-22T11:59:00+00:00\nexpires: 2026-11-22T12:59:00+00:00\n"
    )
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, rig.steering())
    assert result.ending is Ending.REFUSED
    assert "db3 is marked as being changed by ben@bastion2" in result.sentence
    assert world.ran == []
    assert rig.leases.live() == ()


async def test_an_expired_marker_is_replaced(rig: Rig, world: World) -> None:
    world["db3"].files["/run/quarterdeck/lease-orders"] = (
        "owner: ben@bastion2\nrun: r9\nwhat: x\n"
        "since: 2026-11-22T08:00:00+00:00\nexpires: 2026-11-22T09:00:00+00:00\n"
    )
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, rig.steering())
    assert result.ending is Ending.DONE


@pytest.mark.parametrize("how", ["broken", "given back"])
async def test_a_marker_of_a_run_that_has_no_lease_any_more_is_replaced(
    rig: Rig, world: World, how: str
) -> None:
    """A broken lease is broken on the hosts too, and one given back while a host was away stops nobody."""
    world["db3"].files["/run/quarterdeck/lease-orders"] = (
        "owner: ben@bastion1\nrun: r9\nwhat: galera-recover\n"
        "since: 2026-11-22T11:59:00+00:00\nexpires: 2026-11-22T12:59:00+00:00\n"
    )
    lease = rig.leases.take("orders", run="r9", what="galera-recover")
    if how == "broken":
        rig.leases.break_up("orders", "its console burnt down")
    else:
        rig.leases.release(lease)
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, rig.steering())
    assert result.ending is Ending.DONE
    assert "/run/quarterdeck/lease-orders" not in world["db3"].files


async def test_a_marker_that_nobody_understands_refuses(rig: Rig, world: World) -> None:
    world["db3"].files["/run/quarterdeck/lease-orders"] = "hands off!"
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, rig.steering())
    assert result.ending is Ending.REFUSED
    assert "is not understood" in result.sentence


async def test_a_lease_of_another_console_refuses(rig: Rig, world: World) -> None:
    rig.leases.take("orders", run="r9", what="galera-recover")
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, rig.steering())
    assert result.ending is Ending.REFUSED
    assert "orders is being changed by ana on bastion1" in result.sentence
    assert world.ran == []


async def test_the_lease_is_renewed_while_the_operator_thinks(tmp_path: Path, world: World) -> None:
    limits = Limits(heartbeat_s=0.01)
    rig = Rig(tmp_path, world, CATALOGUE, node=a_node_of, limits=limits)
    steering = ThinkingSteering(rig, world)
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert result.ending is Ending.DONE
    assert steering.renewed


class ThinkingSteering(ScriptedSteering):
    """Answers when its lease has been renewed."""

    renewed = False

    def __init__(self, rig: Rig, world: World) -> None:
        super().__init__()
        self._rig, self._world = rig, world

    async def confirm(self, card: StepCard) -> Confirmation:
        self._world.clock.turn(3)
        wanted = self._world.clock.now()
        async with asyncio.timeout(20):
            while not self.renewed:
                await asyncio.sleep(0.01)
                held = self._rig.leases.holder("orders")
                self.renewed = held is not None and held.heartbeat >= wanted
        return Go()


async def test_a_plan_that_comes_no_further_after_its_own_last_step_is_no_end(rig: Rig, world: World) -> None:
    result = await rig.engine.run(a_book_of(recover_step()), "orders", {}, rig.steering())
    assert result.ending is Ending.STOPPED
    assert 'after "recover the position of db2" the same was planned again: as scripted' in result.sentence
    assert world.ran == [f"db2: {RECOVER}"]
