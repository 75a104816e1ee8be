"""How well a host is prepared for Galera, and what its tables look like: slow to read, so read on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class DatadirState(Enum):
    """What lies in a data directory: joining a cluster destroys it (PXC-10)."""

    ABSENT = "absent"
    EMPTY = "empty"
    FRESH = "freshly initialised"
    """System schemas only, and no state of any cluster."""
    HAS_DATA = "has data"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Mount:
    """The mount that holds the data directory (`findmnt -T`)."""

    source: str
    target: str
    fstype: str
    uuid: str
    in_fstab: bool | None
    """Whether /etc/fstab has a line for `target`: a mount made by hand is gone after a reboot (HOST-06)."""


@dataclass(frozen=True, slots=True)
class SwapArea:
    """One line of /proc/swaps."""

    path: str
    kind: str
    """file or partition."""
    size_bytes: int
    in_fstab: bool | None
    """Without a line there it is gone after a reboot (HOST-02)."""
    mode: str
    """Of a file, octal: 600 (HOST-03). Empty: not a file, or not told."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """The certificates of the cluster's own traffic (PXC-17). None: the file is not there or not readable."""

    ca_path: str
    cert_path: str
    key_path: str
    ca_fingerprint: str | None
    """SHA-256."""
    ca_subject: str | None
    cert_subject: str | None
    cert_not_after: str | None
    """As openssl prints it."""
    key_matches: bool | None
    """Whether key and certificate belong together."""


@dataclass(frozen=True, slots=True)
class PreparationReading:
    """One host before, or beside, its database: the pre-flights of GOTCHAS K.1, A.2 and C.1.

    None: it could not be told; never a guess.
    """

    taken_at: datetime
    packages: Mapping[str, str] | None
    """Version by name of what belongs to MySQL, MariaDB, Percona, Galera and their helpers."""
    conflicting: tuple[str, ...] | None
    """Packages of a flavour other than the one that is installed as the server (A.2)."""
    tools: Mapping[str, bool]
    """Whether each helper is on the PATH: socat, xtrabackup, mariabackup, rsync, pv, ip, ss, ..."""
    socat_has_tls: bool | None
    """PXC-16."""
    datadir: str
    datadir_state: DatadirState
    schemas: tuple[str, ...] | None
    """Schemas in the data directory that are not the system's."""
    datadir_owner: str | None
    datadir_mode: str | None
    """Octal, such as 700."""
    wrong_owners: tuple[str, ...] | None
    """Files at its top that belong to somebody else than the directory does (REC-11); 20 at most."""
    has_lost_found: bool | None
    """HOST-07."""
    certificates_in_datadir: tuple[str, ...] | None
    """PXC-18."""
    gcache_pages: int | None
    """ROLL-03."""
    configured: Mapping[str, str] | None
    """Effective options of the option files, passwords masked; None: they could not be read in full."""
    configured_twice: tuple[str, ...]
    server_id: str | None
    node_name: str | None
    notify_cmd: str | None
    """wsrep_notify_cmd; empty: none (PXC-33)."""
    machine_id: str | None
    server_uuid: str | None
    """Of auto.cnf; None: there is none, as with MariaDB (HOST-09)."""
    hostname: str | None
    """The static one."""
    selinux: str | None
    """Now: Enforcing, Permissive, Disabled."""
    selinux_configured: str | None
    """After the next boot: enforcing, permissive, disabled; None: there is no configuration (PXC-20)."""
    datadir_label: str | None
    """The SELinux label of the data directory (HOST-05)."""
    firewalls: tuple[str, ...] | None
    """Those of firewalld, iptables, nftables, ufw that are active (HOST-10)."""
    swap: tuple[SwapArea, ...] | None
    """Empty: none (HOST-04)."""
    memory_bytes: int | None
    clock_synchronized: bool | None
    mount: Mount | None
    requires_mounts: tuple[str, ...] | None
    """RequiresMountsFor of the unit: what guards against a start on the bare mount point (HOST-06)."""
    open_files: int | None
    """LimitNOFILE of the unit; packages have 16364 and more."""
    timeout_start_s: float | None
    """Infinity: none (PXC-21)."""
    enabled: Mapping[str, str]
    """What `systemctl is-enabled` says of the units that exist."""
    listens_4567: bool | None
    """Before a first bootstrap nothing may (A.2)."""
    certificates: Certificates | None
    """None: no certificate is configured, and none lies where the server would make it."""
    tables_without_primary_key: tuple[str, ...] | None
    """As schema.table (PXC-23); None: the server was not there to be asked."""
    tables_not_innodb: tuple[str, ...] | None
    """As "schema.table (MyISAM)" (PXC-24)."""
    accounts: Mapping[str, str] | None
    """'user'@'host' -> plugin and a digest of the hash, to compare nodes (PXC-25, PXC-27)."""
    problems: tuple[str, ...] = ()
    """Why parts could not be told, a sentence each."""

    @property
    def swap_bytes(self) -> int | None:
        """All areas together."""
        return None if self.swap is None else sum(area.size_bytes for area in self.swap)
