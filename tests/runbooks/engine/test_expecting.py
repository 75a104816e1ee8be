"""A run that is held against expectations stops where it is otherwise, with nothing left taken away by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from runbooks.engine.api import Ending, Told
from runbooks.journal.entries import Kind
from runbooks.journal.port import Filter
from runbooks.model import Look, Step
from tests.builders import a_stopped_node
from tests.runbooks.doubles import World
from tests.runbooks.engine.books import START, STOP, a_book_of, a_step, a_world, has, lacks
from tests.runbooks.rigs import Rig


@dataclass
class Expected:
    """An `Expecting` whose answers are scripted: by "before KEY" or "after KEY", one after the other."""

    otherwise: dict[str, list[str]] = field(default_factory=dict)
    source: str = "the test"
    asked: list[str] = field(default_factory=list)

    async def begun(self, step: Step) -> None:
        self.asked.append(f"begun {step.key}")

    async def done(self, step: Step) -> None:
        self.asked.append(f"done {step.key}")

    def before(self, step: Step, look: Look, facts: Mapping[str, str]) -> str:
        return self._answer(f"before {step.key}")

    def after(self, step: Step, look: Look, facts: Mapping[str, str]) -> str:
        return self._answer(f"after {step.key}")

    def _answer(self, question: str) -> str:
        self.asked.append(question)
        answers = self.otherwise.get(question, [])
        return answers.pop(0) if answers else ""


@pytest.fixture
def world() -> World:
    world = a_world()
    for host in world.values():
        host.files["/srv/up"] = ""
        host.on(STOP, lambda host: host.files.pop("/srv/up"))
    return world


@pytest.fixture
def rig(tmp_path: Path, world: World) -> Rig:
    return Rig(tmp_path, world, {}, node=lambda name, clock: a_stopped_node(name, at=clock.now()))


def turns(*hosts: str) -> tuple[Step, ...]:
    """Each host is stopped and started again."""
    return tuple(
        step
        for host in hosts
        for step in (
            a_step(f"stop:{host}", host, STOP, check=has(host, "/srv/up"), verify=lacks(host, "/srv/up")),
            a_step(f"start:{host}", host, START, takes_back=f"stop:{host}"),
        )
    )


ALWAYS = ["db3 is down, and Synced was expected"] * 1000


async def test_where_nothing_is_otherwise_each_step_is_asked_about_before_and_after(
    rig: Rig, world: World
) -> None:
    expected = Expected()
    result = await rig.engine.run(a_book_of(*turns("db1")), "orders", {}, rig.steering(), expected=expected)
    assert result.ending is Ending.DONE
    assert expected.asked == [
        f"{word} {key}" for key in ("stop:db1", "start:db1") for word in ("begun", "before", "done", "after")
    ]
    [begun] = rig.journal.entries(Filter(kinds=frozenset({Kind.RUN_BEGUN})))
    assert begun.data["expected"] == "the test"


async def test_a_step_before_which_it_is_otherwise_is_not_begun(rig: Rig, world: World) -> None:
    expected, steering = Expected({"before stop:db1": [*ALWAYS]}), rig.steering()
    result = await rig.engine.run(a_book_of(*turns("db1")), "orders", {}, steering, expected=expected)
    assert (result.ending, result.sentence) == (Ending.STOPPED, f"stopped: {ALWAYS[0]}")
    assert world.ran == []
    assert steering.begun == []
    assert [event for event in steering.events if isinstance(event, Told)] == [Told(ALWAYS[0])]
    [note] = rig.journal.entries(Filter(kinds=frozenset({Kind.NOTE})))
    assert (note.step, note.data["sentence"]) == ("stop:db1", ALWAYS[0])
    assert rig.leases.live() == ()


async def test_what_this_run_has_taken_away_is_brought_back_before_it_stops(rig: Rig, world: World) -> None:
    expected = Expected({"after stop:db1": [*ALWAYS]})
    steps = turns("db1", "db2")
    result = await rig.engine.run(a_book_of(*steps), "orders", {}, rig.steering(), expected=expected)
    assert (result.ending, result.sentence) == (Ending.STOPPED, f"stopped: {ALWAYS[0]}")
    assert world.ran == [f"db1: {STOP}", f"db1: {START}"]


async def test_nothing_else_is_done_on_the_way_to_what_must_be_brought_back(rig: Rig, world: World) -> None:
    stop_one, start_one, *second = turns("db1", "db2")
    expected = Expected({"after stop:db1": [*ALWAYS]})
    book = a_book_of(stop_one, *second, start_one)
    await rig.engine.run(book, "orders", {}, rig.steering(), expected=expected)
    assert world.ran == [f"db1: {STOP}", f"db1: {START}"]


async def test_an_end_that_is_otherwise_is_no_done_run(rig: Rig) -> None:
    expected = Expected({"after start:db1": [*ALWAYS]})
    result = await rig.engine.run(a_book_of(*turns("db1")), "orders", {}, rig.steering(), expected=expected)
    assert result.ending is Ending.STOPPED


async def test_what_becomes_as_expected_within_its_time_stops_nothing(rig: Rig) -> None:
    expected = Expected({"after stop:db1": ALWAYS[:5], "before start:db1": ALWAYS[:3]})
    result = await rig.engine.run(a_book_of(*turns("db1")), "orders", {}, rig.steering(), expected=expected)
    assert result.ending is Ending.DONE


async def test_a_run_that_is_resumed_without_expectations_goes_on(rig: Rig, world: World) -> None:
    book, expected = a_book_of(*turns("db1")), Expected({"before stop:db1": [*ALWAYS]})
    stopped = await rig.engine.run(book, "orders", {}, rig.steering(), expected=expected)
    books = {book.name: book}
    again = await rig.engine.resume(
        stopped.run, books, rig.steering(), expected=Expected({"before stop:db1": [*ALWAYS]})
    )
    assert (again.ending, world.ran) == (Ending.STOPPED, [])
    result = await rig.engine.resume(stopped.run, books, rig.steering())
    assert result.ending is Ending.DONE
    assert world.ran == [f"db1: {STOP}", f"db1: {START}"]
