"""The scenarios that a cluster can be in, and what a classification says; triage and runbooks share it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from runbooks.membership import Group
from runbooks.model import Severity
from runbooks.positions import Saved
from systems.galera.readings import Position


class Scenario(Enum):
    """The scenario cards of GOTCHAS B.3 and B.4, with the stops and waits between them."""

    HEALTHY = "healthy"
    STOPPED_ONE = "R-1G"
    CRASHED_ONE = "R-1C"
    NO_STATE = "R-1Z"
    FOREIGN = "R-FOR"
    FAILED_SST = "R-SST"
    CUT_OFF = "R-NET"
    VOTED_OUT = "R-VOTE"
    HUNG_JOIN = "R-JOIN"
    DONOR = "R-DON"
    HOST = "R-HOST"
    UNMOUNTED = "R-MNT"
    """It is down and the volume of its data is not mounted: a start would make an empty one (HOST-06)."""
    WAIT = "R-WAIT"
    """Something is on its way by itself: a recovery, a state transfer, a restart."""
    LOOP = "R-LOOP"
    """It fails at every start; systemd tries again and again."""
    MUTE = "R-MUTE"
    """mysqld runs and its SQL does not answer."""
    WSREP_OFF = "R-OFF"
    """mysqld runs as a plain server, without replication."""
    FLOW_CONTROL = "R-FC"
    DDL = "R-DDL"
    LOCK = "R-LOCK"
    CERTIFICATION = "R-CERT"
    SEPARATE = "R-SEP"
    SPLIT_BRAIN = "R-SB"
    STOPPED_SOME = "R-2"
    HALVES = "R-EVEN"
    ALL_NON_PRIMARY = "R-NP-ALL"
    QUORUM_LOST = "R-5"
    ALL_STOPPED = "R-3"
    ALL_CRASHED = "R-6"
    POWER_LOSS = "R-7A"
    MEMBER_MISSING = "R-7B"
    LOST = "R-LOST"
    NEW = "R-NEW"
    """No node has ever had a history: a cluster to be made, not to be recovered."""
    STOP_HISTORIES = "STOP-HISTORIES"
    """Two histories: a human decides which one lives."""
    STOP_SURVEY = "STOP-SURVEY"
    """Nobody runs, and not every node could be looked at."""
    STOP_SIDE = "STOP-SIDE"
    """No Primary in sight, and a node that may be one does not answer."""


@dataclass(frozen=True, slots=True)
class Case:
    """One scenario card that holds now, of one node or of the cluster."""

    scenario: Scenario
    hosts: tuple[str, ...]
    """Whom it is about; the one to act on first."""
    sentence: str
    """What was seen, in one sentence."""
    evidence: tuple[str, ...]
    severity: Severity
    position: Position | None = None
    """Where that node's history ends, when it is known."""
    is_evicted: bool = False
    """The others keep it out until it comes with a new identity (REC-25)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node that could be the first of a new Primary component."""

    host: str
    position: Position | None
    """None: not known yet; it must be recovered before anything is chosen (REC-04)."""
    source: str
    """Where the position stands: grastate.dat, wsrep-recover, wsrep_last_committed."""
    safe_to_bootstrap: bool | None


@dataclass(frozen=True, slots=True)
class Classification:
    """What one look says the matter is. Triage shows it, galera-recover acts on it: the same object."""

    scenario: Scenario
    """The card that decides what is done first."""
    groups: tuple[Group, ...]
    """The Primary components that were seen."""
    cluster: Case | None
    """What is wrong with the cluster as a whole."""
    outside: tuple[Case, ...] = ()
    """One for each node that is not in the one Primary component, in inventory order."""
    inside: tuple[Case, ...] = ()
    """What is wrong among the members of the one Primary component."""
    saved: tuple[Saved, ...] = ()
    """What the nodes that are down have on their disks, in inventory order."""
    candidates: tuple[Candidate, ...] = ()
    """Most advanced first; unknown positions first of all, since nothing may be chosen before them."""
    excluded: tuple[str, ...] = ()
    """Nodes without a usable state: never a source, they rejoin by SST (REC-12, REC-33)."""
    to_recover: tuple[str, ...] = ()
    """Nodes whose position must be recovered before a choice is possible."""
    chosen: str | None = None
    """The node that a new Primary component may start from; None: none may, `refused` says why."""
    chosen_because: str = ""
    start_together: tuple[str, ...] = ()
    """R-7A: the members of the last view, to be started at once (REC-40)."""
    not_surveyed: tuple[str, ...] = ()
    """Nodes of which it is not known whether they run, and for which nobody has vouched."""
    refused: str = ""
    """Why nothing that can create a Primary component may be done now; empty: nothing forbids it."""
    confirmed: bool = False
    """The look before this one said the same; view changes are transient (B.3, step 0)."""

    @property
    def members(self) -> tuple[str, ...]:
        """Hosts in the one Primary component; empty when there is none, or more than one."""
        return self.groups[0].hosts if len(self.groups) == 1 else ()

    @property
    def cases(self) -> tuple[Case, ...]:
        """Everything that holds, worst first; R-2 speaks for the stopped nodes that it names."""
        told = self.cluster.hosts if self.cluster and self.cluster.scenario is Scenario.STOPPED_SOME else ()
        found = [case for case in (*self.outside, *self.inside) if not set(case.hosts) <= set(told)]
        return tuple(
            sorted([self.cluster, *found] if self.cluster else found, key=lambda case: -case.severity)
        )

    def case_of(self, host: str) -> Case | None:
        """The card of one node, as the first host of its case; None: nothing is wrong with it."""
        return next((case for case in (*self.outside, *self.inside) if case.hosts[0] == host), None)
