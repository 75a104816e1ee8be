"""Detectors of what stopped nodes have on disk: positions, flags, histories, remembered views."""

from __future__ import annotations

from runbooks.gotchas.detectors.common import of_evidence
from runbooks.logs import hit, waits_for_last_view
from runbooks.membership import is_down, primary_groups, runs
from runbooks.model import Look, Sighting, no, unknown, yes
from runbooks.positions import Saved, SavedKind, last_views, saved_state
from runbooks.triage.choosing import candidates_of
from runbooks.triage.sides import sides_of
from runbooks.triage.stopped import stopped
from runbooks.words import count, listed, short, size, subject
from systems.galera.readings import HostEvidence, NodeSurvey, WsrepStatus

_LITTLE_BYTES = 1_000_000


def flag_misleads(look: Look) -> Sighting:
    """REC-02: safe_to_bootstrap is 1 on a stopped node that must not be first, or would be assumed."""
    down = _down(look)
    silent = _unseen(look)
    known = [one.position.seqno for one in down if one.position]
    told = []
    for one in down:
        if one.kind is SavedKind.ABSENT:
            told.append(f"{one.host}: has no grastate.dat, which Galera takes for safe to bootstrap")
        elif one.safe_to_bootstrap and one.kind is SavedKind.ZERO:
            told.append(f"{one.host}: says safe_to_bootstrap 1 with a zero UUID")
        elif one.safe_to_bootstrap and one.position and one.position.seqno < max(known):
            told.append(
                f"{one.host}: says safe_to_bootstrap 1 at {one.position.seqno}, another has {max(known)}"
            )
    if told:
        return yes("; ".join(told), *(one.host for one in down))
    if silent:
        return unknown(f"{listed(silent)} could not be looked at", *silent)
    flagged = [one.host for one in down if one.safe_to_bootstrap]
    return no(f"safe_to_bootstrap agrees with the positions{f' ({listed(flagged)})' if flagged else ''}")


def file_missing(look: Look) -> Sighting:
    """REC-03, REC-33: a stopped node with data and without grastate.dat."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        if not is_down(node) or evidence.grastate is not None or evidence.grastate_error:
            return ""
        held = evidence.datadir_bytes or 0
        return f"{node.host}: no grastate.dat beside {size(held)} of data" if held > _LITTLE_BYTES else ""

    return of_evidence(look, judge, "every stopped node that has data has its grastate.dat")


def dropped_after_vote(look: Look) -> Sighting:
    """REC-33: a node that was voted out has lost its grastate.dat, and looks safe to bootstrap."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        gone = is_down(node) and evidence.grastate is None and not evidence.grastate_error
        trace = evidence.gra_logs or hit(node, "voted-out")
        return f"{node.host}: no grastate.dat, and traces of a vote" if gone and trace else ""

    return of_evidence(look, judge, "no node that was voted out has lost its grastate.dat")


def positions_missing(look: Look) -> Sighting:
    """REC-04: YES when a stopped node's position is missing, UNKNOWN when a node was not looked at."""
    missing = [one.host for one in candidates_of(_down(look)) if one.position is None]
    if missing:
        return yes(f"the position of {listed(missing)} is not recovered yet", *missing)
    silent = _unseen(look)
    if silent:
        return unknown(f"{listed(silent)} could not be looked at: what it has is not known", *silent)
    told = ", ".join(f"{one.host} {one.position.seqno}" for one in _down(look) if one.position)
    return no(f"every position is known{f': {told}' if told else ''}")


def other_side_alive(look: Look) -> Sighting:
    """REC-07: a node outside the talking ones that runs, or of which nobody knows whether it does."""
    sides = sides_of(look.survey, ())
    alive = [node.host for node in (*sides.silent, *sides.moving)]
    primary = [host for group in primary_groups(look.survey) for host in group.hosts]
    if alive or primary:
        return yes(f"{listed([*primary, *alive])}: running, and perhaps the other side", *primary, *alive)
    unreached = [node.host for node in sides.unreached]
    if unreached:
        return unknown(f"{subject(unreached, 'is', 'are')} out of reach, which proves nothing", *unreached)
    down = [node.host for node in sides.down]
    return no(
        f"proven down (no mysqld on a host that answers): {listed(down)}" if down else "all nodes answer"
    )


def process_runs(look: Look) -> Sighting:
    """REC-11: a mysqld runs where a position is to be recovered from its files."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        pids = ", ".join(str(pid) for pid in evidence.mysqld_pids)
        return f"{node.host}: mysqld runs (pid {pids})" if evidence.is_running else ""

    return of_evidence(look, judge, "no mysqld runs on any host")


def torn_source(look: Look) -> Sighting:
    """REC-12: a node without a usable state would be the source: by its flag, or since no other is left."""
    down = _down(look)
    zero = [one.host for one in down if one.kind is SavedKind.ZERO]
    eager = [one.host for one in down if one.kind is SavedKind.ZERO and one.safe_to_bootstrap]
    if eager:
        return yes(f"{subject(eager, 'has', 'have')} a zero UUID and says safe_to_bootstrap 1", *eager)
    if zero and not any(one.is_candidate for one in down) and not primary_groups(look.survey):
        return yes(f"only nodes without a usable state are left: {listed(zero)}", *zero)
    silent = _unseen(look)
    if silent:
        return unknown(f"{listed(silent)} could not be looked at", *silent)
    return no(f"{subject(zero, 'has', 'have')} a zero UUID and is no source" if zero else "no zero UUID")


def number_while_running(look: Look) -> Sighting:
    """REC-13: grastate.dat tells a position although mysqld runs: its provider is paused by a lock."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        state = evidence.grastate
        paused = evidence.is_running and state is not None and state.position.seqno >= 0
        return (
            f"{node.host}: grastate.dat says {state.position.seqno} while mysqld runs"
            if paused and state
            else ""
        )

    return of_evidence(look, judge, "no running node has a position in its grastate.dat")


