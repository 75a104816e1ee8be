"""Looks at a cloud's load balancers before a cluster that is whole, as octavia-vip plans from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from runbooks.library import RUNBOOKS
from runbooks.model import Look, Plan, Refusal
from runbooks.octavia_vip.situation import OctaviaFound
from systems.galera.readings import ClusterSurvey
from systems.haproxy.setup import NodeSeen
from systems.openstack.octavia_readings import Balancer, BalancersReading, Generation
from tests.builders import NOON, a_survey
from tests.octavias import CHECK, a_balancer, a_listener, a_member, a_pool
from tests.reading_builders import address_of

SUBNET = "22222222-2222-2222-2222-222222222222"
VALUES = {"cluster": "orders", "subnet": SUBNET}
HOSTS = ("db1", "db2", "db3")


def a_tree(**changed: Any) -> Balancer:
    """All as octavia-vip makes it from `VALUES`; `changed` are fields of the load balancer."""
    members = [a_member(host, address=address_of(host), is_backup=host != "db1") for host in HOSTS]
    pool = a_pool(
        *members,
        name="orders-vip-nodes",
        algorithm="ROUND_ROBIN",
        listeners=("id-orders-vip-3306",),
        monitor=replace(CHECK, name="orders-vip-check"),
    )
    listener = a_listener(
        "orders-vip-3306", pool.id, client_timeout_ms=28_800_000, member_timeout_ms=28_800_000
    )
    tree = a_balancer("orders-vip", listeners=(listener,), pools=(pool,), subnet=SUBNET)
    return replace(tree, **changed)


THE_TREE = a_tree()


def an_octavia_look(
    *balancers: Balancer,
    survey: ClusterSurvey | None = None,
    generation: Generation = Generation.OCTAVIA,
    **changed: Any,
) -> Look:
    """Each node's check answers 200; `changed` are fields of what was found beside the cluster."""
    survey = survey or a_survey()
    nodes = tuple(node.host for node in survey.nodes)
    found = OctaviaFound(
        cloud="kilo",
        cluster="orders",
        nodes=nodes,
        silent=(),
        reading=BalancersReading(NOON, generation, balancers),
        checks={host: NodeSeen(opens=True, check=200) for host in nodes},
    )
    return Look(survey, found=replace(found, **changed))


def answer(look: Look, facts: Mapping[str, str] | None = None, **values: str) -> Plan | Refusal:
    return RUNBOOKS["octavia-vip"].plan(look, {**VALUES, **values}, facts or {})


def planned(look: Look, facts: dict[str, str] | None = None, **values: str) -> Plan:
    """What octavia-vip plans; fails when it refuses."""
    found = answer(look, facts, **values)
    assert isinstance(found, Plan), found
    return found
