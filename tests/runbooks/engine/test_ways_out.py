"""What an operator can do at a step: retry, wait, leave out, undo, hand over, stop; and what comes of it."""

from __future__ import annotations

import asyncio

import pytest

from runbooks.engine.api import (
    Confirmation,
    Ending,
    HandOver,
    Outcome,
    Retry,
    RunEnded,
    Skip,
    StepCard,
    Stop,
    Undo,
)
from runbooks.journal.entries import Kind
from runbooks.journal.port import Filter
from runbooks.model import Context, Holds, Sighting
from tests.runbooks.doubles import World
from tests.runbooks.engine.books import (
    BOOTSTRAP,
    COUNT,
    PREPARE,
    RECOVER,
    START,
    STOP,
    a_book,
    a_book_of,
    a_last_step,
    a_step,
    prepare_step,
    recover_step,
)
from tests.runbooks.rigs import Rig, ScriptedSteering


async def test_a_bad_status_fails_and_the_rest_is_not_sent(rig: Rig, world: World) -> None:
    world["db1"].on(PREPARE, lambda _: (5, "no space left\n"))
    steering = rig.steering()
    result = await rig.engine.run(a_book_of(prepare_step()), "orders", {}, steering)
    assert steering.failed_with[0].outcome is Outcome.FAILED
    assert steering.failed_with[0].sentence == f"db1: {PREPARE} ended 5: no space left"
    assert world.ran == [f"db1: {PREPARE}"]
    assert "- prepare db1 is failed: " in result.note
    assert f"quarterdeck runbook resume {result.run}" in result.note


async def test_a_status_of_zero_is_not_green_by_itself(rig: Rig, world: World) -> None:
    world["db1"].on(START, lambda _: 0)
    steering = rig.steering()
    await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert steering.failed_with[0].outcome is Outcome.UNVERIFIED
    assert steering.failed_with[0].sentence == "unverified after 10 s: db1 has no /srv/up"


async def test_the_deadline_of_what_moves_counts_from_when_it_stood_still(rig: Rig, world: World) -> None:
    asked: list[float] = []

    async def grows_for_a_while(_: Context) -> Sighting:
        asked.append(rig.clock.steady_s())
        return Sighting(Holds.NO, f"{len(asked)} GB", moves=len(asked) <= 25)

    steering = rig.steering()
    await rig.engine.run(a_book_of(a_step(verify=grows_for_a_while)), "orders", {}, steering)
    assert steering.failed_with[0].outcome is Outcome.UNVERIFIED
    assert asked[-1] - asked[24] == 10.0
    assert len(asked) > 25


async def test_what_has_failed_for_good_is_not_waited_for(rig: Rig, world: World) -> None:
    begun_s = rig.clock.steady_s()

    async def is_broken(_: Context) -> Sighting:
        return Sighting(Holds.NO, "it is in ERROR", is_final=True)

    steering = rig.steering()
    await rig.engine.run(a_book_of(a_step(verify=is_broken)), "orders", {}, steering)
    assert steering.failed_with[0].outcome is Outcome.UNVERIFIED
    assert steering.failed_with[0].sentence == "unverified: it is in ERROR"
    assert rig.clock.steady_s() == begun_s


async def test_a_retry_verifies_first_and_acts_as_another_attempt(rig: Rig, world: World) -> None:
    world["db1"].on(START, lambda host: None if len(host.ran) == 1 else host.files.update({"/srv/up": ""}))
    steering = rig.steering(failures={"start:db1": [Retry()]})
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert result.ending is Ending.DONE
    assert world["db1"].ran == [START, START]
    assert [card.attempt for card in steering.cards] == [1, 2]
    assert len(world["db1"].jobs) == 2 + 2  # two attempts, the marker written and removed


async def test_a_retry_that_finds_it_done_sends_nothing(rig: Rig, world: World) -> None:
    world["db1"].on(START, lambda _: 0)
    steering = rig.steering(
        failures={"start:db1": [Retry()]},
        after_failure=lambda _: world["db1"].files.update({"/srv/up": ""}),
    )
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert result.ending is Ending.DONE
    assert world["db1"].ran == [START]


async def test_waiting_longer_sends_nothing(rig: Rig, world: World) -> None:
    world["db1"].on(START, lambda _: 0)
    steering = rig.steering(failures={"start:db1": [Retry(act=False), Retry(act=False)]})
    await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert world["db1"].ran == [START]
    assert len(steering.failed_with) == 3


