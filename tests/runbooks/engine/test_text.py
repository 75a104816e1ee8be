"""A plan as text and data: what `--dry-run` prints, and what its digest covers."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from runbooks.engine.codec import decode_look, encode_look
from runbooks.engine.text import (
    differences,
    plan_data,
    plan_digest,
    plan_text,
    refusal_data,
    refusal_text,
)
from runbooks.library import RUNBOOKS
from runbooks.model import Look, Plan, Refusal
from tests.runbooks.engine.books import PROVE, a_last_step, a_step, prepare_step, secret_step
from tests.runbooks.test_library import SITUATIONS

PLAN = Plan(
    "few", "orders", "db1 is ahead", (a_step(), a_last_step(), PROVE), ("db1: 1311",), open="db3 later"
)


def test_a_plan_reads_as_an_operator_needs_it() -> None:
    text = plan_text(PLAN)
    for line in (
        "few on orders: db1 is ahead",
        "  evidence  db1: 1311",
        " 1 start db1",
        "   why       it is down",
        "   run       db1 (root): systemctl start mariadb",
        "   undo      db1 (root): systemctl stop mariadb",
        " 2 bootstrap db1   POINT OF NO RETURN",
        "   gotchas   REC-01",
        "   confirm   type db1",
        "   undo      None: it begins a new history.",
        " 3 prove it",
        "   reads     it changes nothing",
        "   verify    asked every 1 s for 90 s",
        "open: db3 later",
    ):
        assert line in text.splitlines()


def test_what_a_command_reads_is_shown_with_its_marker() -> None:
    text = plan_text(Plan("few", "orders", "x", (secret_step(),)))
    assert "             | ALTER USER sst IDENTIFIED BY '«secret:password|sql»'" in text.splitlines()


def test_hostile_text_in_evidence_is_made_visible() -> None:
    plan = replace(PLAN, evidence=("\x1b[2J[/red]",))
    assert "\x1b" not in plan_text(plan)


def test_a_plan_as_data_is_json_and_has_its_digest() -> None:
    data = json.loads(json.dumps(plan_data(PLAN)))
    assert data["digest"] == plan_digest(PLAN)
    assert [step["key"] for step in data["steps"]] == ["start:db1", "bootstrap:db1", "prove"]


def test_the_digest_covers_what_is_done_and_not_how_it_is_told() -> None:
    told = replace(PLAN, sentence="other words", evidence=(), steps=(a_step(why="since"), *PLAN.steps[1:]))
    assert plan_digest(told) == plan_digest(PLAN)
    done = replace(PLAN, steps=(a_step(line="systemctl restart mariadb"), *PLAN.steps[1:]))
    assert plan_digest(done) != plan_digest(PLAN)
    assert plan_digest(replace(PLAN, steps=PLAN.steps[1:])) != plan_digest(PLAN)


def test_differences_name_what_came_and_went() -> None:
    other = replace(PLAN, steps=(prepare_step(), *PLAN.steps[1:]))
    lines = differences(plan_data(PLAN), other)
    assert "- start:db1 acts: db1: systemctl start mariadb" in lines
    assert "+ prepare acts: db1: touch /srv/prepared" in lines
    assert differences(plan_data(PLAN), PLAN) == ()


def test_a_refusal_reads_as_one() -> None:
    refusal = Refusal("a Primary is alive", ("db1 is Primary",), "start the others", ("REC-01",))
    assert refusal_text(refusal).splitlines() == [
        "refused: a Primary is alive",
        "  evidence  db1 is Primary",
        "  gotchas   REC-01",
        "  way on    start the others",
    ]
    assert refusal_data(refusal)["refused"] == "a Primary is alive"


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_kept_survey_makes_the_same_plan_again(name: str) -> None:
    """What a resume rests on, for every situation that galera-recover knows."""
    survey, values = SITUATIONS[name]
    plan = RUNBOOKS["galera-recover"].plan
    first = plan(Look(survey), values, {})
    again = plan(decode_look(json.loads(json.dumps(encode_look(Look(survey))))), values, {})
    assert isinstance(first, Plan)
    assert isinstance(again, Plan)
    assert differences(plan_data(first), again) == ()
    assert plan_digest(first) == plan_digest(again)
