"""lb-vip: which steps, in which order, with which lines."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from runbooks.engine.codec import decode_look, encode_look
from runbooks.lb_vip.files import LOGIN, script, section
from runbooks.lb_vip.situation import Situation
from runbooks.model import Plan
from systems.haproxy.setup import NodeSeen
from tests.runbooks.lb_vip.addresses import a_balancer, a_vip_look, planned
from tests.runbooks.plans import lines, step_of

NODES = ("db1", "db2", "db3")


def keys(plan: Plan) -> list[str]:
    return [step.key for step in plan.steps]


def test_nodes_come_first_then_one_balancer_after_the_other_then_the_proofs() -> None:
    assert keys(planned(a_vip_look())) == [
        "survey",
        *(f"{what}:{host}" for host in NODES for what in ("account", "check")),
        "section:lb1",
        "section:lb2",
        "prove:up",
        "prove:fresh",
        "desync:db3",
        "resync:db3",
    ]


def test_a_check_that_answers_well_is_left_alone() -> None:
    seen = {host: NodeSeen(opens=True, check=200, is_taken=True) for host in NODES}
    plan = planned(a_vip_look(a_balancer("lb1", nodes=seen), a_balancer("lb2", nodes=seen)))
    assert [key for key in keys(plan) if key.startswith(("account", "check"))] == []


def test_a_check_that_only_one_balancer_gets_is_made_anew() -> None:
    seen = {host: NodeSeen(opens=True, check=200 if host != "db2" else None) for host in NODES}
    plan = planned(a_vip_look(a_balancer("lb1", nodes=seen), a_balancer("lb2")))
    assert "check:db2" in keys(plan)


def test_the_section_has_one_writer_and_asks_by_http() -> None:
    told = section(Situation(a_vip_look(), {"writer": "db2"}))
    assert "option httpchk GET /" in told
    assert "http-check expect status 200" in told
    members = [line.strip() for line in told.splitlines() if line.strip().startswith("server ")]
    assert [line.endswith(" backup") for line in members] == [True, False, True]
    assert all("check port 9200" in line for line in members)
    assert members[1].endswith("on-marked-up shutdown-backup-sessions")


def test_without_one_writer_no_member_is_a_backup_and_readers_have_a_port_of_their_own() -> None:
    all_write = section(Situation(a_vip_look(), {"single_writer": "no"}))
    assert "backup" not in all_write
    with_readers = section(Situation(a_vip_look(), {"reader_port": "3307"}))
    writers, readers = with_readers.split("listen orders-readers")
    assert "bind :3306" in writers
    assert "bind :3307" in readers
    assert "backup" not in readers


def test_idle_time_and_speed_of_the_check_are_the_operators() -> None:
    values = {"idle_s": "900", "interval_s": "5", "fall": "3", "rise": "4"}
    told = section(Situation(a_vip_look(), values))
    assert "timeout client 900s" in told
    assert "timeout server 900s" in told
    assert "inter 5s fall 3 rise 4" in told


def test_a_balancer_that_runs_is_reloaded_and_one_that_does_not_is_started() -> None:
    look = a_vip_look(a_balancer("lb1"), a_balancer("lb2", active="inactive", enabled="disabled"))
    plan = planned(look)
    assert lines(step_of(plan, "section:lb1"))[-1] == "lb1: systemctl reload haproxy"
    assert lines(step_of(plan, "section:lb2"))[-1] == "lb2: systemctl enable --now haproxy"
    assert step_of(plan, "section:lb2").undo[-1].command.line == "systemctl disable --now haproxy"


def test_every_step_that_changes_something_has_an_undo_or_takes_one_back() -> None:
    for step in planned(a_vip_look(), stop_node="db2").steps:
        assert not step.acts or step.undo or step.takes_back, step.key


def test_no_password_stands_in_a_line_or_in_a_step_of_the_plan() -> None:
    plan = planned(a_vip_look())
    for step in plan.steps:
        for act in (*step.acts, *step.undo):
            assert "IDENTIFIED BY '" not in act.command.line.replace("IDENTIFIED BY '%s'", "")
            assert "password=" not in act.command.line.replace("password=%s", "")
            assert "IDENTIFIED BY" not in (act.command.stdin or "")


def test_donors_that_count_as_up_are_not_desynced_for_a_proof_and_the_plan_says_so() -> None:
    plan = planned(a_vip_look(), donors_serve="yes")
    assert "desync:db3" not in keys(plan)
    assert any("donors count as up" in line for line in plan.evidence)


def test_an_estate_without_an_account_has_no_fresh_connections_and_the_plan_says_so() -> None:
    plan = planned(a_vip_look(probe=""))
    assert "prove:fresh" not in keys(plan)
    assert any("no fresh connections" in line for line in plan.evidence)


def test_the_writer_is_not_the_node_that_is_desynced() -> None:
    assert "desync:db2" in keys(planned(a_vip_look(), writer="db3"))


def test_the_node_that_is_stopped_is_typed_and_started_again() -> None:
    plan = planned(a_vip_look(), stop_node="db2")
    assert keys(plan)[-2:] == ["stop:db2", "start:db2"]
    assert step_of(plan, "stop:db2").confirm == "db2"
    assert step_of(plan, "start:db2").takes_back == "stop:db2"


def test_what_was_found_is_kept_with_the_run_and_read_again() -> None:
    look = a_vip_look()
    assert decode_look(encode_look(look)) == look


STATUS = {
    "wsrep_local_state": "4",
    "wsrep_cluster_status": "Primary",
    "wsrep_ready": "ON",
    "wsrep_reject_queries": "NONE",
}


@pytest.mark.parametrize(
    ("changes", "values", "code"),
    [
        ({}, {}, "200"),
        ({"wsrep_local_state": "2"}, {}, "503"),
        ({"wsrep_local_state": "2"}, {"donors_serve": "yes"}, "200"),
        ({"wsrep_local_state": "1"}, {"donors_serve": "yes"}, "503"),
        ({"wsrep_cluster_status": "non-Primary"}, {}, "503"),
        ({"wsrep_ready": "OFF"}, {}, "503"),
        ({"wsrep_reject_queries": "ALL"}, {}, "503"),
        ({"pxc_maint_mode": "MAINTENANCE"}, {}, "503"),
        ({"pxc_maint_mode": "DISABLED"}, {}, "200"),
        ({"wsrep_local_state": ""}, {}, "503"),
    ],
)
def test_the_check_answers_what_the_node_says(
    tmp_path: Path, changes: dict[str, str], values: dict[str, str], code: str
) -> None:
    """The script itself, with a client that tells what a node could."""
    seen = Situation(a_vip_look(), values)
    client = tmp_path / "mariadb"
    told = "\n".join(f"{name}\t{value}" for name, value in {**STATUS, **changes}.items() if value)
    client.write_text(f"#!/bin/sh\n[ \"$1\" = --defaults-file={LOGIN} ] || exit 1\ncat <<'X'\n{told}\nX\n")
    client.chmod(0o755)
    file = tmp_path / "check"
    file.write_text(script(seen, seen.members[0]))
    ran = subprocess.run(
        ["/bin/sh", str(file)],
        input=b"GET / HTTP/1.0\r\nHost: db1\r\n\r\n",
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        check=True,
    )
    head, _, body = ran.stdout.partition(b"\r\n\r\n")
    assert head.split()[1].decode() == code
    assert f"Content-Length: {len(body)}".encode() in head
