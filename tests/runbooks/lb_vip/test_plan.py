"""lb-vip: which steps, in which order, with which lines."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from runbooks.engine.codec import decode_look, encode_look
from runbooks.lb_vip.files import script, section, socket_unit
from runbooks.lb_vip.proofs import serves_on
from runbooks.lb_vip.situation import Situation
from runbooks.model import Holds, Look, Plan
from systems.haproxy.setup import NodeSeen
from tests.builders import a_node, a_survey
from tests.runbooks.lb_vip.addresses import a_balancer, a_vip_look, planned
from tests.runbooks.plans import lines, step_of
from tests.systems.haproxy.test_setup import Told

NODES = ("db1", "db2", "db3")
LOGIN = "/etc/quarterdeck-check-9200/login.cnf"


class Asked:
    """A context whose balancers get this from the check, and whose look stays as it is."""

    def __init__(self, look: Look, answers: Mapping[str, str]) -> None:
        self._look, self._answers = look, answers

    async def look(self) -> Look:
        return self._look

    def reader(self, host: str) -> Told:
        return Told({"socat": self._answers[host]})


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
    seen = {host: NodeSeen(opens=True, check=200, is_taken=True, source="10.77.0.21") for host in NODES}
    plan = planned(a_vip_look(a_balancer("lb1", nodes=seen), a_balancer("lb2", nodes=seen)))
    assert [key for key in keys(plan) if key.startswith(("account", "check"))] == []


def test_a_check_that_only_one_balancer_gets_is_made_anew() -> None:
    seen = {
        host: NodeSeen(opens=True, source="10.77.0.21", check=200 if host != "db2" else None)
        for host in NODES
    }
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


def test_that_donors_count_as_up_is_proven_too_even_where_the_check_is_there_already() -> None:
    seen = {host: NodeSeen(opens=True, check=200, is_taken=True, source="10.77.0.21") for host in NODES}
    plan = planned(
        a_vip_look(a_balancer("lb1", nodes=seen), a_balancer("lb2", nodes=seen)), donors_serve="yes"
    )
    assert step_of(plan, "desync:db3").title == "prove: db3 stays when it is desynced"
    assert any("stays as it is" in line for line in plan.evidence)


async def test_a_check_that_turns_donors_away_where_they_should_serve_is_told() -> None:
    node = a_node("db3", state="Donor/Desynced")
    looks = a_vip_look(survey=a_survey(a_node("db1"), a_node("db2"), node))
    seen = Situation(looks, {"donors_serve": "yes"})
    member = seen.desynced
    for said, holds in (("200 OK", Holds.YES), ("503 Service Unavailable", Holds.NO)):
        context = Asked(looks, {"lb1": "HTTP/1.1 200 OK\r\n\r\nx", "lb2": f"HTTP/1.1 {said}\r\n\r\nx"})
        answer = await serves_on(context, seen, member)  # type: ignore[arg-type]
        assert answer.holds is holds, answer
    assert "its check answers 503 x to lb2" in answer.evidence


async def test_a_node_that_is_synced_proves_nothing_of_donors() -> None:
    looks = a_vip_look()
    seen = Situation(looks, {"donors_serve": "yes"})
    answer = await serves_on(Asked(looks, {}), seen, seen.desynced)  # type: ignore[arg-type]
    assert (answer.holds, answer.evidence) == (Holds.NO, "db3 is no donor yet")


def test_a_check_on_another_port_shares_nothing_with_the_one_that_is_there() -> None:
    """What a second address writes, restarts or takes back must not be the first one's."""
    one, other = (planned(a_vip_look(), check_port=port) for port in ("9200", "9300"))
    for key in ("account:db1", "check:db1"):
        theirs = " ".join(act.command.line + (act.command.stdin or "") for act in step_of(one, key).undo)
        named = set(re.findall(r"[\w/@.-]*(?:quarterdeck|qdcheck)[\w@.-]*", theirs))
        step = step_of(other, key)
        text = " ".join(f"{act.command.line} {act.command.stdin}" for act in (*step.acts, *step.undo))
        assert named
        assert not {name for name in named if re.search(rf"{re.escape(name)}(?![\w-])", text)}


