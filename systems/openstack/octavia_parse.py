"""Answers of Octavia as one tree. Pure: its tests are answers recorded from a real Octavia."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from systems.openstack.asking import Reply
from systems.openstack.octavia_readings import (
    Balancer,
    Generation,
    Listener,
    Member,
    Monitor,
    Pool,
    Standing,
)
from systems.openstack.octavia_wire import (
    WireBalancer,
    WireExtensions,
    WireListener,
    WireMember,
    WireMonitor,
    WireOneBalancer,
    WirePool,
    WireRef,
    WireStanding,
)
from systems.openstack.readings import Answer
from systems.openstack.wire import decoded, time_of

_T = TypeVar("_T")
UNTOLD = "UNKNOWN"
"""Stands for a status that Octavia did not tell."""

Members = Mapping[str, Answer[tuple[Member, ...]]]
"""Pool id -> its members, or why they could not be read."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The flat lists that the tree is made of."""

    balancers: tuple[WireBalancer, ...]
    listeners: tuple[WireListener, ...] = ()
    pools: tuple[WirePool, ...] = ()
    monitors: tuple[WireMonitor, ...] = ()


def grow(lists: Lists, members: Members) -> tuple[Balancer, ...]:
    """Put the lists together. What belongs to no load balancer of the list was deleted in between."""
    monitors = {pool.id: _monitor(one) for one in lists.monitors for pool in one.pools}
    listeners = _by_balancer((one.loadbalancers, _listener(one)) for one in lists.listeners)
    pools = _by_balancer(
        (one.loadbalancers, _pool(one, monitors.get(one.id), members.get(one.id))) for one in lists.pools
    )
    return tuple(
        [
            _balancer(one, tuple(listeners.get(one.id, ())), tuple(pools.get(one.id, ())))
            for one in lists.balancers
        ]
    )


def _by_balancer(found: Iterable[tuple[list[WireRef], _T]]) -> dict[str, list[_T]]:
    by: dict[str, list[_T]] = {}
    for owners, one in found:
        for owner in owners:
            by.setdefault(owner.id, []).append(one)
    return by


def _balancer(
    one: WireBalancer, listeners: tuple[Listener, ...] = (), pools: tuple[Pool, ...] = ()
) -> Balancer:
    return Balancer(
        id=one.id,
        name=one.name or one.id,
        address=one.vip_address or "",
        provider=one.provider or "",
        standing=_standing(one),
        project=one.project_id or "",
        subnet=one.vip_subnet_id or "",
        listeners=listeners,
        pools=pools,
    )


def _listener(one: WireListener) -> Listener:
    return Listener(
        id=one.id,
        name=one.name or "",
        protocol=one.protocol or "",
        port=one.protocol_port or 0,
        standing=_standing(one),
        default_pool=one.default_pool_id or "",
        client_timeout_ms=one.timeout_client_data or 0,
        member_timeout_ms=one.timeout_member_data or 0,
        allowed_cidrs=tuple(one.allowed_cidrs or ()),
    )


def _pool(
    one: WirePool, monitor: Monitor | None = None, members: Answer[tuple[Member, ...]] | None = None
) -> Pool:
    return Pool(
        id=one.id,
        name=one.name or "",
        protocol=one.protocol or "",
        algorithm=one.lb_algorithm or "",
        standing=_standing(one),
        listeners=tuple([listener.id for listener in one.listeners]),
        monitor=monitor,
        member_ids=tuple([member.id for member in one.members]),
        members=members if one.members else (),
    )


def parse_member(one: WireMember) -> Member:
    """One server behind a pool."""
    return Member(
        id=one.id,
        name=one.name or "",
        address=one.address or "",
        port=one.protocol_port or 0,
        standing=_standing(one),
        weight=1 if one.weight is None else one.weight,
        is_backup=bool(one.backup),
        monitor_address=one.monitor_address or "",
        monitor_port=one.monitor_port,
    )


def _monitor(one: WireMonitor) -> Monitor:
    return Monitor(
        id=one.id,
        name=one.name or "",
        kind=one.type or "",
        standing=_standing(one),
        delay_s=one.delay or 0,
        timeout_s=one.timeout or 0,
        rise=one.max_retries or 0,
        fall=one.max_retries_down or 0,
        url_path=one.url_path or "",
        expected_codes=one.expected_codes or "",
    )


def _standing(one: WireStanding) -> Standing:
    return Standing(
        provisioning=one.provisioning_status or UNTOLD,
        operating=one.operating_status or UNTOLD,
        is_enabled=one.admin_state_up is not False,
        created_at=time_of(one.created_at),
        changed_at=time_of(one.updated_at),
    )


def parse_balancer(reply: Reply) -> Balancer:
    """One load balancer by itself, without what hangs below it."""
    return _balancer(decoded(reply, WireOneBalancer, "a load balancer").loadbalancer)


def parse_generation(reply: Reply) -> Generation:
    """Which load balancers a Neutron has of its own, by the extensions that it lists."""
    aliases = {one.alias for one in decoded(reply, WireExtensions, "the extensions of Neutron").extensions}
    if "lbaasv2" in aliases:
        return Generation.LBAAS_V2
    return Generation.LBAAS_V1 if "lbaas" in aliases else Generation.NONE
