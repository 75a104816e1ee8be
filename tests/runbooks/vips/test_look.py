"""One sentence for a whole virtual address: who is silent, how many serve, the worst of its members."""

from __future__ import annotations

from dataclasses import replace

from runbooks.model import Severity
from runbooks.vips.change import Wish, why_refused
from runbooks.vips.look import VipLook, members, node_addresses, verdict
from systems.errors import Unreachable
from systems.haproxy.readings import Admin, BalancerAnswer
from tests.builders import a_lost_node, a_node, a_survey
from tests.reading_builders import NOON
from tests.systems.haproxy.builders import a_balancer, a_server, an_answer

WHOLE = a_survey(a_node("db1"), a_node("db2"), a_node("db3"))
AWAY = an_answer("lb2", Unreachable("lb2: no route to it"))


def a_look(*answers: BalancerAnswer) -> VipLook:
    return VipLook("orders-vip", NOON, answers or (an_answer("lb1"), an_answer("lb2")), WHOLE, "orders")


def test_all_is_well_in_one_count() -> None:
    assert verdict(a_look()) == (Severity.INFO, "3 of 3 members serve")


def test_a_balancer_that_cannot_be_asked_is_told_first_and_hides_no_other() -> None:
    look = a_look(an_answer("lb1"), AWAY)
    assert verdict(look) == (Severity.WARNING, "lb2 cannot be asked; 3 of 3 members serve")
    assert {one.balancer for one in members(look)} == {"lb1"}


def test_where_no_balancer_answers_nothing_is_known() -> None:
    severity, sentence = verdict(a_look(AWAY))
    assert severity is Severity.CRITICAL
    assert sentence == "lb2 cannot be asked: nothing is known of what serves"


def test_balancers_that_send_clients_elsewhere_are_told_apart() -> None:
    one = a_balancer(a_server("db1"), a_server("db2", "MAINT", admin=Admin.FORCED_MAINT))
    two = a_balancer(a_server("db1"), a_server("db2"))
    sentence = verdict(a_look(an_answer("lb1", one), an_answer("lb2", two)))[1]
    assert sentence.startswith("lb1 serves db1; lb2 serves db1 and db2; db2 is out of the VIP because some")


def test_an_address_behind_which_nobody_serves_is_critical() -> None:
    down = a_balancer(*(a_server(f"db{number}", "DOWN") for number in (1, 2, 3)))
    severity, sentence = verdict(a_look(an_answer("lb1", down)))
    assert severity is Severity.CRITICAL
    assert sentence.startswith("0 of 3 members serve")


def test_a_backend_that_is_not_there_is_told() -> None:
    severity, sentence = verdict(replace(a_look(an_answer("lb1")), backend="ordres"))
    assert severity is Severity.CRITICAL
    assert "lb1 has no backend ordres with servers" in sentence


def test_a_dead_node_is_found_by_the_address_that_it_told_before() -> None:
    odd = a_balancer(a_server("first", address="10.77.0.12"))
    survey = a_survey(a_node("db1"), a_lost_node("db2"), a_node("db3"))
    look = VipLook("orders-vip", NOON, (an_answer("lb1", odd),), survey)
    assert members(look)[0].host == ""
    assert members(replace(look, addresses=node_addresses(WHOLE)))[0].host == "db2"


def test_a_wish_is_read_word_for_word_and_knows_its_undo() -> None:
    before = a_server("db1", weight=3)
    assert str(Wish.of("weight=0").undo(before)) == "weight=3"
    assert str(Wish.of("drain").undo(before)) == "ready"
    assert str(Wish.of("ready").undo(a_server("db1", "MAINT", admin=Admin.FORCED_MAINT))) == "maint"
    assert str(Wish.of("maint").undo(a_server("db1", "DRAIN", admin=Admin.FORCED_DRAIN))) == "drain"


def test_only_the_last_member_that_serves_is_guarded() -> None:
    two = a_balancer(a_server("db1"), a_server("db2"), a_server("db3", "DOWN"))
    assert guarded("maint", a_look(an_answer("lb1", two))) == ""
    one = a_balancer(a_server("db1"), a_server("db2", "DOWN"), a_server("db3", "DOWN"))
    both = a_look(an_answer("lb1", two), an_answer("lb2", one))
    assert guarded("maint", both).startswith("db1 is the last member that serves on lb2")
    assert guarded("ready", both) == ""


def test_members_of_another_backend_serve_nobody_in_its_place() -> None:
    one, other = a_balancer(a_server("db1")), a_balancer(a_server("db2", backend="reports"))
    whole = replace(one, backends=(*one.backends, replace(other.backends[0], name="reports")))
    look = replace(a_look(an_answer("lb1", whole)), backend="")
    assert {one.server.backend for one in members(look)} == {"orders", "reports"}
    assert guarded("drain", look).startswith("db1 is the last member that serves on lb1")


def guarded(wish: str, look: VipLook) -> str:
    """Why db1 is not taken out unasked."""
    found = members(look)
    return why_refused(Wish.of(wish), [one for one in found if one.server.name == "db1"], found)
