"""Nobody runs: the branches a to f of GOTCHAS B.3, in the order of the document."""

from __future__ import annotations

import re
from collections.abc import Collection

from runbooks.membership import runs
from runbooks.model import Severity
from runbooks.positions import LastViews, Saved, SavedKind, histories, last_views, saved_state
from runbooks.triage.choosing import candidates_of, choice
from runbooks.triage.scenario import Case, Classification, Scenario
from runbooks.triage.telling import node_evidence
from runbooks.words import count, listed, short
from systems.galera.readings import ClusterSurvey, HostEvidence, NodeSurvey

_NO_RECOVERY = re.compile(r"pc\.recovery\s*=\s*(no|off|false|0)\b", re.IGNORECASE)


def stopped(
    survey: ClusterSurvey, signed_off: Collection[str] = (), *, outcast: Collection[str] = ()
) -> Classification:
    """Classify a cluster in which no process can be Primary.

    `signed_off`: nodes that the operator vouches for by name as off for good. `outcast`: nodes that run, and
    have left the cluster by their own word: never a source.
    """
    saved = tuple(
        saved_state(node)
        for node in survey.nodes
        if node.host not in outcast and not (runs(node) is None and node.host in signed_off)
    )
    unseen = tuple(one.host for one in saved if one.kind in (SavedKind.UNKNOWN, SavedKind.UNREADABLE))
    if unseen:
        return _unseen(survey, saved, unseen)
    found = histories(saved)
    if not found:
        return _without_history(survey, saved, outcast)
    conflicts = tuple(one.conflict for one in saved if one.conflict)
    if len(found) > 1 or conflicts:
        return _two_histories(survey, saved, found, conflicts)
    return _with_one_history(survey, saved, last_views(survey))


def _with_one_history(survey: ClusterSurvey, saved: tuple[Saved, ...], views: LastViews) -> Classification:
    if len(views.whole) > 1:
        return _two_views(survey, saved, views)
    if views.whole and (torn := _may_have_had_another_view(saved, views)):
        return _unseen(survey, saved, torn)
    if views.whole and _reforms(survey, saved, views.whole[0]):
        return _power_loss(survey, saved, views.whole[0])
    return _to_choose(survey, saved)


def _unseen(survey: ClusterSurvey, saved: tuple[Saved, ...], unseen: tuple[str, ...]) -> Classification:
    refused = f"{listed(unseen)} may hold the newest data, or run (REC-04)"
    known = ", ".join(
        f"{one.host} {one.position.seqno if one.position else one.kind.value}"
        for one in saved
        if one.host not in unseen
    )
    sentence = (
        f"Nobody runs, as far as one can see ({known or 'no host answers'}), "
        f"and {listed(unseen)} could not be looked at"
    )
    return Classification(
        Scenario.STOP_SURVEY,
        (),
        _case(survey, Scenario.STOP_SURVEY, unseen, sentence),
        saved=saved,
        candidates=candidates_of(saved),
        excluded=_excluded(saved),
        not_surveyed=unseen,
        refused=refused,
    )


def _without_history(
    survey: ClusterSurvey, saved: tuple[Saved, ...], outcast: Collection[str]
) -> Classification:
    hosts = tuple(one.host for one in saved)
    never = all(saved_state(node).kind is SavedKind.ABSENT for node in survey.nodes)
    if never and last_views(survey).without == _all(survey):
        sentence = (
            f"None of the {count(len(survey.nodes), 'node')} has "
            "ever been in a cluster (no grastate.dat anywhere)"
        )
        case = _case(survey, Scenario.NEW, _all(survey), sentence)
        return Classification(Scenario.NEW, (), case, saved=saved)
    sentence = (
        "No node has a usable state: every grastate.dat says zero UUID, or "
        "is missing; what the data directories hold is not known to be whole"
    )
    return Classification(
        Scenario.LOST,
        (),
        _case(survey, Scenario.LOST, (*hosts, *outcast), sentence),
        saved=saved,
        excluded=(*hosts, *outcast),
        refused="no node has a usable state: a bootstrap would make torn or empty data the truth (REC-12)",
    )


def _two_histories(
    survey: ClusterSurvey,
    saved: tuple[Saved, ...],
    found: dict[str, tuple[str, ...]],
    conflicts: tuple[str, ...],
) -> Classification:
    told = "; ".join(f"{listed(hosts)}: {short(uuid)}" for uuid, hosts in found.items())
    sentence = (
        f"Nobody runs, and the nodes hold {len(found)} different histories ({told}): only one can live on"
    )
    if len(found) == 1:
        sentence = f"Nobody runs, and a node contradicts itself about its history ({'; '.join(conflicts)})"
    return _stop_histories(survey, saved, sentence)


