"""One Primary component lives: each card of a node outside it, with its commands word for word."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from runbooks.steps.recovery import incident
from systems.galera.readings import ZERO_UUID, ClusterSurvey, Flavour, NodeSurvey
from tests.builders import (
    FOREIGN,
    a_filesystem,
    a_joining_node,
    a_lost_node,
    a_node,
    a_stopped_node,
    a_survey,
    a_unit,
    gcomm_uuid_of,
)
from tests.runbooks.plans import ScriptedContext, core, keys, lines, planned, refused, step_of


def two_of_three(third: NodeSurvey, **status: Any) -> ClusterSurvey:
    return a_survey(a_node("db1", size=2, status=status), a_node("db2", size=2, status=status), third)


def test_a_whole_cluster_is_only_proven() -> None:
    plan = planned(a_survey())
    assert keys(plan) == []
    assert [step.key.split(":")[1] for step in plan.steps if step.key.startswith("prove")] == [
        "state",
        "write",
        "drop",
    ]


def test_a_node_stopped_in_order_is_started() -> None:
    plan = planned(two_of_three(a_stopped_node("db3", seqno=990)))
    assert lines(*core(plan)) == ["db3: systemctl start --no-block mariadb"]
    assert "IST of 10 transactions" in step_of(plan, "start:db3").expects
    assert plan.sentence.startswith("R-1G")


def test_a_crashed_node_is_taken_from_systemds_memory_first() -> None:
    plan = planned(two_of_three(a_stopped_node("db3", recovered=990)))
    assert lines(*core(plan)) == [
        "db3: systemctl reset-failed mariadb",
        "db3: systemctl start --no-block mariadb",
    ]
    assert not any(step.irreversible for step in plan.steps)
    assert not any(step.key == "keep" for step in plan.steps)


def test_two_nodes_come_back_one_after_the_other() -> None:
    survey = a_survey(
        a_node("db1", size=1), a_stopped_node("db2", seqno=995), a_stopped_node("db3", seqno=990)
    )
    plan = planned(survey)
    assert plan.sentence.startswith("R-2")
    assert keys(plan) == ["start:db2", "start:db3"]


def test_a_position_that_no_cache_reaches_is_said_to_need_a_full_copy() -> None:
    plan = planned(two_of_three(a_stopped_node("db3", seqno=10), cached_downto=500))
    step = step_of(plan, "start:db3")
    assert "a full copy (SST) of about 2.0 GB" in step.expects
    assert not step.irreversible  # what it has is a part of the cluster's history
    assert step.verify_deadline_s > 600


@pytest.mark.parametrize(
    ("third", "card"),
    [
        (a_stopped_node("db3", uuid=ZERO_UUID), "R-1Z"),
        (a_stopped_node("db3", grastate=None), "R-1Z"),
        (a_stopped_node("db3", sst_in_progress=True, grastate=None), "R-SST"),
        (a_stopped_node("db3", uuid=FOREIGN, seqno=77), "R-FOR"),
    ],
)
def test_what_would_be_wiped_asks_for_the_hosts_name(third: NodeSurvey, card: str) -> None:
    plan = planned(two_of_three(third), keep_old="no")
    assert plan.sentence.startswith(card)
    step = step_of(plan, "start:db3")
    assert step.irreversible
    assert step.confirm == "db3"
    assert plan.steps[1].key == "keep"
    assert "PXC-11" in step.gotchas


def test_a_saved_state_that_must_not_count_is_moved_aside_never_deleted() -> None:
    survey = two_of_three(a_stopped_node("db3", uuid=FOREIGN, seqno=77))
    plan = planned(survey, keep_old="no")
    there = "/var/lib/mysql/grastate.dat"
    assert lines(step_of(plan, "start:db3"))[0] == (
        f"db3: test ! -e {there} || mv -T --backup=numbered {there} {there}.{incident(survey)}"
    )


def test_foreign_data_is_kept_beside_where_the_disk_has_room() -> None:
    disk = a_filesystem(path="/var/lib/mysql", target="/")
    survey = two_of_three(a_stopped_node("db3", uuid=FOREIGN, seqno=77, filesystem=disk))
    plan = planned(survey)
    here, aside = "/var/lib/mysql", f"/var/lib/mysql.{incident(survey)}"
    assert lines(step_of(plan, "start:db3"))[0] == (
        f"db3: mv -T --backup=numbered {here} {aside}"
        f" && install -d -o mysql -g mysql -m 0700 {here}"
        f" && if command -v restorecon >/dev/null; then restorecon {here}; fi"
    )
    assert f"stays in {aside}" in step_of(plan, "start:db3").why


def test_a_mount_point_cannot_be_renamed() -> None:
    disk = a_filesystem(target="/var/lib/mysql")
    plan = planned(two_of_three(a_stopped_node("db3", uuid=FOREIGN, seqno=77, filesystem=disk)))
    assert "mv -T --backup" in lines(step_of(plan, "start:db3"))[0]


def test_a_voted_out_node_is_stopped_before_its_data_is_replaced() -> None:
    plan = planned(two_of_three(a_node("db3", state="Inconsistent")), keep_old="no")
    assert keys(plan) == ["stop:db3", "start:db3"]
    assert lines(step_of(plan, "stop:db3")) == ["db3: systemctl stop mariadb"]
    assert step_of(plan, "start:db3").irreversible


def test_a_node_cut_off_is_waited_for_and_never_made_primary() -> None:
    plan = planned(two_of_three(a_node("db3", state="Initialized")))
    assert keys(plan) == ["wait:db3"]
    assert not lines(*core(plan))
    assert "4567" in step_of(plan, "wait:db3").why


def test_a_joining_node_is_left_alone() -> None:
    plan = planned(two_of_three(a_joining_node("db3"), cluster_size=3))
    assert keys(plan) == ["wait:db3"]


def test_a_host_out_of_reach_is_not_for_this_runbook() -> None:
    refusal = refused(two_of_three(a_lost_node("db3")))
    assert "R-HOST" in refusal.sentence
    assert "power" in refusal.way_on


def test_data_that_the_login_may_not_see_is_not_replaced() -> None:
    error = "/var/lib/mysql cannot be looked into: it takes root, or the group of the database"
    closed = a_stopped_node("db3", grastate=None, grastate_error=error, grastate_closed=True)
    refusal = refused(two_of_three(closed))
    assert "db3 is down" in refusal.sentence
    assert error in refusal.sentence
    assert "login of db3 to become root" in refusal.way_on


def unmounted(host: str) -> NodeSurvey:
    error = "/srv/db is not mounted: what lies in /srv/db/data now is not the data"
    return a_stopped_node(host, grastate=None, grastate_error=error, unmounted="/srv/db")


def test_a_volume_that_is_not_mounted_is_mounted_by_people_and_nothing_is_copied() -> None:
    refusal = refused(two_of_three(unmounted("db3")))
    assert "R-MNT" in refusal.sentence
    assert refusal.way_on == "Mount the volume of its data first; then plan again."


def test_a_node_without_its_volume_is_left_out_of_what_is_done_beside_it() -> None:
    survey = a_survey(
        a_node("db1", size=2), a_node("db2", size=2), a_stopped_node("db3", seqno=990), unmounted("db4")
    )
    plan = planned(survey)
    assert keys(plan) == ["start:db3"]
    assert "db4 is left as it is" in plan.open
    assert "db4" not in step_of(plan, "prove:state").key


def test_an_evicted_node_is_restarted_and_one_that_is_only_cut_off_is_waited_for() -> None:
    """REC-25: it comes back with a new identity only."""
    cut_off = a_node("db3", state="Initialized")
    evicted = two_of_three(cut_off, evict_list=gcomm_uuid_of("db3"))
    assert keys(planned(evicted)) == ["stop:db3", "start:db3"]
    assert keys(planned(two_of_three(cut_off, evict_list=gcomm_uuid_of("db9")))) == ["wait:db3"]


def test_what_can_be_done_is_done_beside_a_host_out_of_reach() -> None:
    survey = a_survey(
        a_node("db1", size=2), a_node("db2", size=2), a_stopped_node("db3", seqno=990), a_lost_node("db4")
    )
    plan = planned(survey)
    assert keys(plan) == ["start:db3"]
    assert "db4" in plan.open
    assert "db4" not in step_of(plan, "prove:state").key


def test_a_full_disk_is_emptied_by_people_before_a_start() -> None:
    full = a_filesystem(free_bytes=1_000_000)
    plan = planned(two_of_three(a_stopped_node("db3", recovered=990, filesystem=full)))
    assert keys(plan) == ["room:db3", "start:db3"]
    assert not step_of(plan, "room:db3").acts
    assert "Never delete ibdata" in step_of(plan, "room:db3").why


async def test_a_start_does_not_begin_on_a_full_disk() -> None:
    survey = two_of_three(a_stopped_node("db3", recovered=990, filesystem=a_filesystem(free_bytes=1_000_000)))
    sighting = await step_of(planned(survey), "start:db3").check(ScriptedContext(survey))
    assert sighting.holds.value == "no"
    assert "make room first" in sighting.evidence


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"wsrep_cluster_address": "gcomm://"}, "names nobody else"),
        ({"wsrep_cluster_address": "gcomm://10.77.0.13"}, "names nobody else"),
        (
            {"wsrep_cluster_address": "gcomm://10.77.0.11", "wsrep_cluster_name": "other"},
            "its wsrep_cluster_name is other",
        ),
    ],
)
async def test_a_start_that_would_join_nobody_does_not_begin(options: dict[str, str], why: str) -> None:
    survey = two_of_three(a_stopped_node("db3", seqno=990, configured=options))
    sighting = await step_of(planned(survey), "start:db3").check(ScriptedContext(survey))
    assert sighting.holds.value == "no"
    assert why in sighting.evidence


async def test_a_masked_unit_is_named_before_systemd_refuses() -> None:
    masked = a_unit(active="inactive", sub="dead", load="masked")
    survey = two_of_three(a_stopped_node("db3", seqno=990, units={"mariadb": masked}))
    sighting = await step_of(planned(survey), "start:db3").check(ScriptedContext(survey))
    assert "systemctl unmask mariadb" in sighting.evidence


async def test_green_is_the_nodes_own_word() -> None:
    survey = two_of_three(a_stopped_node("db3", seqno=990))
    step = step_of(planned(survey), "start:db3")
    still = await step.verify(ScriptedContext(survey))
    back = await step.verify(ScriptedContext(a_survey()))
    assert (still.holds.value, back.holds.value) == ("no", "yes")


def test_percona_goes_by_its_own_names() -> None:
    units = {"mysql": a_unit("mysql", active="failed", sub="failed")}
    third = a_stopped_node("db3", flavour=Flavour.PXC, server_version="mysqld  Ver 8.0.36", units=units)
    plan = planned(two_of_three(third))
    assert lines(step_of(plan, "start:db3")) == [
        "db3: systemctl reset-failed mysql",
        "db3: systemctl start --no-block mysql",
    ]


def test_a_member_in_the_bootstrap_unit_goes_back_to_the_plain_one() -> None:
    units = {
        "mysql": a_unit("mysql", active="inactive", sub="dead"),
        "mysql@bootstrap": a_unit("mysql@bootstrap", enabled="disabled"),
    }
    first = a_node("db1", evidence={"flavour": Flavour.PXC, "units": units})
    plan = planned(a_survey(first, a_node("db2"), a_node("db3")))
    assert lines(step_of(plan, "normal unit:db1")) == [
        "db1: systemctl stop mysql@bootstrap.service",
        "db1: systemctl start --no-block mysql",
    ]


async def test_the_last_member_is_never_stopped_to_change_its_unit() -> None:
    units = {"mysql@bootstrap": a_unit("mysql@bootstrap")}
    first = a_node("db1", size=1, evidence={"flavour": Flavour.PXC, "units": units})
    survey = a_survey(first, a_stopped_node("db2", seqno=990), a_stopped_node("db3", seqno=990))
    step = step_of(planned(survey), "normal unit:db1")
    assert (await step.check(ScriptedContext(survey))).holds.value == "no"


def test_nothing_is_planned_for_what_is_back() -> None:
    before = two_of_three(a_stopped_node("db3", seqno=990))
    after = replace(a_survey(), before=None)
    assert keys(planned(before)) == ["start:db3"]
    assert keys(planned(after)) == []


def test_one_node_can_be_dealt_with_alone() -> None:
    survey = a_survey(
        a_node("db1", size=1), a_stopped_node("db2", seqno=995), a_stopped_node("db3", seqno=990)
    )
    plan = planned(survey, node="db3")
    assert keys(plan) == ["start:db3"]
    assert step_of(plan, "prove:state").key == "prove:state:db1,db3"
