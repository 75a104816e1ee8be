"""Drills from the command line: listed, hinted, carried out, and their results in the operator's journal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tui.cli.calls import call
from tests.tui.cli.demo_console import DemoConsole, demo_session, wait_until_gone
from tests.tui.cli.newcomer import leaves
from tui.demo.drills import DRILLS

BY_HAND = {name for name, drill in DRILLS.items() if drill.is_by_hand}
"""No runbook answers them: `tests/practice/cloud/test_drills.py` goes their way."""


def test_drills_are_listed_with_their_goals(short_home: Path) -> None:
    listed = call("drill", "list", home=short_home)
    assert listed.status == 0
    assert [line.split()[0] for line in listed.out.splitlines()] == list(DRILLS)


def test_a_drill_that_there_is_not_is_answered_with_those_there_are(short_home: Path) -> None:
    for verb in ("start", "hint"):
        called = call("drill", verb, "flood", home=short_home)
        assert called.status == 64
        assert "there is no drill 'flood'; there are: one-killed" in called.err


def test_without_a_terminal_a_drill_says_so(short_home: Path) -> None:
    called = call("drill", "start", "one-killed", home=short_home)
    assert called.status == 64
    assert "a drill needs a terminal" in called.err


def test_leaving_before_the_goal_scores_nothing_and_stands_in_the_journal(short_home: Path) -> None:
    env = {"QUARTERDECK_JOURNAL": str(short_home / "journal.sqlite")}
    with demo_session(short_home, "start", "one-killed", command="drill", env=env) as session:
        console = DemoConsole(session)
        console.see("goal Bring the killed node back", "2 of 3 in the cluster")
        leaves(console)
        session.wait_for("one-killed: 0 of 100: the cluster is not whole")
    wait_until_gone(short_home)
    scored = call("drill", "score", "--json", home=short_home)
    (result,) = json.loads(scored.out)
    assert (result["drill"], result["points"]) == ("one-killed", 0)


@pytest.mark.whole
@pytest.mark.parametrize("name", [one.name for one in DRILLS.values() if one.name not in BY_HAND])
def test_the_goal_of_each_can_be_reached_by_runbooks_alone(short_home: Path, name: str) -> None:
    told = call("demo", "--break", DRILLS[name].fault, home=short_home, timeout_s=300.0)
    assert told.status == 0, told.out
    assert "The cause is taken away" not in told.out
    assert "acknowledged writes, 0 lost" in told.out
