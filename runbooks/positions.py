"""What a node that does not run has to offer: its saved state, its recovered position, its last view."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from systems.galera.readings import ClusterSurvey, Gvwstate, HostEvidence, NodeSurvey, Position


class SavedKind(Enum):
    """What grastate.dat says (GOTCHAS B.1)."""

    CLEAN = "stopped cleanly"
    CRASHED = "crashed"
    ZERO = "no usable state"
    ABSENT = "no grastate.dat"
    UNREADABLE = "grastate.dat cannot be read"
    UNKNOWN = "not looked at"


@dataclass(frozen=True, slots=True)
class Saved:
    """The saved state of one node, with the position that counts where one is known."""

    host: str
    kind: SavedKind
    position: Position | None
    """Where its history ends; None: not known yet, or none that may be trusted."""
    source: str
    """Where `position` stands: "grastate.dat", "wsrep-recover"; empty when there is none."""
    uuid: str
    """Its history; empty: none, or not known."""
    safe_to_bootstrap: bool | None
    conflict: str = ""
    """Said when the file and the recovery run name different histories."""

    @property
    def is_candidate(self) -> bool:
        """May hold the newest data: zero UUIDs and lost files do not count (REC-12, REC-33)."""
        return self.kind in (SavedKind.CLEAN, SavedKind.CRASHED)

    @property
    def is_useless(self) -> bool:
        """Known to hold no usable state; not merely unknown."""
        return self.kind in (SavedKind.ZERO, SavedKind.ABSENT)


def saved_state(node: NodeSurvey) -> Saved:
    """Read what is left of a node on its disk.

    A state transfer that did not end leaves an empty grastate.dat: no usable state either (R-SST).
    """
    evidence = node.evidence
    if not isinstance(evidence, HostEvidence):
        return Saved(node.host, SavedKind.UNKNOWN, None, "", "", None)
    state = evidence.grastate
    if evidence.sst_in_progress or evidence.grastate_empty:
        return Saved(node.host, SavedKind.ZERO, None, "", "", None)
    if state is None:
        kind = SavedKind.UNREADABLE if evidence.grastate_error else SavedKind.ABSENT
        return Saved(node.host, kind, None, "", "", None)
    safe = state.safe_to_bootstrap
    if state.position.is_zero:
        return Saved(node.host, SavedKind.ZERO, None, "", "", safe)
    uuid = state.position.uuid
    if state.position.seqno >= 0:
        return Saved(node.host, SavedKind.CLEAN, state.position, "grastate.dat", uuid, safe)
    return _crashed(node.host, uuid, evidence.recovered, safe)


def _crashed(host: str, uuid: str, recovered: Position | None, safe: bool | None) -> Saved:
    if recovered is None or not recovered.is_known:
        return Saved(host, SavedKind.CRASHED, None, "", uuid, safe)
    if recovered.uuid != uuid:
        conflict = f"grastate.dat names {uuid}, its recovery run {recovered.uuid}"
        return Saved(host, SavedKind.CRASHED, None, "", uuid, safe, conflict)
    return Saved(host, SavedKind.CRASHED, recovered, "wsrep-recover", uuid, safe)


def histories(saved: Iterable[Saved]) -> dict[str, tuple[str, ...]]:
    """The different state UUIDs among nodes that have one, with their hosts."""
    found: dict[str, tuple[str, ...]] = {}
    for one in saved:
        if one.uuid:
            found[one.uuid] = (*found.get(one.uuid, ()), one.host)
    return found


@dataclass(frozen=True, slots=True)
class LastViews:
    """What the gvwstate.dat files of all hosts tell together (R-7A, REC-21)."""

    whole: tuple[tuple[str, ...], ...]
    """Views of which every member is a surveyed host that kept this very view."""
    partial: tuple[str, ...]
    """Hosts whose view waits for members that do not have it."""
    without: tuple[str, ...]
    """Hosts with no such file."""
    unread: tuple[str, ...]
    """Hosts of which it is not known what they remember: the file could not be read or understood."""


def last_views(survey: ClusterSurvey) -> LastViews:
    """Sort the hosts by the last Primary view that they remember."""
    kept: dict[str, Gvwstate] = {}
    without: list[str] = []
    unread: list[str] = []
    for node in survey.nodes:
        if not isinstance(node.evidence, HostEvidence) or node.evidence.gvwstate_error:
            unread.append(node.host)
        elif (view := node.evidence.gvwstate) is None:
            without.append(node.host)
        else:
            kept[node.host] = view
    whole: list[tuple[str, ...]] = []
    partial: list[str] = []
    for host, view in kept.items():
        same = tuple(other for other, its in kept.items() if _same(its, view))
        uuids = [kept[other].my_uuid for other in same]
        if len(set(uuids)) == len(uuids) and set(uuids) == set(view.members):
            if same not in whole:
                whole.append(same)
        else:
            partial.append(host)
    return LastViews(tuple(whole), tuple(partial), tuple(without), tuple(unread))


def _same(one: Gvwstate, other: Gvwstate) -> bool:
    return one.view_id == other.view_id and set(one.members) == set(other.members)
