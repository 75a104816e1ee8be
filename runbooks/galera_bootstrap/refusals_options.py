"""Reasons that lie in what is installed and what was chosen: builds, addresses, copies, TLS (A.1, A.2)."""

from __future__ import annotations

import re

from runbooks.galera_bootstrap.inputs import CERTIFICATES, SST_PASSWORD
from runbooks.galera_bootstrap.setup import Setup, missing_tools, version_of
from runbooks.inputs import told
from runbooks.model import Refusal
from runbooks.words import listed
from systems.galera.readings import Flavour

_OLDEST_PXC = (5, 7)
_BUILDS = {
    Flavour.MARIADB: ("rsync", "mariabackup"),
    Flavour.PXC: ("xtrabackup-v2",),
}


def builds(setup: Setup) -> Refusal | None:
    """The servers are not all of one version, or of a kind that this runbook can set up (A.2)."""
    builds = {member.host: member.node.evidence.server_version for member in setup.members}
    flavours = {member.node.flavour for member in setup.members}
    seen = tuple(f"{host}: {text or 'no server program'}" for host, text in builds.items())
    clash = [
        f"{member.host}: {listed(member.prepared.conflicting)}"
        for member in setup.members
        if member.prepared.conflicting
    ]
    versions = {re.sub(r"^\S*?(mariadbd|mysqld)\s+", "", text) for text in builds.values()}
    if len(flavours) > 1 or len(versions) > 1:
        why, way = "the hosts have different servers", "Install the same version on all of them (A.2)."
    elif not flavours <= set(_BUILDS):
        why = f"this runbook does not know how {listed(one.value for one in flavours)} is set up"
        way = "It makes clusters of MariaDB and of Percona XtraDB Cluster."
    elif setup.flavour is Flavour.PXC and version_of(setup.first.node) < _OLDEST_PXC:
        why, way = "XtraDB Cluster before 5.7 lacks CREATE USER IF NOT EXISTS", "Install 5.7 or newer."
    elif clash:
        why, way = "servers of two kinds are installed side by side", "Remove the one that is not to run."
        seen = tuple(clash)
    else:
        return None
    return Refusal(why, seen, way, ("REC-42",))


def addresses(setup: Setup) -> Refusal | None:
    """It is not certain where each node is reached by the others (PXC-05)."""
    seen = []
    for member in setup.members:
        there = member.node.evidence.addresses
        if len(member.addresses) != 1:
            seen.append(f"{member.host}: {listed(member.addresses) if member.addresses else 'none'}")
        elif member.address not in there:
            seen.append(f"{member.host}: {member.address} is not on this host, which has {listed(there)}")
    if seen:
        example = ",".join(f"{member.host}=ADDRESS" for member in setup.members)
        return Refusal(
            "it is not clear by which address the nodes reach one another",
            tuple(seen),
            f"Tell it for each: --set addresses={example}",
            ("PXC-05",),
        )
    if len({member.address for member in setup.members}) < len(setup.members):
        return Refusal(
            "two nodes have the same address",
            tuple(f"{member.host}: {member.address}" for member in setup.members),
            "Give each host an address of its own, or tell which one to use: --set addresses=...",
            ("PXC-05", "HOST-09"),
        )
    return None


def method(setup: Setup) -> Refusal | None:
    """Full copies would fail: wrong method, missing tool, no account (PXC-13, PXC-16)."""
    method, fit = setup.method, _BUILDS[setup.flavour]
    if setup.flavour is Flavour.PXC and setup.version < (8,):
        fit = (*fit, "rsync")
    if method not in fit:
        return Refusal(
            f"{setup.flavour.value} does not make full copies by {method}",
            (f"{setup.first.host}: {setup.first.node.evidence.server_version}",),
            f"Set sst_method to {' or '.join(fit)}, or leave it out.",
            ("PXC-13",),
        )
    if lacking := missing_tools(setup, method):
        return Refusal(
            f"full copies by {method} need a tool that is missing",
            lacking,
            "Install it on each host, then plan again.",
            ("PXC-16",),
        )
    if setup.needs_account and not told(setup.values, SST_PASSWORD):
        return Refusal(
            f"full copies by {method} need an account, and its password was not given",
            (f"sst_method: {method}",),
            "Give sst_password, or choose rsync, which needs no account.",
            ("PXC-13",),
        )
    return None


def root_login(setup: Setup) -> Refusal | None:
    """Nobody could log in as root where XtraDB Cluster's RPM packages initialise (A.3 step 5)."""
    if setup.flavour is not Flavour.PXC:
        return None
    first = setup.first
    if not setup.is_initialised and not setup.gives_root_password:
        return Refusal(
            "root would have no password",
            (f"{first.host}: {first.node.datadir} is initialised by this run",),
            "Give root_password: it is set as soon as the first node is up.",
            ("PXC-12",),
        )
    if setup.is_initialised and setup.is_rpm:
        return Refusal(
            f"only the error log of {first.host} knows the password of root",
            (f"{first.host}: {first.node.datadir} was initialised by its package",),
            f"Nobody needs that data: --set wipe={first.host} moves it aside and initialises it anew. Give "
            "root_password as well.",
            ("PXC-12",),
        )
    return None


def encryption(setup: Setup) -> Refusal | None:
    """Certificates that differ, or that a full copy would take away (PXC-17, PXC-18)."""
    chosen = told(setup.values, CERTIFICATES)
    if setup.flavour is Flavour.PXC and setup.version >= (8,) and not chosen:
        return Refusal(
            "XtraDB Cluster 8 encrypts by default, and each host has made certificates of its own",
            (f"{setup.first.host}: {setup.first.node.evidence.server_version}",),
            "Copy ca.pem, server-cert.pem and server-key.pem of one host to one directory on all, outside "
            "the data directory, readable for mysql alone, and tell it: --set certificates=/etc/mysql/certs. "
            "For plain traffic: --set certificates=none.",
            ("PXC-17", "PXC-18"),
        )
    inside = [m.host for m in setup.members if f"{setup.certificates}/".startswith(f"{m.node.datadir}/")]
    if setup.certificates and inside:
        return Refusal(
            "certificates inside a data directory are lost with the first full copy",
            tuple(f"{host}: {setup.certificates}" for host in inside),
            "Keep them elsewhere, such as /etc/mysql/certs.",
            ("PXC-18",),
        )
    return None
