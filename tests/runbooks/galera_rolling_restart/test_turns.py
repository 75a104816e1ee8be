"""What proves each step of a node's turn: left in order, back as a member, by which way it came."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from runbooks.model import Holds
from systems.galera.readings import ClusterSurvey, NodeSurvey
from tests.builders import (
    NOON,
    STATE,
    a_hit,
    a_joining_node,
    a_node,
    a_stopped_node,
    a_survey,
    a_unit,
)
from tests.runbooks.galera_rolling_restart.clusters import percona, planned
from tests.runbooks.plans import ScriptedContext, step_of

PLAN = planned(a_survey())
FACTS = {"stopped:db1": f"{STATE}:1000"}
LEFT = a_stopped_node("db1", seqno=1000)
IST = (a_hit("ist-received"),)
OTHER = f"WSREP: SST received: {STATE}:1200"
SAME = f"WSREP: SST received: {STATE}:1000"


def beside(db1: NodeSurvey, *, size: int = 2, after_s: float = 0.0) -> ClusterSurvey:
    """db2 and db3 Synced beside it."""
    others = [a_node(host, size=size, seqno=1300) for host in ("db2", "db3")]
    return a_survey(db1, *others, at=NOON + timedelta(seconds=after_s))


def back(*hits: Any, **evidence: Any) -> ClusterSurvey:
    return beside(a_node("db1", seqno=1300, evidence={"log_hits": hits, **evidence}), size=3)


async def test_a_node_that_left_in_order_is_down_and_the_others_carry_on() -> None:
    sighting = await step_of(PLAN, "stop:db1").verify(ScriptedContext(beside(LEFT), facts=FACTS))
    assert sighting.holds is Holds.YES
    assert "db1: no database process; stopped in order at 97c6…d5:1000" in sighting.evidence
    assert "db2 and db3 are Synced, size 2" in sighting.evidence


NOT_IN_ORDER = {
    "runs": (a_node("db1"), "db1: its database runs"),
    "stops": (a_stopped_node("db1", units={"mariadb": a_unit(active="deactivating", sub="stop")}), "stop"),
    "crashed": (a_stopped_node("db1"), ":-1 (R-1C)"),
    "no-file": (a_stopped_node("db1", seqno=1000, grastate=None), "grastate.dat: there is none"),
    "unseen": (
        a_stopped_node("db1", grastate=None, grastate_error="it takes root", grastate_closed=True),
        "whether db1 ended in order is not known: it takes root",
    ),
    "view-left": (a_stopped_node("db1", seqno=1000, gvwstate=True), "gvwstate.dat is still there (REC-21)"),
}


@pytest.mark.parametrize("name", NOT_IN_ORDER)
async def test_a_node_that_did_not_end_in_order_is_not_green(name: str) -> None:
    node, evidence = NOT_IN_ORDER[name]
    sighting = await step_of(PLAN, "stop:db1").verify(ScriptedContext(beside(node), facts=FACTS))
    assert sighting.holds is not Holds.YES
    assert evidence in sighting.evidence


def stalled(behind: str) -> ClusterSurvey:
    """All are back, and one holds the writes of all by its queue: each counts the pause as its own."""

    def nodes(ns: int) -> list[NodeSurvey]:
        return [
            a_node(
                host,
                seqno=1300,
                at=NOON + timedelta(seconds=ns / 1e9),
                status={"recv_queue": 400 if host == behind else 0, "flow_control_paused_ns": ns},
                evidence={"log_hits": (a_hit("ist-received", "WSREP: IST received"),)},
            )
            for host in ("db1", "db2", "db3")
        ]

    before = a_survey(*nodes(0))
    return replace(a_survey(*nodes(10_000_000_000)), before=before)


async def test_a_node_that_is_back_does_not_wait_for_the_stall_of_another() -> None:
    step = step_of(PLAN, "start:db1")
    sighting = await step.verify(ScriptedContext(stalled("db3"), facts=FACTS))
    assert sighting.holds is Holds.YES, sighting.evidence
    own = await step.verify(ScriptedContext(stalled("db1"), facts=FACTS))
    assert "db1 is behind: 400 write-sets" in own.evidence


async def test_who_is_behind_is_told_before_the_pause_that_all_count() -> None:
    sighting = await step_of(PLAN, "ready:db2").verify(ScriptedContext(stalled("db3"), facts=FACTS))
    assert sighting.evidence == "db3 is behind: 400 write-sets in its receive queue"


def lonely(after_s: float) -> ClusterSurvey:
    """Somebody stopped db3 as well."""
    left = a_node("db2", size=1, seqno=1300)
    return a_survey(LEFT, left, a_stopped_node("db3", seqno=1100), at=NOON + timedelta(seconds=after_s))


async def test_a_second_node_that_goes_is_told_and_does_not_keep_the_first_one_down() -> None:
    verify = step_of(planned(a_survey()), "stop:db1").verify
    context = ScriptedContext(lonely(0), lonely(4), lonely(12), facts=FACTS)
    assert (await verify(context)).holds is Holds.UNKNOWN
    assert (await verify(context)).holds is Holds.UNKNOWN
    sighting = await verify(context)
    assert sighting.holds is Holds.YES
    assert "WARNING: db3: its database does not run" in sighting.evidence


async def test_a_node_is_started_while_there_is_somebody_to_join() -> None:
    check = step_of(PLAN, "start:db1").check
    assert (await check(ScriptedContext(lonely(0), facts=FACTS))).holds is Holds.YES
    nobody = a_survey(LEFT, a_node("db2", state="Initialized"), a_stopped_node("db3"))
    sighting = await check(ScriptedContext(nobody, facts=FACTS))
    assert sighting.holds is Holds.NO
    assert "no Primary component to join" in sighting.evidence


async def test_the_card_of_a_start_tells_how_much_of_the_fuse_is_left() -> None:
    sighting = await step_of(PLAN, "start:db1").check(ScriptedContext(beside(LEFT), facts=FACTS))
    assert "how long IST stays possible is not known" in sighting.evidence


async def test_a_machine_that_was_rebooted_meanwhile_has_started_it_already() -> None:
    step = step_of(PLAN, "start:db1")
    for node in (a_joining_node("db1"), a_node("db1")):
        sighting = await step.check(ScriptedContext(beside(node), facts=FACTS))
        assert sighting.holds is Holds.YES, sighting
        assert "has been started already" in sighting.evidence
    bootstrap = {
        "mysql@bootstrap": a_unit("mysql@bootstrap"),
        "mariadb": a_unit(active="inactive", sub="dead"),
    }
    wrong = a_node("db1", evidence={"units": bootstrap})
    assert (await step.check(ScriptedContext(beside(wrong), facts=FACTS))).holds is Holds.NO


async def test_a_node_is_back_when_it_is_synced_in_its_plain_unit() -> None:
    verify = step_of(PLAN, "start:db1").verify
    sighting = await verify(ScriptedContext(back(*IST), facts=FACTS))
    assert sighting.holds is Holds.YES
    assert sighting.evidence == "db1 is back, by IST from 97c6…d5:1000; all 3 nodes are Synced, size 3"
    in_bootstrap = back(units={"mysql@bootstrap": a_unit("mysql@bootstrap")})
    told = await verify(ScriptedContext(in_bootstrap, facts=FACTS))
    assert told.holds is Holds.NO
    assert "runs in mysql@bootstrap again" in told.evidence
    behind = beside(a_node("db1", seqno=1300, status={"recv_queue": 900}), size=3)
    assert "900 write-sets" in (await verify(ScriptedContext(behind, facts=FACTS))).evidence


async def test_a_node_on_its_way_tells_what_is_left_of_the_fuse() -> None:
    sighting = await step_of(PLAN, "start:db1").verify(
        ScriptedContext(beside(a_joining_node("db1")), facts=FACTS)
    )
    assert sighting.holds is Holds.NO
    assert "unit mariadb is activating/start, a state transfer is running; how long" in sighting.evidence


async def test_a_node_that_is_back_does_not_wait_for_another_that_is_gone() -> None:
    survey = a_survey(
        a_node("db1", size=2, evidence={"log_hits": IST}),
        a_node("db2", size=2),
        a_stopped_node("db3", seqno=1100),
    )
    sighting = await step_of(PLAN, "start:db1").verify(ScriptedContext(survey, facts=FACTS))
    assert sighting.holds is Holds.YES
    assert "WARNING: db3: its database does not run" in sighting.evidence


async def test_a_log_that_was_read_before_the_node_was_synced_is_read_again() -> None:
    context = ScriptedContext(back(), back(*IST, a_hit("synchronized")), facts=FACTS)
    sighting = await step_of(PLAN, "start:db1").verify(context)
    assert sighting.holds is Holds.YES
    assert "db1 is back, by IST from 97c6…d5:1000" in sighting.evidence


async def test_a_node_that_is_lost_while_its_log_is_read_again_is_not_back() -> None:
    context = ScriptedContext(back(), beside(LEFT), facts=FACTS)
    sighting = await step_of(PLAN, "start:db1").verify(context)
    assert sighting.holds is Holds.NO
    assert "db1" in sighting.evidence


async def test_a_log_that_stays_silent_keeps_no_node_from_being_back() -> None:
    sighting = await step_of(PLAN, "start:db1").verify(ScriptedContext(back(), facts=FACTS))
    assert sighting.holds is Holds.YES
    assert "db1 is back, by which way it came is not known: its log does not tell of it" in sighting.evidence


CAME = {
    "ist": ((*IST,), {}, Holds.YES, "by IST from 97c6…d5:1000"),
    "script-bypassed": ((a_hit("sst-received", SAME), *IST), {}, Holds.YES, "by IST from 97c6…d5:1000"),
    "nothing": ((a_hit("synchronized"),), {}, Holds.YES, "it had missed nothing"),
    "not-told-yet": ((), {}, Holds.UNKNOWN, "its log does not tell of it"),
    "bypassed-not-told-yet": (
        (a_hit("sst-received", SAME),),
        {},
        Holds.UNKNOWN,
        "its log does not tell of it",
    ),
    "copy": (
        (a_hit("sst-received", OTHER),),
        {},
        Holds.NO,
        "WARNING: it came by a full copy (SST) at 97c6…d5:1200, not by IST from 97c6…d5:1000 (ROLL-02)",
    ),
    "copy-without-position": (
        (a_hit("sst-received", "SST complete, seqno: 1200"),),
        {},
        Holds.NO,
        "WARNING: it came by a full copy (SST): SST complete, seqno: 1200",
    ),
    "no-log": ((), {"details_error": "sudo was refused"}, Holds.UNKNOWN, "its log could not be read"),
}


@pytest.mark.parametrize("name", CAME)
async def test_by_which_way_it_came_is_read_from_its_log(name: str) -> None:
    hits, evidence, holds, told = CAME[name]
    sighting = await step_of(PLAN, "came:db1").verify(ScriptedContext(back(*hits, **evidence), facts=FACTS))
    assert sighting.holds is holds
    assert told in sighting.evidence


async def test_a_copy_that_was_not_seen_where_it_began_is_not_called_an_ist() -> None:
    context = ScriptedContext(back(a_hit("sst-received", OTHER), *IST))
    sighting = await step_of(PLAN, "came:db1").verify(context)
    assert sighting.holds is Holds.UNKNOWN


async def test_a_full_copy_that_was_accepted_lets_the_next_node_leave() -> None:
    plan = planned(a_survey(), despite_short_window="quiet")
    context = ScriptedContext(back(a_hit("sst-received", OTHER)), facts=FACTS)
    sighting = await step_of(plan, "came:db1").verify(context)
    assert sighting.holds is Holds.YES
    assert "full copy (SST)" in sighting.evidence
    assert "which was accepted: quiet" in sighting.evidence


def at(second: int, survey: ClusterSurvey | None = None) -> ClusterSurvey:
    return replace(survey or a_survey(), taken_at=NOON + timedelta(seconds=second))


async def test_a_soak_lasts_its_time_and_begins_anew_after_a_break() -> None:
    verify = step_of(planned(a_survey(), soak_s="30"), "soak:db1").verify
    gone = a_survey(a_node("db1", size=2), a_node("db2", size=2), a_stopped_node("db3", seqno=1000))
    looks = [at(0), at(20), at(25, gone), at(40), at(60), at(70)]
    answers = [await verify(ScriptedContext(look)) for look in looks]
    assert [answer.holds is Holds.YES for answer in answers] == [False] * 5 + [True]
    assert "watched for 10 s more" in answers[1].evidence
    assert "the watch begins anew" in answers[2].evidence


async def test_what_undoes_a_stop_is_proven_by_the_node_being_back() -> None:
    """Not by all that a stop asks for: a window that is short by now must not hold the rest of the undo."""
    step = step_of(PLAN, "stop:db1")
    assert step.undone is not None
    assert (await step.undone(ScriptedContext(a_survey()))).holds is Holds.YES
    assert (await step.undone(ScriptedContext(beside(LEFT)))).holds is Holds.NO


async def test_a_freeze_and_a_drain_are_green_by_the_nodes_own_word() -> None:
    plan = planned(percona(), freeze="yes")
    for key, frozen, mode in [
        ("freeze:db2:db1", "990", "DISABLED"),
        ("unfreeze:db2:db1", "-1", "DISABLED"),
        ("drain:db1", "-1", "MAINTENANCE"),
        ("undrain:db1", "-1", "DISABLED"),
        ("prove:unfrozen", "-1", "DISABLED"),
    ]:
        verify = step_of(plan, key).verify
        right = ScriptedContext(percona(frozen=frozen, mode=mode))
        wrong = ScriptedContext(
            percona(
                frozen="-1" if frozen == "990" else "990",
                mode="DISABLED" if mode == "MAINTENANCE" else "MAINTENANCE",
            )
        )
        assert (await verify(right)).holds is Holds.YES, key
        assert (await verify(wrong)).holds is Holds.NO, key


async def test_a_cache_that_somebody_else_has_frozen_is_left_to_them() -> None:
    step = step_of(planned(percona(), freeze="yes"), "freeze:db2:db1")
    assert (await step.check(ScriptedContext(percona(frozen="990")))).holds is Holds.NO
