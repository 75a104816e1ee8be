"""No Primary component and somebody runs: lost quorum, partitions, and who may start a new one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from runbooks.membership import Group, fragments, is_shut, moving_unit
from runbooks.model import Severity
from runbooks.positions import Saved, SavedKind, saved_state
from runbooks.triage.choosing import ahead_of, choice, in_order
from runbooks.triage.moving import for_s, moving_case
from runbooks.triage.scenario import Candidate, Case, Classification, Scenario
from runbooks.triage.sides import Sides, sides_of
from runbooks.triage.stopped import stopped
from runbooks.triage.telling import node_evidence
from runbooks.words import listed, short, subject
from systems.galera.readings import ClusterSurvey, NodeSurvey, Position, WsrepStatus

_PATIENCE_S = 60.0
"""How long a restored view may take to come together before it is called stuck; it took 3 s when recorded."""


def without_primary(survey: ClusterSurvey, signed_off: Collection[str] = ()) -> Classification:
    """Classify a cluster in which no node says that it is Primary (GOTCHAS B.3, "0 groups")."""
    sides = sides_of(survey, signed_off)
    if sides.silent:
        return _silent(survey, sides)
    if sides.moving:
        return _moving(survey, sides)
    if sides.talking or sides.waiting:
        return _some_run(survey, sides)
    return stopped(survey, signed_off, outcast=_hosts(sides.left))


def _some_run(survey: ClusterSurvey, sides: Sides) -> Classification:
    uuids = {one.status.state_uuid for one in sides.talking if isinstance(one.status, WsrepStatus)}
    if len(uuids) > 1:
        told = listed(short(uuid) for uuid in sorted(uuids))
        sentence = (
            f"{listed(_hosts(sides.talking))} run without a Primary and with different histories ({told})"
        )
        return _stop(
            survey, sides, Scenario.STOP_HISTORIES, sentence, "there are two histories: a human decides"
        )
    if sides.unreached:
        return _unreached(survey, sides)
    gone = bool(sides.down or sides.vouched or sides.left)
    if gone and len(_parts(survey, sides)) > 1:
        return _cut(survey, sides)
    if gone:
        return _lost(survey, sides)
    return _all_up(survey, sides)


def _silent(survey: ClusterSurvey, sides: Sides) -> Classification:
    hosts = _hosts(sides.silent)
    mute = subject(hosts, "runs without answering", "run without answering")
    sentence = f"No node says that it is Primary, and {mute}"
    if all(is_shut(node) for node in sides.silent):
        shut = subject(hosts, "runs and does", "run and do")
        sentence = f"No node could be asked for its state: {shut} not let this console's account in"
    refused = f"{listed(hosts)} may be Primary, unseen (REC-01)"
    return _stop(survey, sides, Scenario.STOP_SIDE, sentence, refused, hosts=hosts)


def _moving(survey: ClusterSurvey, sides: Sides) -> Classification:
    cases = []
    for node in sides.moving:
        unit = moving_unit(node)
        if unit is not None:
            cases.append(moving_case(survey, node, unit))
    worst = max(cases, key=lambda case: (case.scenario is Scenario.LOOP, case.severity))
    case = Case(
        worst.scenario,
        worst.hosts,
        f"No node is Primary yet; {worst.sentence}",
        _proof(survey),
        Severity.CRITICAL,
    )
    refused = (
        f"{subject(_hosts(sides.moving), 'is', 'are')} on the way: what comes of it decides what is done"
    )
    return Classification(case.scenario, (), case, saved=_saved(sides), refused=refused)


def _unreached(survey: ClusterSurvey, sides: Sides) -> Classification:
    """Tell the stops of nodes that are merely unreachable: ping is no proof of death (REC-07)."""
    gone = _hosts(sides.unreached)
    here = _hosts((*sides.talking, *_silent_waiting(sides)))
    away = subject(gone, "is", "are")
    refused = f"{listed(gone)} may be Primary, or come back (REC-07)"
    if _waits(sides):
        return _stop(survey, sides, Scenario.MEMBER_MISSING, _waiting_for(here, gone), refused)
    if _is_half(survey, sides):
        half = subject(here, "is", "are")
        sentence = (
            f"{half} one half of {len(survey.nodes) + survey.arbitrators} and have no majority; {away} "
            "out of "
            "reach: neither half may write"
        )
        return _stop(survey, sides, Scenario.HALVES, sentence, refused)
    run = subject(here, "runs", "run")
    sentence = f"{run} without a Primary, and {away} out of reach"
    return _stop(survey, sides, Scenario.STOP_SIDE, sentence, refused)


def _waits(sides: Sides) -> bool:
    """Whether all that run are held by a last view that they restored (R-7B)."""
    return bool(sides.waiting) and set(_hosts(sides.talking)) <= set(_hosts(sides.waiting))


def _waiting_for(here: Sequence[str], gone: Sequence[str]) -> str:
    wait = subject(here, "waits", "wait")
    return (
        f"All nodes had gone down; {wait} for {listed(gone)}, missing of their last view, and that wait "
        "has no end"
    )


def _parts(survey: ClusterSurvey, sides: Sides) -> tuple[Group, ...]:
    """The components of those that run and hold the history; who has left it for good is no side of a cut."""
    alive = set(_hosts(sides.talking))
    return tuple(part for part in fragments(survey) if alive & set(part.hosts))


def _cut(survey: ClusterSurvey, sides: Sides) -> Classification:
    """Some are down, and those that live do not see one another: no part of them is the last one (R-EVEN)."""
    alive = _hosts((*sides.talking, *_silent_waiting(sides)))
    missing = (*_hosts(sides.down), *sides.vouched, *_hosts(sides.left))
    scenario, what, told = _cut_words(_parts(survey, sides))
    sentence = (
        f"{listed(alive)} run, cut into {what} ({told}), while {subject(missing, 'is', 'are')} down: "
        "the cut comes first, open 4567 between them"
    )
    refused = (
        f"{listed(alive)} live on both sides of a cut: heal the network (TCP 4567); neither side is made "
        "Primary while the other lives"
    )
    case = Case(scenario, alive, sentence, _proof(survey), Severity.CRITICAL)
    candidates = in_order(_survivors(sides))
    return Classification(scenario, (), case, saved=_saved(sides), candidates=candidates, refused=refused)


def _cut_words(parts: Sequence[Group]) -> tuple[Scenario, str, str]:
    """The card of a cut, what it made of the cluster, and its parts."""
    told = " | ".join(", ".join(part.hosts) for part in parts)
    if len(parts) == 2 and parts[0].size == parts[1].size:
        return Scenario.HALVES, "two halves, neither with a majority", told
    return Scenario.CUT_OFF, f"{len(parts)} parts, none with a majority", told


def _lost(survey: ClusterSurvey, sides: Sides) -> Classification:
    """Quorum lost for good: every missing node is proven down, or vouched for (R-5, R-7B)."""
    missing = (*_hosts(sides.down), *sides.vouched, *_hosts(sides.left))
    survivors = _hosts((*sides.talking, *_silent_waiting(sides)))
    candidates = in_order(_survivors(sides))
    saved = _saved(sides)
    if doubt := _doubt(survey, sides, saved):
        return doubt
    to_recover = tuple(one.host for one in saved if one.kind is SavedKind.CRASHED and one.position is None)
    chosen, because = (None, "") if to_recover else choice(candidates)
    ahead = ahead_of(candidates, saved)
    scenario = Scenario.MEMBER_MISSING if _waits(sides) else Scenario.QUORUM_LOST
    sentence = (
        f"The quorum is lost: {subject(missing, 'is', 'are')} down; {subject(survivors, 'is', 'are')} "
        "left of "
        f"{len(survey.nodes)}, not Primary, and every statement is refused"
    )
    if scenario is Scenario.MEMBER_MISSING:
        sentence = _waiting_for(survivors, missing)
    return Classification(
        scenario,
        (),
        Case(scenario, survivors, sentence, _proof(survey), Severity.CRITICAL),
        saved=saved,
        candidates=candidates,
        excluded=(*_hosts(sides.left), *(one.host for one in saved if one.is_useless)),
        to_recover=to_recover,
        chosen=None if ahead else chosen,
        chosen_because="" if ahead else because,
        refused=ahead,
    )


def _doubt(survey: ClusterSurvey, sides: Sides, saved: Sequence[Saved]) -> Classification | None:
    """A node that is down has another history, or may have more than those that run: nobody can tell."""
    run = subject(_hosts((*sides.talking, *_silent_waiting(sides))), "runs", "run")
    living = {one.status.state_uuid for one in sides.talking if isinstance(one.status, WsrepStatus)}
    strange = [one for one in saved if one.uuid and living and one.uuid not in living]
    torn = [one for one in saved if one.conflict]
    if strange or torn:
        told = "; ".join(
            [f"{one.host}: {short(one.uuid)}" for one in strange]
            + [f"{one.host}: {one.conflict}" for one in torn]
        )
        sentence = f"{run} without a Primary, and what is down has another history ({told})"
        refused = "there are two histories: a human decides"
        return _stop(survey, sides, Scenario.STOP_HISTORIES, sentence, refused)
    unread = tuple(one.host for one in saved if one.kind is SavedKind.UNREADABLE)
    if not unread:
        return None
    sentence = f"{run} without a Primary, and the saved state of {listed(unread)} cannot be read"
    refused = f"{listed(unread)} may hold more than any node that runs (REC-04)"
    return replace(_stop(survey, sides, Scenario.STOP_SIDE, sentence, refused), not_surveyed=unread)


def _all_up(survey: ClusterSurvey, sides: Sides) -> Classification:
    """All run, none is Primary: they will merge by themselves as soon as they see one another."""
    parts = fragments(survey)
    everybody = _hosts(survey.nodes)
    young = [node for node in sides.waiting if _started_s(node) < _PATIENCE_S]
    candidates = in_order(_survivors(sides))
    if young:
        sentence = (
            f"No node is Primary yet: {listed(_hosts(young))} "
            "has just started and gathers its last view; wait"
        )
        case = Case(Scenario.WAIT, everybody, sentence, _proof(survey), Severity.CRITICAL)
        return Classification(
            Scenario.WAIT, (), case, candidates=candidates, refused="the members are gathering: wait"
        )
    together = len(parts) == 1 and len(parts[0].hosts) == len(survey.nodes)
    if together:
        chosen, because = choice(candidates)
        sentence = f"All {len(survey.nodes)} nodes run and see one another, and none is Primary"
        case = Case(Scenario.ALL_NON_PRIMARY, everybody, sentence, _proof(survey), Severity.CRITICAL)
        return Classification(
            Scenario.ALL_NON_PRIMARY, (), case, candidates=candidates, chosen=chosen, chosen_because=because
        )
    scenario, what, told = _cut_words(parts)
    sentence = (
        f"All nodes run, cut into {what} ({told}): they merge by themselves once 4567 is open between them"
    )
    case = Case(scenario, everybody, sentence, _proof(survey), Severity.CRITICAL)
    refused = (
        "all nodes are alive on both sides of a cut: heal the network (TCP 4567); they merge by themselves"
    )
    return Classification(scenario, (), case, candidates=candidates, refused=refused)


def _survivors(sides: Sides) -> list[Candidate]:
    """The nodes that could be told to form a Primary; no position is known of one whose SQL is closed."""
    found = []
    for node in sides.talking:
        assert isinstance(node.status, WsrepStatus)  # noqa: S101 - talking nodes answer
        seqno = node.status.last_committed
        known = None if seqno is None else Position(node.status.state_uuid, seqno)
        found.append(Candidate(node.host, known, "wsrep_last_committed", None))
    return found + [Candidate(node.host, None, "", None) for node in _silent_waiting(sides)]


def _silent_waiting(sides: Sides) -> tuple[NodeSurvey, ...]:
    return tuple(node for node in sides.waiting if not node.answers_sql)


def _is_half(survey: ClusterSurvey, sides: Sides) -> bool:
    voters = len(survey.nodes) + survey.arbitrators
    biggest = max((part.size for part in fragments(survey)), default=0)
    return voters % 2 == 0 and biggest * 2 == voters and bool(sides.talking)


def _started_s(node: NodeSurvey) -> float:
    unit = moving_unit(node)
    return for_s(node, unit) if unit else _PATIENCE_S


def _saved(sides: Sides) -> tuple[Saved, ...]:
    return tuple(saved_state(node) for node in sides.down)


def _stop(
    survey: ClusterSurvey,
    sides: Sides,
    scenario: Scenario,
    sentence: str,
    refused: str,
    *,
    hosts: tuple[str, ...] = (),
) -> Classification:
    about = hosts or _hosts((*sides.talking, *_silent_waiting(sides)))
    return Classification(
        scenario,
        (),
        Case(scenario, about, sentence, _proof(survey), Severity.CRITICAL),
        saved=_saved(sides),
        candidates=in_order(_survivors(sides)),
        not_surveyed=_hosts((*sides.unreached, *sides.silent)),
        refused=refused,
    )


def _proof(survey: ClusterSurvey) -> tuple[str, ...]:
    return tuple(line for node in survey.nodes for line in node_evidence(node, saved_state(node)))


def _hosts(nodes: Sequence[NodeSurvey]) -> tuple[str, ...]:
    return tuple(node.host for node in nodes)
