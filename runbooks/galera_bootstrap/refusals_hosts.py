"""Reasons that lie in the hosts: what lives there, who they are, what they hold (GOTCHAS A.2, K.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from runbooks.galera_bootstrap.setup import Setup
from runbooks.membership import primary_groups
from runbooks.model import Refusal
from runbooks.steps.start import ROOM_BYTES
from runbooks.words import listed, size, subject
from systems.galera.preparation import DatadirState
from systems.galera.readings import WsrepVariables


def alive(setup: Setup) -> Refusal | None:
    """Something lives that may be a cluster: a bootstrap beside it forks the history (PXC-09)."""
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
        "For a cluster that misses nodes use galera-recover; a bootstrap that was cut off goes on with "
        "`runbook resume`. Stop what is no part of a cluster, and plan again.",
        ("PXC-09", "REC-01", "PXC-32"),
    )


def flags(setup: Setup) -> Refusal | None:
    """A flag that nobody can take away from here would bootstrap a joiner (REC-05)."""
    stuck = [f"{member.host}: {flag}" for member in setup.members for flag in member.node.stuck_flags]
    if not stuck:
        return None
    return Refusal(
        f"an option file makes every start a bootstrap: {'; '.join(stuck)}",
        tuple(stuck),
        "Take that line out of the option file of each, then plan again.",
        ("REC-05",),
    )


def identities(setup: Setup) -> Refusal | None:
    """Two hosts are copies of one image (HOST-09)."""
    told_ids: dict[str, Mapping[str, str | None]] = {
        "machine id": {member.host: member.node.evidence.machine_id for member in setup.members},
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


def data(setup: Setup) -> Refusal | None:
    """Something lies in a data directory that nobody has said may go (PXC-10)."""
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
        if member in setup.moved_aside:
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


def lost_and_found(setup: Setup) -> Refusal | None:
    """Its data directory is the root of a file system: initialising and copying stumble on it (HOST-07)."""
    found = [member for member in setup.members if member.prepared.has_lost_found]
    if not found:
        return None
    return Refusal(
        f"lost+found stands in the data directory of {listed(member.host for member in found)}",
        tuple(f"{member.host}: {member.node.datadir}" for member in found),
        "Make a directory below the mount point the data directory, or use XFS; then plan again.",
        ("HOST-07",),
    )


def _contents(schemas: tuple[str, ...] | None) -> str:
    return (
        f"holds {listed(schemas)}" if schemas else "holds the saved state of a cluster, or files of another"
    )


def room(setup: Setup) -> Refusal | None:
    """The write-set cache is made at once, at the first start, on each data volume (REC-28)."""
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
