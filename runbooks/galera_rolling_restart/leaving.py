"""A node leaves: see that it may, then stop it in order (GOTCHAS C.1, C.2 step 3)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from runbooks.galera_rolling_restart import guards
from runbooks.galera_rolling_restart.fuse import countdown
from runbooks.galera_rolling_restart.probes import no_backup, options_parse
from runbooks.galera_rolling_restart.situation import Situation
from runbooks.galera_rolling_restart.steady import Steady
from runbooks.model import Act, Check, Context, Holds, Look, Sighting, Step, no, unknown, yes
from runbooks.steps import commands
from runbooks.steps.checks import Judge, all_of, all_synced, down, of, synced, told_by
from runbooks.steps.node import Node
from runbooks.steps.start import stop_step
from runbooks.steps.transfer import learn_stopped
from runbooks.words import count, listed, short
from systems.galera.readings import HostEvidence, WsrepStatus
from systems.shell import Command

_PAIR = 2
"""Of two votes one is no majority: should the other node fail as well, nobody serves (C, danger guard)."""
_READY_S = 300.0
_STOP_S = 180.0
_SETTLE_S = 10.0
"""So long the others may take to tell the smaller cluster, before it is said that they do not."""
_SHOWN = ("ROLL-03", "ROLL-04", "ROLL-07", "ROLL-09", "ROLL-10", "ROLL-12", "ROLL-13", "PXC-30")
_ANSWERED = ("ROLL-02", "ROLL-05", "ROLL-06", "ROLL-08", "ROLL-09", "PXC-04", "PXC-35")
_BLOCKING = ("ROLL-01", "ROLL-11")
"""Left to the engine as well, which judges them right before the stop."""


def ready_step(seen: Situation, node: Node) -> Step:
    """Wait until a node may leave: what is busy for a moment ends here, and not an unattended run.

    A node that is no member is no matter of a moment: the run ends at once, with no other node touched.
    """
    return Step(
        key=f"ready:{node.host}",
        title=f"see that {node.host} may be taken out",
        why=(
            f"{node.host} leaves only while all {count(len(seen.hosts), 'node')} are Synced, nobody is "
            "behind, and its next start would bring it back (C.1)."
        ),
        check=of(guards.is_member(seen.hosts)),
        verify=may_leave(seen, node, with_fuse=not seen.freezes),
        expects="nothing: it only reads",
        gotchas=_SHOWN,
        answers=_SHOWN,
        verify_deadline_s=_READY_S,
        verify_every_s=5.0,
        lasting=False,
    )


def leave_step(seen: Situation, node: Node, place: int) -> Step:
    """Stop one node by the unit that owns it, and read where it stopped; undo starts it."""
    host = node.host
    step = stop_step(node, why=_why_now(seen, node, place))
    return replace(
        step,
        check=may_leave(seen, node),
        verify=_has_left(host, seen.others(host), seen.size - 1),
        confirm=host if seen.size == _PAIR else "",
        confirm_because=f"{seen.others(host)[0]} is alone until {host} is back."
        if seen.size == _PAIR
        else "",
        acts=(*step.acts, Act(host, Command.of("cat", node.grastate))),
        expects=(
            f"{host} down, in order; cluster size {seen.size} -> {seen.size - 1}; its clients are cut off"
        ),
        gotchas=(*_BLOCKING, *_ANSWERED),
        answers=_ANSWERED,
        verify_deadline_s=_STOP_S,
        verify_every_s=2.0,
        undo=tuple(Act(host, command) for command in commands.start(node)),
        undone=of(synced(host, with_hosts=seen.hosts)),
        undo_note=f"Starts {host} again; it comes back by IST as long as some is left.",
        learn=partial(learn_stopped, host),
    )


def may_leave(seen: Situation, node: Node, *, with_fuse: bool = True) -> Check:
    """All that must be true before this node is stopped, read now."""
    guarded = (
        *guards.of_cluster(seen.hosts),
        *guards.of_node(node.host, seen.downtime_s, seen.despite, with_fuse=with_fuse),
    )
    judge = all_of(*(guard.judge for guard in guarded))
    probes = (options_parse(node), no_backup(node))

    async def check(context: Context) -> Sighting:
        look = await context.look()
        told = judge(look)
        if told.holds is not Holds.YES:
            return told
        words = [told.evidence]
        for probe in probes:
            answer = await probe(context)
            if answer.holds is not Holds.YES:
                return answer
            words.append(answer.evidence)
        return yes("; ".join((*words, *_worth_knowing(look, node.host))), node.host)

    return check


def _worth_knowing(look: Look, host: str) -> tuple[str, ...]:
    """What stops nobody, and what an operator would want to have known (ROLL-05, ROLL-09)."""
    from runbooks.gotchas.detectors.running import drift  # late: listing runbooks takes no detectors

    alone = replace(look, survey=replace(look.survey, nodes=(look.survey.node(host),), before=None))
    differs = drift(alone)
    status = look.survey.node(host).status
    clients = status.threads_connected if isinstance(status, WsrepStatus) else None
    told = []
    if differs.holds is Holds.YES:
        told.append(f"its next start changes what runs (ROLL-09): {differs.evidence}")
    if clients is not None:
        told.append(f"{count(clients, 'connection')} will be cut (ROLL-05)")
    return tuple(told)


def _why_now(seen: Situation, node: Node, place: int) -> str:
    host, rest = node.host, seen.others(node.host)
    turn = f"{host} is number {place} of {len(seen.order)}"
    if host == seen.writer and len(seen.order) > 1:
        turn = f"{host} goes last: it takes the writes, which so move only once"
    may_fail = (seen.size - 2) // 2
    spare = f"{may_fail} more may fail" if may_fail else "none of them may fail (ROLL-01)"
    stays = f"{listed(rest)} carry on meanwhile, and {spare}"
    if len(rest) == 1:
        stays = f"{rest[0]} carries on alone meanwhile (ROLL-01)"
    unit = ""
    if node.in_bootstrap_unit:
        unit = f" {node.owner} owns its process: that is stopped, and {node.unit} is started (ROLL-08)."
    drain = ""
    if seen.maintenance_mode(host) is None:
        drain = f" Take {host} out of its load balancer before (ROLL-05)."
    return f"{turn}; {stays}.{unit}{drain}"


def _has_left(host: str, rest: tuple[str, ...], size: int) -> Check:
    """Down and saved in order, how the others are without it, and how much IST is left.

    Others that do not carry on are told, and do not hold the run here: the way on is to start this node.
    """
    left, carry_on = all_of(down(host), ended_in_order(host)), _carry_on(rest, size)
    alone = Steady()

    async def verify(context: Context) -> Sighting:
        look = await context.look()
        answer, others = left(look), carry_on(look)
        lasts_s = alone.for_s(look, is_good=answer.holds is Holds.YES and others.holds is not Holds.YES)
        told = countdown(look.survey, context.facts, host)
        if answer.holds is not Holds.YES:
            return replace(answer, evidence=f"{answer.evidence}; {host}: {told}")
        if others.holds is Holds.YES:
            return yes(f"{answer.evidence}; {others.evidence}; {host}: {told}", host)
        holds = Holds.YES if lasts_s >= _SETTLE_S else Holds.UNKNOWN
        return Sighting(holds, f"{answer.evidence}; WARNING: {others.evidence}; {host}: {told}", (host,))

    return verify


def ended_in_order(host: str) -> Judge:
    """It wrote down where it stopped, and took its last view away (C.2 step 3)."""

    def judge(evidence: HostEvidence) -> Sighting:
        saved = evidence.grastate
        if evidence.grastate_closed:
            return unknown(f"whether {host} ended in order is not known: {evidence.grastate_error}", host)
        if saved is None or evidence.grastate_error:
            why = evidence.grastate_error or "there is none"
            return no(f"{host} did not end in order: grastate.dat: {why}", host)
        if not saved.position.is_known:
            return no(f"{host} did not end in order: grastate.dat says {saved.position} (R-1C)", host)
        if evidence.gvwstate_error:
            return no(f"{host} did not end in order: gvwstate.dat: {evidence.gvwstate_error}", host)
        if evidence.gvwstate is not None:
            return no(f"{host} did not end in order: its gvwstate.dat is still there (REC-21)", host)
        return yes(f"stopped in order at {short(saved.position.uuid)}:{saved.position.seqno}", host)

    return told_by(host, judge)


def _carry_on(rest: tuple[str, ...], size: int) -> Judge:
    judged = all_synced(rest)

    def judge(look: Look) -> Sighting:
        answer = judged(look)
        if answer.holds is not Holds.YES:
            return answer
        return yes(f"{listed(rest)} {'is' if len(rest) == 1 else 'are'} Synced, size {size}", *rest)

    return judge
