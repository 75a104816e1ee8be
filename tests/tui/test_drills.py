"""Drills: goals that fit, points that fail closed, a console that gives a goal and not the next key."""

from __future__ import annotations

from rich.cells import cell_len

from tests import scenes
from tests.tui.screens import console_of, see, shown, type_in, until
from tests.tui.test_demo import ScriptedFaults
from tui.cli.practice_process import listed_faults
from tui.demo.drilling import DrillDemo
from tui.demo.drills import DRILLS, PAR_S, Score, score_of

WHOLE = {"clusters": {"orders": {"is_healthy": True, "lost": 0}}}
GOOD = Score(is_whole=True, lost=0, took_s=61.0, outside=0, hints=0)


def test_each_breaks_what_the_practice_estate_can_break() -> None:
    known = {line.split()[0] for line in listed_faults().splitlines()}
    assert len(DRILLS) == 14
    assert {drill.fault for drill in DRILLS.values()} <= known


def test_each_goal_is_one_sentence_that_80_columns_show_whole() -> None:
    for drill in DRILLS.values():
        assert drill.goal.endswith(".")
        assert cell_len(f" > goal {drill.goal}") <= 80
        assert len(drill.hints) == 3


def test_the_goal_reached_without_loss_in_time_by_runbooks_alone_is_all_of_it() -> None:
    assert GOOD.points == 100
    assert "100 of 100: the cluster is whole, no acknowledged write lost, 1 min 01 s" in GOOD.sentence


def test_each_of_loss_time_and_lines_outside_costs_its_share() -> None:
    assert score_of(WHOLE, took_s=PAR_S + 1, outside=0, hints=0).points == 90
    assert score_of(WHOLE, took_s=1.0, outside=3, hints=0).points == 90
    assert score_of(WHOLE, took_s=1.0, outside=0, hints=3).points == 94
    lossy = {"clusters": {"orders": {"is_healthy": True, "lost": 7}}}
    assert score_of(lossy, took_s=1.0, outside=0, hints=0).points == 70


def test_a_cluster_that_is_not_whole_gets_nothing_and_neither_does_an_answer_that_says_nothing() -> None:
    torn = {"clusters": {"orders": {"is_healthy": False, "lost": 0}}}
    assert score_of(torn, took_s=1.0, outside=0, hints=0).points == 0
    states: list[dict[str, object]] = [{}, {"clusters": {}}, {"clusters": 3}, {"clusters": {"orders": {}}}]
    for state in states:
        assert score_of(state, took_s=1.0, outside=0, hints=0).points == 0


def test_what_stands_beside_the_cluster_counts_where_the_drill_is_about_it() -> None:
    for is_well, points in ((True, 100), (False, 0)):
        state = {**WHOLE, "beside": {"shop-lb": is_well, "lb1": False}}
        score = score_of(state, took_s=1.0, outside=0, hints=0, beside=("shop-lb",))
        assert score.points == points
        assert ("it is not repaired" in score.sentence) is not is_well
    assert score_of(WHOLE, took_s=1.0, outside=0, hints=0, beside=("shop-lb",)).points == 0
    assert score_of({**WHOLE, "beside": {}}, took_s=1.0, outside=0, hints=0).points == 100


def test_what_is_done_by_hand_costs_nothing_where_no_runbook_answers() -> None:
    score = score_of(WHOLE, took_s=1.0, outside=None, hints=0)
    assert score.points == 100
    assert "outside a runbook" not in score.sentence


def drill_scene() -> scenes.Stage:
    app = scenes.one_node_down()
    app.desk.demo = DrillDemo(ScriptedFaults(), DRILLS["one-killed"])
    return app


async def test_a_drill_shows_its_goal_and_neither_the_next_key_nor_a_way_to_heal() -> None:
    async with console_of(drill_scene, (80, 24)) as (app, pilot):
        await see(pilot, "goal Bring the killed node back")
        assert "why is it red" not in shown(app)
        await pilot.press("colon")
        await type_in(pilot, "heal all")
        await pilot.pause()
        assert "take the causes" not in shown(app).lower()


async def test_hints_come_one_at_a_time_and_are_counted_once() -> None:
    async with console_of(drill_scene, (100, 30)) as (app, pilot):
        demo = app.desk.demo
        assert isinstance(demo, DrillDemo)
        for number in (1, 1, 2):
            await pilot.press("colon")
            await type_in(pilot, f"hint {number}")
            await pilot.press("enter")
            await until(pilot, lambda number=number: demo.hints_given == number, "the hint")  # type: ignore[misc]
        await see(pilot, "No bootstrap is needed.")
        assert [hit.name for hit in demo.hits(app)] == ["hint 1", "hint 2", "hint 3"]