async def test_skipping_needs_a_reason_and_a_step_that_allows_it(rig: Rig, world: World) -> None:
    steering = rig.steering(confirms={"start:db1": [Skip("db1 is being replaced")]})
    result = await rig.engine.run(a_book_of(a_step(), a_step("start:db2", "db2")), "orders", {}, steering)
    assert (result.ending, result.sentence) == (Ending.DONE, "1 steps done and verified, 1 left out")
    assert world.ran == [f"db2: {START}"]
    steering = rig.steering(confirms={"start:db1": [Skip(" ")]})
    await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert "needs a reason" in steering.failed_with[0].sentence
    steering = rig.steering(confirms={"start:db1": [Skip("please")]})
    await rig.engine.run(a_book_of(a_step(skippable=False)), "orders", {}, steering)
    assert "cannot be left out" in steering.failed_with[0].sentence


async def test_undo_from_here_goes_back_to_the_point_of_no_return(rig: Rig, world: World) -> None:
    world["db3"].on(START, lambda _: 3)
    steering = rig.steering(failures={"start:db3": [Undo("db3 is broken")]})
    steps = (prepare_step(), a_last_step(), a_step("start:db2", "db2"), a_step("start:db3", "db3"))
    result = await rig.engine.run(a_book_of(*steps), "orders", {}, steering)
    assert result.ending is Ending.UNDONE
    assert result.sentence.startswith("undone up to the point of no return: bootstrap db1")
    assert world["db2"].ran == [START, STOP]
    assert world["db3"].ran == [START, STOP]
    assert world["db1"].ran == [PREPARE, COUNT, BOOTSTRAP]
    assert [line for line in rig.kinds() if "undo" in line or "undone" in line] == [
        "undo-begun start:db3",
        "undone start:db3",
        "undo-begun start:db2",
        "undone start:db2",
    ]


async def test_an_undo_is_proven_by_the_check_of_its_step(rig: Rig, world: World) -> None:
    world["db1"].on(STOP, lambda _: 0)
    world["db2"].on(START, lambda _: 1)
    steering = rig.steering(failures={"start:db2": [Undo()]})
    steps = (a_step(), a_step("start:db2", "db2"))
    result = await rig.engine.run(a_book_of(*steps), "orders", {}, steering)
    assert result.ending is Ending.STOPPED
    assert steering.failed_with[-1].sentence == "undone, but not as before the step: db1 has /srv/up"


async def test_a_hand_over_ends_the_run_with_a_note(rig: Rig) -> None:
    steering = rig.steering(confirms={"bootstrap:db1": [HandOver("ben", "db3 is in the other room")]})
    result = await rig.engine.run(a_book(), "orders", {}, steering)
    assert result.ending is Ending.HANDED_OVER
    for words in (
        "For ben. db3 is in the other room",
        "- prepare db1: db1 has /srv/counted",
        "- bootstrap db1",
    ):
        assert words in result.note
    assert rig.leases.live() == ()


async def test_a_new_plan_that_refuses_stops_the_run(rig: Rig, world: World) -> None:
    world["db2"].on(RECOVER, lambda _: (0, "9999\n"))
    result = await rig.engine.run(a_book(), "orders", {}, rig.steering())
    assert result.ending is Ending.STOPPED
    assert result.sentence == "the rest cannot be planned: db2 is ahead of db1"
    assert f"db1: {BOOTSTRAP}" not in world.ran


async def test_an_output_that_is_not_understood_is_not_done(rig: Rig, world: World) -> None:
    world["db2"].on(RECOVER, lambda _: (0, ""))
    steering = rig.steering()
    await rig.engine.run(a_book_of(recover_step()), "orders", {}, steering)
    assert steering.failed_with[0].outcome is Outcome.UNVERIFIED


async def test_an_operator_can_stop_at_any_card(rig: Rig, world: World) -> None:
    steering = rig.steering(confirms={"start:db1": [Stop("lunch")]})
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert (result.ending, world.ran) == (Ending.STOPPED, [])
    [ended] = rig.journal.entries(Filter(kinds=frozenset({Kind.RUN_ENDED})))
    assert ended.data["sentence"] == "stopped at: start db1. lunch"


async def test_a_run_cancelled_at_a_card_ends_in_order(rig: Rig, world: World) -> None:
    asked = asyncio.Event()
    steering = ForeverSteering(asked)
    running = asyncio.create_task(rig.engine.run(a_book_of(a_step()), "orders", {}, steering))
    await asyncio.wait_for(asked.wait(), 20)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    [ended] = [event.result for event in steering.events if isinstance(event, RunEnded)]
    assert (ended.ending, ended.sentence) == (Ending.STOPPED, "interrupted by the operator")
    assert rig.leases.live() == ()
    assert world.ran == []
    assert all(not host.files for host in world.values())
    [summary] = await rig.engine.runs()
    assert summary.can_resume


class ForeverSteering(ScriptedSteering):
    """Never answers."""

    def __init__(self, asked: asyncio.Event) -> None:
        super().__init__()
        self._asked = asked

    async def confirm(self, card: StepCard) -> Confirmation:
        self._asked.set()
        await asyncio.Event().wait()
        return Stop()
