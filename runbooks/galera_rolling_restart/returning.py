"""A node returns: start it, see it Synced and by which way it came, and watch before the next (C.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from runbooks.galera_rolling_restart.fuse import countdown
from runbooks.galera_rolling_restart.guards import is_member, not_behind, short_queues, whole
from runbooks.galera_rolling_restart.situation import Situation
from runbooks.galera_rolling_restart.steady import Steady
from runbooks.model import Check, Context, Holds, Look, Sighting, Step, no, unknown, yes
from runbooks.steps.checks import all_of, nothing_to_check, of, running, synced
from runbooks.steps.node import Node, node_of
from runbooks.steps.start import Way, start_step
from runbooks.steps.transfer import by_ist, how_it_came, look_for_its_way
from runbooks.words import span

_MARGIN_S = 300.0
"""How long a soak may be put back to its start before somebody should look."""
_POLL_S = 2.0
_LOG_S = 10.0
"""A log that is read again has by then all that was written of a start."""


def return_step(seen: Situation, node: Node) -> Step:
    """Start a node by its plain unit; green once it is Synced, with the way by which it came."""
    host = node.host
    way = (
        Way("IST, or by a full copy (SST), which was accepted", full_copy=True)
        if seen.despite
        else Way("IST")
    )
    why = f"What {host} misses is kept by the others for a while only; a later start takes a full copy (B.5)."
    step = start_step(node, seen.look, way, why=why, gotchas=("ROLL-02", "ROLL-07"))
    return replace(
        step,
        check=_may_start(node, step.check),
        verify=_is_back(seen, node),
        expects=f"{host} Synced by {way.words}; cluster size {seen.size - 1} -> {seen.size}",
        undo=(),
        undo_note=f"None is needed: before its turn {host} ran as well.",
        lasting=False,
        takes_back=f"stop:{host}",
    )


def _may_start(node: Node, check: Check) -> Check:
    """It may be started, or has been already: a machine that was rebooted meanwhile starts it by itself."""
    began = all_of(running(node.host), _in_plain_unit(node))

    async def judge(context: Context) -> Sighting:
        look = await context.look()
        left = countdown(look.survey, context.facts, node.host)
        already = began(look)
        if already.holds is Holds.YES:
            return yes(f"{node.host} has been started already: {already.evidence}", node.host)
        answer = await check(context)
        return replace(answer, evidence=f"{answer.evidence}; {node.host}: {left}")

    return judge


def _is_back(seen: Situation, node: Node) -> Check:
    """The node is Synced again, in its plain unit and not behind. How the others are is told, and no more.

    What comes next for this node (a cache unfrozen, its clients back) must not wait for another one, and the
    next node is not touched before all are Synced.
    """
    host = node.host
    judge = all_of(synced(host), _in_plain_unit(node), not_behind((host,)))

    async def verify(context: Context) -> Sighting:
        look = await context.look()
        if judge(look).holds is Holds.YES:
            look = await look_for_its_way(context, look, host)
        answer = judge(look)
        if answer.holds is Holds.YES:
            all_in = whole(seen.hosts)(look)
            warning = "" if all_in.holds is Holds.YES else "WARNING: "
            came = how_it_came(look, context.facts, host)
            return yes(f"{host} is back, {came}; {warning}{all_in.evidence}", *seen.hosts)
        if synced(host)(look).holds is Holds.YES:
            return answer
        return replace(answer, evidence=f"{answer.evidence}; {countdown(look.survey, context.facts, host)}")

    return verify


def came_by_ist_step(seen: Situation, host: str, following: str) -> Step:
    """No further node leaves when this one came by a full copy, unless that was accepted (C.2, ROLL-02)."""

    async def verify(context: Context) -> Sighting:
        look = await context.look()
        came = by_ist(look, context.facts, host)
        told = f"{host} is back, {how_it_came(look, context.facts, host)}"
        if seen.despite and came.holds is not Holds.YES:
            return yes(f"{told}; which was accepted: {seen.despite}", host)
        return replace(came, evidence=told)

    return Step(
        key=f"came:{host}",
        title=f"see that {host} came by IST",
        why=(
            f"{following} would take a full copy (SST) for the same reason, and its donor be slow meanwhile "
            "(ROLL-02)."
        ),
        check=nothing_to_check,
        verify=verify,
        expects="nothing: it only reads",
        gotchas=("ROLL-02",),
        answers=("ROLL-02",),
        verify_deadline_s=_LOG_S,
        verify_every_s=_POLL_S,
        lasting=False,
    )


def _in_plain_unit(node: Node) -> Callable[[Look], Sighting]:
    """Its process belongs to the unit that every member has (ROLL-08)."""

    def judge(look: Look) -> Sighting:
        now = node_of(look.survey.node(node.host))
        if now is None:
            return unknown(f"{node.host} does not answer over SSH", node.host)
        if now.in_bootstrap_unit:
            return no(f"{node.host} runs in {now.owner} again, not in {now.unit} (ROLL-08)", node.host)
        return yes(f"{now.unit} owns its process", node.host)

    return judge


def soak_step(seen: Situation, host: str, following: str) -> Step:
    """The whole cluster stays as it should for a while, before the next node is stopped."""
    judge = all_of(whole(seen.hosts), short_queues(seen.hosts))
    steady = Steady()

    async def verify(context: Context) -> Sighting:
        look = await context.look()
        answer = judge(look)
        lasts_s = steady.for_s(look, is_good=answer.holds is Holds.YES)
        if answer.holds is not Holds.YES:
            return replace(answer, evidence=f"{answer.evidence}; the watch begins anew")
        if lasts_s < seen.soak_s:
            return unknown(f"{answer.evidence}; watched for {span(seen.soak_s - lasts_s)} more", *seen.hosts)
        return yes(f"{answer.evidence}, for {span(lasts_s)}", *seen.hosts)

    return Step(
        key=f"soak:{host}",
        title=f"watch for {span(seen.soak_s)} before {following}",
        why=f"What a restart of {host} has brought with it shows under load, while {following} still serves.",
        check=of(is_member(seen.hosts)),
        verify=verify,
        expects="nothing: it only reads",
        gotchas=("ROLL-01",),
        answers=("ROLL-01",),
        verify_deadline_s=seen.soak_s + _MARGIN_S,
        verify_every_s=_POLL_S,
        lasting=False,
    )
