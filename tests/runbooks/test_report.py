"""The report tells a colleague what happened, from the journal alone, and obeys nothing that a host wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runbooks.engine.api import Ending, Stop
from runbooks.report import report
from runbooks.report_markdown import line
from tests.builders import a_stopped_node
from tests.runbooks.doubles import Fuse, Killed, World
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
from tests.runbooks.engine.test_resume import BOOKS, a_rig
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
        "**done** after 0.0 s: 6 steps done and verified",
        "| who | ana@bastion1 |",
        "| why | the test wants it |",
        "| bootstrap db1 (point of no return) | db1 | verified: ",
        "12:00:00 survey: 3 of 3 nodes answered",
        "12:00:00 plan: **db1 is ahead of db2 (1227)**",
        "3. bootstrap db1 (point of no return): it is down",
        "- **point of no return**, confirmed by ana@bastion1 with the name `db1`",
        "- does not hold: REC-01, 0 Primary found",
        f"):\n\n```sh\n{BOOTSTRAP}\n```",
        "**verified** at 12:00:00: db2 is at 1227",
        "- bootstrap db1 cannot be undone.",
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


async def test_the_note_in_a_report_keeps_its_form_and_obeys_nothing_that_a_host_wrote(
    rig: Rig, world: World
) -> None:
    world["db1"].on(START, lambda _: (5, "<img src=//x> [press](//x) | `x` &lt; ~~no~~\n"))
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, rig.steering())
    told = [one for one in report(rig.journal, result.run).splitlines() if one.startswith(">")]
    assert "> ## Open risks" in told
    assert any("\\<img src=//x\\> \\[press\\](//x) \\| \\`x\\` \\&lt; \\~\\~no" in one for one in told)
    assert not any("<img" in one.replace("\\<", "") for one in told)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("see https://evil.test/a_b?c=1&d now", "see `https://evil.test/a_b?c=1&d` now"),
        ("WWW.evil.test", "`WWW.evil.test`"),
        ("write to jane.doe@evil.test, not ana@bastion", "write to `jane.doe@evil.test`, not ana@bastion"),
        ("ftp://x`y` | mailto:a@b", "`ftp://x`\\`y\\` \\| `mailto:a@b`"),
        ("<http://x>", "\\<`http://x`\\>"),
    ],
)
def test_an_address_that_a_host_wrote_is_no_link(said: str, shown: str) -> None:
    assert line(said) == shown


async def test_a_run_that_did_not_begin_has_a_report_too(rig: Rig) -> None:
    rig.leases.take("orders", run="r9", what="something else")
    result = await rig.engine.run(a_book_of(a_step()), "orders", {}, rig.steering())
    text = report(rig.journal, result.run)
    assert text.startswith(f"# Run {result.run} did not begin")
    assert "orders is being changed by" in text


async def test_a_stopped_run_says_where_it_stopped(rig: Rig) -> None:
    steering = rig.steering(confirms={"start:db2": [Stop()]})
    result = await rig.engine.run(a_book(), "orders", {}, steering)
    text = report(rig.journal, result.run)
    assert "**stopped** after 0.0 s: stopped at: start db2." in text
    assert "The note that it left:" in text


async def test_a_run_that_was_taken_up_tells_where_it_broke_off_and_why_it_went_on(
    tmp_path: Path, world: World
) -> None:
    first = a_rig(tmp_path, world, fuse=Fuse(60), process="killed")
    with pytest.raises(Killed):
        await first.engine.run(BOOKS["whole"], "orders", {}, first.steering())
    first.journal.close()
    world.clock.turn(121)
    second = a_rig(tmp_path, world)
    [run] = await second.engine.runs()
    assert run.sentence.startswith("its console is gone; it was at: ")
    assert (await second.engine.resume(run.run, BOOKS, second.steering())).ending is Ending.DONE
    text = report(second.journal, run.run)
    assert "**Here the console was gone**: its last entry is of 12:00:0" in text
    assert "| taken up again | 2026-11-22 12:02:" in text
    assert f"by {second.journal.who}: the test wants it" in text
    assert "The note that it left" not in text


async def test_a_note_that_was_left_on_the_way_is_not_shown_as_if_it_were_left(rig: Rig) -> None:
    steering = rig.steering(confirms={"start:db2": [Stop("lunch")]})
    stopped = await rig.engine.run(a_book(), "orders", {}, steering)
    await rig.engine.resume(stopped.run, {"whole": a_book()}, rig.steering())
    text = report(rig.journal, stopped.run)
    assert "run ended, stopped: stopped at: start db2. lunch" in text
    assert "Hand-over" not in text


def test_an_unknown_run_is_a_sentence(rig: Rig) -> None:
    with pytest.raises(ValueError, match="knows no run"):
        report(rig.journal, "r0")