def test_only_the_balancers_and_the_node_itself_get_an_answer() -> None:
    seen = Situation(a_vip_look(), {})
    told = socket_unit(seen, seen.members[0])
    assert "IPAddressDeny=any\nIPAddressAllow=127.0.0.1 ::1 10.77.0.11 10.77.0.21 10.77.0.22\n" in told


@pytest.mark.parametrize("interval", ["1", "2", "5"])
def test_a_check_is_over_before_the_next_and_a_hung_node_costs_its_time(interval: str) -> None:
    seen = Situation(a_vip_look(), {"interval_s": interval, "fall": "3"})
    assert 0 < seen.check_timeout_ms < int(interval) * 1000
    assert f"timeout check {seen.check_timeout_ms}ms" in section(seen)
    assert seen.leaves_within_s == 3 * int(interval)
    assert seen.hung_within_s * 1000 >= 3 * (int(interval) * 1000 + seen.check_timeout_ms)


def test_a_connection_to_a_dead_member_goes_to_another() -> None:
    assert "option redispatch" in section(Situation(a_vip_look(), {}))


def test_the_proof_of_a_new_configuration_is_of_all_that_the_unit_reads() -> None:
    folder = "/etc/haproxy/conf.d"
    look = a_vip_look(a_balancer("lb1", loads=("/etc/haproxy/haproxy.cfg", folder)), a_balancer("lb2"))
    put_in = step_of(planned(look), "section:lb1").acts[0].command.line
    assert f"""sh -c 'haproxy -c -f "$1" -f {folder}' sh "$n" """ in put_in


def test_two_nodes_without_an_arbitrator_are_told_to_have_no_majority() -> None:
    pair = a_survey(a_node("db1", size=2), a_node("db2", size=2))
    assert any("no majority" in line for line in planned(a_vip_look(survey=pair)).evidence)
    assert not any("no majority" in line for line in planned(a_vip_look()).evidence)


def test_an_address_that_no_balancer_has_is_told() -> None:
    away = a_vip_look(a_balancer("lb1", addresses=("10.77.0.21",)), a_balancer("lb2", addresses=()))
    assert any("10.77.0.100 is on no balancer" in line for line in planned(away).evidence)
    assert not any("is on no balancer" in line for line in planned(a_vip_look()).evidence)
    assert not any(
        "is on no balancer" in line for line in planned(a_vip_look(address="db.test:3306")).evidence
    )


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


def asked(seen: Situation, folder: Path, asks: str) -> bytes:
    """What the script of db1 answers to one who asks from there."""
    file = folder / "check"
    file.write_text(script(seen, seen.members[0]))
    ran = subprocess.run(
        ["/bin/sh", str(file)],
        input=b"GET / HTTP/1.0\r\nHost: db1\r\n\r\n",
        env={"PATH": f"{folder}:/usr/bin:/bin", "REMOTE_ADDR": asks},
        capture_output=True,
        check=False,
    )
    return ran.stdout


@pytest.mark.parametrize("asks", ["10.77.0.99", "10.77.0.2", "110.77.0.22", ""])
def test_the_check_tells_a_stranger_nothing(tmp_path: Path, asks: str) -> None:
    seen = Situation(a_vip_look(), {})
    assert asked(seen, tmp_path, asks) == b""
    assert asked(seen, tmp_path, "10.77.0.21").startswith(b"HTTP/1.1 503")


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
    head, _, body = asked(seen, tmp_path, "10.77.0.22").partition(b"\r\n\r\n")
    assert head.split()[1].decode() == code
    assert f"Content-Length: {len(body)}".encode() in head
