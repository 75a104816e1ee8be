"""What octavia-vip plans for a cloud in each state, and what it refuses, each with its sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runbooks.engine.codec import decode_look, encode_look
from runbooks.engine.planning import defects_of
from runbooks.gotchas import CATALOGUE
from runbooks.model import Holds, Look, Refusal
from runbooks.octavia_vip.making import built
from runbooks.octavia_vip.parts import parts_of
from runbooks.octavia_vip.proofs import health
from runbooks.octavia_vip.situation import Situation
from runbooks.secret import Secrets
from systems.errors import Refused
from systems.haproxy.setup import NodeSeen
from systems.openstack.octavia_readings import BalancersReading, Generation, Standing, members_of
from tests.builders import NOON, a_node, a_survey
from tests.octavias import a_listener, locked, standing
from tests.reading_builders import address_of
from tests.runbooks.octavia_vip.looks import (
    HOSTS,
    SUBNET,
    THE_TREE,
    VALUES,
    a_tree,
    an_octavia_look,
    answer,
    planned,
)
from tests.runbooks.plans import lines

MADE = {
    f"made:{key}": "yes"
    for key in ("loadbalancer", "listener", "pool", "healthmonitor", *(f"member:{host}" for host in HOSTS))
}


def test_with_nothing_there_the_first_order_is_planned_and_all_others_are_told() -> None:
    plan = planned(an_octavia_look())
    assert defects_of(plan, CATALOGUE, Secrets()) == ()
    assert [step.key for step in plan.steps] == ["survey", "make:loadbalancer"]
    body = f'{{"loadbalancer": {{"name": "orders-vip", "vip_subnet_id": "{SUBNET}"}}}}'
    assert lines(*plan.steps) == [f"kilo: POST /lbaas/loadbalancers {body}"]
    told = [
        '"timeout_client_data": 28800000',
        '"type": "HTTP"',
        '"delay": 5, "timeout": 3',
        f'"address": "{address_of("db2")}", "protocol_port": 3306, "monitor_port": 9200, "backup": true',
    ]
    assert [word for word in told if word not in plan.open] == []
    assert plan.open.count("POST /lbaas/") == 6


def test_the_next_object_hangs_on_the_id_that_octavia_gave() -> None:
    plan = planned(an_octavia_look(a_tree(listeners=(), pools=())), {"made:loadbalancer": "yes"})
    assert [step.key for step in plan.steps] == ["survey", "make:loadbalancer", "make:listener"]
    assert f'"loadbalancer_id": "{THE_TREE.id}"' in lines(plan.steps[-1])[0]


def test_what_the_run_made_is_undone_by_its_id_last_one_first_and_each_alone() -> None:
    plan = planned(an_octavia_look(THE_TREE), MADE)
    pool = THE_TREE.pools[0]
    undone = [act.command.line for step in reversed(plan.steps) for act in step.undo]
    assert undone == [
        *(f"DELETE /lbaas/pools/{pool.id}/members/id-{host}" for host in ("db3", "db2", "db1")),
        "DELETE /lbaas/healthmonitors/id-check",
        f"DELETE /lbaas/pools/{pool.id}",
        f"DELETE /lbaas/listeners/{THE_TREE.listeners[0].id}",
        f"DELETE /lbaas/loadbalancers/{THE_TREE.id}",
    ]


def test_what_others_made_is_found_and_neither_made_again_nor_undone() -> None:
    plan = planned(an_octavia_look(THE_TREE))
    assert not any(step.acts or step.undo for step in plan.steps)
    assert [step.key for step in plan.steps][-2:] == ["prove:tree", "prove:members"]


def test_all_take_turns_where_no_single_writer_is_wanted() -> None:
    assert '"backup": true' not in planned(an_octavia_look(), single_writer="no").open


def test_the_whole_is_taken_away_by_its_typed_name_whatever_the_cluster_is_like() -> None:
    plan = planned(an_octavia_look(THE_TREE, survey=a_survey(a_node("db1"))), take_away="yes")
    (step,) = plan.steps
    assert (step.confirm, step.irreversible) == ("orders-vip", True)
    assert lines(step) == [f"kilo: DELETE /lbaas/loadbalancers/{THE_TREE.id}?cascade=true"]
    assert "member db3" in step.expects


def test_the_look_can_be_kept_and_makes_the_same_plan() -> None:
    look = decode_look(encode_look(an_octavia_look(THE_TREE)))
    assert [step.key for step in planned(look).steps] == [
        step.key for step in planned(an_octavia_look(THE_TREE)).steps
    ]


POOL = THE_TREE.pools[0]
REFUSED: dict[str, tuple[Look, dict[str, str], str]] = {
    "unread": (an_octavia_look(reading=Refused("kilo: no")), {}, "kilo: no"),
    "v1": (an_octavia_look(generation=Generation.LBAAS_V1), {}, "kilo has LBaaS v1 of Neutron"),
    "none": (an_octavia_look(generation=Generation.NONE), {}, "kilo has no Octavia"),
    "two": (an_octavia_look(THE_TREE, a_tree(id="b")), {}, "kilo has 2 load balancers orders-vip"),
    "locked": (an_octavia_look(a_tree(standing=locked(3))), {}, "orders-vip is locked: PENDING_UPDATE"),
    "error": (an_octavia_look(a_tree(standing=standing("ERROR"))), {}, "orders-vip is in ERROR"),
    "nothing to take": (an_octavia_look(), {"take_away": "yes"}, "no load balancer orders-vip to take away"),
    "other way": (an_octavia_look(THE_TREE), {"idle_s": "600"}, "that is set up in another way"),
    "subnet": (an_octavia_look(THE_TREE), {"subnet": "other"}, "that is set up in another way"),
    "port": (
        an_octavia_look(a_tree(listeners=(a_listener("web"),))),
        {},
        "port 3306 of orders-vip belongs to its listener web",
    ),
    "members": (
        an_octavia_look(a_tree(pools=(replace(POOL, members=None),))),
        {},
        "the members of orders-vip-nodes could not be read",
    ),
    "unknown": (an_octavia_look(nodes=(), checks={}), {}, "the estate has no cluster 'orders'"),
    "writer": (an_octavia_look(), {"writer": "db9"}, "no node of orders has that name"),
    "idle": (an_octavia_look(), {"idle_s": "90000"}, "idle for longer than 86400 s"),
    "ports": (an_octavia_look(), {"port": "70000"}, "a port is a number up to 65535"),
    "503": (
        an_octavia_look(checks={host: NodeSeen(opens=True, check=503) for host in HOSTS}),
        {},
        f"db1: its check on {address_of('db1')}, port 9200, answers HTTP 503",
    ),
    "silent": (an_octavia_look(checks=dict.fromkeys(HOSTS, Refused("no way in"))), {}, "no way in"),
    "down": (
        an_octavia_look(survey=a_survey(a_node("db1"), a_node("db2", status={"local_state": 2}))),
        {},
        "orders is not whole",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_each_reason_against_is_one_sentence_with_a_way_on(name: str) -> None:
    look, values, said = REFUSED[name]
    refusal = answer(look, None, **values)
    assert isinstance(refusal, Refusal), refusal
    assert said in refusal.sentence
    assert refusal.way_on


def test_what_the_run_made_and_somebody_deleted_stops_the_rest() -> None:
    refusal = answer(an_octavia_look(), {"made:loadbalancer": "yes"})
    assert isinstance(refusal, Refusal)
    assert "that this run made is gone" in refusal.sentence


@pytest.mark.parametrize(
    ("stands", "is_final", "said"),
    [
        (
            standing("ERROR"),
            True,
            "orders-vip is in ERROR, in which Octavia takes a failover",
        ),
        (locked(3), False, "orders-vip is locked for 3 min: PENDING_UPDATE (LB-18)"),
    ],
)
def test_an_error_of_octavia_is_told_at_once_and_a_lock_is_waited_for(
    stands: Standing, is_final: bool, said: str
) -> None:
    seen = Situation(an_octavia_look(THE_TREE), VALUES, {})
    reading = BalancersReading(NOON, Generation.OCTAVIA, (a_tree(standing=stands),))
    told = built(seen, reading, *parts_of(seen))
    assert (told.holds, told.is_final) == (Holds.NO, is_final)
    assert said in told.evidence


def test_a_check_that_the_node_cannot_ask_is_told_as_not_proven() -> None:
    plan = planned(an_octavia_look(checks=dict.fromkeys(HOSTS, NodeSeen(None, None))))
    assert sum("is not proven" in line for line in plan.evidence) == 3


@pytest.mark.parametrize(
    ("operating", "own", "holds", "said"),
    [
        ("ONLINE", 200, Holds.YES, "db1 is ONLINE, and its own check says HTTP 200"),
        ("ERROR", 200, Holds.NO, "does its security group let the amphorae in to 9200 and 3306"),
        ("ERROR", 503, Holds.NO, "db1 fails the amphorae's check, and its own check says HTTP 503"),
        ("NO_MONITOR", 200, Holds.UNKNOWN, "its health is not told by Octavia (NO_MONITOR)"),
        ("OFFLINE", None, Holds.UNKNOWN, "its health is not told by Octavia (OFFLINE)"),
    ],
)
def test_a_members_status_stands_beside_what_its_node_says(
    operating: str, own: int | None, holds: Holds, said: str
) -> None:
    look = an_octavia_look(THE_TREE, checks={"db1": NodeSeen(opens=True, check=own)})
    seen = Situation(look, VALUES, {})
    member = replace(members_of(POOL)[0], standing=standing("ACTIVE", operating))
    told = health(seen, seen.found, seen.behind[0], member)
    assert told.holds is holds
    assert said in told.evidence
