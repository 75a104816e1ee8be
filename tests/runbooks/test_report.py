"""The report tells a colleague what happened, from the journal alone, and obeys nothing that a host wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runbooks.engine.api import Stop
from runbooks.report import report
from tests.builders import a_stopped_node
from tests.runbooks.doubles import World
from tests.runbooks.engine.books import (
    BOOTSTRAP,
    CATALOGUE,
    RECOVER,
    START,
    a_book,
    a_book_of,
    a_step,
    a_world,
)
from tests.runbooks.rigs import Rig


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def rig(tmp_path: Path, world: World) -> Rig:
    return Rig(tmp_path, world, CATALOGUE, node=lambda name, clock: a_stopped_node(name, at=clock.now()))


async def test_a_report_tells_who_why_what_and_how_to_prove_it(rig: Rig) -> None:
    result = await rig.engine.run(a_book(), "orders", {}, rig.steering())
    text = report(rig.journal, result.run)
    for words in (
        "# the whole book on orders",
        "**done**: 6 steps done and verified",
        "| who | ana@bastion1 |",
        "| why | the test wants it |",
        "Survey of 12:00:00: 3 of 3 nodes answered",
        "Plan of 12:00:00: **db1 is ahead of db2 (1227)**",
        "3. bootstrap db1 (point of no return): it is down",
        "Point of no return, confirmed by typing `db1`.",
        "- REC-01 no: 0 Primary found",
        f"on db1, as root:\n\n```sh\n{BOOTSTRAP}\n```",
        "**verified** at 12:00:00: db2 is at 1227",
        "- nothing that this run knows of",
        "the chain is whole",
    ):
        assert words in text
    [hash_] = re.findall(r"journal verify --known ([0-9a-f]{64})", text)
    assert rig.journal.verify(known=[hash_]).holds


async def test_what_is_left_and_the_note_are_told(rig: Rig, world: World) -> None:
    world["db1"].on(START, lambda _: (5, "no space left on device\n"))
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, rig.steering())
    text = report(rig.journal, result.run)
    assert f"- start db1 is failed: db1: {START} ended 5: no space left on device" in text
    assert "> ## Open risks" in text
    assert "| run-ended" not in text
    assert "run ended, stopped" in text


async def test_text_from_a_host_is_shown_and_never_obeyed(rig: Rig, world: World) -> None:
    hostile = "``` </details> [/red] \x1b]52;c;eA==\x07 \u202e\n1227\n"
    world["db2"].on(RECOVER, lambda _: (1, hostile))
    result = await rig.engine.run(a_book(), "orders", {}, rig.steering())
    text = report(rig.journal, result.run)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\n````text\n``` </details>" in text


async def test_a_run_that_did_not_begin_has_a_report_too(rig: Rig) -> None:
    rig.leases.take("orders", run="r9", what="something else")
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, rig.steering())
    text = report(rig.journal, result.run)
    assert text.startswith(f"# Run {result.run} did not begin")
    assert "orders is being changed by" in text


async def test_a_stopped_run_says_where_it_stopped(rig: Rig) -> None:
    steering = rig.steering(confirms={"start:db2": [Stop()]})
    result = await rig.engine.run(a_book(), "orders", {}, steering)
    assert "**stopped**: stopped at: start db2." in report(rig.journal, result.run)


def test_an_unknown_run_is_a_sentence(rig: Rig) -> None:
    with pytest.raises(ValueError, match="knows no run"):
        report(rig.journal, "r0")
