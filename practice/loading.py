"""Makes a practice estate of the facts of a real cluster: the same hosts, states, positions, saved files."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from practice.clock import Clock
from practice.estate import Practice, assemble, build_blank, let_run
from practice.facts import ClusterFacts, HostFacts
from practice.galera.cluster import Cluster
from practice.galera.history import ZERO, Branch, Position
from practice.galera.saved import SavedState
from practice.galera.server import Server
from practice.host.files import Mount
from practice.host.outfit import write_galera_options


def load(clock: Clock, facts: ClusterFacts, *, seed: int) -> Practice:
    """The estate as these facts tell it, at this moment."""
    addresses = {name: host.address for name, host in facts.hosts.items()}
    make = build_blank if facts.blank else assemble
    practice = make(clock, seed=seed, hosts=tuple(facts.hosts), cluster=facts.cluster, addresses=addresses)
    if facts.blank:
        for name, host in facts.hosts.items():
            _fit_disk(practice.server(name), host)
            practice.machines[name].unplug(out=host.silent)
        return practice
    cluster = practice.clusters[facts.cluster]
    branches = _histories(cluster, facts.hosts)
    if facts.writes_per_s is not None:
        cluster.writes_per_s = facts.writes_per_s
    cluster.write_shares = {name: host.write_share for name, host in facts.hosts.items()}
    for name, host in facts.hosts.items():
        server = cluster.servers[name]
        _fit(server, host)
        _put_data(server, host, _position(branches, host))
    _put_apart(cluster, facts.hosts)
    for number in sorted({host.component for host in facts.hosts.values() if host.component is not None}):
        _join(cluster, facts.hosts, number)
    for name, host in facts.hosts.items():
        _name_starts(cluster.servers[name], host)
        cluster.servers[name].set_desync(on=host.desync and host.is_member)
        if host.silent:
            cluster.servers[name].machine.unplug(out=True)
    return practice


def _histories(cluster: Cluster, hosts: Mapping[str, HostFacts]) -> dict[str, Branch]:
    """One line of history for each UUID; its commits, up to the highest known, were told to clients."""
    branches: dict[str, Branch] = {}
    for host in hosts.values():
        if host.uuid != ZERO:
            branch = branches.setdefault(host.uuid, Branch(host.uuid))
            last = branch.acknowledged[-1][1] if branch.acknowledged else 0
            branch.acknowledge(last + 1, host.seqno)
    cluster.branches.extend(branches.values())
    return branches


def _position(branches: Mapping[str, Branch], host: HostFacts) -> Position:
    branch = branches.get(host.uuid)
    return Position(branch, host.seqno) if branch is not None and host.seqno >= 0 else Position()


def _fit(server: Server, host: HostFacts) -> None:
    """Sizes, options and what the next boot starts."""
    machine = server.machine
    if host.cache_bytes:
        write_galera_options(
            machine, server.cluster.name, _addresses(server.cluster), cache=str(host.cache_bytes)
        )
    if host.data_bytes:
        server.data_bytes = host.data_bytes
    _fit_disk(server, host)
    server.weight = host.weight
    units = machine.systemd.units
    units["mariadb"].enabled = "enabled" if host.enabled else "disabled"
    units["mysql@bootstrap"].enabled = "enabled" if host.bootstrap_enabled else "disabled"
    server.read_settings()


def _fit_disk(server: Server, host: HostFacts) -> None:
    """The size of its disk, and the room on it."""
    if not host.disk_bytes:
        return
    mounts = server.machine.files.mounts
    taken = max(0, host.disk_bytes - host.disk_free_bytes - server.data_bytes - host.cache_bytes)
    root = next(mount for mount in mounts if mount.target == "/")
    mounts.remove(root)
    mounts.insert(0, Mount("/", root.source, root.fstype, host.disk_bytes, taken))


def _put_data(server: Server, host: HostFacts, position: Position) -> None:
    """Its data directory, and a unit that is down or has failed."""
    server.cached_from = host.cached_from
    if position.branch is not None or host.saved is not None:
        server.put_storage(position)
        server.save(host.saved or SavedState(position.uuid, position.seqno))
        server.make_cache()
    if host.saved is None:
        server.drop("grastate.dat")
    server.gcomm_uuid = host.member_uuid or server.new_uuid()
    if host.last_view is not None:
        server.gcomm_uuid = host.last_view.my_uuid
        server.save_view(host.last_view.members, host.last_view.number)
    server.start_position, server.applied = position, position.seqno
    if host.failed and not host.runs:
        unit = server.machine.systemd.units["mariadb"]
        unit.result = "exit-code"
        unit.set("failed", "failed")


def _name_starts(server: Server, host: HostFacts) -> None:
    """By which names the last boot and the last starts are told."""
    machine = server.machine
    machine.boot_id = host.boot_id or machine.boot_id
    for name, invocation in (("mariadb", host.invocation), ("mysql@bootstrap", host.bootstrap_invocation)):
        unit = machine.systemd.units[name]
        unit.invocation = invocation or unit.invocation


def _put_apart(cluster: Cluster, hosts: Mapping[str, HostFacts]) -> None:
    """Servers that are in different components do not hear each other: else they would be in one."""
    for one, other in itertools.combinations(hosts, 2):
        apart = hosts[one].component != hosts[other].component
        if apart and hosts[one].is_member and hosts[other].is_member:
            cluster.cut.add(frozenset((one, other)))


def _join(cluster: Cluster, hosts: Mapping[str, HostFacts], number: int) -> None:
    """Let the servers of one component run, and be one view."""
    names = [name for name, host in hosts.items() if host.is_member and host.component == number]
    if not names:
        return
    members = [cluster.servers[name] for name in names]
    first = max(members, key=lambda server: server.applied)
    is_primary = hosts[names[0]].primary and first.start_position.branch is not None
    for server in members:
        let_run(server)
        server.local_state = 4 if is_primary else 0
        if is_primary:
            server.start_position, server.applied = first.start_position, first.applied
            server.save(SavedState(server.start_position.uuid, -1))
    cluster.found(
        first.start_position.branch,
        first.applied,
        conf_id=max(hosts[name].view for name in names),
        members=members,
        is_primary=is_primary,
    )
    for server in members:
        server.serve()


def _addresses(cluster: Cluster) -> tuple[str, ...]:
    return tuple(server.machine.address for server in cluster.servers.values())
