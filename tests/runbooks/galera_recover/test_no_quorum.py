"""Some run and none is Primary: waiting, pc.bootstrap, and who must be proven down first (R-5, R-EVEN)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from runbooks.model import Holds
from systems.galera.readings import ClusterSurvey, NodeSurvey
from tests.builders import NOON, a_lost_node, a_node, a_stopped_node, a_survey, a_unit, without_sql
from tests.runbooks.plans import ScriptedContext, core, keys, lines, planned, refused, step_of

PC_BOOTSTRAP = "mariadb -e \"SET GLOBAL wsrep_provider_options='pc.bootstrap=1'\""


def survivor(
    host: str = "db1", *, seqno: int = 1000, size: int = 1, peers: tuple[int, ...] = (1,)
) -> NodeSurvey:
    addresses = tuple(f"10.77.0.{10 + number}:3306" for number in peers)
    return a_node(
        host,
        state="Initialized",
        seqno=seqno,
        status={"cluster_size": size, "incoming_addresses": addresses},
    )


def quorum_lost(second: int = 990, third: int = 990) -> ClusterSurvey:
    return a_survey(
        survivor(),
        a_stopped_node("db2", recovered=second),
        a_stopped_node("db3", recovered=third),
    )


def test_the_survivor_is_made_primary_once_the_others_are_proven_down() -> None:
    plan = planned(quorum_lost())
    assert plan.sentence.startswith("R-5")
    assert keys(plan) == ["pc.bootstrap:db1", "start:db2", "start:db3"]
    step = step_of(plan, "pc.bootstrap:db1")
    assert lines(step) == [f"db1: {PC_BOOTSTRAP}"]
    assert step.confirm == "db1"
    assert {"REC-06", "REC-07", "REC-08"} <= set(step.gotchas)


def test_positions_of_the_dead_are_recovered_first_since_one_may_hold_more() -> None:
    survey = a_survey(survivor(), a_stopped_node("db2"), a_stopped_node("db3", seqno=990))
    plan = planned(survey)
    assert [key.rsplit(":", 1)[0] for key in keys(plan)] == ["recover:db2"]
    assert core(plan)[0].replans


def test_a_dead_node_with_more_goes_first_and_the_running_ones_stop() -> None:
    plan = planned(quorum_lost(second=1400))
    assert keys(plan) == ["stop:db1"]
    assert core(plan)[0].replans
    assert "1400" in core(plan)[0].why


def test_a_node_merely_out_of_reach_forbids_it() -> None:
    survey = a_survey(survivor(), a_stopped_node("db2", recovered=990), a_lost_node("db3"))
    refusal = refused(survey)
    assert "db3" in refusal.sentence
    assert "REC-07" in refusal.gotchas
    plan = planned(survey, without="db3")
    assert keys(plan) == ["pc.bootstrap:db1", "start:db2"]
    assert "db3" in step_of(plan, "pc.bootstrap").confirm_because


def test_a_node_on_its_way_up_is_waited_for() -> None:
    units = {"mariadb": a_unit(active="activating", sub="auto-restart", since=NOON)}
    survey = a_survey(
        survivor(),
        a_stopped_node("db2", units=units),
        a_stopped_node("db3", recovered=990),
    )
    plan = planned(survey)
    assert keys(plan) == ["settle"]
    assert step_of(plan, "settle").replans


def all_up() -> ClusterSurvey:
    return a_survey(*(survivor(f"db{number}", size=3, peers=(1, 2, 3)) for number in (1, 2, 3)))


def test_nodes_that_all_run_get_time_to_merge_by_themselves() -> None:
    plan = planned(all_up())
    assert keys(plan) == ["merge", "pc.bootstrap:db1"]
    assert step_of(plan, "merge").replans
    assert "db1, db2 and db3 Primary" in step_of(plan, "pc.bootstrap").expects


async def test_the_wait_for_a_merge_ends_with_a_primary_or_with_its_time() -> None:
    step = step_of(planned(all_up()), "merge")
    looks = [replace(all_up(), taken_at=NOON + timedelta(seconds=delay)) for delay in (0, 30, 61)]
    context = ScriptedContext(*looks)
    assert [(await step.verify(context)).holds.value for _ in looks] == ["no", "no", "yes"]
    assert (await step.verify(ScriptedContext(a_survey()))).holds is Holds.YES


def test_halves_that_all_live_are_healed_never_forced() -> None:
    survey = a_survey(
        survivor("db1", size=2, peers=(1, 2)),
        survivor("db2", size=2, peers=(1, 2)),
        survivor("db3", size=2, peers=(3, 4)),
        survivor("db4", size=2, peers=(3, 4)),
    )
    plan = planned(survey)
    assert keys(plan) == ["heal"]
    assert not lines(*core(plan))
    assert "4567" in core(plan)[0].why


def cut_while_one_is_down(*, healed: bool = False) -> ClusterSurvey:
    one, two = ((1, 2), (1, 2)) if healed else ((1,), (2,))
    return a_survey(
        survivor("db1", size=len(one), peers=one),
        survivor("db2", size=len(two), peers=two),
        a_stopped_node("db3", seqno=990),
    )


@pytest.mark.parametrize("stopped_at", [990, 1400, -1])
def test_nothing_is_made_primary_while_two_that_live_do_not_see_one_another(stopped_at: int) -> None:
    """A node that was stopped in order is no reason to force one side of a cut: the other lives."""
    down = a_stopped_node("db3", seqno=stopped_at)
    plan = planned(a_survey(*cut_while_one_is_down().nodes[:2], down))
    assert plan.sentence.startswith("R-EVEN")
    assert "db1 | db2" in plan.sentence
    assert keys(plan) == ["heal"]
    assert not lines(*core(plan))


async def test_once_the_cut_is_healed_what_follows_is_planned_anew() -> None:
    heal = step_of(planned(cut_while_one_is_down()), "heal")
    assert heal.replans
    assert (await heal.verify(ScriptedContext(cut_while_one_is_down()))).holds is Holds.NO
    assert (await heal.verify(ScriptedContext(cut_while_one_is_down(healed=True)))).holds is Holds.YES
    assert keys(planned(cut_while_one_is_down(healed=True)))[0] == "pc.bootstrap:db1"


async def test_a_survivor_is_not_made_primary_when_a_cut_shows_at_the_last_moment() -> None:
    step = step_of(planned(cut_while_one_is_down(healed=True)), "pc.bootstrap")
    answer = await step.check(ScriptedContext(cut_while_one_is_down()))
    assert answer.holds is Holds.NO
    assert "both sides of a cut" in answer.evidence


def test_a_signed_off_node_does_not_stand_in_for_the_living_side_of_a_cut() -> None:
    survey = a_survey(*cut_while_one_is_down().nodes[:2], a_lost_node("db3"))
    assert keys(planned(survey, without="db3")) == ["heal"]


def test_one_half_is_forced_only_when_the_other_is_signed_off_in_full() -> None:
    survey = a_survey(
        survivor("db1", size=2, peers=(1, 2)),
        survivor("db2", size=2, peers=(1, 2)),
        a_lost_node("db3"),
        a_lost_node("db4"),
    )
    assert "R-EVEN" in refused(survey).sentence
    refused(survey, without="db3")
    assert keys(planned(survey, without="db3, db4")) == ["pc.bootstrap:db1"]


async def test_pc_bootstrap_is_checked_anew() -> None:
    step = step_of(planned(quorum_lost()), "pc.bootstrap")
    assert (await step.check(ScriptedContext(quorum_lost()))).holds is Holds.YES
    for other in (
        a_survey(a_node("db1", size=1), *quorum_lost().nodes[1:]),
        a_survey(*quorum_lost().nodes[:2], a_lost_node("db3")),
        quorum_lost(third=2000),
    ):
        assert (await step.check(ScriptedContext(other))).holds is Holds.NO


def test_a_silent_node_may_be_primary() -> None:
    survey = a_survey(survivor(), a_lost_node("db2"), a_lost_node("db3"))
    refusal = refused(survey)
    assert "db2" in refusal.way_on
    assert "db3" in refusal.way_on


def test_a_node_that_runs_and_says_nothing_must_answer_or_be_stopped_and_cannot_be_signed_off() -> None:
    survey = a_survey(survivor(), a_stopped_node("db2", recovered=990), without_sql(a_node("db3")))
    refusal = refused(survey, without="db3")
    assert refusal.sentence.startswith("STOP-SIDE")
    assert "db3 may be Primary" in refusal.sentence
    assert "Make the database of db3 answer, or stop it" in refusal.way_on
    assert "without" not in refusal.way_on


def test_a_stopped_node_whose_saved_state_cannot_be_read_is_to_be_made_readable() -> None:
    unmounted = a_stopped_node("db3", grastate=None, grastate_error="/var/lib/mysql is not there")
    refusal = refused(a_survey(a_stopped_node("db1", seqno=7), a_stopped_node("db2", seqno=9), unmounted))
    assert refusal.sentence.startswith("STOP-SURVEY")
    assert "Make the saved state of db3 readable" in refusal.way_on
    assert any("/var/lib/mysql is not there" in line for line in refusal.evidence)
    assert "without" not in refusal.way_on


def test_a_dead_node_whose_saved_state_cannot_be_read_may_hold_more_than_the_survivor() -> None:
    unmounted = a_stopped_node("db3", grastate=None, grastate_error="/var/lib/mysql is not there")
    refusal = refused(a_survey(*quorum_lost().nodes[:2], unmounted))
    assert "db3 may hold more than any node that runs" in refusal.sentence
    assert "Make the saved state of db3 readable" in refusal.way_on


@pytest.mark.parametrize("seqno", [5, 5000])
def test_a_dead_node_with_another_history_is_for_a_human_to_judge(seqno: int) -> None:
    other = a_stopped_node("db3", uuid="0a0a0a0a-0000-11f0-8000-000000000001", seqno=seqno)
    refusal = refused(a_survey(*quorum_lost().nodes[:2], other))
    assert refusal.sentence.startswith("STOP-HISTORIES")
    assert "db3" in refusal.sentence
