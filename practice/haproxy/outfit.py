"""Makes the load balancers of a practice estate: hosts with HAProxy in front of a cluster that is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from practice.haproxy.balancer import PORT, Balancer
from practice.haproxy.telling import VERSION
from practice.host.machine import Machine
from practice.host.outfit import fit_out
from practice.host.units import random_of

if TYPE_CHECKING:
    from practice.galera.cluster import Cluster

NAMES = ("lb1", "lb2")
ADDRESS = "10.20.0.100"
"""The virtual address; the first balancer carries it."""
_FIRST_ADDRESS = 21


def balancers_of(cluster: Cluster, *, seed: int) -> dict[str, Balancer]:
    """Two hosts whose HAProxy has run for a while."""
    addresses = {name: server.machine.address for name, server in cluster.servers.items()}
    addresses |= {name: f"10.20.0.{_FIRST_ADDRESS + at}" for at, name in enumerate(NAMES)}
    found = {}
    for name in NAMES:
        up_s = random_of(seed, f"uptime {name}").uniform(8e5, 4e6)
        machine = Machine(
            name, addresses[name], next(iter(cluster.servers.values())).machine.clock, up_s=up_s
        )
        fit_out(machine, addresses)
        _fit_out_balancer(machine, addresses, cluster.name)
        balancer = Balancer(machine, cluster, seed=seed, carries=name == NAMES[0])
        balancer.started_s -= 86_400.0
        for member in balancer.members.values():
            member.changed_s -= 86_400.0
        balancer.spread(0.0)
        balancer.spread(0.0)
        found[name] = balancer
    return found


def _fit_out_balancer(machine: Machine, addresses: dict[str, str], cluster: str) -> None:
    machine.packages = {
        name: version
        for name, version in machine.packages.items()
        if not name.startswith(("mariadb", "galera", "libmariadb"))
    } | {"haproxy": VERSION}
    machine.accounts["ops"].groups = ("ops", "adm", "haproxy")
    servers = "".join(
        f"    server {name} {address}:3306 check port 9200 inter 2s fall 2 rise 2\n"
        for name, address in addresses.items()
        if name not in NAMES
    )
    machine.files.write(
        "/etc/haproxy/haproxy.cfg",
        "global\n    stats socket /run/haproxy/admin.sock mode 660 level admin\n    user haproxy\n"
        "    group haproxy\ndefaults\n    mode tcp\n    timeout connect 2s\n    timeout client 60s\n"
        f"    timeout server 60s\nlisten {cluster}\n    bind :{PORT}\n    balance roundrobin\n"
        f"    option httpchk GET /\n{servers}",
    )
    argv = ("/usr/sbin/haproxy", "-Ws", "-f", "/etc/haproxy/haproxy.cfg")
    machine.add_daemon("haproxy", "HAProxy Load Balancer", argv, port=PORT)
