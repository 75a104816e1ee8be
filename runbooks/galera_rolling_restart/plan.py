"""galera-rolling-restart: refuse what must not be begun, else one turn a node, then the proof (C.1, C.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runbooks.galera_rolling_restart import guards
from runbooks.galera_rolling_restart.leaving import leave_step, ready_step
from runbooks.galera_rolling_restart.returning import came_by_ist_step, return_step, soak_step
from runbooks.galera_rolling_restart.situation import (
    FREEZE_OPTION,
    Situation,
    names_of,
    plan_of,
    refusal_of,
    unknown_names,
)
from runbooks.galera_rolling_restart.switches import (
    drain_step,
    freeze_step,
    is_drained,
    undrain_step,
    unfreeze_step,
    unfrozen_step,
)
from runbooks.model import Context, Holds, Look, Plan, Refusal, Step
from runbooks.steps.evidence import survey_step
from runbooks.steps.node import Node
from runbooks.steps.prove import prove_steps
from runbooks.words import listed


def plan(look: Look, values: Mapping[str, str], facts: Mapping[str, str]) -> Plan | Refusal:
    """What to do about this look, or why no node may be taken out. Pure."""
    del facts
    seen = Situation(look, values)
    refused = _cannot_begin(seen)
    if refused is not None:
        return refused
    nodes = {host: node for host in seen.hosts if (node := seen.node(host)) is not None}
    turns = [step for place, host in enumerate(seen.order, 1) for step in _turn(seen, nodes, host, place)]
    unfrozen = (unfrozen_step(seen),) if seen.freezes else ()
    proof = prove_steps(list(nodes.values()), look)
    return plan_of(seen, (_survey(seen), *turns, *unfrozen, *proof))


def _survey(seen: Situation) -> Step:
    whole = guards.whole(seen.hosts)

    def telling(_: Context, look: Look) -> str:
        return whole(look).evidence

    why = "All nodes are looked at again before the first is touched; two looks tell how much is written."
    return survey_step(seen.look, telling, twice=False, why=why)


def _turn(seen: Situation, nodes: Mapping[str, Node], host: str, place: int) -> Iterator[Step]:
    """All that is done about one node, until the next may go."""
    node, mode = nodes[host], seen.maintenance_mode(host)
    donor = nodes.get(seen.donor_to_freeze(host)) if seen.freezes else None
    yield ready_step(seen, node)
    if mode is not None and not is_drained(mode):
        yield drain_step(node, mode)
    if donor is not None:
        yield freeze_step(donor, host)
    yield leave_step(seen, node, place)
    yield return_step(seen, node)
    if donor is not None:
        yield unfreeze_step(donor, host)
    if mode is not None:
        yield undrain_step(node, mode)
    if place < len(seen.order):
        yield came_by_ist_step(seen, host, seen.order[place])
        if seen.soak_s:
            yield soak_step(seen, host, seen.order[place])


def _cannot_begin(seen: Situation) -> Refusal | None:
    """The first thing that stands against it, with the way on."""
    if strangers := unknown_names(seen):
        return refusal_of(seen, strangers, names_of(seen))
    if len(seen.hosts) < 2:
        return refusal_of(
            seen,
            f"{listed(seen.hosts)} is the only node: to restart it is an outage, and its start a bootstrap",
            "Announce the outage, stop it, and bring it back with galera-recover.",
            ("ROLL-01",),
        )
    for guard in _guards(seen):
        answer = guard.judge(seen.look)
        if answer.holds is Holds.NO or (answer.holds is Holds.UNKNOWN and guard.is_refused_unknown):
            sentence = f"no node may be taken out now: {answer.evidence}"
            return refusal_of(seen, sentence, guard.way_on, guard.gotchas)
    return _cannot_freeze(seen) if seen.freezes else None


def _guards(seen: Situation) -> Iterator[guards.Guard]:
    yield from guards.of_cluster(seen.hosts)
    for host in seen.order:
        yield from guards.of_node(host, seen.downtime_s, seen.despite, with_fuse=not seen.freezes)


def _cannot_freeze(seen: Situation) -> Refusal | None:
    for host in seen.order:
        if not seen.donor_to_freeze(host):
            return refusal_of(
                seen,
                f"while {host} is away no cache could be frozen: none of {listed(seen.others(host))} has the "
                f"provider option {FREEZE_OPTION}, which only Percona XtraDB Cluster has",
                "Begin without freeze; the fuse then holds each stop to what the caches keep.",
                ("ROLL-02", "ROLL-03"),
            )
    return None
