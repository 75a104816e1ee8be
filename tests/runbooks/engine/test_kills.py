"""Consoles that are killed at every moment of a run: the next one goes on, and no command runs twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbooks.engine.api import Ending, Outcome, RunResult, Skip, StepCard, Undo
from tests.runbooks.doubles import Fuse, Killed, World
from tests.runbooks.engine.books import (
    COUNT,
    PREPARE,
    START,
    STOP,
    a_book_of,
    a_step,
    a_world,
    prepare_step,
)
from tests.runbooks.engine.test_resume import ALL_ONCE, BOOKS, a_rig
from tests.runbooks.rigs import ScriptedSteering


class Console:
    """What `quarterdeck` does at a terminal: run, and after every crash resume, until there is an end."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder, self.world, self.number = folder, world, 0

    async def live(self, fuse: Fuse) -> RunResult | None:
        """One console, from its start to its end or to its death."""
        self.number += 1
        rig = a_rig(self.folder, self.world, fuse=fuse, process=f"console {self.number}")
        self.steering: ScriptedSteering = rig.steering()
        try:
            runs = await rig.engine.runs()
            if runs and runs[0].ending == "done":
                return RunResult(runs[0].run, Ending.DONE, runs[0].sentence)
            if runs and runs[0].can_resume:
                return await rig.engine.resume(runs[0].run, BOOKS, self.steering)
            return await rig.engine.run(BOOKS["whole"], "orders", {}, self.steering)
        except Killed:
            return None
        finally:
            rig.journal.close()
            self.world.clock.turn(121)  # the dead console's lease expires


async def breaths(folder: Path) -> int:
    """How many moments a whole run has in which its console can die."""
    fuse = Fuse()
    result = await Console(folder, a_world()).live(fuse)
    assert result is not None
    assert result.ending is Ending.DONE
    return len(fuse.points)


EVERY = pytest.mark.parametrize(
    "every", [pytest.param(1, marks=pytest.mark.whole), 11], ids=["every moment", "some moments"]
)


@pytest.mark.parametrize(
    "every", [pytest.param(1, marks=pytest.mark.whole), 7], ids=["every moment", "every seventh moment"]
)
async def test_killed_anywhere_it_goes_on_and_nothing_runs_twice(tmp_path: Path, every: int) -> None:
    total = await breaths(tmp_path / "whole")
    assert total > 80
    for at in range(1, total + 1, every):
        world = a_world()
        console = Console(tmp_path / str(at), world)
        fuse = Fuse(at)
        assert await console.live(fuse) is None
        where = f"killed at breath {at}: {fuse.points[-1]}"
        result = await console.live(Fuse())
        assert result is not None, where
        assert result.ending is Ending.DONE, f"{where}: {result.sentence} {console.steering.failed_with}"
        assert sorted(world.ran) == ALL_ONCE, where
        assert a_rig(tmp_path / str(at), world).journal.verify().holds, where


@EVERY
@pytest.mark.parametrize("cut", ["before", "after", "running", "lost", "lost before", "refused"])
async def test_killed_while_the_link_is_bad_nothing_runs_twice_either(
    tmp_path: Path, cut: str, every: int
) -> None:
    total = await breaths(tmp_path / "whole")
    for at in range(1, total + 20, every):
        world = a_world()
        for host in world.values():
            host.cut(cut, "none", cut)
        console = Console(tmp_path / str(at), world)
        first = await console.live(Fuse(at))
        result = first or await console.live(Fuse())
        assert result is not None
        assert result.ending in (Ending.DONE, Ending.STOPPED), f"{at}: {result.sentence}"
        assert len(set(world.ran)) == len(world.ran), f"{at}: {world.ran}"
        if result.ending is Ending.STOPPED:
            assert console.steering.failed_with[-1].outcome in (Outcome.FAILED, Outcome.UNVERIFIED), at


