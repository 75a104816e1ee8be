"""octavia-vip: each object once the one before is ACTIVE, since its id is Octavia's to give (GOTCHAS D.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runbooks.model import Context, Look, Plan, Refusal, Step
from runbooks.octavia_vip.making import found_step, made_by_run, make_step
from runbooks.octavia_vip.parts import Wanted, owner_of, parts_of
from runbooks.octavia_vip.proofs import proof_steps
from runbooks.octavia_vip.refusals import refuse
from runbooks.octavia_vip.situation import NAME, Situation
from runbooks.octavia_vip.taking import take_away_step
from runbooks.steps.evidence import survey_step
from runbooks.words import count, listed
from systems.haproxy.setup import NodeSeen


def plan(look: Look, values: Mapping[str, str], facts: Mapping[str, str]) -> Plan | Refusal:
    """What to do about this look, or why nothing may be done. Pure."""
    seen = Situation(look, values, facts)
    if refused := refuse(seen):
        return refused
    if seen.takes_away and seen.balancer is not None:
        step = take_away_step(seen, seen.balancer)
        words = f"{seen.name} is deleted with all that hangs below it"
        return Plan(NAME, seen.found.cloud, words, (step,))
    steps, left = _parts(seen)
    proofs = () if left else proof_steps(seen)
    return Plan(
        NAME,
        seen.found.cloud,
        _sentence(seen),
        (_survey(seen), *steps, *proofs),
        tuple(_evidence(seen)),
        _open(left),
    )


def _parts(seen: Situation) -> tuple[tuple[Step, ...], tuple[Wanted, ...]]:
    """Steps as far as they can be planned, and the objects that hang on an id that is not given yet."""
    parts, steps = parts_of(seen), []
    for at, wanted in enumerate(parts):
        owner, there = owner_of(wanted, parts, seen.balancer), wanted.find(seen.balancer)
        if there is not None and not made_by_run(seen, wanted):
            steps.append(found_step(seen, wanted))
        elif owner is not None:
            steps.append(make_step(seen, wanted, owner, there))
        if there is None:
            return tuple(steps), parts[at + 1 :]
    return tuple(steps), ()


def _open(left: tuple[Wanted, ...]) -> str:
    if not left:
        return ""
    lines = [one.order("ID").line for one in left]
    return (
        "each of the following is planned when the one before is ACTIVE: Octavia gives the ids, which stand "
        f"here as ID, and locks the whole while it works. {'; '.join(lines)}; then the proofs."
    )


def _survey(seen: Situation) -> Step:
    def telling(_: Context, look: Look) -> str:
        return f"{listed(look.answering)} answer"

    why = "The cluster and what Octavia has of that name are looked at again before anything is ordered."
    return survey_step(seen.look, telling, twice=False, why=why)


def _sentence(seen: Situation) -> str:
    how = f"{seen.writer} takes the writes" if seen.writer else f"shared out by {seen.algorithm}"
    nodes = count(len(seen.behind), "node")
    return f"{seen.name}, port {seen.port}, before {nodes} of {seen.found.cluster}; {how}"


def _evidence(seen: Situation) -> Iterator[str]:
    there = seen.balancer
    yield f"Octavia has {'no load balancer' if there is None else 'a load balancer'} {seen.name}"
    yield "whether the account may make one is told by the first order: Octavia has no question for it"
    for one in seen.behind:
        check = seen.found.checks.get(one.host)
        is_asked = isinstance(check, NodeSeen) and check.check == 200
        told = (
            "answers HTTP 200 on the node itself"
            if is_asked
            else "is not proven: it does not answer the node itself"
        )
        yield f"{one.host}: {one.address}:{one.port}; its check on {seen.check_port} {told}"
    yield "a check that lb-vip made answers its own balancers only: let the amphorae's subnet in, too"
    yield "whether donors and desynced nodes count as up is for each node's check to say (LB-10)"
    yield f"security groups are not read: port {seen.check_port} must be open to the amphorae, too (D.2-3)"
    if not seen.allowed_cidrs:
        yield "everybody who reaches the address may connect: no allowed_cidrs were given (LB-15)"
