"""The cloud of a practice estate: its hosts are instances, and a load balancer stands before its cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from practice.cloud.cloud import Cloud, Wanted, build_cloud, put_balancer

if TYPE_CHECKING:
    from practice.estate import Practice

BALANCER, BALANCER_ADDRESS = "orders-lb", "10.20.0.101"
WEB, WEB_ADDRESS = "shop-lb", "10.20.1.100"
WEB_MEMBERS = ("web-1", "web-2", "web-3")
CHECK_PORT, WEB_PORT = 9200, 80


def cloud_of(practice: Practice) -> Cloud:
    """Make it; the cluster must be there."""
    cloud = build_cloud(practice.clock, practice.all_machines, seed=practice.seed)
    databases = {name: machine.address for name, machine in practice.machines.items()}
    put_balancer(
        cloud,
        BALANCER,
        Wanted(
            address=BALANCER_ADDRESS,
            protocol="TCP",
            port=3306,
            members=databases,
            project="operations",
            check_port=CHECK_PORT,
            writes_to_one=True,
        ),
    )
    web = {name: cloud.nova.named(name).address for name in WEB_MEMBERS}
    put_balancer(
        cloud,
        WEB,
        Wanted(address=WEB_ADDRESS, protocol="HTTP", port=WEB_PORT, members=web, project="shop"),
    )
    names = {address: name for name, address in databases.items()}

    def passes(address: str, port: int) -> bool:
        if port == CHECK_PORT and address in names:
            return practice.server(names[address]).passes_check
        instance = next((one for one in cloud.nova.instances.values() if one.address == address), None)
        if instance is None or instance.guest is None or instance.name in cloud.silent_members:
            return False
        return instance.guest.is_on

    cloud.octavia.probe = passes
    return cloud
