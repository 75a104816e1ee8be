"""What stands between a plan and a change: gotchas, checks, names, age, arming, lease, journal, secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbooks.engine.api import (
    Ending,
    Go,
    Outcome,
    StepCard,
)
from runbooks.journal.entries import Kind
from runbooks.model import Plan, Refusal
from systems.galera.readings import NodeSurvey
from tests.builders import a_node, a_stopped_node
from tests.runbooks.clocks import HandClock
from tests.runbooks.doubles import World
from tests.runbooks.engine.books import (
    CATALOGUE,
    PROVE,
    SECRET_INPUT,
    START,
    a_book,
    a_book_of,
    a_last_step,
    a_node_of,
    a_step,
    secret_step,
)
from tests.runbooks.rigs import Rig


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
