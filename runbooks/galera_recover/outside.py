"""One Primary component lives: bring back the nodes outside it, one at a time (R-1G ... R-VOTE, R-2)."""

from __future__ import annotations

from runbooks.galera_recover.inputs import KEEP_OLD, is_on
from runbooks.galera_recover.situation import Situation
from runbooks.galera_recover.waits import WAIT_S, room_step, wait_step, watch_step
from runbooks.membership import is_down
from runbooks.model import Look, Sighting, Step, yes
from runbooks.steps.checks import synced
from runbooks.steps.node import Node
from runbooks.steps.reseed import reseed_step
from runbooks.steps.start import is_full, start_deadline_s, start_step, stop_step
from runbooks.steps.way import way_of
from runbooks.triage.scenario import Case, Scenario

_GOTCHAS = {
    Scenario.STOPPED_ONE: ("REC-13", "REC-23"),
    Scenario.CRASHED_ONE: ("PXC-34", "REC-41"),
    Scenario.NO_STATE: ("REC-12", "REC-33", "PXC-10"),
    Scenario.FAILED_SST: ("REC-16", "REC-17", "REC-18", "PXC-13", "PXC-15", "PXC-16"),
    Scenario.FOREIGN: ("PXC-10", "HOST-06", "HOST-09", "REC-20"),
    Scenario.VOTED_OUT: ("REC-31", "REC-32", "REC-33"),
    Scenario.CUT_OFF: ("REC-07", "REC-25", "REC-21"),
    Scenario.LOOP: ("REC-28", "REC-39"),
    Scenario.HUNG_JOIN: ("REC-14", "REC-15", "REC-16", "REC-17", "REC-18", "REC-19", "REC-37", "REC-38"),
    Scenario.WAIT: ("REC-39",),
    Scenario.MUTE: ("REC-07",),
}
_ORDER = (
    Scenario.WAIT,
    Scenario.HUNG_JOIN,
    Scenario.STOPPED_ONE,
    Scenario.CRASHED_ONE,
    Scenario.CUT_OFF,
    Scenario.MUTE,
    Scenario.LOOP,
    Scenario.FAILED_SST,
    Scenario.NO_STATE,
    Scenario.VOTED_OUT,
    Scenario.FOREIGN,
)
"""What is on its way first, then what comes back by IST, last what is wiped."""
_WIPED = (Scenario.FAILED_SST, Scenario.NO_STATE, Scenario.VOTED_OUT, Scenario.FOREIGN)


def outside_steps(seen: Situation) -> tuple[Step, ...]:
    """The steps for every node outside the one Primary component, in the order in which they come back."""
    rank = {scenario: index for index, scenario in enumerate(_ORDER)}
    cases = [case for case in seen.found.outside if case.scenario in rank and not is_out_of_reach(seen, case)]
    cases.sort(key=lambda case: rank[case.scenario])
    return tuple(step for case in cases for step in _steps_of(seen, case))


def is_out_of_reach(seen: Situation, case: Case) -> bool:
    """Nothing can be done to it from here: its machine, its volume, or the way to it, comes first."""
    return case.scenario in (Scenario.HOST, Scenario.UNMOUNTED) or (
        seen.node(case.hosts[0]) is None and case.scenario is not Scenario.CUT_OFF
    )


def wipes(seen: Situation) -> bool:
    """Whether some node's data is replaced by what is planned."""
    return any(case.scenario in _WIPED for case in seen.found.outside)


def _steps_of(seen: Situation, case: Case) -> tuple[Step, ...]:
    host, gotchas = case.hosts[0], _GOTCHAS[case.scenario]
    node = seen.node(host)
    match case.scenario:
        case Scenario.STOPPED_ONE | Scenario.CRASHED_ONE if node:
            return (*_room_first(node), _start(seen, node, case, gotchas))
        case Scenario.NO_STATE | Scenario.FAILED_SST | Scenario.FOREIGN | Scenario.VOTED_OUT if node:
            return (*_room_first(node), *_stop_first(node, case), _reseed(seen, node, case, gotchas))
        case Scenario.LOOP if node:
            return _loop(node, case, gotchas)
        case Scenario.CUT_OFF if node and case.is_evicted:
            stop = stop_step(
                node, why=f"{case.sentence}. A restart gives it a new identity.", gotchas=gotchas
            )
            return (stop, _start(seen, node, case, gotchas))
        case _:
            is_cut = case.scenario is Scenario.CUT_OFF
            deadline_s = WAIT_S if is_cut else start_deadline_s(seen.look.survey, full_copy=True)
            return (wait_step(host, case.sentence, gotchas, is_cut=is_cut, deadline_s=deadline_s),)


def _start(seen: Situation, node: Node, case: Case, gotchas: tuple[str, ...]) -> Step:
    way = way_of(seen.look.survey, node.host)
    return start_step(node, seen.look, way, why=f"{case.sentence}.", gotchas=gotchas)


def _reseed(seen: Situation, node: Node, case: Case, gotchas: tuple[str, ...]) -> Step:
    keep_old = is_on(seen.values, KEEP_OLD.name, KEEP_OLD.default)
    return reseed_step(
        node, seen.look, seen.label, why=f"{case.sentence}.", keep_old=keep_old, gotchas=gotchas
    )


def _room_first(node: Node) -> tuple[Step, ...]:
    return (room_step(node),) if is_full(node.evidence) else ()


def _stop_first(node: Node, case: Case) -> tuple[Step, ...]:
    if not node.evidence.is_running:
        return ()
    return (stop_step(node, why=f"{case.sentence}. It must be down before its data is replaced."),)


def _loop(node: Node, case: Case, gotchas: tuple[str, ...]) -> tuple[Step, ...]:
    """It fails at every start: the cause first; a full disk is the one that this console can see.

    A server that hangs for want of room goes on by itself once there is some; before, it obeys no stop.
    """
    if not is_full(node.evidence):
        return (wait_step(node.host, case.sentence, gotchas, is_cut=False),)

    def settled(look: Look) -> Sighting:
        if is_down(look.survey.node(node.host)):
            return yes(f"{node.host} has ended: it is planned for anew", node.host)
        return synced(node.host)(look)

    settle = watch_step(
        f"settle:{node.host}",
        f"wait until {node.host} has gone on, or ended",
        f"With room on its disk {node.host} goes on by itself, or ends and can be started.",
        settled,
        expects=f"{node.host} Synced, or down",
        gotchas=gotchas,
        replans=True,
    )
    return (room_step(node), settle)
