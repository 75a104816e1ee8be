"""Some run and none is Primary: first what comes by itself, then pc.bootstrap on one (R-5, R-7B, R-EVEN)."""

from __future__ import annotations

from functools import partial

from runbooks.galera_recover.inputs import WITHOUT
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
from runbooks.galera_recover.waits import watch_step
from runbooks.logs import waits_for_last_view
from runbooks.membership import fragments, is_down, primary_groups
from runbooks.model import Act, Check, Context, Look, Plan, Refusal, Sighting, Step, no, yes
from runbooks.steps import commands
from runbooks.steps.checks import down, of
from runbooks.steps.node import Node
from runbooks.steps.primary import pc_bootstrap_step
from runbooks.steps.recovery import recover_step
from runbooks.steps.start import start_step, stop_step
from runbooks.steps.way import way_of
from runbooks.triage.scenario import Scenario
from runbooks.words import listed, span

FROM_RUNNING = (Scenario.QUORUM_LOST, Scenario.ALL_NON_PRIMARY, Scenario.MEMBER_MISSING)
_CUT = (Scenario.HALVES, Scenario.CUT_OFF)
_MERGE_S = 60.0
_HEAL_S = 1800.0


def plan_quorum(seen: Situation) -> Plan | Refusal:
    """Branch by what stands between the nodes and a Primary component."""
    found = seen.found
    if found.not_surveyed:
        return refuse_unproven(seen)
    if found.refused:
        ahead = found.scenario not in _CUT and found.chosen is None and _someone_is_ahead(seen)
        return _stop_for_bootstrap(seen) if ahead else _wait_for_heal(seen)
    if found.to_recover:
        return _recover_first(seen)
    if found.chosen is None:
        return _end_the_wait(seen)
    return _make_primary(seen)


def refuse_unproven(seen: Situation) -> Refusal:
    """Nodes out of reach may be Primary, or come back: nothing is made Primary on that (REC-04, REC-07)."""
    here = [host for host in seen.found.not_surveyed if seen.node(host) is not None]
    away = [host for host in seen.found.not_surveyed if host not in here]
    closed = [host for host in here if is_down(seen.look.survey.node(host))]
    mute = [host for host in here if host not in closed]
    way_on = [f"Make the database of {listed(mute)} answer, or stop it, then plan again."] if mute else []
    if closed:
        way_on.append(
            f"Make the saved state of {listed(closed)} readable (mount its volume, allow root), then plan "
            "again."
        )
    if away:
        way_on.append(
            f"Bring {listed(away)} back into reach, or prove that it is off (power state, fencing, console) "
            f"and sign it off by name: {WITHOUT.name}={','.join(away)}"
        )
    return refusal_of(
        seen,
        " ".join(way_on),
        sentence=f"{seen.sentence}: {seen.found.refused}",
        gotchas=("REC-04", "REC-07"),
    )


def _make_primary(seen: Situation) -> Plan | Refusal:
    """R-5 and R-NP-ALL: wait for a merge where all are up, then pc.bootstrap on the most advanced."""
    found = seen.found
    node = seen.node(found.chosen) if found.chosen else None
    if node is None:
        return refusal_of(seen, f"Make {found.chosen} answer over SSH: only there can the command be given.")
    fragment = next(
        (part.hosts for part in fragments(seen.look.survey) if node.host in part.hosts), (node.host,)
    )
    merge = (_merge_step(seen),) if found.scenario is Scenario.ALL_NON_PRIMARY else ()
    followers = _down(seen)
    steps = (
        survey_first(seen, twice=True),
        keep_first(seen),
        *merge,
        pc_bootstrap_step(
            node,
            fragment,
            partial(may_start_from, node.host, FROM_RUNNING),
            why=f"{found.chosen_because}. It runs, so it keeps its cache: others come back by IST (REC-43).",
            lost=_lost(seen),
            leaves_out=seen.signed_off,
        ),
        *(_follow(seen, other) for other in followers),
        *proof_steps(seen, (*fragment, *(other.host for other in followers))),
    )
    return plan_of(seen, steps, left_open=_left(seen))


