"""Taking a run up again: after a stop, a hand-over, a crash anywhere. Nothing runs twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbooks.engine.api import Ending, HandOver, Skip, Stop
from runbooks.journal.entries import Kind, Who
from runbooks.journal.port import Filter
from runbooks.model import Plan, Step
from tests.runbooks.doubles import Fuse, Killed, World
from tests.runbooks.engine.books import (
    BOOTSTRAP,
    CATALOGUE,
    COUNT,
    PREPARE,
    RECOVER,
    SECRET_INPUT,
    START,
    STOP,
    a_book,
    a_book_of,
    a_node_of,
    a_step,
    a_world,
    always,
    lacks,
    prepare_step,
    secret_step,
)
from tests.runbooks.journals import BEN
from tests.runbooks.rigs import Rig

BOOKS = {"whole": a_book()}
ALL_ONCE = sorted(
    [
        f"db1: {PREPARE}",
        f"db1: {COUNT}",
        f"db1: {BOOTSTRAP}",
        f"db2: {RECOVER}",
        f"db2: {START}",
        f"db3: {START}",
    ]
)


def a_rig(
    folder: Path, world: World, *, who: Who = BEN, fuse: Fuse | None = None, process: str = "new"
) -> Rig:
    return Rig(folder, world, CATALOGUE, who=who, fuse=fuse, node=a_node_of, process=process)


@pytest.fixture
def world() -> World:
    return a_world()


async def stopped_at(folder: Path, world: World, key: str) -> str:
    """A run that its operator stopped at that step's card; its id."""
    rig = a_rig(folder, world, process="old")
    result = await rig.engine.run(BOOKS["whole"], "orders", {}, rig.steering(confirms={key: [Stop("lunch")]}))
    rig.journal.close()
    return result.run


async def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path, world: World) -> None:
    run = await stopped_at(tmp_path, world, "start:db2")
    rig = a_rig(tmp_path, world)
    steering = rig.steering()
    result = await rig.engine.resume(run, BOOKS, steering)
    assert (result.ending, result.sentence) == (Ending.DONE, "6 steps done and verified")
    assert sorted(world.ran) == ALL_ONCE
    assert [card.step.key for card in steering.cards] == ["start:db2", "start:db3"]
    assert [(card.number, card.total) for card in steering.cards] == [(4, 6), (5, 6)]


async def test_a_run_that_was_handed_over_is_taken_up_by_its_heir(tmp_path: Path, world: World) -> None:
    rig = a_rig(tmp_path, world)
    steering = rig.steering(confirms={"bootstrap:db1": [HandOver("ben")]})
    run = (await rig.engine.run(BOOKS["whole"], "orders", {}, steering)).run
    ben = a_rig(tmp_path, world, who=BEN)
    assert (await ben.engine.resume(run, BOOKS, ben.steering())).ending is Ending.DONE
    [resumed] = ben.journal.entries(Filter(kinds=frozenset({Kind.RUN_RESUMED})))
    assert resumed.operator == "ben"


async def test_a_run_that_is_done_is_not_taken_up(tmp_path: Path, world: World) -> None:
    rig = a_rig(tmp_path, world)
    run = (await rig.engine.run(BOOKS["whole"], "orders", {}, rig.steering())).run
    result = await rig.engine.resume(run, BOOKS, rig.steering())
    assert result.ending is Ending.REFUSED
    assert result.sentence == f"run {run} has ended, done: 6 steps done and verified"


async def test_an_unknown_run_is_refused(tmp_path: Path, world: World) -> None:
    rig = a_rig(tmp_path, world)
    result = await rig.engine.resume("20261122-1200-nobody", BOOKS, rig.steering())
    assert (result.ending, result.sentence) == (Ending.REFUSED, "the journal knows no such run")


async def test_a_run_that_is_alive_elsewhere_is_refused_with_who_and_where(
    tmp_path: Path, world: World
) -> None:
    fuse = Fuse()
    rig = a_rig(tmp_path, world, fuse=fuse, process="the other console")

    def kill(_: object) -> None:
        fuse.blown = True

    with pytest.raises(Killed):
        await rig.engine.run(BOOKS["whole"], "orders", {}, rig.steering(meanwhile=kill))
    other = a_rig(tmp_path, world)
    [summary] = await other.engine.runs()
    assert (summary.ending, summary.alive_at != "") == ("alive", True)
    result = await other.engine.resume(summary.run, BOOKS, other.steering())
    assert result.ending is Ending.REFUSED
    assert f"run {summary.run} is alive: ben on bastion1" in result.sentence
    world.clock.turn(121)
    [summary] = await other.engine.runs()
    assert (summary.ending, summary.can_resume) == ("interrupted", True)
    assert (await other.engine.resume(summary.run, BOOKS, other.steering())).ending is Ending.DONE


async def test_a_runbook_that_plans_something_else_now_is_refused_and_shown(
    tmp_path: Path, world: World
) -> None:
    line = ["systemctl start mariadb"]
    book = a_book(lambda *_: _few(a_step(line=line[0])), name="few")
    rig = a_rig(tmp_path, world)
    steering = rig.steering(confirms={"start:db1": [Stop()]})
    run = (await rig.engine.run(book, "orders", {}, steering)).run
    line[0] = "systemctl start mysql"
    result = await rig.engine.resume(run, {"few": book}, rig.steering())
    assert result.ending is Ending.REFUSED
    assert "makes another plan now" in result.sentence
    assert result.refusal is not None
    assert "+ start:db1 acts: db1: systemctl start mysql" in result.refusal.evidence
    assert world.ran == []


