"""What is planned: one turn a node, the writer last, and what is switched around each turn."""

from __future__ import annotations

import pytest

from systems.galera.readings import Flavour
from tests.builders import a_node, a_survey, a_unit
from tests.runbooks.galera_rolling_restart.clusters import percona, planned, refused, restarts
from tests.runbooks.plans import keys, lines, step_of


def test_each_node_has_its_turn_from_leaving_to_the_watch_before_the_next() -> None:
    plan = planned(a_survey())
    assert keys(plan)[:5] == ["ready:db1", "stop:db1", "start:db1", "came:db1", "soak:db1"]
    assert keys(plan)[-3:] == ["ready:db3", "stop:db3", "start:db3"]
    assert lines(step_of(plan, "stop:db1")) == [
        "db1: systemctl stop mariadb",
        "db1: cat /var/lib/mysql/grastate.dat",
    ]
    assert lines(step_of(plan, "start:db1")) == ["db1: systemctl start --no-block mariadb"]


def test_the_survey_comes_first_and_the_proof_last() -> None:
    every = [step.key for step in planned(a_survey()).steps]
    assert every[0] == "survey"
    assert [key.split(":")[1] for key in every[-3:]] == ["state", "write", "drop"]


def test_only_the_nodes_that_were_named_are_restarted_in_that_order() -> None:
    assert restarts(planned(a_survey(), nodes="db3, db1")) == ["db3", "db1"]


def test_the_writer_goes_last_by_name() -> None:
    plan = planned(a_survey(), writer="db1")
    assert restarts(plan) == ["db2", "db3", "db1"]
    assert "db1 last, since it takes the writes" in plan.sentence
    assert "db1 goes last" in step_of(plan, "stop:db1").why


def test_the_writer_goes_last_by_what_it_has_written() -> None:
    def node(host: str, written: int) -> object:
        return a_node(host, status={"replicated_bytes": written, "uptime_s": 1000})

    busy = a_survey(node("db1", 90_000_000), node("db2", 400_000), node("db3", 0))  # type: ignore[arg-type]
    assert restarts(planned(busy)) == ["db2", "db3", "db1"]
    even = a_survey(node("db1", 90_000_000), node("db2", 40_000_000), node("db3", 0))  # type: ignore[arg-type]
    assert restarts(planned(even)) == ["db1", "db2", "db3"]


def test_a_node_of_that_name_must_exist() -> None:
    refusal = refused(a_survey(), nodes="db1,db9", writer="dbx")
    assert refusal.sentence == "db9 and dbx are no node of this cluster"
    assert refusal.way_on == "The nodes are db1, db2 and db3."


def test_no_soak_is_no_step() -> None:
    assert not any(key.startswith("soak") for key in keys(planned(a_survey(), soak_s="0")))


def test_the_unit_that_owns_the_process_is_stopped_and_the_plain_one_started() -> None:
    units = {
        "mysql": a_unit("mysql", active="inactive", sub="dead"),
        "mysql@bootstrap": a_unit("mysql@bootstrap", enabled="disabled"),
    }
    first = a_node("db1", evidence={"units": units, "flavour": Flavour.PXC, "server_version": "8.0.36-28.1"})
    plan = planned(a_survey(first, a_node("db2"), a_node("db3")))
    assert lines(step_of(plan, "stop:db1"))[0] == "db1: systemctl stop mysql@bootstrap"
    assert lines(step_of(plan, "start:db1")) == ["db1: systemctl start --no-block mysql"]
    assert "ROLL-08" in step_of(plan, "stop:db1").why


def test_percona_nodes_are_drained_before_and_given_back_after_their_turn() -> None:
    plan = planned(percona(), nodes="db2")
    assert keys(plan) == ["ready:db2", "drain:db2", "stop:db2", "start:db2", "undrain:db2"]
    drain, undrain = step_of(plan, "drain"), step_of(plan, "undrain")
    assert lines(drain, undrain) == [
        "db2: mysql -e 'SET GLOBAL pxc_maint_mode=MAINTENANCE'",
        "db2: mysql -e 'SET GLOBAL pxc_maint_mode=DISABLED'",
    ]
    assert [act.command.line for act in drain.undo] == ["mysql -e 'SET GLOBAL pxc_maint_mode=DISABLED'"]
    assert undrain.takes_back == drain.key
    assert not drain.lasting


def test_a_node_that_somebody_has_drained_is_drained_afterwards_too() -> None:
    plan = planned(percona(mode="MAINTENANCE"), nodes="db2")
    assert keys(plan) == ["ready:db2", "stop:db2", "start:db2", "undrain:db2"]
    assert lines(step_of(plan, "undrain")) == ["db2: mysql -e 'SET GLOBAL pxc_maint_mode=MAINTENANCE'"]


def test_where_there_is_no_maintenance_mode_the_load_balancer_is_named() -> None:
    assert "Take db1 out of its load balancer" in step_of(planned(a_survey()), "stop:db1").why


def test_a_freeze_stands_around_each_turn_and_is_proven_gone() -> None:
    plan = planned(percona(), freeze="yes")
    for host, donor in [("db1", "db2"), ("db2", "db1"), ("db3", "db1")]:
        turn = [key for key in keys(plan) if key.split(":")[-1] == host or key.endswith(f"{donor}:{host}")]
        assert turn.index(f"freeze:{donor}:{host}") == turn.index(f"stop:{host}") - 1
        assert turn.index(f"unfreeze:{donor}:{host}") == turn.index(f"start:{host}") + 1
    freeze, unfreeze = step_of(plan, "freeze:db2:db1"), step_of(plan, "unfreeze:db2:db1")
    assert lines(freeze, unfreeze) == [
        "db2: mysql -e \"SET GLOBAL wsrep_provider_options='gcache.freeze_purge_at_seqno=now'\"",
        "db2: mysql -e \"SET GLOBAL wsrep_provider_options='gcache.freeze_purge_at_seqno=-1'\"",
    ]
    assert [act.command for act in freeze.undo] == [act.command for act in unfreeze.acts]
    assert not unfreeze.skippable
    assert step_of(plan, "prove:unfrozen").title == "prove: no cache is frozen"


def test_a_freeze_that_no_provider_offers_is_refused_with_the_way_on() -> None:
    refusal = refused(a_survey(), freeze="yes")
    assert "only Percona XtraDB Cluster has" in refusal.sentence
    assert refusal.way_on.startswith("Begin without freeze")


def test_a_single_node_is_an_outage() -> None:
    refusal = refused(a_survey(a_node("db1", size=1)))
    assert "is the only node" in refusal.sentence
    assert "galera-recover" in refusal.way_on


def test_of_two_nodes_each_stop_asks_for_the_name() -> None:
    pair = a_survey(a_node("db1", size=2), a_node("db2", size=2))
    stop = step_of(planned(pair), "stop:db2")
    assert (stop.confirm, stop.confirm_because) == ("db2", "db1 is alone until db2 is back.")
    assert "carries on alone" in stop.why
    assert step_of(planned(a_survey()), "stop:db2").confirm == ""


def test_five_nodes_can_spare_one_more() -> None:
    five = a_survey(*(a_node(f"db{number}", size=5) for number in range(1, 6)))
    assert "and 1 more may fail" in step_of(planned(five), "stop:db1").why
    assert "none of them may fail" in step_of(planned(a_survey()), "stop:db1").why


@pytest.mark.parametrize("key", ["start:db1", "came:db1", "soak:db1"])
def test_the_steps_after_a_stop_have_nothing_to_undo(key: str) -> None:
    assert step_of(planned(a_survey()), key).undo == ()
