"""A node returns: start it, see it Synced and by which way it came, and watch before the next (C.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from runbooks.galera_rolling_restart.fuse import countdown
from runbooks.galera_rolling_restart.guards import short_queues, whole
from runbooks.galera_rolling_restart.situation import Situation
from runbooks.model import Check, Context, Holds, Look, Sighting, Step, no, unknown, yes
from runbooks.steps.checks import all_of, nothing_to_check, synced
from runbooks.steps.node import Node, node_of
from runbooks.steps.start import Way, start_step
from runbooks.steps.transfer import how_it_came
from runbooks.words import span

_MARGIN_S = 300.0
"""How long a soak may be put back to its start before somebody should look."""
_POLL_S = 2.0


def return_step(seen: Situation, node: Node) -> Step:
    """Start a node by its plain unit; green once all are Synced, with the way by which it came."""
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
        verify=_is_back(seen, node),
        expects=f"{host} Synced by {way.words}; cluster size {seen.size - 1} -> {seen.size}",
        undo=(),
        undo_note=f"Nothing needs to be undone: {host} runs, as it did before its turn.",
        lasting=False,
    )


def _is_back(seen: Situation, node: Node) -> Check:
    host = node.host
    judge = all_of(
        synced(host, with_hosts=seen.hosts), whole(seen.hosts), short_queues(seen.hosts), _in_plain_unit(node)
    )

    async def verify(context: Context) -> Sighting:
        look = await context.look()
        answer = judge(look)
        if answer.holds is Holds.YES:
            came = how_it_came(look, context.facts, host)
            return yes(f"{host} is back, {came}; {whole(seen.hosts)(look).evidence}", *seen.hosts)
        if synced(host)(look).holds is Holds.YES:
            return answer
        return replace(answer, evidence=f"{answer.evidence}; {countdown(look.survey, context.facts, host)}")

    return verify


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


class _Steady:
    """Since when looks have said yes without a break."""

    def __init__(self) -> None:
        self._since_s: float | None = None

    def for_s(self, look: Look, *, is_good: bool) -> float:
        """Seconds between the first good look of an unbroken row and this one."""
        now_s = look.survey.taken_at.timestamp()
        if not is_good:
            self._since_s = None
            return 0.0
        if self._since_s is None:
            self._since_s = now_s
        return now_s - self._since_s


def soak_step(seen: Situation, host: str, following: str) -> Step:
    """The whole cluster stays as it should for a while, before the next node is stopped."""
    judge = all_of(whole(seen.hosts), short_queues(seen.hosts))
    steady = _Steady()

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
        check=nothing_to_check,
        verify=verify,
        expects="nothing: it only reads",
        gotchas=("ROLL-01",),
        answers=("ROLL-01",),
        verify_deadline_s=seen.soak_s + _MARGIN_S,
        verify_every_s=_POLL_S,
        lasting=False,
    )
