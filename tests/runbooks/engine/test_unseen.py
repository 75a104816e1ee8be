"""A command whose end was not seen: its host is read, nothing is guessed, nothing runs twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from runbooks.engine.api import ActUnseen, Ending, JobRead, Outcome, Retry, RunEnded, Stop, Undo
from runbooks.engine.work import job_id
from runbooks.journal.entries import Kind
from runbooks.journal.port import Filter
from runbooks.model import Act
from systems.errors import Unreachable
from systems.galera.readings import NodeSurvey
from systems.shell import Command, JobState
from tests.builders import a_node, a_stopped_node
from tests.runbooks.clocks import HandClock
from tests.runbooks.doubles import World
from tests.runbooks.engine.books import (
    BOOTSTRAP,
    CATALOGUE,
    COUNT,
    PREPARE,
    START,
    STOP,
    a_book_of,
    a_last_step,
    a_step,
    a_world,
    prepare_step,
)
from tests.runbooks.rigs import Rig


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def rig(tmp_path: Path, world: World) -> Rig:
    return Rig(tmp_path, world, CATALOGUE, node=lambda name, clock: a_stopped_node(name, at=clock.now()))


@pytest.mark.parametrize("cut", ["before", "after", "timeout", "running"])
async def test_a_cut_link_is_resolved_by_reading_and_the_command_runs_once(
    rig: Rig, world: World, cut: str
) -> None:
    world["db1"].cut(cut)
    steering = rig.steering()
    result = await rig.engine.run(a_book_of(a_last_step()), "orders", {}, steering)
    assert result.ending is Ending.DONE
    assert world.ran == [f"db1: {BOOTSTRAP}"]
    assert len(steering.cards) == 1
    assert any(isinstance(event, ActUnseen) for event in steering.events)


async def test_a_running_command_is_followed_to_its_end(rig: Rig, world: World) -> None:
    world["db1"].cut("running")
    steering = rig.steering()
    await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    states = [event.state for event in steering.events if isinstance(event, JobRead)]
    assert states == [JobState.RUNNING, JobState.RUNNING, JobState.ENDED]
    outcomes = list(rig.journal.entries(Filter(kinds=frozenset({Kind.OUTCOME}), host="db1")))
    told = [entry.data for entry in outcomes if entry.step == "start:db1"]
    assert [(data.get("error"), data.get("status"), data.get("read")) for data in told] == [
        ("TimedOut", None, None),
        (None, 0, True),
    ]


async def test_a_host_that_cannot_be_asked_is_asked_until_it_can(rig: Rig, world: World) -> None:
    world["db1"].cut("after")
    world["db1"].deaf(5)
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, rig.steering())
    assert result.ending is Ending.DONE
    assert world.ran == [f"db1: {START}"]


async def test_a_host_that_stays_away_leaves_the_step_unknown_and_a_retry_reads_again(
    rig: Rig, world: World
) -> None:
    world["db1"].cut("after")
    world["db1"].deaf(10_000)
    steering = rig.steering(failures={"start:db1": [Retry()]}, after_failure=lambda _: world["db1"].deaf(0))
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert result.ending is Ending.DONE
    [failure] = steering.failed_with
    assert failure.outcome is Outcome.UNKNOWN
    assert failure.job.endswith(".0.1")
    assert "cannot be asked whether" in failure.sentence
    assert world.ran == [f"db1: {START}"]
    assert "unknown start:db1" in rig.kinds()


async def test_a_lost_command_that_worked_is_done(rig: Rig, world: World) -> None:
    world["db1"].cut("lost")
    result = await rig.engine.run(a_book_of(a_last_step()), "orders", {}, rig.steering())
    assert result.ending is Ending.DONE


async def test_a_command_that_its_host_forgot_and_that_worked_is_done(rig: Rig, world: World) -> None:
    world["db1"].cut("forgotten")
    result = await rig.engine.run(a_book_of(a_last_step()), "orders", {}, rig.steering())
    assert result.ending is Ending.DONE
    assert world.ran == [f"db1: {BOOTSTRAP}"]


async def test_a_command_that_its_host_forgot_is_never_sent_again_by_itself(rig: Rig, world: World) -> None:
    world["db1"].cut("forgotten before")
    steering = rig.steering(failures={"bootstrap:db1": [Retry(act=False)]})
    result = await rig.engine.run(a_book_of(a_last_step()), "orders", {}, steering)
    assert result.ending is Ending.STOPPED
    assert len(steering.failed_with) == 2
    assert steering.failed_with[0].outcome is Outcome.FAILED
    assert "knows nothing of 'galera_new_cluster'" in steering.failed_with[0].sentence
    assert world.ran == []
    resumed = await rig.engine.resume(result.run, {"few": a_book_of(a_last_step())}, rig.steering())
    assert (resumed.ending, world.ran) == (Ending.STOPPED, [])


async def test_a_host_is_told_when_the_command_that_it_is_asked_about_was_ordered(
    rig: Rig, world: World
) -> None:
    world["db1"].cut("after")
    await rig.engine.run(a_book_of(a_step()), "orders", {}, rig.steering())
    changes = rig.journal.entries(Filter(kinds=frozenset({Kind.CHANGE}), host="db1"))
    [ordered] = [entry for entry in changes if entry.step == "start:db1"]
    assert list(world["db1"].orders.values()) == [ordered.at]


async def test_a_lost_irreversible_command_is_never_sent_again_by_itself(rig: Rig, world: World) -> None:
    world["db1"].cut("lost before")
    steering = rig.steering()
    result = await rig.engine.run(a_book_of(a_last_step()), "orders", {}, steering)
    assert result.ending is Ending.STOPPED
    assert steering.failed_with[0].outcome is Outcome.FAILED
    assert "began 'galera_new_cluster' and lost it" in steering.failed_with[0].sentence
    assert world.ran == []


async def test_an_explicit_retry_of_a_lost_command_asks_for_the_name_again(rig: Rig, world: World) -> None:
    world["db1"].cut("lost before")
    steering = rig.steering(failures={"bootstrap:db1": [Retry()]})
    result = await rig.engine.run(a_book_of(a_last_step()), "orders", {}, steering)
    assert result.ending is Ending.DONE
    assert [(card.attempt, card.name_to_type) for card in steering.cards] == [(1, "db1"), (2, "db1")]
    assert world.ran == [f"db1: {BOOTSTRAP}"]


async def test_a_command_that_never_began_late_is_judged_again_first(tmp_path: Path, world: World) -> None:
    def node(name: str, clock: HandClock) -> NodeSurvey:
        late = world["db1"]._deaf == 0 and bool(world["db1"].asked) and world.clock.steady_s() > 1020
        return a_node(name, at=clock.now()) if late else a_stopped_node(name, at=clock.now())

    rig = Rig(tmp_path, world, CATALOGUE, node=node)
    world["db1"].cut("before")
    world["db1"].deaf(20)
    steering = rig.steering()
    await rig.engine.run(a_book_of(a_last_step()), "orders", {}, steering)
    assert steering.failed_with[0].outcome is Outcome.BLOCKED
    assert steering.failed_with[0].sentence.startswith("REC-01 holds")
    assert world.ran == []


async def test_each_command_of_a_step_is_sent_again_when_it_never_began_however_many_there_are(
    rig: Rig, world: World
) -> None:
    lines = [f"mkdir /srv/{number}" for number in range(6)]
    step = a_step(acts=(*(Act("db1", Command(line)) for line in lines), *a_step().acts))
    world["db1"].cut(*["before", "none"] * len(lines))
    result = await rig.engine.run(a_book_of(step), "orders", {}, rig.steering())
    assert result.ending is Ending.DONE
    assert world["db1"].ran == [*lines, START]


async def test_a_command_that_never_begins_is_not_sent_for_ever(rig: Rig, world: World) -> None:
    world["db1"].cut(*["before"] * 9)
    steering = rig.steering()
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert result.ending is Ending.STOPPED
    assert "never began" in steering.failed_with[0].sentence
    assert world.ran == []


async def test_a_host_that_refuses_has_not_begun_it(rig: Rig, world: World) -> None:
    world["db1"].cut("refused")
    steering = rig.steering(failures={"start:db1": [Retry()]})
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert steering.failed_with[0].sentence == "db1 did not begin it: db1: no route"
    assert result.ending is Ending.DONE
    assert world.ran == [f"db1: {START}"]


async def test_undo_reads_the_pending_command_first(rig: Rig, world: World) -> None:
    world["db1"].cut("after")
    world["db1"].deaf(10_000)
    steering = rig.steering(failures={"start:db1": [Undo()]}, after_failure=lambda _: world["db1"].deaf(0))
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert result.ending is Ending.UNDONE
    assert world.ran == [f"db1: {START}", f"db1: {STOP}"]


async def test_undo_of_what_may_be_running_does_not_begin(rig: Rig, world: World) -> None:
    world["db1"].cut("after")
    world["db1"].deaf(10_000)
    steering = rig.steering(failures={"start:db1": [Undo(), Stop()]})
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert result.ending is Ending.STOPPED
    assert world.ran == [f"db1: {START}"]


async def test_a_cancelled_command_is_left_to_its_host_and_written_down(rig: Rig, world: World) -> None:
    world["db1"].cut("hang")
    steering = rig.steering()
    task = asyncio.create_task(rig.engine.run(a_book_of(a_step()), "orders", {}, steering))
    await asyncio.wait_for(world["db1"].hangs.wait(), 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    [ended] = [event.result for event in steering.events if isinstance(event, RunEnded)]
    assert (ended.ending, ended.sentence) == (Ending.STOPPED, "interrupted by the operator")
    assert "left to db1, where it may be running" in ended.note
    assert rig.kinds()[-2:] == ["unknown start:db1", "run-ended"]
    assert rig.leases.holder("orders") is not None  # until it expires: the command may be running
    world["db1"].jobs[_job(ended.run)].polls = 3
    world.clock.turn(121)
    book = a_book_of(a_step())
    again = await rig.engine.resume(ended.run, {"few": book}, rig.steering())
    assert again.ending is Ending.DONE
    assert world.ran == [f"db1: {START}"]


def _job(run: str) -> str:
    return job_id(run, "start:db1", 0, 1)


async def test_the_rest_of_a_step_goes_on_by_itself_once_the_truth_is_known(rig: Rig, world: World) -> None:
    world["db1"].cut("after", "before")
    steering = rig.steering()
    result = await rig.engine.run(a_book_of(prepare_step()), "orders", {}, steering)
    assert result.ending is Ending.DONE
    assert world["db1"].ran == [PREPARE, COUNT]
    assert len(steering.cards) == 1


async def test_a_dead_host_is_a_failure_with_its_sentence(rig: Rig, world: World) -> None:
    def dies(_: object) -> None:
        world["db1"].down = Unreachable("db1: no route to host")

    steering = rig.steering(meanwhile=dies)
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert result.ending is Ending.STOPPED
    assert steering.failed_with[0].sentence == "db1 did not begin it: db1: no route to host"
