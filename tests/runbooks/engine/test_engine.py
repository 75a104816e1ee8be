"""A run from its plan to its end: what is asked, told, done and written down, in which order."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from runbooks.engine.api import (
    Confirmation,
    Ending,
    Go,
    HandOver,
    Limits,
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
from runbooks.model import Plan, Refusal
from systems.galera.readings import NodeSurvey
from tests.builders import a_node, a_stopped_node
from tests.runbooks.clocks import HandClock
from tests.runbooks.doubles import World
from tests.runbooks.engine.books import (
    BOOTSTRAP,
    CATALOGUE,
    COUNT,
    PREPARE,
    PROVE,
    RECOVER,
    SECRET_INPUT,
    START,
    STOP,
    a_book,
    a_book_of,
    a_last_step,
    a_step,
    a_world,
    prepare_step,
    recover_step,
    secret_step,
)
from tests.runbooks.rigs import Rig, ScriptedSteering


def a_node_of(name: str, clock: HandClock) -> NodeSurvey:
    return a_stopped_node(name, at=clock.now())


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def rig(tmp_path: Path, world: World) -> Rig:
    return Rig(tmp_path, world, CATALOGUE, node=a_node_of)


async def test_a_dry_run_plans_and_changes_nothing(rig: Rig, world: World) -> None:
    plan = await rig.engine.prepare(a_book(), "orders", {})
    assert isinstance(plan, Plan)
    assert [step.key for step in plan.steps] == ["prepare", "recover:db2"]
    assert world.ran == []
    assert rig.kinds() == ["armed"]


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


async def test_a_read_only_session_begins_nothing(tmp_path: Path, world: World) -> None:
    rig = Rig(tmp_path, world, CATALOGUE, node=a_node_of, armed=False)
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, rig.steering())
    assert result.ending is Ending.REFUSED
    assert "this session is read-only" in result.sentence
    assert world.ran == []


async def test_a_book_that_only_reads_needs_no_arming(tmp_path: Path, world: World) -> None:
    rig = Rig(tmp_path, world, CATALOGUE, armed=False)
    result = await rig.engine.run(a_book_of(PROVE), "orders", {}, rig.steering())
    assert result.ending is Ending.DONE
    assert world.ran == []


async def test_a_refused_plan_is_written_down(rig: Rig) -> None:
    refusal = Refusal("a Primary is alive", ("db1 is Primary",), "start the others")
    result = await rig.engine.run(a_book(lambda *_: refusal), "orders", {}, rig.steering())
    assert (result.ending, result.refusal) == (Ending.REFUSED, refusal)
    [*_, entry] = rig.journal.entries()
    assert (entry.kind, entry.data["sentence"]) == (Kind.REFUSED, "a Primary is alive")


async def test_another_plan_than_the_approved_one_is_refused(rig: Rig, world: World) -> None:
    approved = await rig.engine.prepare(a_book_of(a_step()), "orders", {})
    assert isinstance(approved, Plan)
    other = a_book_of(a_step(line="systemctl start mysql"))
    result = await rig.engine.run(other, "orders", {}, rig.steering(), approved=approved)
    assert result.ending is Ending.REFUSED
    assert result.refusal is not None
    assert result.refusal.evidence == (
        "- start:db1 acts: db1: systemctl start mariadb",
        "+ start:db1 acts: db1: systemctl start mysql",
    )
    assert world.ran == []


async def test_a_blocking_gotcha_blocks_with_its_evidence(tmp_path: Path, world: World) -> None:
    rig = Rig(tmp_path, world, CATALOGUE)
    steering = rig.steering()
    result = await rig.engine.run(a_book_of(a_last_step()), "orders", {}, steering)
    assert result.ending is Ending.STOPPED
    [failure] = steering.failed_with
    assert failure.outcome is Outcome.BLOCKED
    assert failure.sentence == "REC-01 holds: db1, db2, db3 runs"
    assert [one.id for one in failure.judged] == ["REC-01"]
    assert steering.cards == []
    assert world.ran == []


async def test_an_unknown_gotcha_blocks_as_well(tmp_path: Path, world: World) -> None:
    def fails(_: object) -> None:
        raise KeyError("db9")

    broken = {"REC-01": CATALOGUE["REC-01"].__class__("REC-01", "", "", "", "", 2, "", fails, blocks=True)}  # type: ignore[arg-type]
    rig = Rig(tmp_path, world, broken, node=a_node_of)
    steering = rig.steering()
    await rig.engine.run(a_book_of(a_last_step()), "orders", {}, steering)
    assert "is not known to be absent: its detector failed" in steering.failed_with[0].sentence
    assert world.ran == []


async def test_a_point_of_no_return_is_judged_again_after_the_confirmation(
    tmp_path: Path, world: World
) -> None:
    alive: list[str] = []

    def node(name: str, clock: HandClock) -> NodeSurvey:
        return a_node(name, at=clock.now()) if name in alive else a_stopped_node(name, at=clock.now())

    rig = Rig(tmp_path, world, CATALOGUE, node=node)
    steering = rig.steering(meanwhile=lambda _: alive.append("db3"))
    await rig.engine.run(a_book_of(a_last_step()), "orders", {}, steering)
    assert steering.failed_with[0].sentence == "REC-01 holds: db3 runs"
    assert world.ran == []


async def test_a_survey_that_is_too_old_blocks(tmp_path: Path, world: World) -> None:
    start = world.clock.now()
    rig = Rig(tmp_path, world, CATALOGUE, node=lambda name, _: a_stopped_node(name, at=start))
    world.clock.turn(31)
    steering = rig.steering()
    await rig.engine.run(a_book_of(a_last_step()), "orders", {}, steering)
    assert "the survey is 31 s old" in steering.failed_with[0].sentence
    assert world.ran == []


@pytest.mark.parametrize("typed", ["", "DB1", "db1 ", "db3"])
async def test_the_name_is_compared_exactly(rig: Rig, world: World, typed: str) -> None:
    steering = rig.steering(confirms={"bootstrap:db1": [Go(typed)]})
    result = await rig.engine.run(a_book_of(a_last_step()), "orders", {}, steering)
    assert result.ending is Ending.STOPPED
    assert f"{typed!r} was typed, and the name is 'db1'" in steering.failed_with[0].sentence
    assert world.ran == []


async def test_a_slow_confirmation_has_the_step_checked_again(rig: Rig, world: World) -> None:
    def somebody_starts_it(_: StepCard) -> None:
        world["db1"].files["/srv/up"] = ""
        world.clock.turn(6)

    steering = rig.steering(meanwhile=somebody_starts_it)
    await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert steering.failed_with[0].sentence == "db1 has /srv/up"
    assert world.ran == []


async def test_a_check_that_cannot_be_asked_blocks(rig: Rig, world: World) -> None:
    async def broken(_: object) -> None:
        raise RuntimeError("oops")

    steering = rig.steering()
    await rig.engine.run(a_book_of(a_step(check=broken)), "orders", {}, steering)
    assert "the check itself failed" in steering.failed_with[0].sentence
    assert world.ran == []


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


async def test_a_secret_reaches_the_host_and_nothing_else(rig: Rig, world: World, tmp_path: Path) -> None:
    world["db1"].on(
        "mariadb", lambda host: host.files.update({"/srv/up": ""}) or (0, f"said {host.inputs[-1]}")
    )
    book = a_book_of(secret_step(), inputs=(SECRET_INPUT,))
    steering = rig.steering()
    result = await rig.engine.run(book, "orders", {"password": "hunter's22"}, steering)
    assert result.ending is Ending.DONE
    assert world["db1"].inputs == ["ALTER USER sst IDENTIFIED BY 'hunter''s22'"]
    rig.journal.close()
    assert not files_with(tmp_path, b"hunter")
    assert "hunter" not in repr(steering.cards)


def files_with(folder: Path, text: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()]


async def test_a_secret_in_a_command_line_is_refused(rig: Rig, world: World) -> None:
    bad = a_step(line="mysql -p«secret:password»")
    result = await rig.engine.run(
        a_book_of(bad, inputs=(SECRET_INPUT,)), "orders", {"password": "hunter22"}, rig.steering()
    )
    assert result.ending is Ending.REFUSED
    assert "a secret stands in a command line" in result.sentence
    assert world.ran == []


async def test_inputs_are_checked_before_anything(rig: Rig) -> None:
    plan = await rig.engine.prepare(a_book_of(PROVE), "orders", {"colour": "red"})
    assert isinstance(plan, Refusal)
    assert "few has no such input" in plan.sentence


async def test_a_step_without_its_gotcha_in_the_catalogue_is_refused(tmp_path: Path, world: World) -> None:
    plan = await Rig(tmp_path, world, {}).engine.prepare(a_book_of(a_last_step()), "orders", {})
    assert isinstance(plan, Refusal)
    assert "the gotcha REC-01 is not in the catalogue" in plan.sentence


async def test_an_arming_that_runs_out_blocks_the_next_change(rig: Rig, world: World) -> None:
    steering = rig.steering(meanwhile=lambda _: world.clock.turn(5, day_s=5 * 3600))
    await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert "the time of arming has run out" in steering.failed_with[0].sentence
    assert world.ran == []


async def test_a_lease_that_is_broken_stops_before_the_next_change(rig: Rig, world: World) -> None:
    steering = rig.steering(meanwhile=lambda card: card.number == 2 and rig.leases.break_up("orders", "mine"))
    result = await rig.engine.run(a_book_of(a_step(), a_step("start:db2", "db2")), "orders", {}, steering)
    assert result.ending is Ending.STOPPED
    assert "the lease of orders is lost" in result.sentence
    assert world.ran == [f"db1: {START}"]


async def test_a_full_disk_stops_before_the_next_change(rig: Rig, world: World) -> None:
    def fill(card: StepCard) -> None:
        if card.number == 2:
            with rig.journal.store.read() as link:
                link.execute(
                    "CREATE TEMP TRIGGER full BEFORE INSERT ON main.entry "
                    "BEGIN SELECT RAISE(ABORT, 'full'); END"
                )

    result = await rig.engine.run(
        a_book_of(a_step(), a_step("start:db2", "db2")), "orders", {}, rig.steering(meanwhile=fill)
    )
    assert result.ending is Ending.STOPPED
    assert "Nothing was changed" in result.sentence
    assert world.ran == [f"db1: {START}"]


async def test_an_operator_can_stop_at_any_card(rig: Rig, world: World) -> None:
    steering = rig.steering(confirms={"start:db1": [Stop("lunch")]})
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, steering)
    assert (result.ending, world.ran) == (Ending.STOPPED, [])
    [ended] = rig.journal.entries(Filter(kinds=frozenset({Kind.RUN_ENDED})))
    assert ended.data["sentence"] == "stopped at: start db1. lunch"


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
