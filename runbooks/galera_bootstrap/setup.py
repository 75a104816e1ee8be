"""What galera-bootstrap plans from: each host with its address, the way of copying, what is done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from runbooks.galera_bootstrap.inputs import (
    ADDRESSES,
    CERTIFICATES,
    CLUSTER_NAME,
    FIRST,
    GCACHE,
    PROVIDER,
    ROOT_PASSWORD,
    SST_METHOD,
    SST_PASSWORD,
    WIPE,
)
from runbooks.inputs import named, told, told_addresses
from runbooks.model import Look
from runbooks.steps.node import Node, node_of
from systems.galera.preparation import DatadirState, PreparationReading
from systems.galera.readings import Flavour

NAME = "galera-bootstrap"
BOOTSTRAPPED = "bootstrapped"
"""The fact that this very run has made the cluster, and of which node: from then on a Primary is its own."""
_BACKUP_TOOLS = {
    "mariabackup": ("mariabackup", "mariadb-backup"),
    "xtrabackup-v2": ("xtrabackup",),
    "rsync": ("rsync",),
}
_NOT_FOR_PEERS = re.compile(r"127\.|169\.254\.|::1$|fe80:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Member:
    """One host that is to become a node."""

    node: Node
    prepared: PreparationReading
    number: int
    """Its place in the inventory, from 1: its server_id."""
    addresses: tuple[str, ...]
    """Where the others could reach it; of one that was told, that one alone."""

    @property
    def host(self) -> str:
        return self.node.host

    @property
    def address(self) -> str:
        return self.addresses[0]

    @property
    def is_empty(self) -> bool:
        return self.prepared.datadir_state is DatadirState.EMPTY

    @property
    def holds_data(self) -> bool:
        """Something lies in its data directory that a join would destroy (PXC-10)."""
        state = self.node.evidence.grastate
        return self.prepared.datadir_state is DatadirState.HAS_DATA or (
            state is not None and not state.position.is_zero
        )


@dataclass(frozen=True, slots=True)
class Setup:
    """One cluster that is to be."""

    look: Look
    values: Mapping[str, str]
    facts: Mapping[str, str]
    members: tuple[Member, ...]
    """Those whose host and preparation could be read, in inventory order."""

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(member.host for member in self.members)

    @property
    def first(self) -> Member:
        """The node that is bootstrapped."""
        wanted = told(self.values, FIRST)
        return next((member for member in self.members if member.host == wanted), self.members[0])

    @property
    def joiners(self) -> tuple[Member, ...]:
        return tuple(member for member in self.members if member is not self.first)

    @property
    def is_made(self) -> bool:
        """This run has bootstrapped the first node already."""
        return self.facts.get(BOOTSTRAPPED) == self.first.host

    @property
    def cluster_name(self) -> str:
        return told(self.values, CLUSTER_NAME) or self.look.survey.name

    @property
    def flavour(self) -> Flavour:
        """Of the first; others of another flavour are refused."""
        return self.first.node.flavour

    @property
    def version(self) -> tuple[int, int, int]:
        return version_of(self.first.node)

    @property
    def applier_option(self) -> str:
        """XtraDB Cluster 8.0.26 has given it another name (A.1)."""
        is_renamed = self.flavour is Flavour.PXC and self.version >= (8, 0, 26)
        return "wsrep_applier_threads" if is_renamed else "wsrep_slave_threads"

    @property
    def moved_aside(self) -> tuple[Member, ...]:
        """Those whose data directory is renamed first: it was named, and something lies in it."""
        return tuple(one for one in self.members if one.host in self.wiped and not one.is_empty)

    @property
    def is_initialised(self) -> bool:
        """The first node has system tables, and keeps them."""
        return not self.first.is_empty and self.first not in self.moved_aside

    @property
    def gives_root_password(self) -> bool:
        """Of MariaDB root logs in by the socket; a password for it is asked for with XtraDB Cluster (A.1)."""
        return self.flavour is Flavour.PXC and bool(told(self.values, ROOT_PASSWORD))

    @property
    def gcache(self) -> str:
        return told(self.values, GCACHE)

    @property
    def wiped(self) -> tuple[str, ...]:
        """Nodes whose data may go."""
        return named(self.values, WIPE)

    @property
    def certificates(self) -> str:
        """Their directory; empty: traffic between nodes stays plain."""
        chosen = told(self.values, CERTIFICATES).rstrip("/")
        return "" if chosen == "none" else chosen

    @property
    def method(self) -> str:
        """How full copies are made: what was told, else the best that every host has the tools for."""
        if chosen := told(self.values, SST_METHOD):
            return chosen
        if self.flavour is Flavour.PXC:
            return "xtrabackup-v2"
        is_possible = bool(told(self.values, SST_PASSWORD)) and not missing_tools(self, "mariabackup")
        return "mariabackup" if is_possible else "rsync"

    @property
    def needs_account(self) -> bool:
        """XtraDB Cluster 8 makes its own (PXC-14)."""
        if self.flavour is Flavour.PXC:
            return self.method == "xtrabackup-v2" and self.version < (8,)
        return self.method == "mariabackup"

    @property
    def is_rpm(self) -> bool:
        """Packages of the RPM family: files lie elsewhere than on Debian's."""
        names = self.first.prepared.packages or {}
        return any(
            name.startswith("MariaDB-") or re.search(r"\.(el|fc|amzn|sles)\d", version)
            for name, version in names.items()
        )

    @property
    def provider(self) -> str:
        """Path of the library (A.1)."""
        if chosen := told(self.values, PROVIDER):
            return chosen
        lib = "/usr/lib64" if self.is_rpm else "/usr/lib"
        if self.flavour is Flavour.PXC:
            return f"{lib}/galera{'4' if self.version >= (8,) else '3'}/libgalera_smm.so"
        is_upstream = any(name.startswith("MariaDB-") for name in self.first.prepared.packages or {})
        return f"{lib}/galera{'-4' if self.is_rpm and is_upstream else ''}/libgalera_smm.so"

    @property
    def option_file(self) -> str:
        """The file that its package means for this; of MariaDB one that is read last (A.3 step 2)."""
        if self.flavour is not Flavour.PXC:
            return f"/etc/{'my.cnf.d' if self.is_rpm else 'mysql/mariadb.conf.d'}/zz-galera.cnf"
        if self.version < (8,):
            return f"/etc/{'' if self.is_rpm else 'mysql/'}percona-xtradb-cluster.conf.d/wsrep.cnf"
        return "/etc/my.cnf" if self.is_rpm else "/etc/mysql/mysql.conf.d/mysqld.cnf"


