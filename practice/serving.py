"""One process that serves a practice estate: SSH listeners, its cloud, the clock, the control socket."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import asyncssh

from practice import layout
from practice.clock import Clock
from practice.control import Control
from practice.estate import Practice, build, build_blank, build_demo
from practice.haproxy.balancer import PORT
from practice.haproxy.balancer import SOCKET as STATS_SOCKET
from practice.haproxy.outfit import ADDRESS
from practice.loading import load
from practice.sshd import Sshd

if TYPE_CHECKING:
    from practice.cloud.serving import CloudServing
    from practice.facts import ClusterFacts
    from practice.galera.server import Server
    from practice.host.machine import ByteReader, ByteWriter, Listener

SQL_SOCKET = "/run/mysqld/mysqld.sock"
SQL_PASSWORD = "practice"
_PARENT_EVERY_S = 1.0


class Serving:
    """See the module."""

    def __init__(
        self, folder: Path, *, seed: int = 1, speed: float = 1.0, practice: Practice | None = None
    ) -> None:
        """`practice`: what is served; None: an estate of one healthy cluster."""
        self.folder = folder
        self.practice: Practice = practice or build(Clock(speed=speed), seed=seed)
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.sshds = _sshds(self.practice, self.key)
        self.cloud: CloudServing | None = None
        """The cloud of the estate while it is served."""
        self.stopping = asyncio.Event()
        self._control = Control(self)
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._time: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen, and write what a console needs to get there."""
        await self._open_hosts()
        await self._control.start(self.folder / layout.CONTROL)
        self._tasks = [asyncio.create_task(self._watch_network())]

    async def load(self, facts: ClusterFacts) -> None:
        """Be an estate of these hosts from now on; the console's files are written anew."""
        practice = load(Clock(speed=self.practice.clock.speed), facts, seed=self.practice.seed)
        await self._close_hosts()
        self.practice = practice
        self.sshds = _sshds(practice, self.key)
        await self._open_hosts()
        await self.follow()

    async def _open_hosts(self) -> None:
        for name, sshd in self.sshds.items():
            await sshd.start()
            machine = self.practice.all_machines[name]
            machine.on_network.append(self._changed.set)
            self._open_sockets(name)
            sshd.on_forward = self._forward
        layout.write_access(self.folder, self.key, self.sshds.values())
        layout.write_known_hosts(self.folder, self.sshds.values())
        nodes = {name: tuple(cluster.servers) for name, cluster in self.practice.clusters.items()}
        cloud, token_ttl_s = await self._open_cloud()
        layout.write_estate(
            self.folder,
            nodes,
            password=SQL_PASSWORD,
            balancers=tuple(self.practice.balancers),
            cloud=cloud,
            token_ttl_s=token_ttl_s,
        )
        self._time = asyncio.create_task(self.practice.clock.run())

    async def _open_cloud(self) -> tuple[str, float]:
        """Serve the estate's cloud; returns its name in clouds.yaml, empty where there is none.

        And for how many seconds a token of a console is good there.
        """
        cloud = self.practice.cloud
        if cloud is None:
            return "", 0.0
        from practice.cloud.cloud import NAME
        from practice.cloud.consoles import TTL_S
        from practice.cloud.keystone import REGION
        from practice.cloud.serving import CloudServing

        self.cloud = CloudServing(cloud)
        await self.cloud.start()
        ways = {
            NAME if account.is_admin else f"{NAME}-{name}": account
            for name, account in cloud.accounts.items()
        }
        layout.write_clouds(self.folder, self.cloud.auth_url, ways, region=REGION)
        return NAME, max(1.0, TTL_S / self.practice.clock.speed)

    async def follow(self) -> None:
        """Have every listener be as its host is now."""
        for name, sshd in self.sshds.items():
            if self.practice.all_machines[name].is_on:
                self._open_sockets(name)
            await sshd.follow()
        if self.cloud is not None:
            await self.cloud.follow()

    def _open_sockets(self, name: str) -> None:
        """The UNIX sockets of a host that is on."""
        sockets = self.practice.all_machines[name].sockets
        if name in self.practice.balancers:
            sockets.setdefault(STATS_SOCKET, self.practice.balancers[name].administer)
        else:
            sockets.setdefault(SQL_SOCKET, _listener(self.practice.server(name)))

    def _forward(self, address: str, port: int) -> Listener | None:
        """What answers a connection to the virtual address, or to a database host's port."""
        if port != PORT:
            return None
        balancer = next((one for one in self.practice.balancers.values() if one.carries), None)
        if address == ADDRESS and balancer is not None and balancer.is_up and balancer.machine.answers:
            serve = {name: _listener(one.server) for name, one in balancer.members.items()}

            async def balanced(reader: ByteReader, writer: ByteWriter, login: str) -> None:
                del login
                await balancer.forward(reader, writer, serve)

            return balanced
        return None

    async def _watch_network(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.follow()

    async def close(self) -> None:
        """End everything."""
        self._control.close()
        for task in self._tasks:
            task.cancel()
        await self._close_hosts()

    async def _close_hosts(self) -> None:
        if self._time is not None:
            self._time.cancel()
        if self.cloud is not None:
            await self.cloud.close()
            self.cloud = None
        for machine in self.practice.all_machines.values():
            await machine.processes.end_all()
        for sshd in self.sshds.values():
            await sshd.stop()


def _sshds(practice: Practice, key: asyncssh.SSHKey) -> dict[str, Sshd]:
    return {name: Sshd(machine, key) for name, machine in practice.all_machines.items()}


def _listener(server: Server) -> Listener:
    async def listen(reader: ByteReader, writer: ByteWriter, login: str) -> None:
        # The library of the protocol takes a while to load: once, and on nobody's time but the asker's.
        await asyncio.get_running_loop().run_in_executor(None, _import_sql)
        from practice.sql.wire import serve

        await serve(server, reader, writer, login)

    return listen


async def serve(
    folder: Path, *, seed: int, speed: float, blank: bool, faults: tuple[str, ...], parent: int | None
) -> None:
    """Serve until a signal, an order, or the end of the parent process. Prints one line when ready."""
    from practice.faults import apply

    was_made = layout.make_folder(folder)
    make = build_blank if blank else build_demo
    try:
        serving = Serving(folder, practice=make(Clock(speed=speed), seed=seed))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, serving.stopping.set)
        await serving.start()
        try:
            for fault in faults:
                await apply(serving, fault)
            sys.stdout.write(f"practice estate ready: {folder}/estate.toml\n")
            sys.stdout.flush()
            loop.run_in_executor(None, _import_sql)
            await _until_stopped(serving, parent)
        finally:
            await serving.close()
    finally:
        layout.clear_folder(folder, was_made=was_made)


def _import_sql() -> None:
    """Load the protocol's library once nobody waits for it."""
    import practice.sql.identity
    import practice.sql.wire  # noqa: F401


async def _until_stopped(serving: Serving, parent: int | None) -> None:
    while not serving.stopping.is_set():
        if parent is not None and os.getppid() != parent:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PARENT_EVERY_S if parent is not None else None):
                await serving.stopping.wait()
