"""The scenario cards in which people do something meanwhile: make room, mend a network, choose a side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.lab.lab import Lab
from tests.scenarios.operators import Operator, Ran

pytestmark = [pytest.mark.lab, pytest.mark.whole]

REFUSED = 4
Event = Mapping[str, Any]


def verifying(step: str) -> Callable[[Event], bool]:
    """The run has come to the proof of this step."""
    return lambda event: event["event"] == "verifying" and event["step"].startswith(step)


def done(step: str) -> Callable[[Event], bool]:
    return lambda event: (
        event["event"] == "step-ended" and event["step"].startswith(step) and event["outcome"] == "done"
    )


def finishes(lab: Lab, ran: Ran) -> None:
    ran.until("the end", lambda event: event["event"] == "run-ended", 400)
    assert ran.ended["ending"] == "done", ran.story()
    lab.wait_synced()


def rows(lab: Lab, host: str) -> int:
    return int(lab.sql(host, "SET SESSION wsrep_sync_wait=1; SELECT COUNT(*) FROM app.t"))


@pytest.mark.parametrize(
    ("fault", "scenario"), [("foreign-uuid", "R-FOR"), ("zero-uuid", "R-1Z"), ("voted-out", "R-VOTE")]
)
def test_a_node_without_the_clusters_data_takes_a_copy_once_it_is_named(
    lab: Lab, operator: Operator, fault: str, scenario: str
) -> None:
    history = lab.status("db1")["cluster_state_uuid"]
    lab.breaks(fault)
    operator.triage(scenario)
    ran = operator.run("db3")
    assert ran.status == 0, ran.story()
    lab.wait_synced()
    assert lab.status("db3")["cluster_state_uuid"] == history
    assert len({rows(lab, host) for host in lab.hosts}) == 1
    assert lab.sh("db3", "ls -d /var/lib/mysql.*")  # what it had is kept beside


def test_of_two_clusters_the_one_that_was_chosen_lives(lab: Lab, operator: Operator) -> None:
    history = lab.status("db1")["cluster_state_uuid"]
    lab.breaks("two-clusters")
    operator.triage("R-SEP")
    ran = operator.run("db3", "db3", keep="db1")
    assert ran.status == 0, ran.story()
    lab.wait_synced()
    assert {lab.status(host)["cluster_state_uuid"] for host in lab.hosts} == {history}
    assert lab.sql("db1", "SELECT COUNT(*) FROM app.t WHERE pad='another history'") == "0"


def test_the_loser_of_a_split_brain_takes_a_full_copy_and_keeps_nothing_of_its_own(
    lab: Lab, operator: Operator
) -> None:
    lab.breaks("split-brain")
    operator.triage("R-SB")
    refused = operator.run()
    assert refused.status == REFUSED
    assert "BEFORE the network is healed" in operator.triage_now().finding("R-SB")["advice"]
    assert operator.changes() == []
    with operator.running("db3", "db3", keep="db1") as ran:
        ran.until("db3 given up", done("give up:db3"))
        lab.script("host", "heal", "db3")
        finishes(lab, ran)
    assert lab.sql("db3", "SELECT COUNT(*) FROM app.t WHERE pad='written on the wrong side'") == "0"


def test_a_desync_that_was_forgotten_is_taken_back(lab: Lab, operator: Operator) -> None:
    lab.breaks("desync")
    operator.triage("R-DON")
    ran = operator.run()
    assert ran.status == 0, ran.story()
    assert [line for _, line in ran.lines if "wsrep_desync" in line]
    lab.wait_synced()


@pytest.mark.parametrize(("fault", "scenario"), [("flow-control", "R-FC"), ("ftwrl", "R-LOCK")])
def test_writes_that_hang_go_on_once_the_connection_that_holds_them_is_ended(
    lab: Lab, operator: Operator, fault: str, scenario: str
) -> None:
    lab.breaks(fault)
    operator.triage(scenario)
    holder = lab.sql(
        "db3",
        "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP%' AND USER='root'",
    )
    ran = operator.run(f"db3/{holder}", remedy="kill", connection=holder)
    assert ran.status == 0, ran.story()


def test_a_donor_at_work_is_waited_for(lab: Lab, operator: Operator) -> None:
    lab.breaks("donor")
    with operator.running() as ran:
        ran.until("the wait", verifying("wait:db3"))
        lab.script("host", "slow", "db3", "off")
        finishes(lab, ran)
    assert {change["step"].split(":")[0] for change in operator.changes()} <= {"keep", "prove"}


def test_a_full_disk_is_waited_for_and_nothing_is_deleted(lab: Lab, operator: Operator) -> None:
    lab.breaks("disk-full")
    operator.triage("R-LOOP")
    with operator.running() as ran:
        ran.until("the wait for room", verifying("room:db3"))
        lab.sh("db3", "rm -f /var/lib/mysql/filler")
        ran.until("the end", lambda event: event["event"] == "run-ended", 400)
    assert ran.ended["ending"] == "done", ran.story()
    assert not [line for _, line in ran.lines if "rm " in line]


@pytest.mark.parametrize("fault", ["link-cut", "host-off"])
def test_a_machine_out_of_reach_comes_first(lab: Lab, operator: Operator, fault: str) -> None:
    lab.breaks(fault)
    told = operator.triage("R-HOST")
    assert told.finding("R-HOST")["hosts"] == ["db3"]
    ran = operator.run("db1", "db2", "db3")
    assert (ran.status, operator.changes()) == (REFUSED, []), ran.story()


def test_a_database_that_runs_and_does_not_answer_is_waited_for_and_left_alone(
    lab: Lab, operator: Operator
) -> None:
    lab.breaks("frozen")
    lab.wait_synced(2)
    told = operator.triage("R-MUTE")
    assert told.finding("R-MUTE")["hosts"] == ["db3"]
    before = operator.untouched(("db1", "db2", "db3"))
    with operator.running("db1", "db2", "db3") as ran:
        ran.until("the wait for db3", verifying("wait:db3"))
        assert operator.changes() == []
        assert operator.untouched(("db1", "db2", "db3")) == before
        lab.heal("frozen")
        finishes(lab, ran)


def test_the_rest_starts_from_its_most_advanced_node_once_the_missing_one_is_signed_off(
    lab: Lab, operator: Operator
) -> None:
    lab.breaks("unequal-seqno")
    operator.triage("STOP-SURVEY")
    ran = operator.run("db1", without="db3")  # db2 was stopped first, then rows were written
    assert ran.status == 0, ran.story()
    lab.wait_synced(2)
    assert rows(lab, "db1") == rows(lab, "db2") == 20


def test_a_node_left_in_the_bootstrap_unit_goes_back_to_its_own(lab: Lab, operator: Operator) -> None:
    lab.breaks("left-in-bootstrap")
    ran = operator.run()
    assert ran.status == 0, ran.story()
    assert (lab.unit("db1"), lab.unit("db1", "mysql@bootstrap")) == ("active/running", "inactive/dead")
    lab.wait_synced()


def test_a_recovery_of_positions_stops_where_a_name_is_missing_and_is_taken_up(
    lab: Lab, operator: Operator, tmp_path: Path
) -> None:
    with lab.writer(tmp_path / "log") as writer:
        writer.wait_more(30)
        lab.breaks("power-loss-no-view")
        operator.triage("R-6")
        ran = operator.run()
        assert ran.ended["ending"] == "stopped", ran.story()
        [chosen] = [host for host in lab.hosts if f'give --yes-to "{host}"' in ran.ended["sentence"]]
        taken_up = operator.resume(ran.id, chosen)
        assert taken_up.status == 0, taken_up.story()
        writer.wait_more(30)
    writer.verify()
    assert len([line for _, line in [*ran.lines, *taken_up.lines] if line == "galera_new_cluster"]) == 1