def _may_have_had_another_view(saved: tuple[Saved, ...], views: LastViews) -> tuple[str, ...]:
    """Crashed nodes whose last view is not known, while others remember one without them (R-7A)."""
    return tuple(one.host for one in saved if one.host in views.unread and one.kind is not SavedKind.CLEAN)


def _two_views(survey: ClusterSurvey, saved: tuple[Saved, ...], views: LastViews) -> Classification:
    told = " and ".join(listed(hosts) for hosts in views.whole)
    sentence = (
        f"Nobody runs, and {told} were Primary apart from one another at the end (two last "
        "views without a common member): each may have transactions that the other lacks"
    )
    return _stop_histories(survey, saved, sentence)


def _stop_histories(survey: ClusterSurvey, saved: tuple[Saved, ...], sentence: str) -> Classification:
    return Classification(
        Scenario.STOP_HISTORIES,
        (),
        _case(survey, Scenario.STOP_HISTORIES, tuple(one.host for one in saved), sentence),
        saved=saved,
        candidates=candidates_of(saved),
        excluded=_excluded(saved),
        refused="there are two histories: a human decides which one lives, the other is wiped",
    )


def _reforms(survey: ClusterSurvey, saved: tuple[Saved, ...], view: tuple[str, ...]) -> bool:
    """Whether a whole last view brings the cluster back by itself, with nothing newer outside of it (R-7A).

    A node outside the view must have been stopped in order, and not be ahead of a member that is known. A
    member without a usable state would have to be emptied first, and the others would wait for it.
    """
    if any(_recovery_is_off(survey.node(host)) for host in view):
        return False
    if any(not one.is_candidate for one in saved if one.host in view):
        return False
    outside = [one for one in saved if one.is_candidate and one.host not in view]
    if any(one.kind is not SavedKind.CLEAN for one in outside):
        return False
    known = [one.position.seqno for one in saved if one.host in view and one.position]
    return all(not known or (one.position and one.position.seqno <= max(known)) for one in outside)


def _recovery_is_off(node: NodeSurvey) -> bool:
    options = node.evidence.configured if isinstance(node.evidence, HostEvidence) else {}
    return bool(_NO_RECOVERY.search(options.get("wsrep_provider_options", "")))


def _power_loss(survey: ClusterSurvey, saved: tuple[Saved, ...], view: tuple[str, ...]) -> Classification:
    who = "All nodes" if len(view) == len(survey.nodes) else listed(view)
    sentence = (
        f"{who} went down at once and remember the same last view of {count(len(view), 'member')}: "
        "started together they become Primary again by themselves, without any bootstrap"
    )
    return Classification(
        Scenario.POWER_LOSS,
        (),
        _case(survey, Scenario.POWER_LOSS, view, sentence),
        saved=saved,
        candidates=candidates_of(saved),
        excluded=_excluded(saved),
        start_together=view,
    )


def _to_choose(survey: ClusterSurvey, saved: tuple[Saved, ...]) -> Classification:
    candidates = candidates_of(saved)
    missing = tuple(one.host for one in candidates if one.position is None)
    chosen, because = choice(candidates)
    clean = all(one.kind is SavedKind.CLEAN for one in saved if one.is_candidate)
    scenario = Scenario.ALL_STOPPED if clean else Scenario.ALL_CRASHED
    case = _case(survey, scenario, _all(survey), _sentence(survey, saved, scenario, because))
    return Classification(
        scenario,
        (),
        case,
        saved=saved,
        candidates=candidates,
        excluded=_excluded(saved),
        to_recover=missing,
        chosen=chosen,
        chosen_because=because,
    )


def _sentence(survey: ClusterSurvey, saved: tuple[Saved, ...], scenario: Scenario, because: str) -> str:
    whole = len(saved) == len(survey.nodes)
    who = f"All {len(saved)} nodes" if whole else listed(one.host for one in saved)
    missing = tuple(one.host for one in saved if one.is_candidate and one.position is None)
    if scenario is Scenario.ALL_STOPPED:
        return f"{who} were stopped in order and nobody serves: {because} and must start first"
    if missing:
        return (
            f"{who} are down after a crash; the position of {listed(missing)} "
            "must be recovered before the most advanced one is known"
        )
    return f"{who} are down after a crash: {because} and must start first, by a bootstrap of it alone"


def _case(survey: ClusterSurvey, scenario: Scenario, hosts: tuple[str, ...], sentence: str) -> Case:
    proof = tuple(line for node in survey.nodes for line in node_evidence(node, saved_state(node)))
    return Case(scenario, hosts, sentence, proof, Severity.CRITICAL)


def _excluded(saved: tuple[Saved, ...]) -> tuple[str, ...]:
    return tuple(one.host for one in saved if one.is_useless)


def _all(survey: ClusterSurvey) -> tuple[str, ...]:
    return tuple(node.host for node in survey.nodes)