@EVERY
async def test_killed_twice_it_still_goes_on(tmp_path: Path, every: int) -> None:
    total = await breaths(tmp_path / "whole")
    for at in range(5, total, 6 + every):
        for again in range(3, total - 20, 9 * every):
            world = a_world()
            console = Console(tmp_path / f"{at}-{again}", world)
            await console.live(Fuse(at))
            result = await console.live(Fuse(again)) or await console.live(Fuse())
            assert result is not None
            assert result.ending is Ending.DONE, f"{at}, {again}: {result.sentence}"
            assert sorted(world.ran) == ALL_ONCE, f"{at}, {again}"


@EVERY
async def test_killed_anywhere_in_an_undo_it_goes_on_with_the_undo(tmp_path: Path, every: int) -> None:
    undone = sorted(
        [
            f"db1: {PREPARE}",
            f"db1: {COUNT}",
            "db1: rm /srv/prepared /srv/counted",
            f"db2: {START}",
            f"db2: {STOP}",
        ]
    )
    book = a_book_of(prepare_step(), a_step("start:db2", "db2"), a_step("start:db3", "db3"))

    async def live(folder: Path, world: World, fuse: Fuse) -> RunResult | None:
        world["db3"].on(START, lambda _: 1)
        rig = a_rig(folder, world, fuse=fuse, process=f"console {fuse.at}")
        steering = rig.steering(confirms={"start:db3": [Skip("later")]}, failures={})
        try:
            runs = await rig.engine.runs()
            if not runs:
                await rig.engine.run(book, "orders", {}, steering)
            [newest] = await rig.engine.runs()
            if newest.ending == "done":
                return await rig.engine.undo(newest.run, {"few": book}, rig.steering())
            return await rig.engine.resume(newest.run, {"few": book}, rig.steering())
        except Killed:
            return None
        finally:
            rig.journal.close()
            world.clock.turn(121)

    fuse = Fuse()
    world = a_world()
    whole = await live(tmp_path / "whole", world, fuse)
    assert whole is not None
    assert whole.ending is Ending.UNDONE
    assert sorted(world.ran) == undone
    for at in range(len(fuse.points) // 2, len(fuse.points), every):
        world = a_world()
        result = await live(tmp_path / str(at), world, Fuse(at))
        for _ in range(2):
            if result is None or result.ending is Ending.DONE:
                result = await live(tmp_path / str(at), world, Fuse())
        assert result is not None
        assert result.ending in (Ending.UNDONE, Ending.REFUSED), (
            f"{at}: {fuse.points[at - 1]}: {result.sentence}"
        )
        assert sorted(world.ran) == undone, f"{at}: {fuse.points[at - 1]}"


async def test_an_undo_that_was_chosen_and_killed_is_gone_on_with(tmp_path: Path) -> None:
    world = a_world()
    world["db3"].on(START, lambda _: 1)
    fuse = Fuse()
    book = a_book_of(prepare_step(), a_step("start:db2", "db2"), a_step("start:db3", "db3"))
    rig = a_rig(tmp_path, world, fuse=fuse, process="killed")

    def kill_at_the_second_undo(card: StepCard) -> None:
        fuse.blown = card.is_undo and card.step.key == "start:db2"

    steering = rig.steering(failures={"start:db3": [Undo()]}, meanwhile=kill_at_the_second_undo)
    with pytest.raises(Killed):
        await rig.engine.run(book, "orders", {}, steering)
    rig.journal.close()
    world.clock.turn(121)
    rig = a_rig(tmp_path, world)
    [newest] = await rig.engine.runs()
    result = await rig.engine.resume(newest.run, {"few": book}, rig.steering())
    assert result.ending is Ending.UNDONE
    assert world["db3"].ran == [START, STOP]
    assert world["db2"].ran == [START, STOP]
    assert world["db1"].ran == [PREPARE, COUNT, "rm /srv/prepared /srv/counted"]
