"""Steps that make one object, or find it made, and wait until Octavia has let go of it (LB-18)."""

from __future__ import annotations

from runbooks.cloud.balancer_words import AnyObject, lock_s
from runbooks.model import Act, Check, Context, Holds, Sighting, Step, no, yes
from runbooks.octavia_vip.parts import Wanted
from runbooks.octavia_vip.situation import Situation
from runbooks.steps.checks import nothing_to_check
from runbooks.words import listed, span
from systems.openstack.asking import DeleteOrder, Part
from systems.openstack.decoding import Asked
from systems.openstack.octavia_readings import Balancer, BalancersReading

BOOT_S = 600.0
"""For a load balancer: its amphorae are instances that boot. All else takes seconds."""
WORK_S = 120.0
_ANSWERS = {
    Part.BALANCER: ("LB-18",),
    Part.LISTENER: ("LB-03", "LB-15", "LB-18"),
    Part.POOL: ("LB-04", "LB-18"),
    Part.MONITOR: ("LB-01", "LB-02", "LB-06", "LB-18"),
    Part.MEMBER: ("LB-04", "LB-18"),
}
_WHY = {
    Part.BALANCER: "The address, and what carries it.",
    Part.LISTENER: "Its data timeouts stand above the clients' idle time, or those are cut off (LB-03).",
    Part.POOL: "How connections are shared out among members that are no backup (LB-04).",
    Part.MONITOR: "Without one nothing is checked (LB-02); by TCP alone a node that is not Synced stays in "
    "(LB-01). Its timeout is below its delay.",
    Part.MEMBER: "A node, checked on a port of its own; a backup serves only while no other can (LB-04).",
}
ERROR = (
    "{name} is in ERROR, in which Octavia takes a failover or its deletion only: fail it over "
    "(`quarterdeck cloud failover`), or take it away (take_away)"
)


def made_by_run(seen: Situation, wanted: Wanted) -> bool:
    """This run ordered it: its undo may delete it."""
    return _fact(wanted) in seen.facts


def _fact(wanted: Wanted) -> str:
    return f"made:{wanted.key}"


def make_step(seen: Situation, wanted: Wanted, owner: str, there: AnyObject | None) -> Step:
    """Order one object, once; an answer that did not come is resolved by its name. `there`: it as made."""
    cloud = seen.found.cloud
    pool = owner if wanted.part is Part.MEMBER else ""
    undo: tuple[Act, ...] = ()
    if there is not None:
        asked = Asked(f"to delete the {wanted.words}", seen.name)
        undo = (Act.of_cloud(cloud, DeleteOrder(wanted.part, there.id, pool), asked),)
    answers = _ANSWERS[wanted.part]
    return Step(
        key=f"make:{wanted.key}",
        title=f"make the {wanted.words}",
        why=_WHY[wanted.part],
        check=_is_free(seen, wanted),
        verify=is_built(seen, wanted),
        acts=(Act.of_cloud(cloud, wanted.order(owner), Asked(f"to make the {wanted.words}", seen.name)),),
        expects=f"{wanted.words}: ACTIVE, as it was ordered",
        gotchas=answers,
        answers=answers,
        verify_deadline_s=BOOT_S if wanted.part is Part.BALANCER else WORK_S,
        undo=undo,
        undone=_is_gone(seen, wanted),
        undo_note="Deletes it; sessions through it are cut off."
        if undo
        else "Its id is Octavia's to give: the undo is planned once it is there.",
        replans=True,
        learn=lambda _: {_fact(wanted): "yes"},
        skippable=False,
    )


def found_step(seen: Situation, wanted: Wanted) -> Step:
    """An object of that name is there, and is as it is to be: nothing is ordered."""
    return Step(
        key=f"find:{wanted.key}",
        title=f"find the {wanted.words}",
        why="It is there already: its parts are compared, and it is neither made again nor undone.",
        check=nothing_to_check,
        verify=is_built(seen, wanted),
        expects="nothing: it only reads",
        verify_deadline_s=WORK_S,
    )


def only_one(seen: Situation, reading: BalancersReading) -> Balancer | Sighting | None:
    """The load balancer of that name; a sighting where there are several."""
    if len(reading.balancers) > 1:
        words = f"{seen.found.cloud} has {len(reading.balancers)} load balancers {seen.name}"
        return no(f"{words}: which one is meant is not known")
    return next(iter(reading.balancers), None)


def _is_free(seen: Situation, wanted: Wanted) -> Check:
    """Nothing of that name is there, and the load balancer is not locked."""

    async def check(context: Context) -> Sighting:
        tree = only_one(seen, await seen.now(context))
        if isinstance(tree, Sighting):
            return tree
        if wanted.find(tree) is not None:
            return no(f"there is a {wanted.words} already: it is not made again")
        if tree is None:
            return yes(f"Octavia has no {wanted.words}")
        if tree.standing.provisioning != "ACTIVE":
            state = tree.standing.provisioning
            return no(f"{tree.name} is {state}: nothing is ordered until it is ACTIVE (LB-18)")
        return yes(f"{tree.name} is ACTIVE, and has no {wanted.words}")

    return check


def is_built(seen: Situation, wanted: Wanted) -> Check:
    """It is there under its name, as ordered, and Octavia is no longer at work on any of it."""

    async def verify(context: Context) -> Sighting:
        return built(seen, await seen.now(context), wanted)

    return verify


def built(seen: Situation, reading: BalancersReading, *parts: Wanted) -> Sighting:
    """The first of these objects that is not as it was ordered, or not ACTIVE; else yes."""
    tree = only_one(seen, reading)
    if isinstance(tree, Sighting):
        return tree
    for wanted in parts:
        there = wanted.find(tree)
        if tree is None or there is None:
            return no(f"Octavia has no {wanted.words}")
        if differences := wanted.differences(there):
            return no(f"{wanted.words}: {'; '.join(differences)}")
        for one in (tree, there):
            if (lacks := _not_active(one, reading)) is not None:
                return lacks
    return yes(f"{listed(one.words for one in parts)}: ACTIVE, as ordered")


def in_error(name: str) -> Sighting:
    """Octavia has given it up, and does nothing about it by itself: nothing is waited for."""
    return Sighting(Holds.NO, ERROR.format(name=name), is_final=True)


def _not_active(one: AnyObject, reading: BalancersReading) -> Sighting | None:
    standing = one.standing
    if standing.provisioning == "ACTIVE":
        return None
    if standing.provisioning == "ERROR":
        return in_error(one.name)
    age = lock_s(standing, reading.taken_at)
    since = f" for {span(age)}" if age is not None else ""
    return no(f"{one.name} is locked{since}: {standing.provisioning} (LB-18)")


def _is_gone(seen: Situation, wanted: Wanted) -> Check:
    async def check(context: Context) -> Sighting:
        tree = only_one(seen, await seen.now(context))
        if isinstance(tree, Sighting):
            return tree
        if wanted.find(tree) is not None:
            return no(f"the {wanted.words} is still there")
        if tree is not None and tree.standing.is_pending:
            return no(f"{tree.name} is locked: {tree.standing.provisioning} (LB-18)")
        return yes(f"Octavia has no {wanted.words} any more")

    return check
