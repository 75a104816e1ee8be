"""How a load balancer is set up, where that will hurt later: LB-01 to LB-04 of GOTCHAS D.4. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from runbooks.cloud.balancer_sight import Sight
from runbooks.cloud.balancer_words import called
from runbooks.model import Finding, Severity
from runbooks.words import count, span
from systems.openstack.octavia_readings import Listener, Pool, members_of

MYSQL = 3306
SHORT_IDLE_MS = 50_000
"""Octavia's own default: haproxy cuts a connection on which nothing went for so long (LB-03)."""


def unchecked(sight: Sight) -> Iterator[Finding]:
    """LB-02: a pool with members and no health monitor."""
    for pool in sight.balancer.pools:
        if pool.monitor is None and (pool.member_ids or members_of(pool)):
            number = len(pool.member_ids) or len(members_of(pool))
            yield sight.finding(
                "LB-02",
                Severity.WARNING,
                f"{sight.name}: nothing checks the pool {called(pool)}: a dead one of its "
                f"{count(number, 'member')} stays in rotation.",
                [f"pool {called(pool)}: no health monitor", *map(sight.evidence, members_of(pool))],
                "Give it a monitor: for Galera HTTP on 9200 (clustercheck) with a timeout below the delay.",
            )


def _is_mysql(pool: Pool) -> bool:
    return any(one.port == MYSQL for one in members_of(pool))


def shallow_check(sight: Sight) -> Iterator[Finding]:
    """LB-01, LB-06: a TCP check on the database's own port."""
    for pool in sight.balancer.pools:
        monitor = pool.monitor
        if monitor is None or monitor.kind != "TCP" or not _is_mysql(pool):
            continue
        plain = [one for one in members_of(pool) if (one.monitor_port or one.port) == MYSQL]
        if plain:
            yield sight.finding(
                "LB-01",
                Severity.INFO,
                f"{sight.name}: the check of the pool {called(pool)} only opens port {MYSQL}: a node that is "
                "not Synced stays in rotation.",
                [
                    f"monitor {called(monitor)}: TCP every {monitor.delay_s} s",
                    *[f"member {called(one)}: checked on {MYSQL}" for one in plain],
                ],
                "Check HTTP on 9200 (clustercheck) by --monitor-port. A bare TCP check also counts as a "
                "broken handshake, which in the end blocks the load balancer's address (LB-06).",
            )


def many_writers(sight: Sight) -> Iterator[Finding]:
    """LB-04: several nodes of a database get writes at once."""
    for pool in sight.balancer.pools:
        takes = [
            one
            for one in members_of(pool)
            if one.port == MYSQL and one.weight > 0 and one.standing.is_enabled and not one.is_backup
        ]
        if len(takes) > 1 and pool.algorithm != "SOURCE_IP":
            yield sight.finding(
                "LB-04",
                Severity.INFO,
                f"{sight.name}: the pool {called(pool)} shares writes out among {count(len(takes), 'node')} "
                f"({pool.algorithm}).",
                [f"member {called(one)}: weight {one.weight}, no backup" for one in takes],
                "Fine for reads. For writes: one member, the others --backup, else deadlocks at "
                "COMMIT (1213).",
            )


def short_idle(sight: Sight) -> Iterator[Finding]:
    """LB-03: idle connections to a database are cut after 50 s."""
    for listener in sight.balancer.listeners:
        if listener.port == MYSQL and _shortest_ms(listener) <= SHORT_IDLE_MS:
            yield sight.finding(
                "LB-03",
                Severity.INFO,
                f"{sight.name}: the listener {called(listener)} cuts a connection on which nothing went for "
                f"{span(_shortest_ms(listener) / 1000)}.",
                [
                    f"listener {called(listener)}: timeout_client_data {listener.client_timeout_ms} ms, "
                    f"timeout_member_data {listener.member_timeout_ms} ms"
                ],
                "Raise --timeout-client-data and --timeout-member-data above the idle time of the clients' "
                "pools.",
            )


def _shortest_ms(listener: Listener) -> int:
    told = [one for one in (listener.client_timeout_ms, listener.member_timeout_ms) if one > 0]
    return min(told, default=SHORT_IDLE_MS + 1)
