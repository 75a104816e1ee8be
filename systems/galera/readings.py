"""Everything one look at a Galera cluster brings back. Frozen, stamped, and free of judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias, TypeVar

from systems.errors import SystemsError
from systems.galera.evidence import (
    UNDEFINED,
    ZERO_UUID,
    Filesystem,
    Flavour,
    Grastate,
    Gvwstate,
    HostEvidence,
    LogHit,
    Position,
    UnitState,
)

__all__ = [
    "UNDEFINED",
    "ZERO_UUID",
    "Answer",
    "ClusterSurvey",
    "Filesystem",
    "Flavour",
    "Grastate",
    "Gvwstate",
    "HostEvidence",
    "LogHit",
    "NodeSurvey",
    "Position",
    "UnitState",
    "Writer",
    "WsrepStatus",
    "WsrepVariables",
]

T = TypeVar("T")
Answer: TypeAlias = T | SystemsError
"""A reading, or the error that came instead: a failure is an answer too."""


@dataclass(frozen=True, slots=True)
class WsrepStatus:
    """SHOW GLOBAL STATUS LIKE 'wsrep_%' of one node. None: the node did not say, or said "undefined"."""

    taken_at: datetime
    cluster_status: str
    """As it came: "Primary", "non-Primary", "Disconnected"."""
    cluster_size: int | None
    conf_id: int | None
    """The number of this view; None while non-Primary."""
    state_uuid: str
    local_state: int | None
    """1 Joining, 2 Donor/Desynced, 3 Joined, 4 Synced."""
    state_comment: str
    ready: bool
    connected: bool
    last_committed: int | None
    local_index: int | None
    gcomm_uuid: str
    incoming_addresses: tuple[str, ...]
    """Empty strings stand for arbitrators and nodes that have just joined (GOTCHAS P.1)."""
    recv_queue: int | None
    recv_queue_avg: float | None
    send_queue: int | None
    flow_control_paused: float | None
    """Share of the time since FLUSH STATUS, not of now (REC-30)."""
    flow_control_paused_ns: int | None
    flow_control_sent: int | None
    flow_control_active: bool | None
    flow_control_requested: bool | None
    cached_downto: int | None
    """The oldest transaction that this node can hand over by IST; None: its cache is empty (B.5)."""
    replicated_bytes: int | None
    received_bytes: int | None
    desync_count: int | None
    evs_state: str
    evict_list: str
    cert_failures: int | None
    bf_aborts: int | None
    provider_version: str
    protocol_version: int | None
    all: Mapping[str, str] = field(default_factory=dict)
    """Every wsrep_ variable by lower-case name, for the detail view."""
    local_state_uuid: str = ""
    """The state that this node itself holds; `state_uuid` is the cluster's as it last saw it."""
    uptime_s: int | None = None
    threads_connected: int | None = None

    @property
    def is_primary(self) -> bool:
        """Compared without regard to case; anything else is not operational (GOTCHAS P.1)."""
        return self.cluster_status.lower() == "primary"

    @property
    def is_synced(self) -> bool:
        return self.local_state == 4


@dataclass(frozen=True, slots=True)
class WsrepVariables:
    """What one running node is configured to be: SHOW GLOBAL VARIABLES, the part that matters."""

    taken_at: datetime
    flavour: Flavour
    version: str
    node_name: str
    node_address: str
    incoming_address: str
    cluster_name: str
    cluster_address: str
    """As it came: "gcomm://10.0.0.1,10.0.0.2". Empty after gcomm:// is a bootstrap in waiting (PXC-02)."""
    provider_options: Mapping[str, str]
    """wsrep_provider_options, parsed: "gcache.size" -> "128M"."""
    sst_method: str
    sst_donor: str
    datadir: str
    desync: bool
    reject_queries: str
    dirty_reads: bool
    sync_wait: str
    wsrep_on: bool
    ignore_apply_errors: str
    osu_method: str
    pxc_maint_mode: str | None
    """None: this flavour has none."""
    pxc_strict_mode: str | None
    server_uuid: str | None
    server_id: str
    read_only: bool
    max_connections: int | None
    all: Mapping[str, str] = field(default_factory=dict)
    """Every variable that was read, by lower-case name."""


@dataclass(frozen=True, slots=True)
class Writer:
    """One row of the processlist that matters for triage (wsrep threads and long statements)."""

    id: int
    user: str
    command: str
    time_s: float
    state: str
    statement: str
    """Without its values and comments, cut to 200 characters; text from outside."""


@dataclass(frozen=True, slots=True)
class NodeSurvey:
    """All that is known of one node of the inventory after one look."""

    host: str
    started_at: datetime
    taken_at: datetime
    status: Answer[WsrepStatus]
    variables: Answer[WsrepVariables]
    evidence: Answer[HostEvidence]
    writers: tuple[Writer, ...] = ()
    writers_hidden: str = ""
    """Why statements of other clients may run unseen; empty: `writers` is of all."""

    @property
    def answers_sql(self) -> bool:
        return isinstance(self.status, WsrepStatus)

    @property
    def answers_ssh(self) -> bool:
        return isinstance(self.evidence, HostEvidence)


@dataclass(frozen=True, slots=True)
class ClusterSurvey:
    """One look at all nodes of one cluster, each asked itself, side by side."""

    name: str
    """As in the estate file."""
    taken_at: datetime
    nodes: tuple[NodeSurvey, ...]
    """In inventory order; every node of the inventory is here, whether it answered or not."""
    before: ClusterSurvey | None = None
    """The look before this one, for rates; its own `before` is None."""
    arbitrators: int = 0
    """Number of garbd members as in the estate file; they count in `cluster_size` (ROLL-12)."""

    def node(self, host: str) -> NodeSurvey:
        """The survey of that host; raises `KeyError` when it is not in the inventory."""
        for node in self.nodes:
            if node.host == host:
                return node
        raise KeyError(host)
