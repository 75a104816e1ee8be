"""What can be wrong with one load balancer of Octavia: a detector each (GOTCHAS D.4, L). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from runbooks.cloud.balancer_setup import many_writers, shallow_check, short_idle, unchecked
from runbooks.cloud.balancer_sight import Detector, Sight, objects_of
from runbooks.cloud.balancer_words import AnyObject, called, is_stuck, kind_of, lock_s
from runbooks.model import Finding, Severity
from runbooks.words import listed, span
from systems.errors import SystemsError
from systems.openstack.octavia_readings import Member, Pool, Standing, members_of

FAILOVER_ADVICE = (
    "A failover builds new amphorae from what Octavia knows (key a, or `quarterdeck cloud failover`); "
    "connections break for a moment. See first why it failed, in the log of octavia-worker at that time: "
    "with no host, image, network or quota for a new amphora it ends in ERROR again."
)


def _serves(standing: Standing) -> bool:
    return standing.operating in ("ONLINE", "DEGRADED", "NO_MONITOR")


def in_error(sight: Sight) -> Iterator[Finding]:
    """LB-18: something could not be built."""
    broken = [one for one in objects_of(sight.balancer) if one.standing.provisioning == "ERROR"]
    if not broken:
        return
    evidence = [sight.evidence(one) for one in broken]
    if broken[0] is sight.balancer:
        serves = _serves(sight.balancer.standing)
        state = "it still serves" if serves else f"it is {sight.balancer.standing.operating}"
        yield sight.finding(
            "LB-18",
            Severity.WARNING if serves else Severity.CRITICAL,
            f"{sight.name} is in ERROR: what was asked for last could not be built; {state}, and nothing of "
            "it can be changed.",
            evidence,
            FAILOVER_ADVICE,
        )
        return
    what = listed([f"the {kind_of(one).value} {called(one)}" for one in broken[:3]])
    yield sight.finding(
        "LB-18",
        Severity.WARNING,
        f"{what} of {sight.name} {'is' if len(broken) == 1 else 'are'} in ERROR: what was asked for last is "
        "not in force.",
        evidence,
        "Set it anew (`openstack loadbalancer ... set` with what it shall be); where that ends in ERROR "
        f"again: {FAILOVER_ADVICE}",
    )


def locked(sight: Sight) -> Iterator[Finding]:
    """LB-18: Octavia is at work, and nobody else may be."""
    pending = [one for one in objects_of(sight.balancer) if one.standing.is_pending]
    if not pending:
        return
    ages = [age for one in pending if (age := lock_s(one.standing, sight.now)) is not None]
    stuck = any(is_stuck(one.standing, sight.now) for one in pending)
    lasting = f" for {span(max(ages))}" if ages else ""
    yield sight.finding(
        "LB-18",
        Severity.WARNING if stuck else Severity.INFO,
        f"{sight.name} is locked{lasting}: {pending[0].standing.provisioning}.",
        [sight.evidence(one) for one in pending],
        (
            "Nothing of it can be changed or failed over until that ends (409, immutable). Is octavia-worker "
            "up, and the message queue? The lock of a worker that was killed does not end by itself: an "
            "administrator of Octavia sets it to ERROR in its database, and then a failover repairs it."
            if stuck
            else "Wait: a change takes seconds, new amphorae take minutes. Until then a change or a failover "
            "is refused with 409 (immutable)."
        ),
    )


def not_serving(sight: Sight) -> Iterator[Finding]:
    """The pools of which no member answers, and the load balancer that has no other."""
    balancer = sight.balancer
    dead = [
        pool for pool in balancer.pools if pool.standing.operating == "ERROR" and pool.standing.is_enabled
    ]
    if dead:
        members = [one for pool in dead for one in members_of(pool)]
        yield sight.finding(
            "OCT-02",
            Severity.CRITICAL,
            f"{sight.name} has no member up in {listed([f'the pool {called(one)}' for one in dead[:3]])}.",
            [*map(sight.evidence, dead), *map(sight.evidence, members)],
            "Ask the members themselves: does the port answer from the load balancer's network, and does "
            "the check's own page (a clustercheck without its user says 503 on all nodes, LB-13)?",
        )
    elif balancer.standing.operating == "ERROR":
        yield sight.finding(
            "OCT-02",
            Severity.CRITICAL,
            f"{sight.name} does not serve: its operating status is ERROR.",
            [sight.evidence(balancer)],
            "Nothing below it says why: see whether its amphorae are up (`openstack loadbalancer amphora "
            "list`), then a failover.",
        )


def members_down(sight: Sight) -> Iterator[Finding]:
    """Some members fail their checks, and others serve."""
    for pool in sight.balancer.pools:
        down = [one for one in members_of(pool) if one.standing.operating == "ERROR"]
        if down and pool.standing.operating != "ERROR":
            total = len(pool.member_ids) or len(members_of(pool))
            yield sight.finding(
                "OCT-03",
                Severity.WARNING,
                f"{sight.name}: {listed([called(one) for one in down[:3]])} of the pool {called(pool)} "
                f"{'fails its checks' if len(down) == 1 else 'fail their checks'}; {total - len(down)} of "
                f"{total} are left.",
                [*map(sight.evidence, down), sight.evidence(pool)],
                "Ask the member itself: is its service up, and what does the check's port say "
                "(`curl -i MEMBER:9200` for Galera)?",
            )


def silent(sight: Sight) -> Iterator[Finding]:
    """It is built, switched on, and nothing reports it."""
    standing = sight.balancer.standing
    if standing.operating == "OFFLINE" and standing.is_enabled and standing.provisioning == "ACTIVE":
        yield sight.finding(
            "OCT-04",
            Severity.WARNING,
            f"{sight.name} is built and OFFLINE: no amphora of it reports.",
            [sight.evidence(sight.balancer)],
            "A new one reports within a minute. Otherwise: are its amphorae up, do their heartbeats (UDP "
            "5555) reach octavia-health-manager, is that one running?",
        )


def switched_off(sight: Sight) -> Iterator[Finding]:
    """Somebody has set admin_state_up to false, or a weight to 0."""
    balancer = sight.balancer
    top: tuple[AnyObject, ...] = (balancer, *balancer.listeners, *balancer.pools)
    off = [one for one in top if not one.standing.is_enabled]
    if off:
        yield sight.finding(
            "OCT-05",
            Severity.WARNING,
            f"{listed([f'the {kind_of(one).value} {called(one)}' for one in off[:3]])} of {sight.name} "
            f"{'is' if len(off) == 1 else 'are'} switched off (admin_state_up false).",
            [sight.evidence(one) for one in off],
            "Somebody did it: ask, then `openstack loadbalancer ... set --enable`.",
        )
    for pool in balancer.pools:
        yield from _members_out(sight, pool)


def _members_out(sight: Sight, pool: Pool) -> Iterator[Finding]:
    members = members_of(pool)
    out = [one for one in members if not one.standing.is_enabled or one.weight == 0]
    if not out:
        return
    is_last = len(out) == len(members)
    left = (
        "no member gets new connections"
        if is_last
        else f"{len(members) - len(out)} of {len(members)} are left"
    )
    yield sight.finding(
        "OCT-06",
        Severity.CRITICAL if is_last and pool.standing.is_enabled else Severity.INFO,
        f"{sight.name}: {listed([f'{called(one)} ({_why_out(one)})' for one in out[:3]])} of the pool "
        f"{called(pool)} taken out by hand; {left}.",
        [f"{sight.evidence(one)}, weight {one.weight}" for one in out],
        "Whoever did it brings it back: `openstack loadbalancer member set --enable`, or its weight.",
    )


def _why_out(member: Member) -> str:
    return "weight 0" if member.standing.is_enabled else "switched off"


def unknown_status(sight: Sight) -> Iterator[Finding]:
    """A status that this console has no words for is no good news (fail closed)."""
    odd = [one for one in objects_of(sight.balancer) if not _is_known(one.standing)]
    if odd:
        yield sight.finding(
            "OCT-07",
            Severity.WARNING,
            f"{sight.name} has a status that this console does not know.",
            [sight.evidence(one) for one in odd],
            "This Octavia is newer than this console: take its own words, and report it.",
        )


_PROVISIONING = frozenset(
    {"ACTIVE", "ERROR", "DELETED", "PENDING_CREATE", "PENDING_UPDATE", "PENDING_DELETE"}
)
_OPERATING = frozenset({"ONLINE", "OFFLINE", "DEGRADED", "ERROR", "DRAINING", "NO_MONITOR"})


def _is_known(standing: Standing) -> bool:
    return standing.provisioning in _PROVISIONING and standing.operating in _OPERATING


def unread_members(sight: Sight) -> Iterator[Finding]:
    """Members that were not told, and so are not known to be well."""
    unread = [one for one in sight.balancer.pools if not isinstance(one.members, tuple)]
    if unread:
        why = [str(one.members) for one in unread if isinstance(one.members, SystemsError)]
        pools = listed([f"the pool {called(one)}" for one in unread[:3]])
        yield sight.finding(
            "OCT-08",
            Severity.WARNING if why else Severity.INFO,
            f"{sight.name}: the members of {pools} were not read.",
            why or ["there was no time for it in this look: the worst pools are read first"],
            "Open the load balancer: its own members are read then."
            if not why
            else "The evidence says what to do.",
        )


DETECTORS: tuple[Detector, ...] = (
    in_error,
    not_serving,
    locked,
    members_down,
    silent,
    switched_off,
    unchecked,
    unknown_status,
    unread_members,
    shallow_check,
    many_writers,
    short_idle,
)
"""In the order in which equals stand."""
