"""galera-bootstrap carried out on hosts in memory: whole, and cut off at every moment that matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbooks.engine.api import Ending, RunResult
from runbooks.gotchas import CATALOGUE
from runbooks.journal.entries import Kind
from runbooks.library import RUNBOOKS
from tests.runbooks.doubles import Fuse, Killed, World
from tests.runbooks.galera_bootstrap.blanks import BOOK
from tests.runbooks.galera_bootstrap.world import BlankSurveyor, a_blank_world
from tests.runbooks.rigs import Rig, ScriptedSteering

SECRETS = {"monitor_password": "watch-only"}
BOOTSTRAP = "db1: galera_new_cluster"


class Console:
    """One console after the other on the same hosts and journal."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder, self.world, self.number = folder, world, 0
        self.steering = ScriptedSteering()

    async def live(self, fuse: Fuse | None = None) -> RunResult | None:
        """Run, or resume the run that is there; None: it was killed."""
        self.number += 1
        rig = Rig(self.folder, self.world, CATALOGUE, fuse=fuse, process=f"console {self.number}")
        rig.surveyor = BlankSurveyor(self.world, rig.fuse)
        rig.use(rig.hosts)
        self.steering = rig.steering()
        try:
            runs = await rig.engine.runs()
            if runs and runs[0].can_resume:
                return await rig.engine.resume(runs[0].run, RUNBOOKS, self.steering, SECRETS)
            return await rig.engine.run(BOOK, "orders", SECRETS, self.steering)
        except Killed:
            return None
        finally:
            self.secrets_are_nowhere(rig)
            rig.journal.close()
            self.world.clock.turn(121)  # a dead console's lease expires

    def secrets_are_nowhere(self, rig: Rig) -> None:
        for entry in rig.journal.entries():
            assert "watch-only" not in str(entry.data), entry.kind

    def story(self, result: RunResult | None) -> str:
        return f"{result and result.sentence} {self.steering.failed_with}"


async def test_fresh_hosts_become_a_cluster_by_one_bootstrap(tmp_path: Path) -> None:
    world = a_blank_world()
    console = Console(tmp_path, world)
    result = await console.live()
    assert result is not None
    assert result.ending is Ending.DONE, console.story(result)
    assert world.ran.count(BOOTSTRAP) == 1
    assert [card.step.key for card in console.steering.cards if card.name_to_type] == ["bootstrap:db1"]
    joins = [line for line in world.ran if line.endswith("systemctl start --no-block mariadb")]
    assert joins == [f"{host}: systemctl start --no-block mariadb" for host in ("db2", "db3", "db3")]


async def moments(folder: Path) -> list[str]:
    """Every moment of a whole run at which its console can die."""
    fuse = Fuse()
    assert await Console(folder, a_blank_world()).live(fuse) is not None
    return fuse.points


def between_bootstrap_and_last_join(points: list[str]) -> range:
    begin = next(at for at, name in enumerate(points) if name == "confirm bootstrap:db1")
    end = next(at for at, name in enumerate(points) if name.endswith(f"{Kind.VERIFIED.value} join:db3"))
    return range(begin, end + 2)


async def killed_at(folder: Path, at: int, where: str) -> None:
    """The console dies there, and the next one brings the run to its end with no second bootstrap."""
    world = a_blank_world()
    console = Console(folder, world)
    assert await console.live(Fuse(at)) is None, where
    result = await console.live()
    assert result is not None, where
    assert result.ending is Ending.DONE, f"{where}: {console.story(result)}"
    assert world.ran.count(BOOTSTRAP) == 1, where


async def test_a_console_that_dies_after_the_bootstrap_is_followed_without_a_second_one(
    tmp_path: Path,
) -> None:
    """Its command was sent and its end not seen; it was proven and nothing planned; a join was begun."""
    points = await moments(tmp_path / "whole")
    moments_that_matter = (
        f"after the entry {Kind.CHANGE.value} bootstrap:db1",
        f"after the entry {Kind.VERIFIED.value} bootstrap:db1",
        f"after the entry {Kind.OUTCOME.value} join:db2",
    )
    for number, name in enumerate(moments_that_matter):
        at = points.index(name) + 1
        assert at in between_bootstrap_and_last_join(points)
        await killed_at(tmp_path / str(number), at, name)


@pytest.mark.whole
async def test_at_every_moment_between_bootstrap_and_last_join_a_console_may_die(tmp_path: Path) -> None:
    points = await moments(tmp_path / "whole")
    for at in between_bootstrap_and_last_join(points):
        await killed_at(tmp_path / str(at), at, f"killed at {at}: {points[at - 1]}")