def _merge_step(seen: Situation) -> Step:
    """They usually merge by themselves: nothing is forced before they had the time for it."""
    begun: list[Look] = []

    async def verify(context: Context) -> Sighting:
        look = await context.look()
        begun.append(look) if not begun else None
        groups = primary_groups(look.survey)
        if groups:
            return yes(f"{listed(groups[0].hosts)} became Primary by themselves")
        waited_s = (look.survey.taken_at - begun[0].survey.taken_at).total_seconds()
        if waited_s >= _MERGE_S:
            return yes(f"they see one another and did not become Primary within {span(waited_s)}")
        return no(f"no Primary yet, after {span(waited_s)} of {span(_MERGE_S)}")

    return Step(
        key="merge",
        title=f"wait {span(_MERGE_S)} for {listed(seen.hosts)} to merge by themselves",
        why="All nodes run: a component that comes together again needs nobody, and forks nothing.",
        check=of(lambda _: yes("it only reads")),
        verify=verify,
        expects="a Primary component, or the certainty that none forms; this step only reads",
        gotchas=("REC-09",),
        verify_deadline_s=_MERGE_S * 2,
        verify_every_s=2.0,
        replans=True,
        lasting=False,
    )


def _wait_for_heal(seen: Situation) -> Plan | Refusal:
    """Cut apart: the network is healed by people, those that live then merge by themselves.

    Where nodes are down, too, the parts may come together without a majority: what follows is planned then.
    """
    alive = [one.host for one in seen.found.candidates]
    cut = tuple(host for host in seen.hosts if host in alive)
    whom = "all nodes" if len(cut) == len(seen.hosts) else listed(cut)

    def healed(look: Look) -> Sighting:
        groups = primary_groups(look.survey)
        if groups and set(groups[0].hosts) >= set(cut):
            return yes(f"{listed(groups[0].hosts)} are Primary together")
        parts = fragments(look.survey)
        if len(cut) < len(seen.hosts) and any(set(part.hosts) >= set(cut) for part in parts):
            return yes(f"{listed(cut)} see one another again, and are not Primary")
        return no("; ".join(f"{listed(part.hosts)} see one another" for part in parts))

    heal = watch_step(
        "heal",
        "wait until the nodes see one another again",
        f"{seen.found.refused}. Open TCP 4567 between all of them; no node is made Primary by hand.",
        healed,
        expects=f"one Primary component of {whom} by itself",
        gotchas=("REC-07", "REC-26", "REC-09"),
        deadline_s=_HEAL_S,
        replans=True,
    )
    return plan_of(seen, (survey_first(seen, twice=False), heal, *proof_steps(seen, cut)))


def _recover_first(seen: Situation) -> Plan | Refusal:
    """Whether a node that is down holds more than those that run decides who may become Primary."""
    nodes = [node for host in seen.found.to_recover if (node := seen.node(host))]
    steps = (
        survey_first(seen, twice=True),
        keep_first(seen),
        *(recover_step(node, last=node is nodes[-1]) for node in nodes),
    )
    left = f"Who becomes Primary is planned once the position of {listed(seen.found.to_recover)} is known."
    return plan_of(seen, steps, left_open=left)


def _end_the_wait(seen: Situation) -> Plan | Refusal:
    """R-7B where the waiting nodes have no SQL open: end them, and go on as after a crash of all (REC-21)."""
    nodes = [node for node in seen.reachable if _waits_mute(seen.look, node.host)]
    if not nodes:
        return refusal_of(
            seen, "Look at each node's log: none may be chosen, and none waits for its last view."
        )
    steps = (
        survey_first(seen, twice=True),
        keep_first(seen),
        *(_end_wait_step(seen, node, last=node is nodes[-1]) for node in nodes),
    )
    return plan_of(
        seen,
        steps,
        left_open="Once they are down, the most advanced node is found and bootstrapped (R-6).",
    )


