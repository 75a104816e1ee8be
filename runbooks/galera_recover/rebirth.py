"""Nobody runs: from one stopped node to a whole cluster (R-3, R-6, R-7A), with every guard of B.10."""

from __future__ import annotations

from functools import partial

from runbooks.galera_recover.inputs import KEEP_OLD, is_on
from runbooks.galera_recover.proof import proof_steps
from runbooks.galera_recover.situation import (
    Situation,
    keep_first,
    may_start_from,
    of_context,
    plan_of,
    refusal_of,
    survey_first,
)
from runbooks.galera_recover.waits import room_step
from runbooks.membership import is_down, runs
from runbooks.model import Act, Check, Context, Holds, Look, Plan, Refusal, Sighting, Step, no, yes
from runbooks.steps import commands
from runbooks.steps.checks import all_of, down, host_answers, no_primary, status_words, synced
from runbooks.steps.flags import clear_flags_step
from runbooks.steps.node import Node
from runbooks.steps.normal_unit import normal_unit_step, uses_bootstrap_unit
from runbooks.steps.primary import bootstrap_step
from runbooks.steps.recovery import recover_step
from runbooks.steps.reseed import reseed_step
from runbooks.steps.start import can_start, has_room, is_full, knows_peers, start_step
from runbooks.steps.way import way_of
from runbooks.triage.scenario import Scenario
from runbooks.words import listed
from systems.galera.readings import Flavour, WsrepStatus

FROM_STOPPED = (Scenario.ALL_STOPPED, Scenario.ALL_CRASHED)
_SETTLED = (Scenario.ALL_NON_PRIMARY, Scenario.MEMBER_MISSING, Scenario.HALVES, Scenario.CUT_OFF)
_FORM_S = 240.0


def plan_rebirth(seen: Situation) -> Plan | Refusal:
    """R-3 and R-6: recover what is not known, then bootstrap the most advanced node, then the others."""
    found = seen.found
    if found.to_recover:
        return _plan_recovery(seen)
    node = seen.node(found.chosen) if found.chosen else None
    if node is None:
        return refusal_of(seen, "Bring the host of the most advanced node back, then plan again.")
    if refused := _cannot_bootstrap(seen, node):
        return refused
    clear = clear_flags_step(_down_nodes(seen), chosen=node.host, saved=True)
    others = _others(seen, node.host)
    steps = (
        survey_first(seen, twice=True),
        keep_first(seen),
        *((clear,) if clear else ()),
        *((room_step(node),) if is_full(node.evidence) else ()),
        bootstrap_step(
            node,
            partial(may_start_from, node.host, FROM_STOPPED),
            why=f"{found.chosen_because}. It goes first; the others follow it.",
            lost=_lost(seen),
            leaves_out=seen.signed_off,
        ),
        *(_follow(seen, other) for other in others),
        *_leave_bootstrap_unit(node, others),
        *proof_steps(seen, (node.host, *(other.host for other in others))),
    )
    return plan_of(seen, steps, left_open=_absent(seen))


def _plan_recovery(seen: Situation) -> Plan | Refusal:
    nodes = [node for host in seen.found.to_recover if (node := seen.node(host))]
    if len(nodes) < len(seen.found.to_recover):
        return refusal_of(seen, "Bring those hosts back: their positions decide which node goes first.")
    full = [node for node in nodes if is_full(node.evidence)]
    steps = (
        survey_first(seen, twice=True),
        keep_first(seen),
        *(room_step(node) for node in full),
        *(recover_step(node, last=node is nodes[-1]) for node in nodes),
    )
    return plan_of(
        seen,
        steps,
        left_open=(
            f"Which node is bootstrapped is planned once the position of {listed(seen.found.to_recover)} is "
            "known: the highest of one history goes first, the others are started after it, one by one."
        ),
    )


def _cannot_bootstrap(seen: Situation, node: Node) -> Refusal | None:
    if node.flavour is Flavour.UNKNOWN:
        return refusal_of(
            seen,
            "Have the server's program answer --version on that host: the bootstrap command depends on it.",
            sentence=f"It is not known which build of Galera {node.host} runs, so not how it is bootstrapped",
            gotchas=("REC-42",),
        )
    stuck = [f"{other.host}: {flag}" for other in seen.reachable for flag in other.stuck_flags]
    if stuck:
        return refusal_of(
            seen,
            "Take that line out of the option file of each, then plan again.",
            sentence=f"An option file makes every start a bootstrap: {'; '.join(stuck)}",
            gotchas=("REC-05",),
        )
    return None


def _down_nodes(seen: Situation) -> tuple[Node, ...]:
    return tuple(node for node in seen.reachable if is_down(seen.look.survey.node(node.host)))


def _others(seen: Situation, first: str) -> tuple[Node, ...]:
    """Who follows: the most advanced first, those without a usable state last."""
    order = [one.host for one in seen.found.candidates] + list(seen.found.excluded)
    hosts = [host for host in order if host != first]
    return tuple(node for host in hosts if (node := seen.node(host)) and not node.evidence.is_running)


