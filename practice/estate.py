"""The whole practice estate: its hosts, its clusters, one clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from practice.clock import Clock
from practice.galera.cluster import Cluster
from practice.galera.history import Branch, Position, lost_count
from practice.galera.saved import SavedState
from practice.galera.server import MariadbService, Server
from practice.haproxy.balancer import Balancer
from practice.haproxy.outfit import balancers_of
from practice.host.machine import Machine
from practice.host.outfit import (
    GALERA_OPTIONS,
    database_units,
    fit_out,
    fit_out_database,
    write_galera_options,
)
from practice.host.units import random_of
from practice.sql.tables import Tables

if TYPE_CHECKING:
    from practice.cloud.cloud import Cloud

HOSTS = ("db1", "db2", "db3")
CHECK_PORT = 9200
_FIRST_ADDRESS = 11
_FRESH_BYTES = 12_582_912
"""The data file of a database that nobody has used."""


@dataclass(slots=True)
class Practice:
    """See the module."""

    clock: Clock
    seed: int
    machines: dict[str, Machine] = field(default_factory=dict)
    clusters: dict[str, Cluster] = field(default_factory=dict)
    balancers: dict[str, Balancer] = field(default_factory=dict)
    """Load balancers before the first cluster, on hosts of their own."""
    cloud: Cloud | None = None
    """An OpenStack cloud whose instances the hosts are."""
    is_blank: bool = False
    """It was made of hosts where nothing is configured."""
    broken: dict[str, str] = field(default_factory=dict)
    """The faults that are there now, by name, and whom each befell."""

    @property
    def all_machines(self) -> dict[str, Machine]:
        """Every host by name: those of the databases first."""
        return {**self.machines, **{name: one.machine for name, one in self.balancers.items()}}

    def listens(self, address: str, port: int) -> bool | None:
        """Whether something listens there; None: nobody answers. clustercheck is on every database host."""
        for name, machine in self.all_machines.items():
            if machine.address == address:
                is_checked = port == CHECK_PORT and name in self.machines
                return (port in machine.listeners or is_checked) if machine.answers else None
        return None

    def server(self, host: str) -> Server:
        """The database server on a host; raises `KeyError`."""
        for cluster in self.clusters.values():
            if host in cluster.servers:
                return cluster.servers[host]
        raise KeyError(host)


def build(
    clock: Clock, *, seed: int = 1, hosts: tuple[str, ...] = HOSTS, cluster: str = "orders"
) -> Practice:
    """An estate of one healthy cluster, that has run for a while."""
    practice = assemble(clock, seed=seed, hosts=hosts, cluster=cluster)
    start_whole(practice, practice.clusters[cluster])
    return practice


def build_balanced(clock: Clock, *, seed: int = 1) -> Practice:
    """The same with two load balancers before it."""
    practice = build(clock, seed=seed)
    practice.balancers = balancers_of(next(iter(practice.clusters.values())), seed=seed)
    for machine in practice.all_machines.values():
        machine.network = practice.listens
    return practice


def build_demo(clock: Clock, *, seed: int = 1) -> Practice:
    """The same as instances of a cloud, which has load balancers of its own."""
    from practice.cloud.outfit import cloud_of

    practice = build_balanced(clock, seed=seed)
    practice.cloud = cloud_of(practice)
    return practice


def build_blank(
    clock: Clock,
    *,
    seed: int = 1,
    hosts: tuple[str, ...] = HOSTS,
    cluster: str = "orders",
    addresses: Mapping[str, str] | None = None,
) -> Practice:
    """An estate of hosts as packages leave them: an empty database, nothing configured, nothing started."""
    practice = assemble(clock, seed=seed, hosts=hosts, cluster=cluster, addresses=addresses)
    practice.is_blank = True
    group = practice.clusters[cluster]
    group.writes_per_s, group.first_tables = 0.0, Tables.fresh
    for server in group.servers.values():
        machine = server.machine
        machine.files.remove(GALERA_OPTIONS)
        machine.systemd.units["mariadb"].enabled = "disabled"
        server.data_bytes, server.schemas = _FRESH_BYTES, ("mysql", "sys", "performance_schema")
        server.read_settings()
        server.put_storage(Position())
    return practice


def assemble(
    clock: Clock,
    *,
    seed: int,
    hosts: tuple[str, ...],
    cluster: str,
    addresses: Mapping[str, str] | None = None,
) -> Practice:
    """An estate of one cluster whose servers have no data yet, and are off."""
    practice = Practice(clock, seed)
    made_up = {name: f"10.20.0.{_FIRST_ADDRESS + at}" for at, name in enumerate(hosts)}
    addresses = made_up | {name: address for name, address in (addresses or {}).items() if address}
    randomness = random_of(seed, "estate")
    group = Cluster(cluster, clock, writes_per_s=round(randomness.uniform(35.0, 48.0), 1))
    practice.clusters[cluster] = group
    for name in hosts:
        machine = Machine(name, addresses[name], clock, seed=seed, up_s=randomness.uniform(8e5, 4e6))
        practice.machines[name] = machine
        fit_out(machine, addresses)
        fit_out_database(machine)
        write_galera_options(machine, cluster, tuple(addresses.values()))
        data_bytes = int(randomness.uniform(1.9e9, 2.6e9))
        server = Server(machine, group, seed=seed, data_bytes=data_bytes)
        group.servers[name] = server
        member, first = database_units(machine)
        member.service = MariadbService(server)
        first.service = MariadbService(server, new_cluster=True)
    return practice


def start_whole(practice: Practice, cluster: Cluster) -> None:
    """Let a cluster be up, as if it had been started long ago."""
    first = next(iter(cluster.servers.values()))
    history = Branch(first.new_uuid())
    cluster.branches.append(history)
    seqno = random_of(practice.seed, f"cluster {cluster.name}").randrange(180_000, 240_000)
    history.acknowledge(1, seqno)
    _up(cluster, Position(history, seqno))


def start_whole_again(practice: Practice, cluster: Cluster) -> None:
    """Let a cluster be up once more, with all that was ever acknowledged in its newest history."""
    cluster.settle()
    cluster.cut.clear()
    held = [component for component in cluster.components if component.is_primary]
    positions = [Position(one.branch, one.seqno) for one in held]
    positions += [storage.position for one in cluster.servers.values() if (storage := one.storage())]
    best = min(positions, key=lambda position: (lost_count(cluster.branches, position), -position.seqno))
    for server in cluster.servers.values():
        server.vanish()
    _up(cluster, best)


def _up(cluster: Cluster, position: Position) -> None:
    for server in cluster.servers.values():
        server.read_settings()
        server.put_storage(position)
        server.save(SavedState(position.uuid, -1))
        server.gcomm_uuid = server.new_uuid()
        server.start_position, server.applied, server.local_state = position, position.seqno, 4
        let_run(server)
    if position.branch is not None:
        cluster.found(position.branch, position.seqno, conf_id=len(cluster.servers))


def let_run(server: Server) -> None:
    """Let the server process and its unit run, as if it had been started long ago."""
    machine = server.machine
    unit = machine.systemd.units["mariadb"]
    server.unit = unit
    server.make_cache()
    server.process = machine.processes.make(
        ("/usr/sbin/mariadbd", f"--wsrep_start_position={server.start_position}")
    )
    server.process.who = machine.accounts["mysql"].who
    server.process.on_signal = server.signalled
    server.phase = "joining"
    server.started_s = machine.clock.now_s() - 86_400
    unit.invocation = f"{machine.random.getrandbits(128):032x}"
    unit.log(f"Starting {unit.name}.service - {unit.description}...")
    unit.starting(server.process.pid)
    machine.listeners[4567] = 100
    unit.set("activating", "start")
