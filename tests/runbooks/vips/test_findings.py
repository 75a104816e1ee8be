"""What is wrong with a virtual address: each finding with the gotcha it is, its evidence, and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runbooks.gotchas import CATALOGUE
from runbooks.model import Severity
from runbooks.vips.findings import judge_vip
from runbooks.vips.look import VipLook
from systems.errors import Unreachable
from systems.galera.readings import NodeSurvey
from systems.haproxy.readings import Admin, Check, Server
from tests.builders import a_node, a_stopped_node, a_survey
from tests.reading_builders import NOON
from tests.systems.haproxy.builders import LOGS_IN, REFUSED, a_balancer, a_server, an_answer

DONOR = a_node("db1", state="Donor/Desynced", evidence={"sst_pids": (77,)})
REJECTING = a_node("db1", variables={"reject_queries": "ALL"})
OTHERS = (a_server("db2"), a_server("db3"))


def a_look(server: Server, node: NodeSurvey | None = None, others: tuple[Server, ...] = OTHERS) -> VipLook:
    survey = a_survey(node or a_node("db1"), a_node("db2"), a_node("db3"))
    return VipLook("orders-vip", NOON, (an_answer("lb1", a_balancer(server, *others)),), survey, "orders")


CASES = {
    "LB-01": a_look(a_server("db1", check=LOGS_IN), REJECTING),
    "LB-02": a_look(a_server("db1", "no check", check=Check("", None, None, ""))),
    "LB-09": a_look(a_server("db1", "DOWN")),
    "LB-10": a_look(a_server("db1", "DOWN"), DONOR),
    "LB-13": a_look(a_server("db1", "DOWN"), others=(a_server("db2", "DOWN"), a_server("db3", "DOWN"))),
    "VIP-02": a_look(a_server("db1", "DOWN"), others=()),
    "VIP-03": a_look(a_server("db1", "DOWN"), a_stopped_node("db1")),
    "VIP-04": a_look(a_server("db1", "MAINT", admin=Admin.FORCED_MAINT)),
    "VIP-05": a_look(a_server("db1", "UP 1/2", check=REFUSED), DONOR),
}


@pytest.mark.parametrize("id_", CASES)
def test_each_trouble_has_its_finding(id_: str) -> None:
    found = {one.id: one for one in judge_vip(CASES[id_]).findings}
    assert id_ in found
    assert found[id_].system == "orders-vip"
    assert found[id_].severity > Severity.INFO
    assert all(line.startswith("lb1: ") for line in found[id_].evidence)
    assert found[id_].advice.endswith(".")
    assert id_ in CATALOGUE or id_.startswith("VIP-")


def test_a_healthy_address_has_none() -> None:
    said = judge_vip(a_look(a_server("db1")))
    assert (said.findings, said.severity, said.sentence) == ((), -1, "3 of 3 members serve")


def test_the_same_on_two_balancers_is_one_finding_with_the_evidence_of_both() -> None:
    look = a_look(a_server("db1", "DOWN"), DONOR)
    both = replace(look, balancers=(*look.balancers, replace(look.balancers[0], host="lb2")))
    (finding,) = judge_vip(both).findings
    assert finding.sentence.endswith("(lb1 and lb2)")
    assert [line[:4] for line in finding.evidence] == ["lb1:", "lb2:"]
    assert judge_vip(both).against == {"db1": (finding,)}


def test_a_drain_on_two_balancers_is_one_finding_that_counts_the_sessions_of_both() -> None:
    drained = a_server("db1", "DRAIN", admin=Admin.FORCED_DRAIN, sessions=5)
    look = a_look(drained)
    other = a_balancer(replace(drained, sessions=1), *OTHERS)
    both = replace(look, balancers=(*look.balancers, an_answer("lb2", other)))
    (finding,) = judge_vip(both).findings
    assert "somebody drains it, 6 sessions left" in finding.sentence
    assert finding.sentence.endswith("(lb1 and lb2)")


def test_a_balancer_that_cannot_be_asked_is_a_finding_and_the_others_are_judged() -> None:
    look = a_look(a_server("db1"))
    both = replace(look, balancers=(*look.balancers, an_answer("lb2", Unreachable("lb2: no route to it"))))
    (finding,) = judge_vip(both).findings
    assert (finding.id, finding.hosts) == ("VIP-01", ("lb2",))
    assert finding.sentence == "lb2 cannot be asked: no route to it"
    assert len(judge_vip(both).members) == 3


def test_one_check_that_fails_alone_is_not_taken_for_all_of_them() -> None:
    ids = {one.id for one in judge_vip(CASES["LB-09"]).findings}
    assert "LB-13" not in ids
    assert {one.id for one in judge_vip(CASES["LB-13"]).findings} == {"LB-13", "VIP-02"}
