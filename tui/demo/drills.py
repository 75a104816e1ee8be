"""Incidents to practise: a goal in one sentence, hints on demand, and what counts in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runbooks.words import count

PAR_S = 300.0
"""Who knows the way is done well within this time, and still reads what stands there."""


@dataclass(frozen=True, slots=True)
class Drill:
    """One incident."""

    name: str
    fault: str
    """As the practice estate calls it."""
    goal: str
    """One sentence that 80 columns show whole."""
    hints: tuple[str, ...]
    """Each says more than the one before it."""
    beside: tuple[str, ...] = ()
    """What has to be well besides the cluster, as the practice estate names it."""
    is_by_hand: bool = False
    """No runbook answers it: what is done by hand costs nothing."""


_PLAN = "b on what is red, then Enter: the plan says why each step is there."

DRILLS: Mapping[str, Drill] = {
    drill.name: drill
    for drill in (
        Drill(
            "one-killed",
            "kill-one",
            "Bring the killed node back without another outage.",
            (
                "w on the red line: who still serves, and how did the node end?",
                "No bootstrap is needed.",
                _PLAN,
            ),
        ),
        Drill(
            "two-stopped",
            "stop-two",
            "One node serves alone: make all whole without stopping it.",
            ("Is there a Primary? Then nobody bootstraps.", "One after the other, each by IST.", _PLAN),
        ),
        Drill(
            "quorum-lost",
            "kill-two",
            "The survivor refuses writes: get them going, then make all whole.",
            (
                "Why does the survivor not serve, though it runs?",
                "Prove that the others are down before it is made Primary by hand.",
                f"{_PLAN} One run may leave a node; then another run follows.",
            ),
        ),
        Drill(
            "all-stopped",
            "stop-all",
            "All were stopped in order: begin at the right node.",
            ("Which node was stopped last?", "safe_to_bootstrap says it, and the position agrees.", _PLAN),
        ),
        Drill(
            "power-loss",
            "power-loss",
            "The power was gone: bring the cluster back and lose no write.",
            (
                "Every node saved the last view. What does that allow?",
                "grastate.dat says -1: the position must be recovered, or the view restored.",
                _PLAN,
            ),
        ),
        Drill(
            "no-view-left",
            "power-loss-no-view",
            "Power gone, no view saved: begin with the newest data.",
            (
                "A position of -1 means unknown, not old.",
                "Recover the position of every node, then compare, then begin at the highest.",
                _PLAN,
            ),
        ),
        Drill(
            "half-a-copy",
            "sst-aborted",
            "A full copy was torn off: bring that node back from good data.",
            ("What is the data of that node worth?", "Nothing that begins there may be bootstrapped.", _PLAN),
        ),
        Drill(
            "zero-uuid",
            "zero-uuid",
            "A node has lost its identity: bring it back, let nobody follow it.",
            ("What does an UUID of zeros in grastate.dat mean?", "Only a full copy helps it.", _PLAN),
        ),
        Drill(
            "left-desynced",
            "desync",
            "A node that serves was left desynced: find it, and put it right.",
            (
                "Which node is not Synced, and why?",
                "Nobody copies from it: a setting was forgotten.",
                _PLAN,
            ),
        ),
        Drill(
            "foreign-data",
            "foreign-uuid",
            "A node has the data of another cluster: bring it back unmixed.",
            (
                "Compare the UUIDs of the nodes.",
                "Its own data is kept aside, then it takes a full copy.",
                _PLAN,
            ),
        ),
        Drill(
            "no-power",
            "host-off",
            "A host has no power: switch it on, and see the cluster whole.",
            (
                "The hosts are instances of a cloud.",
                "3, the instance that is SHUTOFF and should not be, a.",
                "Start it there; its database comes up by itself, and joins.",
            ),
            is_by_hand=True,
        ),
        Drill(
            "left-in-maint",
            "maint-forgotten",
            "A good node gets no clients: find out why, and let it serve.",
            (
                "2: what does each load balancer believe, and what does the node say?",
                "Nobody's check took it out: somebody's order did.",
                "a on the member: ready, on every load balancer.",
            ),
            beside=("lb1", "lb2"),
            is_by_hand=True,
        ),
        Drill(
            "balancer-error",
            "lb-error",
            "A load balancer of the cloud is in ERROR: repair it.",
            (
                "3, then o: which of its two statuses is ERROR, and does it serve?",
                "Only a failover or its deletion is taken in that state.",
                "a on it; it is locked for some seconds, then ACTIVE.",
            ),
            beside=("shop-lb",),
            is_by_hand=True,
        ),
        Drill(
            "asks-for-fsck",
            "fsck-asks",
            "mon-1 is ACTIVE and does not answer: bring it up.",
            (
                "3, mon-1, d: what stands on its screen?",
                "t, A and i: its serial line takes what you type.",
                "fsck -y /dev/vda1, then exit.",
            ),
            beside=("mon-1",),
            is_by_hand=True,
        ),
    )
}
"""By name, the easier ones first."""


@dataclass(frozen=True, slots=True)
class Score:
    """What came of a drill."""

    is_whole: bool
    """The simulation says that every node is in one cluster and Synced, and well what else it is about."""
    lost: int
    """Acknowledged writes that are on no node any more."""
    took_s: float
    outside: int | None
    """Lines that were sent outside a runbook and may have changed something; None: they do not count."""
    hints: int
    is_beside: bool = False
    """It was about more than the cluster; `is_whole` holds for that, too."""

    @property
    def points(self) -> int:
        """0 to 100: the goal 50, no write lost 30, time 10, by runbooks alone 10; a hint costs 2.

        Without the goal there are none: half a recovery is none.
        """
        if not self.is_whole:
            return 0
        points = 50 + (0 if self.lost else 30) + (0 if self.outside else 10)
        points += 10 if self.took_s <= PAR_S else 0
        return max(points - 2 * self.hints, 0)

    @property
    def sentence(self) -> str:
        """The same in words."""
        goal = "all of it is well" if self.is_beside else "the cluster is whole"
        if not self.is_whole:
            goal = "it is not repaired" if self.is_beside else "the cluster is not whole"
        lost = f"{count(self.lost, 'acknowledged write') if self.lost else 'no acknowledged write'} lost"
        took = f"{int(self.took_s) // 60} min {int(self.took_s) % 60:02d} s"
        told = [goal, lost, took]
        if self.outside is not None:
            told.append(f"{count(self.outside, 'line') if self.outside else 'nothing'} outside a runbook")
        return f"{self.points} of 100: {', '.join([*told, count(self.hints, 'hint')])}"


def score_of(
    state: Mapping[str, object],
    *,
    took_s: float,
    outside: int | None,
    hints: int,
    beside: tuple[str, ...] = (),
) -> Score:
    """Judge by what the simulation says of its state; what it does not say counts against.

    `beside`: what has to be well besides the clusters. `outside` None: what was done by hand does not count.
    """
    clusters = state.get("clusters")
    told = [one for one in clusters.values() if isinstance(one, dict)] if isinstance(clusters, dict) else []
    lost = sum(one["lost"] if isinstance(one.get("lost"), int) else 1 for one in told)
    is_whole = bool(told) and all(one.get("is_healthy") is True for one in told)
    others = state.get("beside")
    well = others if isinstance(others, dict) else {}
    is_whole = is_whole and all(well.get(name) is True for name in beside)
    return Score(is_whole, lost, took_s, outside, hints, is_beside=bool(beside))
