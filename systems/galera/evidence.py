"""What only the host of a node knows: units, processes, saved state, disk, log. Part of `readings`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

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
    restarts: int | None = None
    """How often systemd has started it again by itself; None: an old systemd that does not count."""


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
    configured_error: str = ""
    """Why `configured` may be incomplete: option files that the login may not read. Empty: it is complete."""
    pid_files: tuple[str, ...] = ()
    """Those of servers, in the datadir or where the options say: stale when no server runs (PXC-34)."""
    details_at: datetime | None = None
    """When the slow part was read (log, options, size, version, flags): not at every look."""
    grastate_empty: bool = False
    """grastate.dat is there and empty: a state transfer that did not end leaves it so (R-SST)."""
    grastate_closed: bool = False
    """The login may not look at it; then `grastate_error` says so, and its state may be as good as any."""
    gvwstate_error: str = ""
    """Why the last view is not known: its file could not be read or understood. Empty: it is known."""
    unmounted: str = ""
    """Where a volume belongs that is not mounted: a later start may find other data. Empty: nowhere."""
    details_error: str = ""
    """Why the slow part could not be read the last time; what stands here is older, or nothing."""
    root_refused: str = ""
    """Why this is only what the login may see by itself: sudo refused it. Nothing can be stopped or started
    there then. Empty: it was read by root."""

    @property
    def is_running(self) -> bool:
        """A mysqld process exists: the only proof, since units and seqno can both mislead (REC-13)."""
        return bool(self.mysqld_pids)
