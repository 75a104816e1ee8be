"""What a running server is in: its group, its state there, what sessions have done to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from practice.galera.history import Position
from practice.galera.node_data import NodeData
from practice.host.units import random_of

if TYPE_CHECKING:
    from practice.galera.cluster import Cluster
    from practice.galera.component import Component
    from practice.galera.server import Server
    from practice.host.machine import Machine
    from practice.host.processes import Process
    from practice.host.units import Unit

CHECK_OFF = "/var/tmp/clustercheck.disabled"
"""While that file is there clustercheck says 503 (LB-14)."""
_STATES = {0: "Initialized", 1: "Joining", 2: "Donor/Desynced", 3: "Joined", 4: "Synced"}


class ServerState(NodeData):
    """See the module. `phase`: off, recovering, connecting, alone, joining, up, expelled."""

    def __init__(self, machine: Machine, cluster: Cluster, *, seed: int, data_bytes: int) -> None:
        super().__init__(machine, data_bytes)
        self.cluster = cluster
        self.name = machine.name
        self.random = random_of(seed, f"server {machine.name}")
        self.server_uid = f"{self.random.getrandbits(150):027x}="[:28]
        self.phase = "off"
        self.unit: Unit | None = None
        self.process: Process | None = None
        self.component: Component | None = None
        self.local_state = 0
        self.applied = -1
        self.start_position = Position()
        self.is_restored = False
        """It came with the identity of a saved view."""
        self.is_locked = False
        """A session holds a table lock, so that nothing is applied."""
        self.desync_count = 0
        self.donates_to: Server | None = None
        self.cached_from = 1
        self.weight = 1
        self.started_s = 0.0
        self.flow_control_sent = 0
        self.has_check_account = True
        """The account by which clustercheck logs in is there."""
        self.killed_sessions: set[int] = set()
        self.sessions: dict[str, tuple[str | None, ...]] = {}
        """Rows of the process list that faults add, by their number."""

    @property
    def is_member(self) -> bool:
        """Whether its process takes part in group communication."""
        return self.phase in {"alone", "joining", "up"} and self.process is not None

    @property
    def is_synced(self) -> bool:
        """Whether it applies what is committed."""
        return self.is_member and self.local_state in {2, 4}

    @property
    def answers_sql(self) -> bool:
        """Whether its socket is open."""
        return self.phase in {"up", "expelled"} and self.process is not None

    @property
    def passes_check(self) -> bool:
        """Whether clustercheck on its host says 200: it may log in, is not switched off, and finds Synced."""
        machine = self.machine
        if not machine.answers or not self.answers_sql or machine.files.exists(CHECK_OFF):
            return False
        return self.has_check_account and self.state_comment == "Synced"

    @property
    def state_comment(self) -> str:
        """wsrep_local_state_comment."""
        if self.phase == "expelled":
            return "Inconsistent"
        if self.component is None or not self.component.is_primary:
            return "Initialized"
        return _STATES[self.local_state]

    @property
    def write_share(self) -> float:
        """Which part of all writes came from its clients."""
        if self.cluster.write_shares:
            return self.cluster.write_shares.get(self.name, 0.0)
        return 1.0 if self.cluster.writer() is self else 0.0

    def set_desync(self, *, on: bool) -> None:
        """wsrep_desync: it applies on, and holds nobody up."""
        self.desync_count = int(on)
        if self.local_state in {2, 4} and self.donates_to is None:
            self.local_state = 2 if on else 4
            self.log(
                f"WSREP: Shifting {'SYNCED -> DONOR/DESYNCED' if on else 'JOINED -> SYNCED'}"
                f" (TO: {self.applied})"
            )

    def lock(self) -> None:
        """A session locks a table, and nothing is applied any more."""
        self.position()
        self.is_locked = True
        self.killed_sessions.discard(41)

    def unlock(self) -> None:
        """The lock is released: what waited is applied."""
        if self.is_locked:
            self.position()
            self.is_locked = False
            if self.component is not None and self.is_synced:
                self.applied = self.component.seqno

    def kill_session(self, number: int) -> None:
        """End one connection."""
        self.killed_sessions.add(number)
        if number == 41:
            self.unlock()
        if number == 37:
            self.killed_sessions.discard(37)

    def position(self) -> Position:
        """Where its data stands now."""
        if self.component is not None:
            self.component.settle()
        branch = self.component.branch if self.component and self.is_synced else self.start_position.branch
        return Position(branch, self.applied) if branch else Position()

    def log(self, text: str, kind: str = "Note", thread: int = 0) -> None:
        """Write to its log, which goes to the journal."""
        at = datetime.fromtimestamp(self.machine.now_s(), UTC)
        pid = self.process.pid if self.process else 0
        unit = self.unit.name if self.unit else "mariadb"
        stamped = text if text.startswith("Version:") else f"{at:%Y-%m-%d %H:%M:%S} {thread} [{kind}] {text}"
        self.machine.journal.add(f"mariadbd[{pid}]", stamped, unit)
