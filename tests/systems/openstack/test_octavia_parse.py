"""Answers of Octavia as readings: what a real one said, and what nobody should ever say."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.errors import NotUnderstood, Refused, SystemsError
from systems.openstack.decoding import Asked
from systems.openstack.octavia_parse import (
    UNTOLD,
    Lists,
    grow,
    parse_balancer,
    parse_generation,
    parse_member,
)
from systems.openstack.octavia_readings import Generation, members_of
from systems.openstack.octavia_wire import (
    WireBalancer,
    WireBalancers,
    WireListeners,
    WireMembers,
    WireMonitors,
    WirePools,
)
from systems.openstack.refusals import refusal
from systems.openstack.wire import decoded
from systems.text import visible
from tests.examples import examples
from tests.systems.openstack.recorded import made, reply

STATUSES = st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["ACTIVE", "PENDING_UPDATE", "ERROR"]))
IDS = st.sampled_from(["a", "b", "c", "d"])
REFS = st.lists(st.fixed_dictionaries({"id": IDS}), max_size=3)
OBJECT = {
    "id": IDS,
    "name": st.one_of(st.none(), st.text(max_size=20)),
    "provisioning_status": STATUSES,
    "operating_status": STATUSES,
    "admin_state_up": st.one_of(st.none(), st.booleans()),
    "updated_at": st.one_of(st.none(), st.text(max_size=20)),
}


def test_a_load_balancer_of_a_real_octavia() -> None:
    read = parse_balancer(reply("octavia-balancer"))
    assert (read.name, read.address, read.provider) == ("lb-mysql-1795340184", "198.51.100.1", "amphora")
    assert (read.standing.provisioning, read.standing.operating) == ("ACTIVE", "OFFLINE")
    assert read.standing.changed_at == datetime(2026, 11, 22, 9, 36, 37, tzinfo=UTC)
    assert not read.standing.is_pending


def test_members_of_a_real_octavia() -> None:
    members = [parse_member(one) for one in decoded(reply("octavia-members"), WireMembers, "members").items]
    assert [(one.name, one.address, one.port, one.weight) for one in members] == [
        ("db1", "10.0.0.11", 3306, 1),
        ("db2", "10.0.0.12", 3306, 1),
        ("db3", "10.0.0.13", 3306, 1),
    ]
    assert {one.standing.operating for one in members} == {"NO_MONITOR"}
    assert not any(one.is_backup for one in members)


def test_the_lists_of_a_real_octavia_grow_into_its_trees() -> None:
    lists = Lists(
        tuple(decoded(reply("octavia-loadbalancers"), WireBalancers, "it").items),
        tuple(decoded(reply("octavia-listeners"), WireListeners, "it").items),
        tuple(decoded(reply("octavia-pools"), WirePools, "it").items),
        tuple(decoded(reply("octavia-healthmonitors"), WireMonitors, "it").items),
    )
    members = tuple(map(parse_member, decoded(reply("octavia-members-off"), WireMembers, "it").items))
    trees = {one.name: one for one in grow(lists, {lists.pools[0].id: members})}
    assert trees["stuck"].standing.is_pending
    tree = trees["tree"]
    (listener,), (pool,) = tree.listeners, tree.pools
    assert tree.pools_of(listener) == (pool,)
    assert (listener.client_timeout_ms, listener.member_timeout_ms) == (50_000, 50_000)
    assert pool.monitor is not None
    assert (pool.monitor.kind, pool.monitor.fall) == ("TCP", 3)
    assert [(one.name, one.weight, one.standing.is_enabled) for one in members_of(pool)] == [
        ("tree-db1", 1, True),
        ("tree-db2", 1, False),
        ("tree-db3", 0, True),
    ]
    assert set(pool.member_ids) == {one.id for one in members}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("octavia-failover-locked", "web is PENDING_CREATE: Octavia is at work on it"),
        ("octavia-failover-policy", "the account lacks a role for it"),
        ("octavia-failover-gone", "there is no web any more"),
    ],
)
def test_what_a_real_octavia_says_to_a_failover_is_explained(name: str, words: str) -> None:
    assert words in str(refusal(reply(name), Asked("a failover of web", "web")))


def test_a_status_that_is_not_told_is_unknown_and_never_good() -> None:
    (read,) = grow(Lists((WireBalancer(id="a"),)), {})
    assert (read.standing.provisioning, read.standing.operating) == (UNTOLD, UNTOLD)
    assert read.standing.since is None
    assert read.name == "a"


@pytest.mark.parametrize(
    ("aliases", "generation"),
    [
        (["router", "lbaas", "lbaas_agent_scheduler"], Generation.LBAAS_V1),
        (["lbaasv2", "l7"], Generation.LBAAS_V2),
        (["lbaas", "lbaasv2"], Generation.LBAAS_V2),
        (["router"], Generation.NONE),
    ],
)
def test_what_a_neutron_has_of_its_own_is_told_by_its_extensions(
    aliases: list[str], generation: Generation
) -> None:
    assert parse_generation(made({"extensions": [{"alias": one} for one in aliases]})) is generation


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"<html>", b'{"loadbalancers": {}}', b"\xff", b"[" * 2000]
)
def test_what_is_no_list_of_load_balancers_is_told_as_such(body: bytes) -> None:
    with pytest.raises(NotUnderstood, match="the answer to the list cannot be read"):
        decoded(made(body), WireBalancers, "the list")


@examples(40)
@given(
    st.lists(st.fixed_dictionaries(OBJECT), max_size=4),
    st.lists(st.fixed_dictionaries({**OBJECT, "loadbalancers": REFS, "default_pool_id": IDS}), max_size=4),
    st.lists(st.fixed_dictionaries({**OBJECT, "loadbalancers": REFS, "members": REFS}), max_size=4),
    st.lists(st.fixed_dictionaries({**OBJECT, "pools": REFS, "delay": st.integers(0, 99)}), max_size=4),
)
def test_any_lists_grow_into_trees_and_lose_no_load_balancer(
    balancers: list[object], listeners: list[object], pools: list[object], monitors: list[object]
) -> None:
    lists = Lists(
        tuple(decoded(made({"loadbalancers": balancers}), WireBalancers, "it").items),
        tuple(decoded(made({"listeners": listeners}), WireListeners, "it").items),
        tuple(decoded(made({"pools": pools}), WirePools, "it").items),
        tuple(decoded(made({"healthmonitors": monitors}), WireMonitors, "it").items),
    )
    trees = grow(lists, {})
    assert [one.id for one in trees] == [one.id for one in lists.balancers]
    for tree in trees:
        owned = [one for one in lists.pools if tree.id in [ref.id for ref in one.loadbalancers]]
        assert {one.id for one in tree.pools} == {one.id for one in owned}
        assert all(one.members == () for one in tree.pools if not one.member_ids)


@examples(100)
@given(st.binary(max_size=300), st.sampled_from([400, 401, 403, 404, 409, 418, 429, 500, 501, 503]))
def test_any_refusal_is_one_line_that_says_what_was_asked(body: bytes, status: int) -> None:
    error = refusal(made(body, status, service="Octavia"), Asked("a failover of orders", "orders"))
    assert isinstance(error, SystemsError)
    assert str(error).startswith("kilo: a failover of orders was refused by Octavia at ")
    assert visible(str(error)) == str(error)


@pytest.mark.parametrize(
    ("status", "message", "words"),
    [
        (409, "Invalid state PENDING_UPDATE of loadbalancer resource 7", "orders is PENDING_UPDATE: Octavia"),
        (403, "Policy does not allow this request to be performed.", "the account lacks a role for it"),
        (404, "Load Balancer 7 not found.", "there is no orders any more"),
        (501, "Provider 'ovn' does not support a requested action: x", "the provider ovn cannot do that"),
        (500, "Provider 'amphora' reports error: no", "the driver of the provider amphora failed"),
        (400, "Provider 'f5' is not enabled.", "its provider f5 is not enabled any more"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(status: int, message: str, words: str) -> None:
    body = {"faultcode": "Client", "faultstring": message, "debuginfo": None}
    error = refusal(made(body, status, service="Octavia"), Asked("a failover of orders", "orders"))
    assert words in str(error)
    assert f'It said: "{message}"' in str(error)
    assert isinstance(error, Refused)
    assert error.status == status


def test_the_lock_of_a_real_octavia_is_explained() -> None:
    error = refusal(reply("octavia-immutable"), Asked("a change of web", "web"))
    assert "web is locked: Octavia is at work on it or on something below it (PENDING)" in str(error)
    assert "is immutable and cannot be updated." in str(error)
    other = refusal(reply("octavia-duplicate"), Asked("a listener of web", "web"))
    assert "is locked" not in str(other)
    assert "Another Listener on this Load Balancer is already using protocol TCP" in str(other)


def test_a_refusal_that_holds_an_escape_is_made_visible() -> None:
    body = {"faultcode": "Client", "faultstring": "\x1b]0;owned\x07[bold]no[/bold]", "debuginfo": None}
    error = refusal(made(body, 409, service="Octavia"), Asked("it", "web"))
    assert "\x1b" not in str(error)
    assert "[bold]no[/bold]" in str(error)


def test_the_shapes_take_what_newer_octavias_add() -> None:
    body = msgspec.json.encode({"loadbalancers": [{"id": "a", "new_in_2030": {"x": 1}}]})
    assert decoded(made(body), WireBalancers, "it").items[0].id == "a"
