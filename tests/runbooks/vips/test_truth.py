"""What a balancer believes of a node beside what the node says: one sentence for each pair of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runbooks.model import Severity
from runbooks.vips.node_word import Condition, node_word
from runbooks.vips.truth import Truth, member_hosts, truth
from systems.errors import Refused, Unreachable
from systems.galera.readings import NodeSurvey
from systems.haproxy.readings import Admin, Check, Server
from tests.builders import a_lost_node, a_node, a_stopped_node, a_unit
from tests.systems.haproxy.builders import LOGS_IN, a_server

NODES: dict[Condition, NodeSurvey] = {
    Condition.FIT: a_node("db2"),
    Condition.DONOR: a_node("db2", state="Donor/Desynced", evidence={"sst_pids": (77,)}),
    Condition.DESYNCED: a_node("db2", state="Donor/Desynced", variables={"desync": True}),
    Condition.REJECTING: a_node("db2", variables={"reject_queries": "ALL"}),
    Condition.MAINTENANCE: a_node("db2", variables={"pxc_maint_mode": "MAINTENANCE"}),
    Condition.CUT_OFF: a_node("db2", status={"cluster_status": "non-Primary"}),
    Condition.JOINING: a_node("db2", state="Joined"),
    Condition.NOT_READY: a_node("db2", status={"ready": False}),
    Condition.SILENT: a_stopped_node("db2"),
    Condition.UNREAD: a_lost_node("db2"),
}
SERVERS: dict[str, Server] = {
    "up": a_server("db2"),
    "leaving": a_server("db2", "UP 1/2"),
    "down": a_server("db2", "DOWN"),
    "coming": a_server("db2", "DOWN 1/2"),
    "maint": a_server("db2", "MAINT", admin=Admin.FORCED_MAINT),
    "drained": a_server("db2", "DRAIN", sessions=3),
    "weightless": a_server("db2", weight=0),
    "unchecked": a_server("db2", "no check", check=Check("", None, None, "")),
}
OUT_OF_ROTATION = {"down", "coming", "maint", "drained", "weightless"}


@pytest.mark.parametrize("condition", NODES)
def test_each_node_says_what_it_is(condition: Condition) -> None:
    assert node_word(NODES[condition]).condition is condition


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("condition", NODES)
def test_every_pair_has_one_sentence_that_tells_both_sides(server: str, condition: Condition) -> None:
    said = truth(SERVERS[server], NODES[condition])
    assert said.sentence.startswith("db2 ")
    assert "\n" not in said.sentence
    assert node_word(NODES[condition]).words in said.sentence
    fit_and_in = condition is Condition.FIT and server not in OUT_OF_ROTATION
    assert ("though" in said.sentence) <= (not said.agrees)
    if server == "up":
        assert said.severity is (Severity.INFO if fit_and_in else said.severity)
        assert (said.severity is Severity.INFO) is fit_and_in


@pytest.mark.parametrize(
    "condition", [one for one in NODES if one not in (Condition.FIT, Condition.DONOR, Condition.DESYNCED)]
)
def test_a_node_that_gives_errors_is_never_told_as_well_while_clients_reach_it(condition: Condition) -> None:
    said = truth(SERVERS["up"], NODES[condition])
    assert said.severity > Severity.INFO
    assert not said.agrees


def sentence(server: Server, survey: NodeSurvey | None) -> str:
    return truth(server, survey).sentence


def test_a_donor_is_told_in_the_words_of_operators() -> None:
    assert sentence(SERVERS["down"], NODES[Condition.DONOR]) == (
        "db2 is out of the VIP because it is donor (a state transfer runs), "
        "and the check treats donors as down"
    )
    assert sentence(SERVERS["up"], NODES[Condition.DONOR]).endswith("the check treats donors as up")


def test_a_killed_node_is_told_by_its_unit() -> None:
    killed = a_stopped_node("db2", units={"mariadb": a_unit(active="failed", sub="failed", result="signal")})
    assert sentence(SERVERS["down"], killed) == (
        "db2 is out of the VIP because it has no database running (mariadb: failed, signal)"
    )
    assert sentence(SERVERS["up"], killed).endswith("the check has not noticed yet")
    assert sentence(SERVERS["leaving"], killed).endswith("it leaves after the next ones (UP 1/2)")


def test_a_check_that_only_logs_in_is_blamed_for_what_it_does_not_see() -> None:
    rejecting = NODES[Condition.REJECTING]
    assert "does not ask for the state of Galera" in sentence(a_server("db2", check=LOGS_IN), rejecting)
    opened = a_server("db2", check=Check("L4OK", None, 0, ""))
    assert "only opens the port (LB-01)" in sentence(opened, rejecting)
    assert "nothing checks it (LB-02)" in sentence(SERVERS["unchecked"], rejecting)


def test_a_check_under_way_whose_question_is_not_known_yet_is_not_blamed() -> None:
    under_way = a_server("db2", check=Check("L7OK", None, 121, "", is_under_way=True))
    said = truth(under_way, NODES[Condition.DONOR])
    assert said.gotcha == ""
    assert said.sentence.endswith("is told when the one that is under way has answered")


def test_a_synced_node_out_of_the_vip_sends_the_operator_to_its_check() -> None:
    said = truth(SERVERS["down"], NODES[Condition.FIT])
    assert said == Truth(
        Severity.WARNING,
        "db2 is out of the VIP though it is Synced: its check failed (refused (HTTP 503)); "
        "see what answers it there",
        agrees=False,
        gotcha="LB-09",
    )


@pytest.mark.parametrize(
    ("admin", "reason"),
    [
        (Admin.FORCED_MAINT, "somebody put it in maint"),
        (Admin.CONFIGURED_MAINT, "HAProxy's configuration disables it"),
        (Admin.RESOLUTION_MAINT, "its name is not resolved"),
        (Admin.INHERITED_MAINT, "the server that it follows is in maint"),
    ],
)
def test_who_took_a_server_out_is_told(admin: Admin, reason: str) -> None:
    assert reason in sentence(replace(SERVERS["maint"], admin=admin), None)


def test_a_server_that_is_drained_tells_what_is_left() -> None:
    assert "3 sessions left" in sentence(SERVERS["drained"], NODES[Condition.FIT])
    assert "no session is left" in sentence(replace(SERVERS["drained"], sessions=0), None)


def test_of_a_server_that_is_no_node_only_the_balancer_speaks() -> None:
    assert sentence(SERVERS["up"], None) == "db2 is in the VIP; its check passed (HTTP 200)"
    assert "its check failed: refused (HTTP 503)" in sentence(SERVERS["down"], None)


def test_a_server_before_its_first_check_is_not_told_as_leaving() -> None:
    said = truth(a_server("db2", "UP 1/2", check=Check("INI", None, None, "")), NODES[Condition.FIT])
    assert said.severity is Severity.INFO
    assert said.sentence.endswith("its first check is still to come")


def test_a_server_is_found_by_its_address_and_where_that_is_not_known_by_its_name() -> None:
    servers = {"first": a_server("db1"), "db2": a_server("db2", address="192.0.2.9"), "x": a_server("db9")}
    assert member_hosts(servers, {"10.77.0.11": "db1", "10.77.0.12": "db2"}) == {"first": "db1", "db2": "db2"}


def test_a_node_that_was_not_reached_is_not_told_as_down() -> None:
    lost = replace(NODES[Condition.FIT], status=Refused("x"), evidence=Unreachable("db2: no route"))
    assert node_word(lost).condition is Condition.UNREAD
