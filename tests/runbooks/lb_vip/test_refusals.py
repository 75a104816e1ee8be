"""lb-vip: each reason against, with its way on."""

from __future__ import annotations

import pytest

from runbooks.lb_vip.situation import CheckSeen
from runbooks.model import Look
from systems.errors import SudoRefused
from systems.haproxy.setup import NodeSeen, Section
from tests.builders import a_node, a_stopped_node, a_survey
from tests.runbooks.lb_vip.addresses import a_balancer, a_vip_look, refused

NO_SOURCE = {f"db{number}": NodeSeen(opens=True, check=None) for number in (1, 2, 3)}
SHUT = {
    **NO_SOURCE,
    "db1": NodeSeen(opens=True, check=None, source="10.77.0.22"),
    "db2": NodeSeen(opens=False, check=None),
}
BUSY = CheckSeen(listens="xinetd", disabled=True)


def with_balancer(**changes: object) -> Look:
    return a_vip_look(a_balancer("lb1"), a_balancer("lb2", **changes))


def test_a_cluster_that_is_not_whole() -> None:
    survey = a_survey(a_node("db1", size=2), a_node("db2", size=2), a_stopped_node("db3"))
    answer = refused(a_vip_look(survey=survey))
    assert "orders is not whole" in answer.sentence
    assert "galera-recover" in answer.way_on


def test_a_cluster_of_one_node() -> None:
    assert "one node" in refused(a_vip_look(survey=a_survey(a_node(size=1)))).sentence


def test_an_address_that_serves_no_cluster() -> None:
    assert "serves" in refused(a_vip_look(serves="")).way_on


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (with_balancer(version=""), "lb2 has no HAProxy"),
        (with_balancer(error=SudoRefused("lb2: sudo asks for a password")), "sudo asks for a password"),
        (with_balancer(can_ask=False), "neither socat nor nc"),
        (with_balancer(refused="[ALERT] unknown keyword 'bnid'"), "does not take its configuration"),
        (with_balancer(sockets=("/run/other.sock",)), "opens no stats socket /run/haproxy/admin.sock"),
        (with_balancer(sections=(Section("backend", "orders"),)), "has a backend orders already"),
        (with_balancer(sections=(Section("listen", "old", (3306,)),)), "port 3306 is taken by listen old"),
        (with_balancer(listening={3306: "mariadbd"}), "port 3306 is taken by mariadbd"),
        (with_balancer(nodes=SHUT), "lb2 does not reach db2"),
        (with_balancer(nodes={"db2": NodeSeen(opens=None, check=None)}), "lb2 does not reach db1"),
        (with_balancer(nodes={}), "lb2 does not reach db1"),
        (with_balancer(nodes=NO_SOURCE), "lb2 does not tell from which address it asks db1"),
        (with_balancer(loads=("/srv/lb.cfg",)), "its unit has HAProxy read /srv/lb.cfg"),
    ],
)
def test_a_balancer_that_cannot_be_set_up(look: Look, words: str) -> None:
    answer = refused(look)
    assert words in answer.sentence
    assert answer.way_on


def test_what_haproxy_says_against_its_configuration_is_the_evidence() -> None:
    assert refused(with_balancer(refused="[ALERT] bnid")).evidence == ("[ALERT] bnid",)


def test_a_cloud_s_balancer_is_told_how_it_is_made_instead() -> None:
    assert "made by octavia-vip" in refused(with_balancer(version="")).way_on


def test_a_check_of_somebody_else_that_does_not_answer_well_is_never_replaced() -> None:
    checks = {"db1": CheckSeen(), "db2": BUSY, "db3": CheckSeen()}
    answer = refused(a_vip_look(checks=checks))
    assert "db2: port 9200 belongs to xinetd" in answer.sentence
    assert "clustercheck.disabled" in answer.sentence
    assert "LB-14" in answer.gotchas


@pytest.mark.parametrize("name", ["writer", "stop_node"])
def test_a_name_that_no_node_has(name: str) -> None:
    answer = refused(a_vip_look(), **{name: "lb1"})
    assert "lb1: no node of orders" in answer.sentence
    assert "an arbitrator is no member" in answer.way_on


def test_ports_that_are_the_same() -> None:
    assert "not ports of their own" in refused(a_vip_look(), reader_port="3306").sentence
    assert "not ports of their own" in refused(a_vip_look(), port="70000").sentence


def test_the_writer_is_not_stopped_unless_that_is_said() -> None:
    assert "takes the writes" in refused(a_vip_look(), stop_node="db1").sentence


def test_nobody_is_stopped_where_errors_could_not_be_counted() -> None:
    assert "without counting" in refused(a_vip_look(probe=""), stop_node="db2").sentence


def test_one_of_two_is_not_stopped() -> None:
    survey = a_survey(a_node("db1", size=2), a_node("db2", size=2))
    assert "one of 2" in refused(a_vip_look(survey=survey), stop_node="db2").sentence


def test_a_node_whose_check_could_not_be_looked_at() -> None:
    checks = {host: CheckSeen(error=SudoRefused(f"{host}: no sudo")) for host in ("db1", "db2", "db3")}
    assert "no sudo" in refused(a_vip_look(checks=checks)).sentence