def _few(*steps: Step) -> Plan:
    return Plan("few", "orders", "as scripted", steps)


async def test_a_runbook_whose_text_was_changed_is_refused(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await stopped_at(tmp_path, world, "start:db2")
    monkeypatch.setattr("runbooks.engine.restoring.runbook_digest", lambda _: "another text")
    rig = a_rig(tmp_path, world)
    result = await rig.engine.resume(run, BOOKS, rig.steering())
    assert result.ending is Ending.REFUSED
    assert "the runbook whole was changed since run" in result.sentence


async def test_what_was_done_and_no_longer_is_stops_with_its_reason(tmp_path: Path, world: World) -> None:
    run = await stopped_at(tmp_path, world, "start:db3")
    del world["db2"].files["/srv/up"]
    rig = a_rig(tmp_path, world)
    steering = rig.steering()
    result = await rig.engine.resume(run, BOOKS, steering)
    assert result.ending is Ending.STOPPED
    [failure] = steering.failed_with
    assert failure.key == "start:db2"
    assert failure.sentence == "it was done and verified, and no longer is: db2 has no /srv/up"
    assert "- start db2: it was done and verified, and no longer is" in result.note
    assert f"db3: {START}" not in world.ran


async def test_an_operator_may_go_on_over_it_with_a_reason(tmp_path: Path, world: World) -> None:
    run = await stopped_at(tmp_path, world, "start:db3")
    del world["db2"].files["/srv/up"]
    rig = a_rig(tmp_path, world)
    steering = rig.steering(failures={"start:db2": [Skip(""), Skip("db2 is being replaced")]})
    result = await rig.engine.resume(run, BOOKS, steering)
    assert result.ending is Ending.DONE
    notes = [entry.data["sentence"] for entry in rig.journal.entries(Filter(kinds=frozenset({Kind.NOTE})))]
    assert "start db2: went on all the same: db2 is being replaced" in notes


async def test_what_does_not_last_is_not_proven_again(tmp_path: Path, world: World) -> None:
    stop = a_step("stop:db1", line="stop", check=always, verify=lacks("db1", "/srv/up"), lasting=False)
    book = a_book_of(stop, a_step(), a_step("start:db2", "db2"))
    rig = a_rig(tmp_path, world)
    run = (await rig.engine.run(book, "orders", {}, rig.steering(confirms={"start:db2": [Stop()]}))).run
    result = await rig.engine.resume(run, {"few": book}, rig.steering())
    assert result.ending is Ending.DONE


async def test_what_the_run_itself_has_suspended_is_not_proven_before_it_is_taken_back(
    tmp_path: Path, world: World
) -> None:
    down = lacks("db2", "/srv/up")
    leave = a_step(
        "leave:db2", "db2", STOP, check=always, verify=down, suspends=("start:db2",), lasting=False
    )
    back = a_step("back:db2", "db2", START, takes_back="leave:db2", lasting=False)
    book = a_book_of(a_step("start:db2", "db2"), leave, back, a_step("start:db3", "db3"))
    rig = a_rig(tmp_path, world)
    run = (await rig.engine.run(book, "orders", {}, rig.steering(confirms={"back:db2": [Stop()]}))).run
    assert "/srv/up" not in world["db2"].files
    steering = rig.steering(confirms={"start:db3": [Stop()]})
    assert (await rig.engine.resume(run, {"few": book}, steering)).results[-1].key == "back:db2"
    del world["db2"].files["/srv/up"]
    result = await rig.engine.resume(run, {"few": book}, rig.steering())
    assert result.ending is Ending.STOPPED
    assert "start db2" in result.sentence


async def test_secrets_are_asked_for_again(tmp_path: Path, world: World) -> None:
    book = a_book_of(a_step("start:db2", "db2"), secret_step(), inputs=(SECRET_INPUT,))
    rig = a_rig(tmp_path, world)
    steering = rig.steering(confirms={"start:db1": [Stop()]})
    run = (await rig.engine.run(book, "orders", {"password": "hunter22"}, steering)).run
    result = await rig.engine.resume(run, {"few": book}, rig.steering())
    assert (result.ending, result.sentence) == (
        Ending.REFUSED,
        f"run {run} needs its secrets again: password",
    )
    result = await rig.engine.resume(run, {"few": book}, rig.steering(), {"password": "hunter22"})
    assert result.ending is Ending.DONE
    assert world["db1"].inputs == ["ALTER USER sst IDENTIFIED BY 'hunter22'"]


async def test_a_done_run_can_be_undone_later(tmp_path: Path, world: World) -> None:
    book = a_book_of(prepare_step(), a_step("start:db2", "db2"))
    rig = a_rig(tmp_path, world)
    run = (await rig.engine.run(book, "orders", {}, rig.steering())).run
    result = await rig.engine.undo(run, {"few": book}, rig.steering(), reason="wrong cluster")
    assert result.ending is Ending.UNDONE
    assert world["db2"].ran == [START, STOP]
    assert world["db1"].ran == [PREPARE, COUNT, "rm /srv/prepared /srv/counted"]
    again = await rig.engine.undo(run, {"few": book}, rig.steering())
    assert again.ending is Ending.REFUSED
