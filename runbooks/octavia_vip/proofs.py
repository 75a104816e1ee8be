"""Proofs by reading: the whole tree is built, and each member's health beside what its node says (D.5)."""

from __future__ import annotations

from runbooks.cloud.balancer_words import Kind, operating_told
from runbooks.model import Context, Holds, Sighting, Step, no, unknown, yes
from runbooks.octavia_vip.making import built, in_error
from runbooks.octavia_vip.parts import parts_of
from runbooks.octavia_vip.situation import Behind, OctaviaFound, Situation
from runbooks.steps.checks import nothing_to_check
from systems.haproxy.setup import NodeSeen
from systems.openstack.octavia_readings import Member, members_of

HEARTBEAT_S = 10.0
"""Amphorae report in that time ([health_manager] heartbeat_interval, its default)."""


def proof_steps(seen: Situation) -> tuple[Step, ...]:
    """What Octavia says of all it built, then what its checks say of the nodes."""
    return (_tree_step(seen), _members_step(seen))


def _tree_step(seen: Situation) -> Step:
    async def verify(context: Context) -> Sighting:
        reading, parts = await seen.now(context), parts_of(seen)
        told = built(seen, reading, *parts)
        if told.holds is not Holds.YES:
            return told
        (tree,) = reading.balancers
        words = operating_told(Kind.BALANCER, tree.standing).words
        place = f"{tree.name} at {tree.address}"
        return yes(f"{len(parts)} objects are ACTIVE; {place} is {tree.standing.operating}: {words}")

    return Step(
        key="prove:tree",
        title=f"prove: all of {seen.name} is built",
        why="Each object is read anew and compared with what was ordered.",
        check=nothing_to_check,
        verify=verify,
        expects="nothing: it only reads",
        gotchas=("LB-18",),
        answers=("LB-18",),
    )


def _members_step(seen: Situation) -> Step:
    async def verify(context: Context) -> Sighting:
        now = Situation(await context.look(), seen.values, seen.facts)
        found, tree = now.found, now.balancer
        if tree is None:
            return no(f"Octavia has no load balancer {seen.name}")
        if tree.standing.provisioning == "ERROR":
            return in_error(tree.name)
        members = {one.name: one for pool in tree.pools for one in members_of(pool)}
        told = [health(seen, found, one, members.get(one.host)) for one in seen.behind]
        for wanted in (Holds.NO, Holds.UNKNOWN):
            if of_kind := [one for one in told if one.holds is wanted]:
                words = "; ".join(one.evidence for one in of_kind)
                return Sighting(wanted, words, tuple(host for one in of_kind for host in one.hosts))
        return yes("; ".join(one.evidence for one in told))

    return Step(
        key="prove:members",
        title="prove: every node serves through it",
        why="What the amphorae's checks found, beside what each node's check answers on the node (LB-13).",
        check=nothing_to_check,
        verify=verify,
        expects="nothing: it only reads",
        gotchas=("LB-01", "LB-13"),
        answers=("LB-01", "LB-13"),
        verify_deadline_s=HEARTBEAT_S + 4 * seen.delay_s,
    )


def health(seen: Situation, found: OctaviaFound, node: Behind, member: Member | None) -> Sighting:
    """One member's operating status, and what its own node says."""
    if member is None:
        return no(f"{node.host} is no member", node.host)
    check, status = found.checks.get(node.host), member.standing.operating
    own = check.check if isinstance(check, NodeSeen) else None
    says = f"its own check says {f'HTTP {own}' if own else 'nothing'}"
    if status == "ONLINE":
        return yes(f"{node.host} is ONLINE, and {says}", node.host)
    if status == "ERROR" and own == 200:
        return no(
            f"{node.host} fails the amphorae's check, and on the node it answers HTTP 200: does its security "
            f"group let the amphorae in to {seen.check_port} and {node.port} (D.2-3)?",
            node.host,
        )
    if status == "ERROR":
        return no(f"{node.host} fails the amphorae's check, and {says}", node.host)
    return unknown(f"{node.host}: its health is not told by Octavia ({status}); {says}", node.host)
