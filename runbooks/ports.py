"""What a check may ask beside hosts: the clouds and the virtual addresses of the estate. They only read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from systems.consoles.link import Link
    from systems.estate_balancers import Balancers
    from systems.haproxy.attempt import Client
    from systems.openstack.cloud import CloudReader
    from systems.openstack.octavia import BalancerReader
    from systems.openstack.readings import Instance


class Clouds(Protocol):
    """The clouds of the estate, to be asked."""

    def reader(self, cloud: str) -> CloudReader:
        """What reads that cloud; raises `KeyError` when the estate has none of that name."""
        ...

    def balancers(self, cloud: str) -> BalancerReader:
        """What reads its load balancers; raises `KeyError` when the estate has none of that name."""
        ...

    async def link(self, cloud: str, instance: Instance, kind: str) -> Link:
        """Ask for a console of that type and connect to it; raises a `SystemsError`."""
        ...

    async def page(self, cloud: str, url: str) -> int:
        """The HTTP status of a page, by the certificates that this cloud trusts; raises a `SystemsError`."""
        ...


class Vips(Protocol):
    """The virtual addresses of the estate, to be asked and to be tried."""

    def balancers(self, vip: str) -> Balancers:
        """What the estate says of it; raises `KeyError` when there is none of that name."""
        ...

    async def client(self, vip: str, *, origin: str = "") -> Client:
        """What makes fresh connections to it; raises a `SystemsError` where the estate does not say how."""
        ...