def setup_of(look: Look, values: Mapping[str, str], facts: Mapping[str, str]) -> Setup:
    """Gather what was read; judges nothing."""
    given = told_addresses(values, ADDRESSES)
    members = []
    for number, survey in enumerate(look.survey.nodes, start=1):
        node, prepared = node_of(survey), look.preparation.get(survey.host)
        if node is None or not isinstance(prepared, PreparationReading):
            continue
        own = (given[survey.host],) if survey.host in given else candidates(node.evidence.addresses)
        members.append(Member(node, prepared, number, own))
    return Setup(look, values, facts, tuple(members))


def candidates(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Those that other hosts could reach; IPv4 where there is any."""
    usable = [address for address in addresses if not _NOT_FOR_PEERS.match(address)]
    plain = tuple(address for address in usable if ":" not in address)
    return plain or tuple(usable)


def missing_tools(setup: Setup, method: str) -> tuple[str, ...]:
    """Each tool of a method that a host lacks, as "db2: socat" (A.2)."""
    lacking = []
    for member in setup.members:
        tools = member.prepared.tools
        if not any(tools.get(tool) for tool in _BACKUP_TOOLS[method]):
            lacking.append(f"{member.host}: {_BACKUP_TOOLS[method][0]}")
        if method != "rsync" and not tools.get("socat"):
            lacking.append(f"{member.host}: socat")
    return tuple(lacking)


def version_of(node: Node) -> tuple[int, int, int]:
    """(major, minor, patch) of the server program; (0, 0, 0): it does not say."""
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", node.evidence.server_version)
    return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)
