"""A question only reads, an order may change something: which is which is decided by their types."""

from __future__ import annotations

import pytest

from systems.openstack.access import Api
from systems.openstack.asking import (
    AnyOrder,
    DeleteOrder,
    FailoverOrder,
    MakeOrder,
    Order,
    Part,
    Question,
    server_path,
)

ID = "0eca1150-46c7-40ed-b606-51d073a5b85a"


def test_lists_logs_and_consoles_are_questions() -> None:
    for question in (
        Question("/servers/detail?all_tenants=1&marker=a-b"),
        Question(server_path(ID, "/action"), body={"os-getConsoleOutput": {"length": 10}}),
        Question(server_path(ID, "/action"), body={"os-getSPICEConsole": {"type": "spice-html5"}}),
        Question(server_path(ID, "/remote-consoles"), body={"remote_console": {"type": "serial"}}),
    ):
        assert question.path


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/servers/a/action", {"os-stop": None}),
        ("/servers/a/action", {"reboot": {"type": "HARD"}}),
        ("/servers/a/action", {"os-getConsoleOutput": {}, "os-stop": None}),
        ("/servers/a/action", {}),
        ("/servers", {"server": {}}),
        ("/servers", {}),
        ("/servers/a/remote-consoles", {"os-stop": None}),
        ("/os-services/1", {"status": "disabled"}),
        ("http://elsewhere/servers", None),
        ("/servers/../x?y z", None),
        ("servers", None),
    ],
)
def test_nothing_that_changes_something_can_be_a_question(path: str, body: dict[str, object] | None) -> None:
    with pytest.raises(ValueError, match="not a request that only reads"):
        Question(path, body=body)


def test_an_id_that_is_none_makes_no_path() -> None:
    for bad in ("", "a/../b", "a?b", "a b", "x" * 65):
        with pytest.raises(ValueError, match="no id"):
            server_path(bad)


def test_an_order_is_shown_as_it_is_sent() -> None:
    order = Order(ID, {"reboot": {"type": "HARD"}})
    assert order.line == f'POST /servers/{ID}/action {{"reboot": {{"type": "HARD"}}}}'


@pytest.mark.parametrize("api", [Api.BALANCERS, Api.NETWORK])
def test_octavia_and_neutron_are_only_ever_asked_by_get(api: Api) -> None:
    assert Question("/lbaas/loadbalancers", api=api).body is None
    bodies: list[dict[str, object]] = [{}, {"loadbalancer": {}}, {"os-getConsoleOutput": {}}]
    for body in bodies:
        with pytest.raises(ValueError, match="not a request that only reads"):
            Question("/lbaas/loadbalancers/a/action", body=body, api=api)


def test_a_failover_is_shown_as_it_is_sent() -> None:
    assert FailoverOrder(ID).line == f"PUT /lbaas/loadbalancers/{ID}/failover"


@pytest.mark.parametrize(
    ("order", "line"),
    [
        (
            MakeOrder(Part.BALANCER, {"name": "a"}),
            'POST /lbaas/loadbalancers {"loadbalancer": {"name": "a"}}',
        ),
        (MakeOrder(Part.LISTENER, {"name": "a"}), 'POST /lbaas/listeners {"listener": {"name": "a"}}'),
        (MakeOrder(Part.POOL, {"name": "a"}), 'POST /lbaas/pools {"pool": {"name": "a"}}'),
        (
            MakeOrder(Part.MONITOR, {"name": "a"}),
            'POST /lbaas/healthmonitors {"healthmonitor": {"name": "a"}}',
        ),
        (
            MakeOrder(Part.MEMBER, {"name": "a"}, ID),
            f'POST /lbaas/pools/{ID}/members {{"member": {{"name": "a"}}}}',
        ),
        (DeleteOrder(Part.BALANCER, ID), f"DELETE /lbaas/loadbalancers/{ID}"),
        (DeleteOrder(Part.BALANCER, ID, cascade=True), f"DELETE /lbaas/loadbalancers/{ID}?cascade=true"),
        (DeleteOrder(Part.MONITOR, ID), f"DELETE /lbaas/healthmonitors/{ID}"),
        (DeleteOrder(Part.MEMBER, "m-1", ID), f"DELETE /lbaas/pools/{ID}/members/m-1"),
    ],
)
def test_each_object_of_octavia_is_made_and_deleted_where_octavia_has_it(order: AnyOrder, line: str) -> None:
    assert order.line == line
    assert order.api is Api.BALANCERS
    assert line.startswith(f"{order.method} {order.path}")


@pytest.mark.parametrize(
    "order",
    [
        MakeOrder(Part.MEMBER, {"name": "a"}),
        MakeOrder(Part.MEMBER, {"name": "a"}, "../loadbalancers"),
        DeleteOrder(Part.MEMBER, "m-1"),
        DeleteOrder(Part.POOL, "a/members"),
        DeleteOrder(Part.POOL, "a?cascade=true"),
    ],
)
def test_an_object_of_octavia_without_an_id_of_its_own_makes_no_path(order: MakeOrder | DeleteOrder) -> None:
    with pytest.raises(ValueError, match="no id"):
        assert order.line


def test_a_deletion_without_an_id_is_none() -> None:
    with pytest.raises(ValueError, match="no id"):
        assert DeleteOrder(Part.BALANCER, "", cascade=True).line
