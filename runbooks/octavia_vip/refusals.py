"""Why there is no load balancer to be made here now: each reason a sentence and a way on (GOTCHAS D.2)."""

from __future__ import annotations

from collections.abc import Callable

from runbooks.model import Holds, Refusal
from runbooks.octavia_vip.making import ERROR, made_by_run
from runbooks.octavia_vip.parts import parts_of
from runbooks.octavia_vip.situation import Situation
from runbooks.steps.checks import all_synced
from runbooks.words import count, listed
from systems.errors import SystemsError
from systems.openstack.octavia_readings import Generation

LONGEST_IDLE_S = 86_400
"""octavia/common/constants.py: MAX_TIMEOUT, in milliseconds there."""


def refuse(seen: Situation) -> Refusal | None:
    """The first reason against; None: a plan can be made."""
    reasons = _ALWAYS if seen.takes_away else (*_ALWAYS, *_TO_MAKE)
    return next((refused for reason in reasons if (refused := reason(seen)) is not None), None)


def _octavia(seen: Situation) -> Refusal | None:
    reading = seen.found.reading
    if isinstance(reading, SystemsError):
        return Refusal(str(reading), (), "Nothing is ordered of a cloud whose load balancers cannot be read.")
    if reading.generation is Generation.NONE:
        return Refusal(
            f"{seen.found.cloud} has no Octavia", (), "Use lb-vip, on hosts with HAProxy before the cluster."
        )
    if reading.generation is not Generation.OCTAVIA:
        return Refusal(
            f"{seen.found.cloud} has {reading.generation.value}, whose checks cannot see a node's state",
            (),
            "It was retired in 2019, and is not managed here. Use lb-vip, on hosts with HAProxy.",
            ("LB-01",),
        )
    return None


def _one_of_its_name(seen: Situation) -> Refusal | None:
    if len(seen.balancers) > 1:
        ids = [f"{one.id} at {one.address}" for one in seen.balancers]
        words = f"{seen.found.cloud} has {count(len(ids), 'load balancer')} {seen.name}"
        return Refusal(words, tuple(ids), "Give it another name, or rename those.")
    if seen.balancer is None:
        if not seen.takes_away:
            return None
        words = f"{seen.found.cloud} has no load balancer {seen.name} to take away"
        return Refusal(words, (), "Give its name; `quarterdeck cloud lbs` lists those that there are.")
    if seen.balancer.standing.is_pending:
        words = f"{seen.name} is locked: {seen.balancer.standing.provisioning}, Octavia is at work on it"
        return Refusal(words, (), "Wait until the lock ends by itself, then plan again.", ("LB-18",))
    return None


def _as_wanted(seen: Situation) -> Refusal | None:
    """A name that is taken is found and compared; what differs is never changed from here."""
    tree = seen.balancer
    if tree is not None and tree.standing.provisioning == "ERROR":
        return Refusal(
            ERROR.format(name=seen.name), (), "Read why in the log of octavia-worker first.", ("LB-18",)
        )
    for pool in tree.pools if tree else ():
        if pool.member_ids and not isinstance(pool.members, tuple):
            words = f"the members of {pool.name or pool.id} could not be read: {pool.members or 'too slow'}"
            return Refusal(words, (), "Plan again when Octavia answers.")
    for wanted in parts_of(seen):
        there = wanted.find(tree)
        if there is None and made_by_run(seen, wanted):
            words = f"the {wanted.words} that this run made is gone: somebody has deleted it"
            return Refusal(words, (), "Find out who did; a new run makes what is missing.")
        if there is not None and (differences := wanted.differences(there)):
            words = f"{seen.found.cloud} has a {wanted.words} that is set up in another way"
            return Refusal(words, differences, "Give another name, or the inputs that it was made with.")
    ports = [one for one in tree.listeners if one.port == seen.port] if tree else []
    if strange := [one for one in ports if one.name != f"{seen.name}-{seen.port}"]:
        words = f"port {seen.port} of {seen.name} belongs to its listener {strange[0].name or strange[0].id}"
        return Refusal(words, (), "Give another port, or another name.")
    return None


def _cluster(seen: Situation) -> Refusal | None:
    found = seen.found
    if not found.nodes:
        return Refusal(
            f"the estate has no cluster {found.cluster!r}", (), "Give the input cluster a [[galera]] name."
        )
    if len(found.nodes) < 2:
        words = f"{found.cluster} has one node: an address before it takes nobody anywhere else"
        return Refusal(words, (), "Join more nodes first (galera-bootstrap).")
    answer = all_synced(found.nodes)(seen.look)
    if answer.holds is not Holds.YES:
        words = f"{found.cluster} is not whole: {answer.evidence}"
        return Refusal(words, (), "Mend the cluster first (galera-recover).", ("LB-13",))
    known = [one.host for one in seen.behind]
    if nowhere := [host for host in found.nodes if host not in known]:
        return Refusal(f"{listed(nowhere)}: it tells no address", (), "Set wsrep_node_address there.")
    if seen.writer and seen.writer not in known:
        words = f"{seen.writer}: no node of {found.cluster} has that name"
        return Refusal(words, (), f"The nodes are {listed(known)}.")
    return None


def _numbers(seen: Situation) -> Refusal | None:
    if max(seen.port, seen.check_port) > 65535:
        return Refusal("a port is a number up to 65535", (), "Give port and check_port such numbers.")
    if seen.idle_s > LONGEST_IDLE_S:
        words = f"Octavia keeps no connection that is idle for longer than {LONGEST_IDLE_S} s"
        return Refusal(words, (), "Give idle_s less, and have the clients' pools check sooner.", ("LB-03",))
    return None


def _checks(seen: Situation) -> Refusal | None:
    """Synced nodes whose check does not say so would all be out (LB-13); nothing of that is made here."""
    for node in seen.behind:
        check = seen.found.checks.get(node.host)
        if isinstance(check, SystemsError):
            words = f"{node.host}: its check could not be asked: {check}"
            return Refusal(words, (), "Make the host answer over SSH, then plan again.")
        if check is None or check.check in (None, 200):
            continue  # one that answers balancers only keeps silent here: it is told as not proven
        return Refusal(
            f"{node.host}: its check on {node.address}, port {seen.check_port}, answers HTTP {check.check} "
            "though it is Synced",
            (),
            "Mend that check (its account, its disable file), or give another check_port: every member "
            "would be out.",
            ("LB-09", "LB-13", "LB-14"),
        )
    return None


Reason = Callable[[Situation], Refusal | None]
_ALWAYS: tuple[Reason, ...] = (_octavia, _one_of_its_name)
_TO_MAKE: tuple[Reason, ...] = (_cluster, _numbers, _as_wanted, _checks)
