"""A load balancer as the lines of a tree: listeners, pools, monitors, members. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from runbooks.cloud.balancer_words import AnyObject, called
from runbooks.words import count
from systems.openstack.octavia_readings import Balancer, Listener, Member, Monitor, Pool, members_of


@dataclass(frozen=True, slots=True)
class Branch:
    """One object, and where it stands in the tree."""

    object: AnyObject
    title: str
    """What it is, in a line."""
    depth: int
    lead: str
    """What is drawn before it."""
    under: str
    """What is drawn before the lines that belong to it."""


@dataclass(frozen=True, slots=True)
class _Node:
    object: AnyObject
    below: tuple[_Node, ...] = ()


Marks: TypeAlias = tuple[str, str, str]
LINES: Marks = ("├ ", "└ ", "│ ")
"""A branch, the last branch, and what passes by."""
PLAIN: Marks = ("|-", "`-", "| ")


def branches_of(balancer: Balancer, marks: Marks = LINES) -> Iterator[Branch]:
    """The load balancer, then its listeners with their pools, then pools that are no listener's default.

    A pool that several listeners lead to stands below each of them.
    """
    loose = tuple([_pool_node(one) for one in balancer.loose_pools])
    listeners = [_Node(one, tuple(map(_pool_node, balancer.pools_of(one)))) for one in balancer.listeners]
    below = (*listeners, *loose)
    yield Branch(balancer, title_of(balancer), 0, "", marks[2] if below else "  ")
    yield from _grown(below, "", 1, marks)


def _pool_node(pool: Pool) -> _Node:
    monitor = (_Node(pool.monitor),) if pool.monitor is not None else ()
    return _Node(pool, (*monitor, *[_Node(one) for one in members_of(pool)]))


def _grown(nodes: Sequence[_Node], before: str, depth: int, marks: Marks) -> Iterator[Branch]:
    branch, last, passing = marks
    for number, node in enumerate(nodes):
        is_last = number == len(nodes) - 1
        on = f"{before}{'  ' if is_last else passing}"
        under = f"{on}{passing if node.below else '  '}"
        yield Branch(
            node.object, title_of(node.object), depth, f"{before}{last if is_last else branch}", under
        )
        yield from _grown(node.below, on, depth + 1, marks)


def title_of(one: AnyObject) -> str:
    """What it is, in a line without its statuses."""
    if isinstance(one, Balancer):
        return f"load balancer {called(one)}  {one.address}  ({one.provider})"
    if isinstance(one, Listener):
        return f"listener {called(one)}  {one.protocol} {one.port}"
    if isinstance(one, Pool):
        return f"pool {called(one)}  {one.protocol} {one.algorithm}{_unread(one)}"
    if isinstance(one, Monitor):
        return _monitor_title(one)
    return _member_title(one)


def _unread(pool: Pool) -> str:
    if isinstance(pool.members, tuple):
        return "" if pool.monitor is not None or not pool.members else "  no health monitor (LB-02)"
    return f"  {count(len(pool.member_ids), 'member')}, not read"


def _monitor_title(one: Monitor) -> str:
    path = f" {one.url_path} = {one.expected_codes}" if one.url_path else ""
    counts = f", {one.fall} bad take out, {one.rise} good bring back" if one.rise or one.fall else ""
    return f"monitor {called(one)}  {one.kind}{path} every {one.delay_s} s, timeout {one.timeout_s} s{counts}"


def _member_title(one: Member) -> str:
    notes = [] if one.standing.is_enabled else ["switched off"]
    notes += [f"weight {one.weight}"]
    notes += ["backup"] if one.is_backup else []
    checked = one.monitor_port is not None and one.monitor_port != one.port
    notes += [f"checked on {one.monitor_port}"] if checked else []
    return f"member {called(one)}  {one.address}:{one.port}  {', '.join(notes)}"


def members_up(balancer: Balancer) -> str:
    """How many members are in rotation: "2 of 3 members up"; those that nothing checks are told as such."""
    members = [one for pool in balancer.pools for one in members_of(pool)]
    total = sum([len(one.member_ids) or len(members_of(one)) for one in balancer.pools])
    if not total:
        return "no member"
    if len(members) < total:
        return f"{count(total, 'member')}, not all read"
    up = [one for one in members if one.standing.operating == "ONLINE"]
    blind = [one for one in members if one.standing.operating == "NO_MONITOR"]
    if len(blind) == total:
        return f"{count(total, 'member')}, unchecked"
    return f"{len(up)} of {count(total, 'member')} up"
