"""The simulated HAProxy: its checks, its sessions and its orders, with time moved by hand."""

from __future__ import annotations

import pytest

from practice.clock import Clock
from practice.estate import Practice, build_balanced
from practice.haproxy.balancer import Balancer
from practice.haproxy.member import Member

CHECKED_S = 5.0
"""After two checks, and the time that a node takes to be noticed."""


@pytest.fixture
def practice() -> Practice:
    return build_balanced(Clock(runs=False))


@pytest.fixture
def balancer(practice: Practice) -> Balancer:
    return practice.balancers["lb1"]


def row(balancer: Balancer, name: str) -> dict[str, str]:
    """One server of `show stat`, by column."""
    head, *lines = balancer.said("show stat").splitlines()
    columns = head.removeprefix("# ").split(",")
    found = [dict(zip(columns, line.split(","), strict=True)) for line in lines if line]
    return next(one for one in found if one["svname"] == name)


def pass_time(practice: Practice, seconds: float) -> None:
    practice.clock.advance(seconds)


def test_a_killed_node_is_out_after_its_second_check_and_its_sessions_are_gone(
    practice: Practice, balancer: Balancer
) -> None:
    assert row(balancer, "db2")["status"] == "UP"
    assert int(row(balancer, "db2")["scur"]) > 0
    practice.machines["db2"].systemd.units["mariadb"].restart = "no"
    practice.server("db2").signalled(9)
    pass_time(practice, 2.0)
    assert row(balancer, "db2")["status"] == "UP 1/2"
    pass_time(practice, CHECKED_S)
    told = row(balancer, "db2")
    assert (told["status"], told["check_status"], told["check_code"]) == ("DOWN", "L7STS", "503")
    assert (told["scur"], told["chkdown"]) == ("0", "1")


def test_a_host_without_power_does_not_answer_its_check_at_all(
    practice: Practice, balancer: Balancer
) -> None:
    practice.machines["db3"].cut_power()
    pass_time(practice, CHECKED_S)
    assert (row(balancer, "db3")["status"], row(balancer, "db3")["check_status"]) == ("DOWN", "L4TOUT")


def test_a_desynced_node_is_out_and_back_when_it_is_synced_again(
    practice: Practice, balancer: Balancer
) -> None:
    practice.server("db1").set_desync(on=True)
    pass_time(practice, CHECKED_S)
    assert row(balancer, "db1")["status"] == "DOWN"
    practice.server("db1").set_desync(on=False)
    pass_time(practice, 2.0)
    assert row(balancer, "db1")["status"] == "DOWN 1/2"
    pass_time(practice, 2.0)
    assert row(balancer, "db1")["status"] == "UP"


def test_a_drained_member_keeps_its_sessions_until_they_end(practice: Practice, balancer: Balancer) -> None:
    before = int(row(balancer, "db2")["scur"])
    assert balancer.said("set server orders/db2 state drain") == "\n"
    told = row(balancer, "db2")
    assert (told["status"], int(told["scur"])) == ("DRAIN", before)
    pass_time(practice, 300.0)
    assert row(balancer, "db2")["scur"] == "0"
    balancer.said("set server orders/db2 state ready")
    pass_time(practice, 60.0)
    assert int(row(balancer, "db2")["scur"]) > 0


def test_a_member_in_maint_is_not_checked(practice: Practice, balancer: Balancer) -> None:
    balancer.said("set server orders/db2 state maint")
    practice.machines["db2"].cut_power()
    pass_time(practice, 60.0)
    told = row(balancer, "db2")
    assert (told["status"], told["check_status"], told["chkfail"]) == ("MAINT", "", "0")


def test_weights_share_the_clients(practice: Practice, balancer: Balancer) -> None:
    balancer.said("set server orders/db1 weight 2;set server orders/db3 weight 0")
    pass_time(practice, 600.0)
    sessions = {name: int(row(balancer, name)["scur"]) for name in balancer.members}
    assert sessions == {"db1": 16, "db2": 8, "db3": 0}
    chosen = [one.name for one in (balancer.choose() for _ in range(9)) if isinstance(one, Member)]
    assert (chosen.count("db1"), chosen.count("db2"), chosen.count("db3")) == (6, 3, 0)


def test_a_haproxy_that_is_started_anew_has_forgotten_its_orders(
    practice: Practice, balancer: Balancer
) -> None:
    balancer.said("set server orders/db2 state maint")
    unit = balancer.machine.systemd.units["haproxy"]
    unit.stop()
    assert balancer.said("show stat") == ""
    unit.start()
    pass_time(practice, CHECKED_S)
    assert row(balancer, "db2")["status"] == "UP"


def test_nobody_is_chosen_where_nobody_serves(balancer: Balancer) -> None:
    for name in balancer.members:
        balancer.said(f"set server orders/{name} state maint")
    assert balancer.choose() is None
    assert row(balancer, "BACKEND")["status"] == "DOWN"


def test_only_the_balancer_that_carries_the_address_has_clients(practice: Practice) -> None:
    pass_time(practice, 60.0)
    assert int(row(practice.balancers["lb1"], "BACKEND")["scur"]) == 24
    assert row(practice.balancers["lb2"], "BACKEND")["scur"] == "0"
