"""The step that takes all of it away at once: a deletion with all that hangs below, by its typed name."""

from __future__ import annotations

from collections.abc import Iterator

from runbooks.cloud.balancer_words import called
from runbooks.model import Act, Context, Sighting, Step, no, yes
from runbooks.octavia_vip.making import WORK_S
from runbooks.octavia_vip.situation import Situation
from runbooks.words import listed
from systems.openstack.asking import DeleteOrder, Part
from systems.openstack.decoding import Asked
from systems.openstack.octavia_readings import Balancer, members_of


def take_away_step(seen: Situation, tree: Balancer) -> Step:
    """Delete the load balancer with all of it; there is no way back but to make it anew."""
    cloud, name = seen.found.cloud, seen.name

    async def check(context: Context) -> Sighting:
        reading = await seen.now(context)
        now = [one for one in reading.balancers if one.id == tree.id]
        if not now or len(reading.balancers) != 1:
            return no(f"{name} is not the one load balancer that was looked at any more")
        if now[0].standing.is_pending:
            return no(f"{name} is locked: {now[0].standing.provisioning}; Octavia is at work on it (LB-18)")
        return yes(f"{name} is {now[0].standing.provisioning}, operating {now[0].standing.operating}")

    async def verify(context: Context) -> Sighting:
        left = (await seen.now(context)).balancers
        if left:
            return no(f"{name} is {left[0].standing.provisioning}")
        return yes(f"Octavia has no load balancer {name} any more, nor what hung below it")

    asked = Asked(f"to delete {name}", name, status=tree.standing.provisioning)
    return Step(
        key="take-away",
        title=f"delete {name} with all that hangs below it",
        why="Its address goes back to its subnet; clients must have another way by then.",
        check=check,
        verify=verify,
        acts=(Act.of_cloud(cloud, DeleteOrder(Part.BALANCER, tree.id, cascade=True), asked),),
        expects=f"gone: {listed(_all_of(tree))}; every session through {tree.address} is cut off",
        gotchas=("LB-18",),
        answers=("LB-18",),
        verify_deadline_s=WORK_S,
        undo_note="None: begun again, this runbook makes it anew, and its address may be another one.",
        irreversible=True,
        confirm=name,
        confirm_because=f"Every client of {tree.address} loses its sessions and its way.",
    )


def _all_of(tree: Balancer) -> Iterator[str]:
    yield tree.name
    yield from (f"listener {called(one)}" for one in tree.listeners)
    for pool in tree.pools:
        yield f"pool {called(pool)}"
        yield from (f"member {called(one)}" for one in members_of(pool))
