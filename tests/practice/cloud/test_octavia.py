"""The simulated Octavia: locks, failovers and checks, with time moved by hand."""

from __future__ import annotations

import pytest

from practice.cloud.balancer import Balancer, Member
from practice.cloud.cloud import Cloud
from practice.cloud.http import Refusal
from practice.estate import Practice


def said(caught: pytest.ExceptionInfo[Refusal]) -> tuple[int, str]:
    response = caught.value.response
    assert isinstance(response.body, dict)
    return response.status, response.body["faultstring"]


def standing(one: Balancer) -> tuple[str, str]:
    return one.provisioning, one.operating


def test_a_failover_locks_the_whole_load_balancer_until_it_is_done(cloud: Cloud) -> None:
    octavia = cloud.octavia
    shop = octavia.named("shop-lb")
    octavia.failover(shop)
    assert standing(shop) == ("PENDING_UPDATE", "ONLINE")
    with pytest.raises(Refusal) as caught:
        octavia.failover(shop)
    assert said(caught) == (409, f"Invalid state PENDING_UPDATE of loadbalancer resource {shop.id}")
    member = Member(id="m", name="web-9", project=shop.project, created_s=0.0, address="10.0.0.9", port=80)
    with pytest.raises(Refusal) as caught:
        octavia.add_member(shop, shop.pools[0], member)
    assert said(caught) == (409, f"Load Balancer {shop.id} is immutable and cannot be updated.")
    cloud.clock.advance(10.0)
    assert standing(shop) == ("ACTIVE", "ONLINE")


def test_one_in_error_is_immutable_and_a_failover_brings_it_back(cloud: Cloud) -> None:
    octavia = cloud.octavia
    shop = octavia.named("shop-lb")
    shop.provisioning = "ERROR"
    member = Member(id="m", name="web-9", project=shop.project, created_s=0.0, address="10.0.0.9", port=80)
    with pytest.raises(Refusal) as caught:
        octavia.add_member(shop, shop.pools[0], member)
    assert said(caught)[0] == 409
    octavia.failover(shop)
    cloud.clock.advance(10.0)
    assert standing(shop) == ("ACTIVE", "ONLINE")


def test_without_its_worker_a_lock_stays(cloud: Cloud) -> None:
    octavia = cloud.octavia
    shop = octavia.named("shop-lb")
    octavia.worker_is_up = False
    octavia.failover(shop)
    cloud.clock.advance(3600.0)
    assert shop.provisioning == "PENDING_UPDATE"
    octavia.resume()
    assert shop.provisioning == "ACTIVE"


def test_a_member_is_out_after_two_checks_and_with_all_of_them_the_balancer_is_in_error(
    practice: Practice, cloud: Cloud
) -> None:
    orders = cloud.octavia.named("orders-lb")
    practice.server("db2").set_desync(on=True)
    cloud.clock.advance(5.0)
    assert orders.operating == "ONLINE"
    cloud.clock.advance(5.0)
    pool = orders.pools[0]
    assert [one.operating(pool.monitor) for one in pool.members] == ["ONLINE", "ERROR", "ONLINE"]
    assert (pool.operating, orders.operating, orders.listeners[0].operating) == (
        "DEGRADED",
        "DEGRADED",
        "ONLINE",
    )
    for name in ("db1", "db3"):
        practice.server(name).set_desync(on=True)
    cloud.clock.advance(10.0)
    assert (pool.operating, orders.operating) == ("ERROR", "ERROR")
    practice.server("db2").set_desync(on=False)
    cloud.clock.advance(10.0)
    assert orders.operating == "DEGRADED"


def test_an_instance_that_is_off_fails_its_check(cloud: Cloud) -> None:
    cloud.nova.stop(cloud.nova.named("web-2"), cloud.accounts["shop"])
    cloud.clock.advance(20.0)
    shop = cloud.octavia.named("shop-lb")
    assert [one.is_up for one in shop.pools[0].members] == [True, False, True]


def test_a_load_balancer_with_children_goes_by_cascade_only_and_its_parts_go_one_by_one(cloud: Cloud) -> None:
    octavia = cloud.octavia
    shop = octavia.named("shop-lb")
    with pytest.raises(Refusal) as caught:
        octavia.remove(shop, shop)
    assert said(caught) == (400, f"Cannot delete Load Balancer {shop.id} - it has children")
    member = shop.pools[0].members[0]
    octavia.remove(shop, member)
    assert (member.provisioning, shop.provisioning) == ("PENDING_DELETE", "PENDING_UPDATE")
    cloud.clock.advance(3.0)
    assert member not in shop.pools[0].members
    assert shop.provisioning == "ACTIVE"
    octavia.remove(shop, shop, cascade=True)
    cloud.clock.advance(3.0)
    assert shop.id not in octavia.balancers