def _end_wait_step(seen: Situation, node: Node, *, last: bool) -> Step:
    aside = Act(node.host, commands.move_aside(node.gvwstate, seen.label))
    back = commands.move_back(node.gvwstate, seen.label)
    return Step(
        key=f"end wait:{node.host}",
        title=f"end {node.host}, which waits for its last view",
        why=(
            f"{node.host} waits without end for members that do not come; it opens no SQL and ignores an "
            "orderly stop. Its storage engine is not open, so that killing it tears nothing."
        ),
        check=_still_waits(node.host),
        verify=of(down(node.host)),
        acts=(*(Act(node.host, command) for command in commands.kill_waiting(node)), aside),
        expects=f"{node.host} down, its gvwstate.dat moved aside; nothing of its data changes",
        gotchas=("REC-21", "REC-40", "REC-11"),
        answers=("REC-21", "REC-40", "REC-11"),
        undo=(
            Act(node.host, back),
            *(Act(node.host, command) for command in commands.start(node, failed=True)),
        ),
        undo_note=f"Puts gvwstate.dat of {node.host} back and lets it wait again.",
        replans=last,
        skippable=False,
        lasting=False,
    )


def _still_waits(host: str) -> Check:
    async def check(context: Context) -> Sighting:
        look = await context.look()
        found = of_context(context, look).found
        if found.groups:
            return no(f"{listed(found.groups[0].hosts)} are Primary now: {host} joins them by itself")
        if found.not_surveyed:
            return no(found.refused)
        if not _waits_mute(look, host):
            return no(f"{host} no longer waits for its last view", host)
        return yes(f"{host} waits for its last view, no Primary anywhere", host)

    return check


def _waits_mute(look: Look, host: str) -> bool:
    node = look.survey.node(host)
    return waits_for_last_view(node) and not node.answers_sql and not is_down(node)


def _someone_is_ahead(seen: Situation) -> bool:
    return any(one.position is not None for one in seen.found.saved) and bool(seen.found.candidates)


def _stop_for_bootstrap(seen: Situation) -> Plan | Refusal:
    """A node that is down holds more than those that run: these stop, then the most advanced goes first."""
    nodes = [
        node
        for one in seen.found.candidates
        if (node := seen.node(one.host)) and seen.look.survey.node(one.host).answers_sql
    ]
    if not nodes or len(nodes) < len(seen.found.candidates):
        return refusal_of(seen, f"Stop them by hand: {seen.found.refused}", gotchas=("REC-04",))
    stops = [
        stop_step(
            node,
            why=f"{seen.found.refused}.",
            gotchas=("REC-04", "REC-43"),
            replans=node is nodes[-1],
        )
        for node in nodes
    ]
    return plan_of(
        seen,
        (survey_first(seen, twice=True), keep_first(seen), *stops),
        left_open="Once all are down, the most advanced node is bootstrapped and the others follow (R-6).",
    )


def _down(seen: Situation) -> tuple[Node, ...]:
    return tuple(node for node in seen.reachable if is_down(seen.look.survey.node(node.host)))


def _follow(seen: Situation, node: Node) -> Step:
    way = way_of(seen.look.survey, node.host)
    why = f"{node.host} is down; it joins the new Primary component, one node at a time."
    return start_step(node, seen.look, way, why=why, gotchas=("REC-41", "PXC-29"))


def _lost(seen: Situation) -> str:
    gone = seen.signed_off
    if gone:
        return (
            f"What only {listed(gone)}, signed off by name, may hold is lost; it must stay off until wiped."
        )
    return "The survivors' history is the cluster's from here on."


def _left(seen: Situation) -> str:
    gone = [host for host in seen.hosts if seen.node(host) is None]
    return f"{listed(gone)} cannot be reached, and is not brought back by this plan." if gone else ""
