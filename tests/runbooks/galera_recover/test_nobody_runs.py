"""Nobody runs: which node goes first, by which commands, and what must be known before (R-3, R-6, R-7A)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from runbooks.model import Holds
from runbooks.steps.recovery import incident, last_position
from systems.galera.readings import ZERO_UUID, ClusterSurvey, Flavour
from systems.shell import Output
from tests.builders import (
    FOREIGN,
    NOON,
    STATE,
    a_hit,
    a_lost_node,
    a_node,
    a_stopped_node,
    a_survey,
    a_unit,
)
from tests.runbooks.plans import ScriptedContext, core, keys, lines, planned, refused, step_of

SAFE = "sed -i 's/^safe_to_bootstrap: 0/safe_to_bootstrap: 1/' /var/lib/mysql/grastate.dat"
UNSAFE = "sed -i 's/^safe_to_bootstrap: 1/safe_to_bootstrap: 0/' /var/lib/mysql/grastate.dat"


def crashed(*seqnos: int | None, **changes: Any) -> ClusterSurvey:
    nodes = [
        a_stopped_node(f"db{number}", recovered=seqno, **changes)
        for number, seqno in enumerate(seqnos, start=1)
    ]
    return a_survey(*nodes)


def test_all_stopped_in_order_the_highest_goes_first() -> None:
    survey = a_survey(
        a_stopped_node("db1", seqno=990),
        a_stopped_node("db2", seqno=1000, safe_to_bootstrap=True),
        a_stopped_node("db3", seqno=995),
    )
    plan = planned(survey)
    assert keys(plan) == ["bootstrap:db2", "start:db3", "start:db1"]
    assert lines(step_of(plan, "bootstrap:db2")) == ["db2: galera_new_cluster"]


def test_all_crashed_and_known_the_most_advanced_is_made_safe_and_bootstrapped() -> None:
    plan = planned(crashed(1311, 1227, 1309))
    step = step_of(plan, "bootstrap:db1")
    assert lines(step) == [
        "db1: systemctl reset-failed mariadb",
        f"db1: {SAFE}",
        "db1: galera_new_cluster",
    ]
    assert step.confirm == "db1"
    assert step.irreversible
    assert "1311" in step.why
    assert keys(plan) == ["bootstrap:db1", "start:db3", "start:db2"]


def test_an_old_flag_on_another_node_is_taken_away_first() -> None:
    survey = a_survey(
        a_stopped_node("db1", recovered=1311),
        a_stopped_node("db2", recovered=1227, safe_to_bootstrap=True),
        a_stopped_node("db3", recovered=1309, bootstrap_flags=("/run/mariadb-wsrep-new-cluster: x",)),
    )
    plan = planned(survey)
    assert keys(plan)[:2] == ["clear flags", "bootstrap:db1"]
    clear = step_of(plan, "clear flags")
    assert lines(clear) == [f"db2: {UNSAFE}", "db3: rm -f /run/mariadb-wsrep-new-cluster"]
    assert [act.command.line for act in clear.undo] == [SAFE]


@pytest.mark.parametrize(
    ("flag", "line"),
    [
        (
            "/etc/default/mysql:MYSQLD_OPTS='--wsrep-new-cluster'",
            "sed -i.quarterdeck 's/ *--wsrep[-_]new[-_]cluster//g' /etc/default/mysql",
        ),
        (
            "unit mysql@bootstrap is enabled: it would bootstrap at every boot",
            "systemctl disable mysql@bootstrap.service",
        ),
        (
            "systemd's environment: _WSREP_NEW_CLUSTER=--wsrep-new-cluster",
            "systemctl unset-environment _WSREP_NEW_CLUSTER WSREP_NEW_CLUSTER",
        ),
    ],
)
def test_every_place_of_a_flag_has_its_command(flag: str, line: str) -> None:
    survey = a_survey(
        a_stopped_node("db1", recovered=9, bootstrap_flags=(flag,)),
        a_stopped_node("db2", recovered=7),
        a_stopped_node("db3", recovered=7),
    )
    assert f"db1: {line}" in lines(step_of(planned(survey), "clear flags"))


def test_a_flag_in_an_option_file_is_for_people() -> None:
    survey = crashed(9, 7, 7, bootstrap_flags=("option file: wsrep_new_cluster=ON",))
    assert "option file" in refused(survey).sentence


def test_unknown_positions_are_recovered_before_anything_is_chosen() -> None:
    plan = planned(crashed(None, 1227, None))
    assert [key.rsplit(":", 1)[0] for key in keys(plan)] == ["recover:db1", "recover:db3"]
    assert lines(*core(plan)) == [
        f"{host}: mariadbd --user=mysql --wsrep-recover --disable-log-error 2>&1" for host in ("db1", "db3")
    ]
    assert [step.replans for step in core(plan)] == [False, True]
    assert "bootstrapped" in plan.open
    assert not any(step.irreversible for step in plan.steps)


def test_percona_recovers_and_bootstraps_in_its_own_way() -> None:
    units = {
        "mysql": a_unit("mysql", active="failed", sub="failed", result="signal"),
        "mysql@bootstrap": a_unit("mysql@bootstrap", active="inactive", sub="dead", enabled="disabled"),
    }
    percona: dict[str, Any] = {
        "flavour": Flavour.PXC,
        "server_version": "mysqld  Ver 8.0.36-28.1",
        "units": units,
    }
    recovery = planned(crashed(None, 7, 7, **percona))
    assert lines(*core(recovery)) == [
        "db1: mysqld --user=mysql --wsrep-recover --loose-log-error-verbosity=3 --log-error=stderr 2>&1"
    ]
    plan = planned(crashed(9, 7, 7, **percona))
    assert lines(step_of(plan, "bootstrap:db1")) == [
        "db1: systemctl reset-failed mysql",
        f"db1: {SAFE}",
        "db1: systemctl start mysql@bootstrap.service",
    ]
    assert keys(plan) == ["bootstrap:db1", "start:db2", "start:db3", "normal unit:db1"]


def test_what_a_recovery_run_told_is_good_until_the_node_is_started_again() -> None:
    survey = crashed(None, 1227, 1309)
    step = core(planned(survey))[0]
    assert step.learn is not None
    told = Output(f"2026-11-22 [Note] WSREP: Recovered position: {STATE}:1311\n", "", 0, NOON)
    facts = step.learn((told,))
    assert keys(planned(survey, facts=facts))[0] == "bootstrap:db1"
    started = {"mariadb": a_unit(active="failed", sub="failed", result="signal", invocation="another")}
    first = a_stopped_node("db1", units=started)
    again = planned(replace(survey, nodes=(first, *survey.nodes[1:])), facts=facts)
    assert keys(again)[0].startswith("recover:db1")
    assert keys(again)[0] != step.key  # another start, so it is not done yet


def test_the_last_position_line_wins() -> None:
    text = f"WSREP: Recovered position: {STATE}:7\n[WSREP] Recovered position: {STATE}:9\n"
    assert last_position(Output(text, "", 0, NOON)) == f"{STATE}:9"
    assert last_position(Output("WSREP: Position recovery skipped\n", "", 0, NOON)) == ""


def test_without_a_guard_line_in_grastate_nothing_is_edited() -> None:
    """Galera before 3.19 has no safe_to_bootstrap; its absence is unknown, not a yes (B.0)."""
    survey = crashed(9, 7, 7, safe_to_bootstrap=None)
    assert lines(step_of(planned(survey), "bootstrap:db1"))[-1] == "db1: galera_new_cluster"
    assert not any("sed" in line for line in lines(step_of(planned(survey), "bootstrap:db1")))


def test_equal_positions_are_decided_by_the_flag_and_then_by_the_inventory() -> None:
    survey = a_survey(
        a_stopped_node("db1", seqno=9),
        a_stopped_node("db2", seqno=9, safe_to_bootstrap=True),
        a_stopped_node("db3", seqno=9),
    )
    plan = planned(survey)
    assert keys(plan)[0] == "bootstrap:db2"
    assert "same position" in step_of(plan, "bootstrap:db2").why
    assert keys(planned(crashed(9, 9, 9)))[0] == "bootstrap:db1"


def test_a_zero_uuid_is_never_chosen_and_comes_back_last_by_a_full_copy() -> None:
    survey = a_survey(
        a_stopped_node("db1", uuid=ZERO_UUID, safe_to_bootstrap=True),
        a_stopped_node("db2", recovered=7),
        a_stopped_node("db3", recovered=5),
    )
    plan = planned(survey)
    assert keys(plan) == ["clear flags", "bootstrap:db2", "start:db3", "start:db1"]
    assert step_of(plan, "start:db1").irreversible
    assert not step_of(plan, "start:db3").irreversible


def test_a_node_that_was_not_looked_at_stops_everything() -> None:
    survey = a_survey(
        a_stopped_node("db1", recovered=7), a_stopped_node("db2", recovered=8), a_lost_node("db3")
    )
    refusal = refused(survey)
    assert "db3" in refusal.sentence
    assert "without=db3" in refusal.way_on
    assert "REC-04" in refusal.gotchas


def test_signed_off_by_name_it_no_longer_stands_in_the_way() -> None:
    survey = a_survey(
        a_stopped_node("db1", recovered=7), a_stopped_node("db2", recovered=8), a_lost_node("db3")
    )
    plan = planned(survey, without="db3")
    step = step_of(plan, "bootstrap:db2")
    assert "What only db3" in step.confirm_because
    assert keys(plan) == ["bootstrap:db2", "start:db1"]
    assert "db3 cannot be reached" in plan.open


def test_a_name_that_is_no_node_signs_nothing_off() -> None:
    survey = a_survey(
        a_stopped_node("db1", recovered=7), a_stopped_node("db2", recovered=8), a_lost_node("db3")
    )
    assert "db9" in refused(survey, without="db9").sentence


def test_two_histories_are_decided_by_people() -> None:
    survey = a_survey(
        a_stopped_node("db1", recovered=7),
        a_stopped_node("db2", recovered=8),
        a_stopped_node("db3", uuid=FOREIGN, seqno=9999),
    )
    assert "histor" in refused(survey).sentence


def test_no_usable_state_anywhere_is_a_case_for_the_backup() -> None:
    survey = crashed(None, None, None, uuid=ZERO_UUID, safe_to_bootstrap=True)
    assert "backup" in refused(survey).way_on


def test_a_cluster_that_never_was_is_for_the_other_runbook() -> None:
    survey = crashed(None, None, None, grastate=None)
    assert "galera-bootstrap" in refused(survey).way_on


def test_an_unknown_build_is_not_bootstrapped() -> None:
    assert "REC-42" in refused(crashed(9, 7, 7, flavour=Flavour.UNKNOWN)).gotchas


async def test_a_bootstrap_is_checked_anew_against_everything_that_could_forbid_it() -> None:
    survey = crashed(1311, 1227, 1309)
    step = step_of(planned(survey), "bootstrap:db1")
    assert (await step.check(ScriptedContext(survey))).holds is Holds.YES
    elsewhere = a_survey(survey.nodes[0], a_node("db2", size=1), survey.nodes[2])
    for other, why in [
        (elsewhere, "REC-01"),
        (a_survey(*survey.nodes[:2], a_lost_node("db3")), "db3"),
        (crashed(1311, 1400, 1309), "db2 would be chosen"),
        (crashed(None, 1227, 1309), "would be chosen"),
    ]:
        sighting = await step.check(ScriptedContext(other))
        assert sighting.holds is Holds.NO
        assert why in sighting.evidence


async def test_what_creates_a_primary_rests_on_two_looks_apart() -> None:
    survey = crashed(1311, 1227, 1309)
    step = step_of(planned(survey), "survey")
    soon = replace(survey, taken_at=NOON + timedelta(seconds=4))
    later = replace(survey, taken_at=NOON + timedelta(seconds=11))
    context = ScriptedContext(soon, later)
    assert (await step.verify(context)).holds is Holds.UNKNOWN
    assert (await step.verify(context)).holds is Holds.YES


async def test_a_look_that_says_something_else_begins_the_count_anew() -> None:
    survey = crashed(1311, 1227, 1309)
    step = step_of(planned(survey), "survey")
    other = crashed(1311, 1500, 1309)
    looks = [
        replace(survey, taken_at=NOON + timedelta(seconds=4)),
        replace(other, taken_at=NOON + timedelta(seconds=11)),
        replace(other, taken_at=NOON + timedelta(seconds=22)),
    ]
    context = ScriptedContext(*looks)
    assert [(await step.verify(context)).holds.value for _ in looks] == ["unknown", "unknown", "yes"]


# --- R-7A ---------------------------------------------------------------------------------------------


def power_loss() -> ClusterSurvey:
    return a_survey(*(a_stopped_node(f"db{number}", gvwstate=True) for number in (1, 2, 3)))


def test_a_power_loss_of_all_is_started_at_once_without_a_bootstrap() -> None:
    plan = planned(power_loss())
    assert plan.sentence.startswith("R-7A")
    step = step_of(plan, "start together")
    assert lines(step) == [
        f"{host}: {line}"
        for host in ("db1", "db2", "db3")
        for line in ("systemctl reset-failed mariadb", "systemctl start --no-block mariadb")
    ]
    assert not any(one.irreversible for one in plan.steps)
    assert step.replans


def back_from_power_loss(*hosts: str, restored: bool = True) -> ClusterSurvey:
    """They wait for their last view: activating for two minutes, no SQL, as MariaDB does it."""
    units = {
        "mariadb": a_unit(active="activating", sub="start", main_pid=31, since=NOON - timedelta(minutes=2))
    }
    hits = (a_hit("view-restored"),) if restored else ()
    return a_survey(
        *(
            a_stopped_node(
                host, gvwstate=True, units=units, mysqld_pids=(31,), log_hits=hits, listening=(4567,)
            )
            if host in hosts
            else a_lost_node(host)
            for host in ("db1", "db2", "db3")
        )
    )


async def test_members_that_do_not_become_primary_are_planned_for_anew() -> None:
    step = step_of(planned(power_loss()), "start together")
    assert (await step.verify(ScriptedContext(a_survey()))).holds is Holds.YES
    assert (await step.verify(ScriptedContext(power_loss()))).holds is Holds.NO
    stuck = await step.verify(ScriptedContext(back_from_power_loss("db1", "db2", "db3")))
    assert stuck.holds is Holds.YES
    assert "have not become Primary" in stuck.evidence


def test_a_member_that_never_returns_is_asked_for_by_name() -> None:
    refusal = refused(back_from_power_loss("db1", "db2"))
    assert "R-7B" in refusal.sentence
    assert "without=db3" in refusal.way_on


def test_waiting_members_are_ended_once_the_missing_one_is_signed_off() -> None:
    survey = back_from_power_loss("db1", "db2")
    plan = planned(survey, without="db3")
    assert keys(plan) == ["end wait:db1", "end wait:db2"]
    view = "/var/lib/mysql/gvwstate.dat"
    assert lines(step_of(plan, "end wait:db1")) == [
        "db1: systemctl stop --no-block mariadb",
        "db1: systemctl kill --signal=SIGKILL mariadb",
        f"db1: test ! -e {view} || mv -T --backup=numbered {view} {view}.{incident(survey)}",
    ]
    assert [step.replans for step in core(plan)] == [False, True]


async def test_a_server_is_killed_only_while_it_waits_and_nobody_is_primary() -> None:
    survey = back_from_power_loss("db1", "db2")
    step = step_of(planned(survey, without="db3"), "end wait:db1")
    values = {"without": "db3"}
    assert (await step.check(ScriptedContext(survey, values=values))).holds is Holds.YES
    served = replace(survey, nodes=(survey.nodes[0], a_node("db2", size=2), survey.nodes[2]))
    assert (await step.check(ScriptedContext(served, values=values))).holds is Holds.NO
    assert (await step.check(ScriptedContext(survey))).holds is Holds.NO  # db3 is not signed off


def test_a_last_view_that_cannot_come_together_is_a_crash_of_all() -> None:
    survey = a_survey(
        a_stopped_node("db1", gvwstate=True, recovered=9),
        a_stopped_node("db2", gvwstate=True, recovered=7),
        a_stopped_node("db3", seqno=5),
    )
    assert keys(planned(survey))[0] == "bootstrap:db1"
