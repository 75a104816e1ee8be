"""What is so in the practice estate, told by the simulation itself: for tests, drills and scores."""

from __future__ import annotations

from practice.estate import Practice
from practice.galera.cluster import Cluster
from practice.galera.server import Server


def state_of(practice: Practice) -> dict[str, object]:
    """Everything that a judge needs: hosts, servers, Primary components, what was acknowledged and lost."""
    return {
        "seed": practice.seed,
        "simulated_s": round(practice.clock.now_s(), 3),
        "speed": practice.clock.speed,
        "faults": list(practice.broken),
        "clusters": {name: _cluster(cluster) for name, cluster in practice.clusters.items()},
        "beside": _beside(practice),
    }


def _beside(practice: Practice) -> dict[str, bool]:
    """Whether all is well with what stands before and below the cluster, by name."""
    well: dict[str, bool] = {}
    for name, balancer in practice.balancers.items():
        well[name] = balancer.is_up and all(member.takes_new for member in balancer.members.values())
    if practice.cloud is not None:
        for one in practice.cloud.octavia.balancers.values():
            well[one.name] = (one.provisioning, one.operating) == ("ACTIVE", "ONLINE")
        for instance in practice.cloud.nova.instances.values():
            if instance.name in well:
                continue  # a load balancer's host: what runs on it says more
            is_up = instance.guest is not None and instance.guest.is_up
            well[instance.name] = is_up and instance.status == "ACTIVE" and instance.task is None
    return well


def _cluster(cluster: Cluster) -> dict[str, object]:
    cluster.settle()
    primaries = cluster.primaries()
    whole = len(primaries) == 1 and len(primaries[0].members) == len(cluster.servers)
    return {
        "primaries": [[server.name for server in one.members] for one in primaries],
        "is_healthy": whole and all(server.local_state == 4 for server in cluster.servers.values()),
        "acknowledged": cluster.acknowledged(),
        "lost": cluster.lost(),
        "forced": cluster.forced,
        "most_primaries": cluster.most_primaries,
        "nodes": {name: _server(server) for name, server in cluster.servers.items()},
    }


def _server(server: Server) -> dict[str, object]:
    machine = server.machine
    unit = machine.systemd.units["mariadb"]
    storage = server.storage()
    return {
        "on": machine.is_on,
        "unplugged": machine.is_unplugged,
        "unit": f"{unit.active}/{unit.sub}",
        "phase": server.phase,
        "state": server.state_comment if server.process else "",
        "position": str(server.position() if server.is_synced else storage.position if storage else "none"),
    }
