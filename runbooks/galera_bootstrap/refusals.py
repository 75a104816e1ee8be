"""Why no cluster may be made here: each reason a sentence, its evidence and a way on (GOTCHAS A.2, K.1)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping

from runbooks.galera_bootstrap.inputs import (
    CERTIFICATES,
    FIRST,
    SST_PASSWORD,
    WIPE,
    named,
    told,
    told_addresses,
)
from runbooks.galera_bootstrap.setup import Setup, missing_tools, version_of
from runbooks.membership import primary_groups
from runbooks.model import Look, Refusal
from runbooks.steps.start import ROOM_BYTES
from runbooks.words import listed, size, subject
from systems.errors import SystemsError
from systems.galera.preparation import DatadirState
from systems.galera.readings import Flavour, WsrepVariables

Reason = Callable[[Setup], Refusal | None]
_OLDEST_PXC = (5, 7)
_BUILDS = {
    Flavour.MARIADB: ("rsync", "mariabackup"),
    Flavour.PXC: ("xtrabackup-v2",),
}


def refuse_unseen(look: Look) -> Refusal | None:
    """Every node of the estate file must have been looked at (DESIGN 5.1)."""
    unseen = []
    for node in look.survey.nodes:
        prepared = look.preparation.get(node.host)
        if isinstance(node.evidence, SystemsError):
            unseen.append((node.host, f"{node.host}: {node.evidence}"))
        elif prepared is None or isinstance(prepared, SystemsError):
            unseen.append(
                (node.host, f"{node.host}: its preparation was not read: {prepared or 'not asked'}")
            )
        elif node.evidence.configured_error or prepared.configured is None:
            why = node.evidence.configured_error or "its option files could not be read"
            unseen.append((node.host, f"{node.host}: {why}"))
    if not unseen:
        return None
    return Refusal(
        f"{listed(host for host, _ in unseen)} could not be looked at: a cluster may be alive there",
        tuple(text for _, text in unseen),
        "Make every node of the estate file answer over SSH, as root or with sudo; then plan again.",
        ("PXC-09", "REC-01"),
    )


def refuse(setup: Setup) -> Refusal | None:
    """The first reason against; None: the cluster may be made. Once this run has made it, only what the
    option files are written from is judged again."""
    fresh: tuple[Reason, ...] = () if setup.is_made else (_alive, _flags, _identities, _data, _room)
    for reason in (_names, *fresh, _builds, _addresses, _method, _encryption):
        if refused := reason(setup):
            return refused
    return None


def _names(setup: Setup) -> Refusal | None:
    known = {node.host for node in setup.look.survey.nodes}
    first = told(setup.values, FIRST)
    given = {*named(setup.values, WIPE), *told_addresses(setup.values), *([first] if first else [])}
    if strange := sorted(given - known):
        return Refusal(
            f"{listed(strange)}: no node of this cluster has that name",
            (f"nodes: {listed(sorted(known))}",),
            "Name nodes as the estate file does.",
        )
    if len(known) < 2:
        return Refusal(
            "a cluster of one node replicates to nobody",
            (f"nodes: {listed(sorted(known))}",),
            "Add the other nodes to the estate file.",
        )
    return None


def _alive(setup: Setup) -> Refusal | None:
    groups = primary_groups(setup.look.survey)
    seen = [f"{listed(group.hosts)}: Primary, size {group.size}, {group.state_uuid}" for group in groups]
    for member in setup.members:
        node = setup.look.survey.node(member.host)
        variables = node.variables if isinstance(node.variables, WsrepVariables) else None
        if member.prepared.listens_4567 or 4567 in member.node.evidence.listening:
            seen.append(f"{member.host}: something listens on 4567")
        elif variables and variables.wsrep_on and variables.provider_options:
            seen.append(f"{member.host}: its database runs with wsrep_on=ON")
        elif member.node.evidence.is_running and not node.answers_sql:
            seen.append(f"{member.host}: its database runs and does not answer: {node.status}")
    if not seen:
        return None
    return Refusal(
        "a cluster may be alive already: a bootstrap beside it would make a second history",
        tuple(seen),
        "For a cluster that misses nodes use galera-recover. Stop what is no part of one, and plan again.",
        ("PXC-09", "REC-01", "PXC-32"),
    )


def _flags(setup: Setup) -> Refusal | None:
    stuck = [f"{member.host}: {flag}" for member in setup.members for flag in member.node.stuck_flags]
    if not stuck:
        return None
    return Refusal(
        f"an option file makes every start a bootstrap: {'; '.join(stuck)}",
        tuple(stuck),
        "Take that line out of the option file of each, then plan again.",
        ("REC-05",),
    )


def _identities(setup: Setup) -> Refusal | None:
    told_ids: dict[str, Mapping[str, str | None]] = {
        "machine id": {member.host: member.prepared.machine_id for member in setup.members},
        "host name": {member.host: member.prepared.hostname for member in setup.members},
        "server UUID": {member.host: member.prepared.server_uuid for member in setup.members},
    }
    twins = []
    for what, by_host in told_ids.items():
        hosts = defaultdict(list)
        for host, value in by_host.items():
            if value:
                hosts[value].append(host)
        twins += [f"{listed(same)}: {what} {value}" for value, same in hosts.items() if len(same) > 1]
    if not twins:
        return None
    return Refusal(
        f"two hosts have one identity: {twins[0]}",
        tuple(twins),
        "Give a cloned host its own: systemd-machine-id-setup after emptying /etc/machine-id, hostnamectl "
        "set-hostname, and on a clone that never joined remove auto.cnf and the saved state.",
        ("HOST-09",),
    )


def _data(setup: Setup) -> Refusal | None:
    found, mounts = [], []
    for member in setup.members:
        state, where = member.prepared.datadir_state, f"{member.host}: {member.node.datadir}"
        if state in (DatadirState.UNKNOWN, DatadirState.ABSENT):
            return Refusal(
                f"what lies in the data directory of {member.host} is not known, or there is none",
                (f"{where} is {state.value}",),
                "Mount its volume and let the package make the directory; then plan again.",
                ("HOST-06", "PXC-10"),
            )
        disk = member.node.evidence.filesystem
        if member.holds_data and member.host in setup.wiped:
            mounts += [f"{where} is a mount point"] if disk and disk.target == member.node.datadir else []
        elif member.holds_data:
            found.append((member.host, f"{where} {_contents(member.prepared.schemas)}"))
    if found:
        hosts = [host for host, _ in found]
        return Refusal(
            f"{subject(hosts, 'has', 'have')} data, which a new cluster would destroy",
            tuple(text for _, text in found),
            "For a cluster that is down use galera-recover. If nobody needs that data, name the nodes: "
            f"--set wipe={','.join(hosts)}; it is then moved aside, not deleted.",
            ("PXC-10", "REC-02"),
        )
    if mounts:
        return Refusal(
            "data can only be moved aside within one file system",
            tuple(mounts),
            "Move what is in it elsewhere by hand, or use a directory below the mount point (HOST-07).",
            ("HOST-07",),
        )
    return None


def _contents(schemas: tuple[str, ...] | None) -> str:
    return (
        f"holds {listed(schemas)}" if schemas else "holds the saved state of a cluster, or files of another"
    )


def _room(setup: Setup) -> Refusal | None:
    needed = ROOM_BYTES + int(setup.gcache[:-1]) * (1 << (30 if setup.gcache.endswith("G") else 20))
    short = [
        f"{member.host}: {size(disk.free_bytes)} free on {disk.target}, {size(needed)} needed"
        if (disk := member.node.evidence.filesystem)
        else f"{member.host}: the room on its data volume is not known"
        for member in setup.members
        if (disk := member.node.evidence.filesystem) is None or disk.free_bytes < needed
    ]
    if not short:
        return None
    return Refusal(
        "not every data volume has room for the write-set cache and a start",
        tuple(short),
        "Make room, or set a smaller gcache_size.",
        ("REC-28", "REC-19"),
    )


def _builds(setup: Setup) -> Refusal | None:
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


def _addresses(setup: Setup) -> Refusal | None:
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


def _method(setup: Setup) -> Refusal | None:
    method, fit = setup.method, _BUILDS[setup.flavour]
    if setup.flavour is Flavour.PXC and setup.version < (8, 0):
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


def _encryption(setup: Setup) -> Refusal | None:
    chosen = told(setup.values, CERTIFICATES)
    if setup.flavour is Flavour.PXC and setup.version >= (8, 0) and not chosen:
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
