"""Two Primary components: nothing without a choice; with one, the losers are stopped and wiped by name."""

from __future__ import annotations

from datetime import timedelta

from runbooks.model import Holds
from runbooks.steps.recovery import incident
from systems.galera.readings import ClusterSurvey
from tests.builders import FOREIGN, NOON, STATE, a_node, a_stopped_node, a_survey
from tests.runbooks.plans import ScriptedContext, core, keys, lines, planned, refused, step_of


def sides(uuid: str = STATE, *, written: int = 0, after_s: float = 0.0) -> ClusterSurvey:
    """`written`: how many transactions clients of the larger side have committed since."""
    alone = {"state_uuid": uuid, "incoming_addresses": ("10.77.0.13:3306",)}
    larger = [a_node(host, size=2, seqno=1000 + written) for host in ("db1", "db2")]
    return a_survey(
        *larger, a_node("db3", size=1, seqno=1200, status=alone), at=NOON + timedelta(seconds=after_s)
    )


def test_without_a_choice_both_sides_are_told_and_nothing_is_done() -> None:
    for uuid in (STATE, FOREIGN):
        refusal = refused(sides(uuid))
        assert "keep=db1 for db1 and db2 (at 1000)" in refusal.way_on
        assert "keep=db3 for db3 (at 1200)" in refusal.way_on


def test_a_choice_that_is_no_side_is_told() -> None:
    assert "db9 is in no Primary component" in refused(sides(), keep="db9").way_on


def test_the_losing_side_is_stopped_and_stripped_of_its_state_in_one_step() -> None:
    plan = planned(sides(), keep="db1", keep_old="no")
    assert keys(plan) == ["compare", "give up:db3", "start:db3"]
    state, view = "/var/lib/mysql/grastate.dat", "/var/lib/mysql/gvwstate.dat"
    assert lines(step_of(plan, "give up:db3")) == [
        "db3: systemctl stop mariadb",
        f"db3: test ! -e {state} || mv -T --backup=numbered {state} {state}.{incident(sides())}",
        f"db3: test ! -e {view} || mv -T --backup=numbered {view} {view}.{incident(sides())}",
    ]
    assert lines(step_of(plan, "start:db3")) == ["db3: systemctl start --no-block mariadb"]
    for key in ("give up:db3", "start:db3"):
        assert step_of(plan, key).confirm == "db3"
    assert "REC-10" in step_of(plan, "start:db3").gotchas


def test_the_smaller_side_may_be_the_one_that_lives() -> None:
    plan = planned(sides(FOREIGN), keep="db3")
    assert keys(plan) == ["compare", "give up:db1", "give up:db2", "start:db1", "start:db2"]


def test_a_loser_that_stopped_is_still_due_for_a_full_copy_in_a_new_run() -> None:
    """Its saved state was moved aside with the stop, so that no later plan takes it for a plain start."""
    survey = a_survey(a_node("db1", size=2), a_node("db2", size=2), a_stopped_node("db3", grastate=None))
    assert step_of(planned(survey), "start:db3").irreversible


async def test_what_differs_is_shown_before_anything_is_given_up() -> None:
    plan = planned(sides(), keep="db1")
    context = ScriptedContext(
        sides(),
        answers={
            "db1": {"information_schema": "shop.orders\t120\nshop.items\t7\n"},
            "db3": {"information_schema": "shop.orders\t131\nshop.items\t7\n"},
        },
    )
    sighting = await step_of(plan, "compare").verify(context)
    assert sighting.holds is Holds.YES
    assert "1 table of 2 differ" in sighting.evidence
    assert "shop.orders (120 / 131)" in sighting.evidence


async def test_a_side_is_given_up_only_while_the_other_lives() -> None:
    step = step_of(planned(sides(), keep="db1"), "give up:db3")
    assert (await step.check(ScriptedContext(sides()))).holds is Holds.YES
    gone = a_survey(a_stopped_node("db1"), a_stopped_node("db2"), sides().nodes[2])
    merged = a_survey()
    for other in (gone, merged):
        assert (await step.check(ScriptedContext(other))).holds is Holds.NO


def test_only_reads_stand_before_the_first_typed_name() -> None:
    steps = core(planned(sides(), keep="db1"))
    assert not steps[0].acts


async def test_writes_on_a_side_do_not_keep_two_looks_from_leading_to_the_same() -> None:
    survey = step_of(planned(sides(), keep="db1"), "survey")
    later = (sides(written=40 * second, after_s=float(second)) for second in (1, 6, 12))
    context = ScriptedContext(*later, values={"keep": "db1"})
    judged = [await survey.verify(context) for _ in range(3)]
    assert [sighting.holds for sighting in judged] == [Holds.UNKNOWN, Holds.UNKNOWN, Holds.YES]


async def test_a_side_that_loses_a_node_between_two_looks_makes_them_begin_anew() -> None:
    survey = step_of(planned(sides(), keep="db1"), "survey")
    lost = a_survey(
        a_node("db1", size=1), a_stopped_node("db2"), sides().node("db3"), at=NOON + timedelta(seconds=12)
    )
    sighting = await survey.verify(ScriptedContext(lost, values={"keep": "db1"}))
    assert sighting.holds is Holds.UNKNOWN
