"""Who runs, who is in a Primary component, and with whom: read from one survey, without saying why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from systems.errors import LoginRefused
from systems.galera.readings import (
    ClusterSurvey,
    HostEvidence,
    NodeSurvey,
    UnitState,
    WsrepStatus,
    WsrepVariables,
)

_UNSAID = {"", "auto", "unspecified", "0.0.0.0", "127.0.0.1", "::1"}  # noqa: S104
"""Host parts of an incoming address that name no host."""


@dataclass(frozen=True, slots=True)
class Group:
    """Surveyed nodes that are in one component with one another, Primary or not."""

    state_uuid: str
    conf_id: int | None
    """The newest view that a member tells; None while non-Primary."""
    hosts: tuple[str, ...]
    """In inventory order; members that were not surveyed are missing here."""
    size: int
    """Members of the newest view, arbitrators and unsurveyed nodes included."""
    addresses: frozenset[str]
    """Host parts of wsrep_incoming_addresses."""
    last_committed: int
    """The highest of its members; -1: none of them tells."""


def runs(node: NodeSurvey) -> bool | None:
    """Whether a mysqld process exists there; None: nobody could look, which is not a no."""
    if isinstance(node.status, WsrepStatus):
        return True
    if isinstance(node.evidence, HostEvidence):
        return node.evidence.is_running
    return None


def database_units(node: NodeSurvey) -> tuple[UnitState, ...]:
    """The units that may own mysqld, with the one that is doing something first."""
    if not isinstance(node.evidence, HostEvidence):
        return ()
    idle = {"inactive": 1, "": 2}
    return tuple(sorted(node.evidence.units.values(), key=lambda unit: idle.get(unit.active, 0)))


def moving_unit(node: NodeSurvey) -> UnitState | None:
    """The unit on its way up or down: recovery, a state transfer, a stop, a restart that is scheduled."""
    ways = ("activating", "deactivating", "reloading")
    return next((unit for unit in database_units(node) if unit.active in ways), None)


def is_down(node: NodeSurvey) -> bool:
    """Proven down: its host answers, there is no mysqld, and none is on its way up (REC-07)."""
    return runs(node) is False and moving_unit(node) is None


def is_primary(node: NodeSurvey) -> bool:
    """It says so itself; a node that does not answer is not known to be Primary, nor known not to be."""
    return isinstance(node.status, WsrepStatus) and node.status.is_primary


def is_silent(node: NodeSurvey) -> bool:
    """May be Primary for all we know: it runs, or may run, and its database says nothing."""
    return runs(node) is not False and not isinstance(node.status, WsrepStatus)


def is_shut(node: NodeSurvey) -> bool:
    """Its database runs and lets this console's account not in: that says nothing of its health."""
    return bool(runs(node)) and isinstance(node.status, LoginRefused)


def primary_groups(survey: ClusterSurvey) -> tuple[Group, ...]:
    """The distinct Primary components; more than one are two clusters (GOTCHAS B.3, step 1)."""
    return _groups(survey, lambda status: status.is_primary)


def fragments(survey: ClusterSurvey) -> tuple[Group, ...]:
    """The components that are connected and have no quorum."""
    return _groups(survey, lambda status: status.connected and not status.is_primary)


def addresses_of(survey: ClusterSurvey, host: str) -> frozenset[str]:
    """All that this look and the one before tell of a node's addresses."""
    found: set[str] = set()
    for look in (survey, survey.before):
        for node in look.nodes if look else ():
            if node.host != host:
                continue
            if isinstance(node.variables, WsrepVariables):
                found |= {node.variables.node_address, node.variables.incoming_address}
            if isinstance(node.evidence, HostEvidence):
                found |= set(node.evidence.addresses)
    return _hosts_of(found)


def counts(survey: ClusterSurvey, group: Group, host: str) -> bool | None:
    """Whether the group's own member list holds a node; None: that node's addresses are not known."""
    if host in group.hosts:
        return True
    known = addresses_of(survey, host)
    if known and group.addresses:
        return bool(known & group.addresses)
    silent = [node.host for node in survey.nodes if not isinstance(node.status, WsrepStatus)]
    if group.size >= len(group.hosts) + len(silent) + survey.arbitrators:
        return True
    return False if group.size <= len(group.hosts) + survey.arbitrators else None


def counts_the_dead(survey: ClusterSurvey) -> bool:
    """Whether a Primary component counts a node that is proven down: whether its quorum holds will show.

    It does so until evs.suspect_timeout has passed, 5 s by default (GSRC: gcomm/src/evs_proto.cpp).
    """
    return any(
        is_down(node) and counts(survey, group, node.host)
        for group in primary_groups(survey)
        for node in survey.nodes
    )


def host_part(address: str) -> str:
    """The host of "10.0.0.1:3306", "[fe80::1]:3306" or a bare address."""
    text = address.strip().lower()
    if text.startswith("["):
        return text[1:].split("]", 1)[0]
    return text.rsplit(":", 1)[0] if text.count(":") == 1 else text


def _hosts_of(addresses: Iterable[str]) -> frozenset[str]:
    return frozenset(host_part(address) for address in addresses) - _UNSAID


def _groups(survey: ClusterSurvey, wanted: Callable[[WsrepStatus], bool]) -> tuple[Group, ...]:
    """Gather the nodes that one another's member lists tie together.

    A view number alone does not do: nodes are asked at slightly different moments, and after a split both
    sides may have counted to the same number. Lists that overlap are one component, disjoint ones are two.
    """
    gathered: list[list[tuple[str, WsrepStatus]]] = []
    for node in survey.nodes:
        if not isinstance(node.status, WsrepStatus) or not wanted(node.status):
            continue
        own = (node.host, node.status)
        near = [group for group in gathered if any(_together(node.status, other) for _, other in group)]
        gathered = [group for group in gathered if group not in near]
        gathered.append([member for group in near for member in group] + [own])
    order = {node.host: index for index, node in enumerate(survey.nodes)}
    groups = [_group_of(sorted(members, key=lambda member: order[member[0]])) for members in gathered]
    return tuple(sorted(groups, key=lambda group: order[group.hosts[0]]))


def _together(one: WsrepStatus, other: WsrepStatus) -> bool:
    if one.state_uuid != other.state_uuid:
        return False
    mine, theirs = _hosts_of(one.incoming_addresses), _hosts_of(other.incoming_addresses)
    if mine and theirs:
        return bool(mine & theirs)
    return one.conf_id == other.conf_id


def _group_of(members: list[tuple[str, WsrepStatus]]) -> Group:
    newest = max(
        (status for _, status in members), key=lambda status: -1 if status.conf_id is None else status.conf_id
    )
    return Group(
        state_uuid=newest.state_uuid,
        conf_id=newest.conf_id,
        hosts=tuple(host for host, _ in members),
        size=newest.cluster_size or len(members),
        addresses=_hosts_of(newest.incoming_addresses),
        last_committed=max(
            -1 if status.last_committed is None else status.last_committed for _, status in members
        ),
    )
