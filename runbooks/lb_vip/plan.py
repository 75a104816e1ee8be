"""lb-vip: refuse what must not be begun, else the checks, the balancers one by one, and the proofs (D)."""

from __future__ import annotations

from collections.abc import Mapping

from runbooks.lb_vip.balancers import section_step
from runbooks.lb_vip.nodes import node_steps
from runbooks.lb_vip.proofs import proof_steps
from runbooks.lb_vip.refusals import refuse
from runbooks.lb_vip.situation import NAME, Situation
from runbooks.model import Context, Look, Plan, Refusal, Step
from runbooks.steps.evidence import survey_step
from runbooks.words import count, listed


def plan(look: Look, values: Mapping[str, str], facts: Mapping[str, str]) -> Plan | Refusal:
    """What to do about this look, or why nothing may be done. Pure."""
    del facts
    seen = Situation(look, values)
    if refused := refuse(seen):
        return refused
    steps = (
        _survey(seen),
        *node_steps(seen),
        *(section_step(seen, balancer) for balancer in seen.balancers),
        *proof_steps(seen),
    )
    return Plan(NAME, seen.found.vip, _sentence(seen), steps, _evidence(seen))


def _survey(seen: Situation) -> Step:
    def telling(_: Context, look: Look) -> str:
        return f"{listed(look.answering)} answer"

    why = "The cluster and every balancer are looked at again before anything is written."
    return survey_step(seen.look, telling, twice=False, why=why)


def _sentence(seen: Situation) -> str:
    how = f"{seen.writer} takes the writes" if seen.writer else "all take turns"
    balancers = listed(one.host for one in seen.balancers)
    nodes = count(len(seen.members), "node")
    return f"port {seen.port} on {balancers} before {nodes} of {seen.found.serves}; {how}"


def _evidence(seen: Situation) -> tuple[str, ...]:
    """The readings that decided it, and what is not proven here."""
    lines = [f"{one.host}: HAProxy {one.version}, its unit is {one.active}" for one in seen.balancers]
    for member in seen.members:
        check = "answers HTTP 200, and stays as it is" if seen.answers_well(member.host) else "is made"
        lines.append(f"{member.host}: {member.address}:{member.port}; its check on {seen.check_port} {check}")
    if not seen.can_try:
        lines.append(
            f"no fresh connections are tried: the estate names no address with port {seen.port} and account"
        )
    arbitrators = seen.look.survey.arbitrators
    if len(seen.members) == 2 and not arbitrators:
        lines.append(
            "two nodes: when one is lost without a word the other has no majority, and the address serves "
            "nobody; a third node or an arbitrator keeps it (REC-01)"
        )
    if (address := seen.held_by_nobody) is not None:
        lines.append(
            f"{address} is on no balancer now: clients come only once keepalived, or whatever moves it, has "
            "it there; HAProxy listens on every address of its host"
        )
    if arbitrators:
        lines.append("an arbitrator votes, holds no data, and is no member")
    return tuple(lines)