def _follow(seen: Situation, node: Node) -> Step:
    if node.host in seen.found.excluded:
        keep_old = is_on(seen.values, KEEP_OLD.name, KEEP_OLD.default)
        why = f"{node.host} has no usable state: it takes a full copy of the cluster's data."
        return reseed_step(
            node, seen.look, seen.label, why=why, keep_old=keep_old, gotchas=("REC-12", "REC-33")
        )
    why = f"One at a time: {node.host} joins the node that was bootstrapped, and becomes a donor afterwards."
    way = way_of(seen.look.survey, node.host)
    return start_step(node, seen.look, way, why=why, gotchas=("REC-41", "PXC-29"))


def _leave_bootstrap_unit(node: Node, others: tuple[Node, ...]) -> tuple[Step, ...]:
    if not others or not uses_bootstrap_unit(node):
        return ()
    return (normal_unit_step(node, tuple(other.host for other in others)),)


def _lost(seen: Situation) -> str:
    gone = seen.signed_off
    if gone:
        return f"What only {listed(gone)}, signed off by name, may hold beyond that is lost."
    without = seen.found.excluded
    if without:
        return f"What {listed(without)} may hold without a usable state is replaced by this node's data."
    return "No other node holds more; from here on this node's history is the cluster's."


def _absent(seen: Situation) -> str:
    gone = [host for host in seen.hosts if seen.node(host) is None]
    return f"{listed(gone)} cannot be reached, and is not brought back by this plan." if gone else ""


# --- R-7A ---------------------------------------------------------------------------------------------


def plan_power_loss(seen: Situation) -> Plan | Refusal:
    """Start all members of the last view at once: the first alone would wait for the others (REC-40)."""
    nodes = [node for host in seen.found.start_together if (node := seen.node(host))]
    hosts = tuple(node.host for node in nodes)
    others = tuple(
        node for node in _down_nodes(seen) if node.host not in hosts and node.host in seen.found.excluded
    )
    together = Step(
        key=f"start together:{','.join(hosts)}",
        title=f"start {listed(hosts)} at once",
        why=(
            "Each kept the same last view in gvwstate.dat: together they become Primary again by themselves, "
            "and no bootstrap is needed. One by one, the first would wait for the others without end."
        ),
        check=_all_can_start(hosts),
        verify=_formed(hosts),
        acts=tuple(Act(node.host, command) for node in nodes for command in commands.start(node)),
        expects=f"{listed(hosts)} Primary and Synced, size {len(hosts)}; no new history",
        gotchas=("REC-40", "REC-21", "REC-22", "REC-39", "PXC-01", "PXC-02"),
        answers=("REC-40", "REC-21", "REC-22", "REC-39", "PXC-01", "PXC-02"),
        verify_deadline_s=_FORM_S,
        verify_every_s=2.0,
        undo_note="Nothing needs to be undone: they are started as members, and wait where they must.",
        replans=True,
        skippable=False,
    )
    clear = clear_flags_step(nodes)
    steps = (
        survey_first(seen, twice=False),
        keep_first(seen),
        *((clear,) if clear else ()),
        *(room_step(node) for node in nodes if is_full(node.evidence)),
        together,
        *(_follow(seen, node) for node in others),
        *proof_steps(seen, (*hosts, *(node.host for node in others))),
    )
    return plan_of(seen, steps, left_open=_absent(seen))


def _all_can_start(hosts: tuple[str, ...]) -> Check:
    judges = [
        judge(host) for host in hosts for judge in (host_answers, down, can_start, knows_peers, has_room)
    ]
    ready = all_of(no_primary, *judges)

    async def check(context: Context) -> Sighting:
        look = await context.look()
        found = of_context(context, look).found
        if found.scenario is not Scenario.POWER_LOSS:
            return no(
                f"it is no longer a power loss with one last view, but {found.scenario.value}: plan again"
            )
        return ready(look)

    return check


def _formed(hosts: tuple[str, ...]) -> Check:
    """Yes once they are Primary, or once it is plain that they will not be: the rest is planned anew."""
    primary = all_of(*(synced(host, with_hosts=hosts) for host in hosts))

    async def verify(context: Context) -> Sighting:
        look = await context.look()
        answer = primary(look)
        if answer.holds is Holds.YES:
            return yes(f"{listed(hosts)} became Primary by themselves: {answer.evidence}")
        seen = of_context(context, look)
        if all(runs(look.survey.node(host)) for host in hosts) and seen.found.scenario in _SETTLED:
            return yes(f"they run and have not become Primary: {seen.sentence}")
        return no(_standing(look, hosts))

    return verify


def _standing(look: Look, hosts: tuple[str, ...]) -> str:
    told = []
    for host in hosts:
        status = look.survey.node(host).status
        told.append(
            f"{host} {status_words(status)}" if isinstance(status, WsrepStatus) else f"{host} is starting"
        )
    return "; ".join(told)
