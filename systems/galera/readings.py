"""Everything one look at a Galera cluster brings back. Frozen, stamped, and free of judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TypeAlias, TypeVar

from systems.errors import SystemsError

T = TypeVar("T")
Answer: TypeAlias = T | SystemsError
"""A reading, or the error that came instead: a failure is an answer too."""

ZERO_UUID = "00000000-0000-0000-0000-000000000000"
UNDEFINED = 18446744073709551615
"""2^64-1: Galera's way to say "undefined" for conf_id and cached_downto (GOTCHAS P.1)."""


class Flavour(Enum):
    """Which build of Galera this is: commands, units and options differ (REC-42)."""

    MARIADB = "MariaDB"
    PXC = "Percona XtraDB Cluster"
    CODERSHIP = "MySQL-wsrep"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Position:
    """A point in a history: the state UUID and the last transaction in it."""

    uuid: str
    seqno: int
    """-1: not known."""

    @property
    def is_zero(self) -> bool:
        """The zero UUID: no usable state (REC-12)."""
        return self.uuid == ZERO_UUID

    @property
    def is_known(self) -> bool:
        return not self.is_zero and self.seqno >= 0

    def __str__(self) -> str:
        return f"{self.uuid}:{self.seqno}"


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
    """Cut to 200 characters; text from outside."""


@dataclass(frozen=True, slots=True)
class UnitState:
    """One systemd unit as its host tells it."""

    name: str
    load: str
    """loaded, not-found, masked."""
    active: str
    """active, inactive, failed, activating, deactivating."""
    sub: str
    result: str
    """success, signal, exit-code, timeout, ..."""
    enabled: str
    """enabled, disabled, static, alias, masked, ..., or empty."""
    main_pid: int
    exit_status: int | None
    since: datetime | None
    """When it came into this state."""
    invocation: str
    """Changes with every start."""
    timeout_start_s: float | None
    """None: no limit (PXC-21)."""
    fragment: str
    """The unit file behind it."""


@dataclass(frozen=True, slots=True)
class Grastate:
    """grastate.dat: the state that a stopped node says it has."""

    position: Position
    safe_to_bootstrap: bool | None
    """None: the line is absent, as before Galera 3.19; unknown, not yes (B.0)."""
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gvwstate:
    """gvwstate.dat: the last Primary view; there while running and after a crash (B.1)."""

    my_uuid: str
    view_id: str
    members: tuple[str, ...]
    """The gcomm UUIDs of all members of that view."""


@dataclass(frozen=True, slots=True)
class Filesystem:
    """The filesystem that holds a path."""

    path: str
    source: str
    target: str
    fstype: str
    size_bytes: int
    free_bytes: int
    inodes_free: int | None

    @property
    def used_share(self) -> float:
        """0.0 to 1.0; a full one is 1.0."""
        return 1.0 - self.free_bytes / self.size_bytes if self.size_bytes else 1.0


@dataclass(frozen=True, slots=True)
class LogHit:
    """One line of the error log that matches the pattern table (B.6)."""

    pattern: str
    """The pattern's short id."""
    meaning: str
    at: datetime | None
    line: str
    """Text from outside."""


@dataclass(frozen=True, slots=True)
class HostEvidence:
    """What only the host knows of its node: asked over SSH, without SQL, whether mysqld runs or not."""

    taken_at: datetime
    boot_id: str
    machine_id: str
    hostname: str
    booted_at: datetime | None
    clock_offset_s: float
    """The host's clock minus this console's, at the moment of asking; good to about a second."""
    units: Mapping[str, UnitState]
    """By name: mysql, mariadb, mysql@bootstrap; those that exist."""
    mysqld_pids: tuple[int, ...]
    sst_pids: tuple[int, ...]
    """Processes of a state transfer: wsrep_sst_*, socat, xtrabackup, mariabackup, rsync."""
    datadir: str
    datadir_exists: bool
    datadir_bytes: int | None
    grastate: Grastate | None
    """None: there is no such file."""
    grastate_error: str
    """Why it could not be read or understood; empty when it was, or is absent."""
    gvwstate: Gvwstate | None
    sst_in_progress: bool
    gra_logs: tuple[str, ...]
    gcache_bytes: int | None
    gcache_pages: int
    """Number of gcache.page.* files (ROLL-03)."""
    recovered: Position | None
    """The position that the last recovery run wrote to the log, if no start came after it."""
    filesystem: Filesystem | None
    listening: tuple[int, ...]
    """Those of 3306, 4444, 4567, 4568 on which something listens."""
    log_hits: tuple[LogHit, ...]
    """Newest last; from the journal or the error log, since the node's last start at most."""
    log_tail: tuple[str, ...]
    oom_kills: tuple[str, ...]
    flavour: Flavour
    server_version: str
    configured: Mapping[str, str]
    """Effective options from the files (my_print_defaults), dashes as underscores, last one wins."""
    configured_twice: tuple[str, ...]
    """Options that stand there with two different values."""
    addresses: tuple[str, ...]
    """IP addresses that are on this host."""
    bootstrap_flags: tuple[str, ...]
    """Places where a bootstrap flag stands: /etc/default/..., unit environment, enabled unit (REC-05)."""

    @property
    def is_running(self) -> bool:
        """A mysqld process exists: the only proof, since units and seqno can both mislead (REC-13)."""
        return bool(self.mysqld_pids)


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
