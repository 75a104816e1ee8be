"""A check that is under way has no code: that of the one before it stands until it has answered."""

from __future__ import annotations

from dataclasses import replace

from systems.haproxy.answered import Answered
from systems.haproxy.readings import BalancerReading, Check
from tests.systems.haproxy.builders import PASSED, REFUSED, a_balancer, a_server

UNDER_WAY = Check("L7OK", None, 121, "", is_under_way=True)


def a_look(check: Check) -> BalancerReading:
    return a_balancer(a_server("db1", check=check), a_server("db2"))


def check_of(reading: BalancerReading) -> Check:
    return reading.backends[0].server("db1").check


def test_the_code_of_the_same_result_stands_while_the_next_check_is_under_way() -> None:
    answered = Answered()
    answered.filled_in(a_look(PASSED))
    for _ in range(2):
        assert check_of(answered.filled_in(a_look(UNDER_WAY))) == replace(PASSED, is_under_way=True)


def test_the_code_of_another_result_does_not() -> None:
    answered = Answered()
    answered.filled_in(a_look(REFUSED))
    assert check_of(answered.filled_in(a_look(UNDER_WAY))) == UNDER_WAY


def test_where_nothing_was_seen_before_nothing_is_made_up() -> None:
    assert check_of(Answered().filled_in(a_look(UNDER_WAY))) == UNDER_WAY


def test_a_server_that_was_taken_out_of_the_configuration_is_forgotten() -> None:
    answered = Answered()
    answered.filled_in(a_look(PASSED))
    answered.filled_in(a_balancer(a_server("db2")))
    assert list(answered.checks) == [("orders", "db2")]
