"""Serves a simulated cloud: one port of loopback a service, and those of the console proxies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from practice.cloud.http import HttpServer
from practice.cloud.keystone_api import KeystoneApi
from practice.cloud.nova_api import NovaApi
from practice.cloud.octavia_api import OctaviaApi
from practice.cloud.proxies import Proxies

if TYPE_CHECKING:
    from practice.cloud.cloud import Cloud

IDENTITY, COMPUTE, BALANCERS = "identity", "compute", "load-balancer"


class CloudServing:
    """See the module. `closed` names services whose process is down; `follow` makes it so."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.closed: set[str] = set()

        def at(kind: str) -> str:
            return self.servers[kind].url

        keystone = cloud.keystone
        keystone_api = KeystoneApi(keystone, lambda: at(IDENTITY))
        nova_api = NovaApi(
            cloud.nova,
            cloud.consoles,
            keystone,
            where=lambda: at(COMPUTE),
            keystone_at=lambda: at(IDENTITY),
        )
        octavia_api = OctaviaApi(
            cloud.octavia, keystone, where=lambda: at(BALANCERS), keystone_at=lambda: at(IDENTITY)
        )
        self.apis: dict[str, KeystoneApi | NovaApi | OctaviaApi] = {
            IDENTITY: keystone_api,
            COMPUTE: nova_api,
            BALANCERS: octavia_api,
        }
        self.servers = {kind: HttpServer(api.handle) for kind, api in self.apis.items()}
        self.proxies = Proxies(cloud.consoles)

    @property
    def auth_url(self) -> str:
        """Where Keystone is."""
        return f"{self.servers[IDENTITY].url}/v3"

    async def start(self) -> None:
        """Listen, and write the catalogue."""
        await self.follow()
        self.cloud.keystone.endpoints = {
            IDENTITY: self.auth_url,
            COMPUTE: f"{self.servers[COMPUTE].url}/v2.1",
            BALANCERS: self.servers[BALANCERS].url,
        }
        self.proxies.listen()

    async def follow(self) -> None:
        """Have every service listen that is not down."""
        for kind, server in self.servers.items():
            if kind in self.closed:
                server.close()
            else:
                await server.start()

    async def close(self) -> None:
        """End everything."""
        for server in self.servers.values():
            server.close()
        await self.proxies.close()
