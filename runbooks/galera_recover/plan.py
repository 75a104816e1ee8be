"""galera-recover: the classification decides what is planned, so triage and runbook never disagree."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runbooks.galera_recover.inputs import signed_off
from runbooks.galera_recover.inside import inside_steps
from runbooks.galera_recover.outside import is_out_of_reach, outside_steps, wipes
from runbooks.galera_recover.proof import proof_steps
from runbooks.galera_recover.quorum import plan_quorum, refuse_unproven
from runbooks.galera_recover.rebirth import plan_power_loss, plan_rebirth
from runbooks.galera_recover.sides import plan_sides
from runbooks.galera_recover.situation import (
    Situation,
    keep_first,
    plan_of,
    refusal_of,
    situation,
    survey_first,
)
from runbooks.galera_recover.waits import watch_step
from runbooks.model import Look, Plan, Refusal, Sighting, Step, no, yes
from runbooks.steps.flags import clear_flags_step
from runbooks.steps.normal_unit import normal_unit_step
from runbooks.triage.classify import classify
from runbooks.triage.scenario import Scenario
from runbooks.words import listed

_STOPS = {
    Scenario.STOP_HISTORIES: (
        "Decide which history lives. On each node of the other, rename its data directory, leave an empty "
        "one of the same owner in its place, and plan again: it then comes back by a full copy.",
        ("REC-02", "REC-10"),
    ),
    Scenario.STOP_SIDE: (
        "Make that node answer, or stop its database: a second Primary beside it would fork the history.",
        ("REC-01", "REC-07"),
    ),
    Scenario.LOST: (
        "Restore a backup, or have the data directories looked at: to bootstrap any of them would make torn "
        "or empty data the truth.",
        ("REC-02", "REC-12", "REC-33"),
    ),
    Scenario.NEW: ("Make a new cluster with galera-bootstrap: there is nothing to recover.", ("REC-02",)),
}


def plan(look: Look, values: Mapping[str, str], facts: Mapping[str, str]) -> Plan | Refusal:
    """What to do about this look, or why nothing may be done. Pure."""
    seen = situation(look, values, facts)
    unknown = [name for name in signed_off(values) if name not in seen.hosts]
    if unknown:
        return refusal_of(
            seen,
            f"The nodes are {listed(seen.hosts)}.",
            sentence=f"{listed(unknown)} cannot be signed off: no node of this cluster has that name",
        )
    if len(seen.found.groups) == 1:
        return _plan_whole(seen)
    return _plan_without(seen)


def _plan_without(seen: Situation) -> Plan | Refusal:
    """No Primary component, or more than one."""
    scenario = seen.found.scenario
    if scenario is Scenario.STOP_SURVEY or (scenario is Scenario.STOP_SIDE and seen.found.not_surveyed):
        return refuse_unproven(seen)
    if scenario in _STOPS:
        way_on, gotchas = _STOPS[scenario]
        sentence = f"{seen.sentence}: {seen.found.refused}" if seen.found.refused else seen.sentence
        return refusal_of(seen, way_on, sentence=sentence, gotchas=gotchas)
    return _PLANS.get(scenario, plan_quorum)(seen)


def _refuse_loop(seen: Situation) -> Refusal:
    way_on = "Find the cause in its log and stop it; once it is down, plan again."
    return refusal_of(seen, way_on, gotchas=("REC-28",))


def _plan_wait(seen: Situation) -> Plan:
    """Something is on its way by itself; what it becomes decides what is done."""

    def settled(look: Look) -> Sighting:
        found = classify(look.survey, signed_off=seen.vouched)
        if found.scenario is Scenario.WAIT and not found.groups:
            return no(found.cluster.sentence if found.cluster else "something is still on its way")
        return yes(f"it is {found.scenario.value} now")

    wait = watch_step(
        "settle",
        "wait for what is on its way",
        f"{seen.sentence}. Nothing is chosen while a node is starting or stopping.",
        settled,
        expects="every node up or down",
        gotchas=("REC-39", "REC-21"),
        replans=True,
    )
    return plan_of(
        seen,
        (survey_first(seen, twice=False), wait),
        left_open="What follows is planned once it has settled.",
    )


_PLANS: Mapping[Scenario, Callable[[Situation], Plan | Refusal]] = {
    Scenario.SEPARATE: plan_sides,
    Scenario.SPLIT_BRAIN: plan_sides,
    Scenario.ALL_STOPPED: plan_rebirth,
    Scenario.ALL_CRASHED: plan_rebirth,
    Scenario.POWER_LOSS: plan_power_loss,
    Scenario.WAIT: _plan_wait,
    Scenario.LOOP: _refuse_loop,
    Scenario.HUNG_JOIN: _refuse_loop,
}


def _plan_whole(seen: Situation) -> Plan | Refusal:
    """One Primary component lives: what is wrong inside it, then every node outside it."""
    away = [case.hosts[0] for case in seen.found.outside if is_out_of_reach(seen, case)]
    steps = (*inside_steps(seen), *outside_steps(seen))
    wrong = [case for case in (*seen.found.inside, *seen.found.outside) if case.hosts[0] not in away]
    if not steps and (away or wrong) and not clear_flags_step(seen.reachable):
        return _nothing_to_do_from_here(seen)
    hosts = _expected(seen, away)
    keep = (keep_first(seen),) if wipes(seen) else ()
    clear = clear_flags_step(seen.reachable)
    units = _normal_units(seen, hosts)
    first = (survey_first(seen, twice=False), *keep, *((clear,) if clear else ()))
    left_open = f"{listed(away)} is left as it is: its machine, its volume, or the way to it, comes first."
    return plan_of(
        seen, (*first, *steps, *units, *proof_steps(seen, hosts)), left_open=left_open if away else ""
    )


def _expected(seen: Situation, away: list[str]) -> list[str]:
    """Who makes up the cluster in the end: its members, and those that are dealt with here."""
    dealt_with = {case.hosts[0] for case in seen.found.outside if case.scenario is not Scenario.WSREP_OFF}
    return [
        host for host in seen.hosts if host not in away and (host in seen.found.members or host in dealt_with)
    ]


def _nothing_to_do_from_here(seen: Situation) -> Refusal:
    scenarios = {case.scenario for case in seen.found.cases}
    if scenarios == {Scenario.CERTIFICATION}:
        return refusal_of(
            seen, "Route the writes to one node, and have applications retry on error 1213 and 1205."
        )
    if Scenario.WSREP_OFF in scenarios:
        return refusal_of(
            seen,
            "Set wsrep_on=ON with the full address list in its option file, stop it, and plan again: it then "
            "comes back by a full copy.",
            gotchas=("PXC-10",),
        )
    if Scenario.UNMOUNTED in scenarios:
        return refusal_of(seen, "Mount the volume of its data first; then plan again.", gotchas=("HOST-06",))
    closed = [case.hosts[0] for case in seen.found.outside if seen.node(case.hosts[0]) is not None]
    if closed:
        return refusal_of(
            seen,
            f"Allow the login of {listed(closed)} to become root (quarterdeck doctor tells the line for "
            "sudo); then plan again.",
            gotchas=("REC-04",),
        )
    return refusal_of(
        seen,
        "Bring the machine, or the way to it, back first (power, hypervisor, network); then plan again.",
        gotchas=("REC-07",),
    )


def _normal_units(seen: Situation, hosts: list[str]) -> tuple[Step, ...]:
    """Nodes that still run in the bootstrap unit go back to the plain one, when others carry on."""
    steps = []
    for host in seen.found.members:
        node = seen.node(host)
        others = tuple(other for other in hosts if other != host)
        if node is not None and node.in_bootstrap_unit and others:
            steps.append(normal_unit_step(node, others))
    return tuple(steps)