def view_waits(look: Look) -> Sighting:
    """REC-21: gvwstate.dat makes a node wait for members that do not come."""
    waiting = [
        node.host
        for node in look.survey.nodes
        if waits_for_last_view(node) and not (isinstance(node.status, WsrepStatus) and node.status.is_primary)
    ]
    if waiting:
        return yes(f"{listed(waiting)}: the last view was restored and its members are awaited", *waiting)
    if any(runs(node) for node in look.survey.nodes):
        return _seen_by_ssh(look, "no running node waits for an old view")
    views = last_views(look.survey)
    if torn := tuple(host for host in views.unread if host in _hosts(_down(look))):
        return unknown(f"{listed(torn)}: what they remember as their last view could not be read", *torn)
    if views.partial:
        return yes(
            f"{listed(views.partial)}: a remembered view that not all members have kept", *views.partial
        )
    return _seen_by_ssh(look, "no stopped node would wait for an old view")


def clean_stop(look: Look) -> Sighting:
    """REC-22: all were stopped in order, so nothing comes back by itself."""
    down = _down(look)
    if len(down) == len(look.survey.nodes) and all(one.kind is SavedKind.CLEAN for one in down):
        return yes(
            f"all {count(len(down), 'node')} were stopped in order: one must be bootstrapped", *_hosts(down)
        )
    return _seen_by_ssh(look, "not all nodes were stopped in order")


def sole_survivor(look: Look) -> Sighting:
    """REC-24: a crashed node whose flag says that it was alone at the end."""
    down = _down(look)
    lone = [one for one in down if one.kind is SavedKind.CRASHED and one.safe_to_bootstrap]
    if lone:
        return yes(
            f"{listed(_hosts(lone))} crashed as the last of its view (safe_to_bootstrap is 1)", *_hosts(lone)
        )
    return _seen_by_ssh(look, "no crashed node was alone at the end")


def serial_start(look: Look) -> Sighting:
    """REC-40: the nodes must be started together, since each waits for all of the last view."""
    if any(runs(node) for node in look.survey.nodes):
        return _seen_by_ssh(look, "some nodes run already")
    found = stopped(look.survey)
    if found.start_together:
        return yes(
            f"{listed(found.start_together)} wait for one another: start them at once", *found.start_together
        )
    return _seen_by_ssh(look, "no whole last view: the nodes are started one by one")


def cache_at_stake(look: Look) -> Sighting:
    """REC-43: nodes run without a Primary and still have their cache."""
    if primary_groups(look.survey):
        return no("a Primary component lives")
    talking = [node.host for node in sides_of(look.survey, ()).talking]
    if talking:
        return yes(
            f"{subject(talking, 'runs', 'run')} without a Primary, cache and all: pc.bootstrap keeps it",
            *talking,
        )
    return _seen_by_ssh(look, "no node runs: there is no cache to keep")


def foreign_data(look: Look) -> Sighting:
    """PXC-10: a stopped node whose history is not the cluster's."""
    groups = primary_groups(look.survey)
    if not groups:
        return unknown("no Primary component to compare with")
    down = _down(look)
    uuids = {group.state_uuid for group in groups}
    foreign = [one for one in down if one.uuid and one.uuid not in uuids]
    if foreign:
        told = "; ".join(f"{one.host}: {short(one.uuid)}" for one in foreign)
        return yes(f"history differs from the cluster's: {told}", *_hosts(foreign))
    silent = _unseen(look)
    if silent:
        return unknown(f"{listed(silent)} could not be looked at", *silent)
    return no("no stopped node has another history")


def failed_copy(look: Look) -> Sighting:
    """PXC-11: the marker of a state transfer on a node that is down."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        return f"{node.host}: down with sst_in_progress" if is_down(node) and evidence.sst_in_progress else ""

    return of_evidence(look, judge, "no stopped node has the marker of a failed copy")


def _down(look: Look) -> list[Saved]:
    return [saved_state(node) for node in look.survey.nodes if is_down(node)]


def _unseen(look: Look) -> list[str]:
    return [node.host for node in look.survey.nodes if not isinstance(node.evidence, HostEvidence)]


def _seen_by_ssh(look: Look, good: str) -> Sighting:
    silent = _unseen(look)
    return unknown(f"{listed(silent)} could not be looked at", *silent) if silent else no(good)


def _hosts(saved: list[Saved]) -> tuple[str, ...]:
    return tuple(one.host for one in saved)
