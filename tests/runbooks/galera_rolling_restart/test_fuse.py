"""The IST fuse: no stop without a window, and what is left of it while a node is away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from runbooks.galera_rolling_restart.fuse import countdown, window
from runbooks.model import Holds
from runbooks.steps.transfer import learn_stopped, stopped_at
from systems.errors import NotUnderstood
from systems.galera.readings import NodeSurvey, Position
from systems.shell import Output
from tests.builders import NOON, STATE, a_node, a_stopped_node, a_survey
from tests.runbooks.galera_rolling_restart.clusters import percona, planned, refused, writing
from tests.runbooks.galera_rolling_restart.test_guards import context
from tests.runbooks.plans import step_of

MIB_128 = 134_217_728
FITS, SHORT = 500_000, 2_000_000
"""Bytes a second that fill a cache of 128 MiB in four minutes and in one; two are wanted by default."""
STOPPED_AT = {"stopped:db3": f"{STATE}:1000"}


def test_a_window_of_twice_the_downtime_is_enough() -> None:
    assert planned(writing(FITS)).steps
    refusal = refused(writing(SHORT))
    assert "db1: 67 s of IST left; 2 min are wanted, twice its downtime (ROLL-02)" in refusal.sentence
    assert "despite_short_window" in refusal.way_on
    assert refusal.gotchas == ("ROLL-02",)


def test_a_longer_downtime_wants_a_longer_window() -> None:
    assert "10 min are wanted" in refused(writing(FITS), downtime_s="300").sentence
    assert planned(writing(SHORT), downtime_s="30").steps


async def test_a_reason_lets_a_short_window_pass_and_the_step_says_so() -> None:
    plan = planned(writing(SHORT), despite_short_window="the night is quiet")
    sighting = await step_of(plan, "stop:db1").check(context(writing(SHORT)))
    assert sighting.holds is Holds.YES
    assert "a full copy is accepted: the night is quiet" in sighting.evidence
    assert "a full copy (SST), which was accepted" in step_of(plan, "start:db1").expects


async def test_an_unknown_window_lets_a_plan_be_made_and_no_stop_begin() -> None:
    """One look tells no rate: the plan waits for the second, and each stop judges anew."""
    step = step_of(planned(a_survey()), "stop:db1")
    sighting = await step.check(context(a_survey()))
    assert sighting.holds is Holds.UNKNOWN
    assert "not known before a second look" in sighting.evidence
    assert (await step.check(context(writing(FITS)))).holds is Holds.YES


async def test_a_window_that_has_become_too_short_stops_the_next_stop() -> None:
    step = step_of(planned(writing(FITS)), "stop:db2")
    sighting = await step.check(context(writing(SHORT)))
    assert sighting.holds is Holds.NO
    assert "db2: 67 s of IST left" in sighting.evidence


def test_a_pause_between_two_bursts_is_no_idle_cluster() -> None:
    """The average since the start counts as well, once that is long enough ago to say something."""
    busy = {"received_bytes": SHORT * 1000, "all": {"wsrep_received": "2000000"}}

    def left_s(uptime_s: int) -> float | None:
        status = {**busy, "uptime_s": uptime_s}
        now, then = (
            [a_node(host, at=at, status=status) for host in ("db1", "db2", "db3")]
            for at in (NOON, NOON - timedelta(seconds=10))
        )
        return window(a_survey(*now, before=a_survey(*then)), "db3").left_s

    assert left_s(1000) == pytest.approx(MIB_128 / SHORT, rel=0.02)
    assert left_s(100) == float("inf")


def test_nothing_written_has_no_end_in_sight() -> None:
    assert window(writing(0), "db1").words == "IST has no end in sight: nothing is written now"


def test_a_frozen_cache_has_no_end_in_sight() -> None:
    survey = percona(frozen="990")
    assert window(survey, "db1").words == "IST has no end in sight: the cache of db2 is frozen"


async def test_a_freeze_waives_the_fuse_of_the_plan_and_not_that_of_the_stop() -> None:
    """Only a cache that is frozen by then counts: the step before it may have been left out."""
    plan = planned(percona(), freeze="yes")
    stop = step_of(plan, "stop:db1")
    assert (await stop.check(context(percona()))).holds is Holds.UNKNOWN
    assert (await stop.check(context(percona(frozen="990")))).holds is Holds.YES


def away(missed: int, bytes_a_second: int = FITS) -> str:
    """What is told of db3, which stopped at 1000, when the others are that many transactions ahead."""
    gone = a_stopped_node("db3", seqno=1000)

    def look(second: int) -> list[NodeSurvey]:
        counts = {
            "received_bytes": 200_000_000 + bytes_a_second * second,
            "all": {"wsrep_received": "200000"},
        }
        at = NOON - timedelta(seconds=10 - second)
        return [a_node(host, size=2, seqno=1000 + missed, at=at, status=counts) for host in ("db1", "db2")]

    return countdown(a_survey(*look(10), gone, before=a_survey(*look(0), gone)), STOPPED_AT, "db3")


def test_the_countdown_goes_down_with_what_is_missed_and_warns() -> None:
    assert away(0) == "4 min of IST left"
    assert away(70_000) == "118 s of IST left; half of the window is used up"
    told = away(115_000)
    assert told.endswith("four fifths of the window are used up: start it now")
    assert "s of IST left" in told


def test_the_end_of_the_fuse_is_told_as_what_it_is() -> None:
    survey = a_survey(
        *(a_node(host, size=2, seqno=9000, status={"cached_downto": 5000}) for host in ("db1", "db2")),
        a_stopped_node("db3", seqno=1000),
    )
    told = countdown(survey, STOPPED_AT, "db3")
    assert told.startswith("IST is not possible: SST (a full copy): it stopped at 1000")


def said(stdout: str) -> Output:
    return Output(stdout, "", 0, NOON)


def test_where_it_stopped_is_learnt_from_its_own_file() -> None:
    saved = f"# GALERA saved state\nversion: 2.1\nuuid:    {STATE}\nseqno:   512\nsafe_to_bootstrap: 0\n"
    facts = learn_stopped("db1", (said(""), said(saved)))
    assert stopped_at(facts, "db1") == Position(STATE, 512)


def test_a_file_that_tells_no_position_is_nothing_learnt() -> None:
    assert stopped_at({}, "db1") is None
    assert stopped_at({"stopped:db1": f"{STATE}:-1"}, "db1") is None
    assert stopped_at({"stopped:db1": "nonsense"}, "db1") is None
    assert learn_stopped("db1", (said(""), said(""))) == {}
    with pytest.raises(NotUnderstood):
        learn_stopped("db1", (said("uuid: what\nseqno: ever\n"),))
