"""Every way into the systems of one estate: hosts over SSH, databases, surveyors. Reads only.

Imported after the first frame: what it opens imports asyncssh and pymysql when it is first used.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from runbooks.model import Look
from runbooks.vips.look import VipLook
from systems.errors import ForwardingForbidden, SystemsError, Unreachable
from systems.estate import Cluster, LoadedEstate
from systems.estate_balancers import Balancers
from systems.galera.preparation import PreparationReading
from systems.galera.readings import Answer, ClusterSurvey
from systems.galera.survey import NodeAccess, Surveyor, options_for
from systems.haproxy.attempt import Client, way_to
from systems.haproxy.socket import StatsSocket
from systems.secrets import AskSecret, Redactor, resolve
from systems.sql import Query, Rows, SqlReader
from systems.sql_readers import SqlAccess, SqlReaders
from systems.ssh.hosts import SshHosts
from tui.clouds import CloudLook, EstateClouds

PORT_S = 3.0
"""Seconds for a port to open, tried from another host."""
CONNECTIONS = 64
"""Fresh connections to a virtual address that may be under way at once."""
PREPARATION_S = 60.0
"""Reading how a host is prepared asks its package database and its tables: slow, and asked for."""


@dataclass(frozen=True, slots=True)
class ShutReader:
    """A database that cannot be asked for a reason that is known beforehand, such as a missing secret."""

    host: str
    reason: SystemsError

    async def ask(self, queries: Sequence[Query], *, timeout_s: float = 5.0) -> tuple[Rows, ...]:
        """Raise the reason."""
        del queries, timeout_s
        raise self.reason


class Access:
    """The ways in, opened when they are first used and kept until `close`. Belongs to one event loop."""

    def __init__(self, estate: LoadedEstate, redactor: Redactor, *, ask: AskSecret | None = None) -> None:
        """`ask` fetches what `prompt:` references need; None: there is nobody to ask."""
        self.estate = estate
        self.redactor = redactor
        self._ask = ask
        config = estate.ssh_config
        self.hosts = SshHosts(
            config_file=str(config) if config else None,
            sudo_password=self._sudo_password if ask else None,
        )
        self._opened: dict[str, Surveyor] = {}
        self._sockets: dict[str, dict[str, StatsSocket]] = {}
        self._opening = asyncio.Lock()
        self._databases: dict[SqlAccess, SqlReaders] = {}
        self._passwords: dict[str, str] = {}
        self._threads = ThreadPoolExecutor(max_workers=CONNECTIONS, thread_name_prefix="vip")
        self.clouds = EstateClouds(estate.clouds, redactor)

    async def surveyor(self, name: str) -> Surveyor:
        """Return what looks at this cluster; raises `KeyError` when the estate has none of that name."""
        async with self._opening:
            if name not in self._opened:
                cluster = self.estate.cluster(name)
                await self.hosts.warm(cluster.nodes[0])
                nodes = [await self._node(cluster, host) for host in cluster.nodes]
                self._opened[name] = Surveyor(name, nodes, arbitrators=cluster.settings.arbitrators)
            return self._opened[name]

    async def survey(self, name: str) -> ClusterSurvey:
        """Look once at all nodes of a cluster, everything read anew."""
        return await (await self.surveyor(name)).survey(full=True)

    async def look(self, target: str, *, preparation: bool = False) -> Look:
        """Survey a cluster for a run (`runbooks.engine.api.Surveyor`); nothing raises, errors are answers."""
        survey = await self.survey(target)
        if not preparation:
            return Look(survey)
        hosts = [node.host for node in survey.nodes]
        answers = await asyncio.gather(*(self._prepared(target, host) for host in hosts))
        return Look(survey, dict(zip(hosts, answers, strict=True)))

    def balancers(self, vip: str) -> Balancers:
        """What the estate says of a virtual address; raises `KeyError` for an unknown one."""
        return self.estate.vip(vip)

    def sockets(self, vip: str) -> dict[str, StatsSocket]:
        """The stats sockets of a virtual address by load balancer; raises `KeyError` for an unknown one."""
        if vip not in self._sockets:
            balancers = self.estate.vip(vip)
            path = balancers.settings.socket
            self._sockets[vip] = {
                host: StatsSocket(self.hosts.reader(host), path) for host in balancers.hosts
            }
        return self._sockets[vip]

    async def look_at_vip(self, vip: str) -> VipLook:
        """Ask its load balancers and the cluster behind it, all side by side; errors are answers."""
        settings, sockets = self.estate.vip(vip).settings, self.sockets(vip)
        await self.hosts.warm(next(iter(sockets)))
        answers = asyncio.gather(*(socket.look() for socket in sockets.values()))
        if not settings.serves:
            return VipLook(vip, datetime.now(UTC), tuple(await answers), backend=settings.backend)
        told, survey = await asyncio.gather(answers, self.survey(settings.serves))
        return VipLook(vip, datetime.now(UTC), tuple(told), survey, settings.backend)

    async def look_at_cloud(self, cloud: str) -> CloudLook:
        """Ask for its instances and its load balancers, side by side; errors are answers."""
        instances, balancers = self.clouds.reader(cloud), self.clouds.balancers(cloud)
        return CloudLook(*await asyncio.gather(instances.survey(), balancers.survey()))

    async def client(self, vip: str, *, origin: str = "") -> Client:
        """Return what makes fresh connections to a virtual address; `origin`: another host to do it from.

        Raises a `SystemsError` where the estate names no address or no account for it.
        """
        settings = self.estate.vip(vip).settings
        probe = settings.probe
        if not settings.address or not probe.user:
            lacks = "address" if not settings.address else "probe.user"
            message = (
                f"{vip} cannot be tried: {self.estate.path} names no {lacks} for it. Give it address = "
                '"HOST:PORT", and probe = { user, password } of an account without rights (docs/vips.md).'
            )
            raise SystemsError(message)
        password = await self._password(f"{vip}, to try it", probe.password) if probe.password else None
        host = origin or probe.host or self.estate.vip(vip).hosts[0]
        by_ssh = probe.via == "ssh" or bool(origin)
        words = f"from {host} over SSH" if by_ssh else "from here"
        open_way = way_to(settings.address, self.hosts, host if by_ssh else "", self._threads)
        return Client(vip, words, probe.user, open_way, self._threads, password)

    async def opens(self, host: str, address: str, port: int) -> bool | None:
        """Whether a port opens from a host that answers, tried by its sshd; None: that is forbidden there."""
        try:
            tunnel = await self.hosts.tunnel(host, address=address, port=port, deadline_s=PORT_S)
        except ForwardingForbidden:
            return None
        except Unreachable:
            return False
        except SystemsError:
            return None
        tunnel.close()
        return True

    async def close(self) -> None:
        """End all connections; jobs on the hosts run on."""
        for readers in self._databases.values():
            await readers.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        await self.clouds.close()
        await self.hosts.close()

    async def _sudo_password(self, host: str, user: str) -> str | None:
        return await self._asked(f"sudo password of {user} on {host}")

    async def _asked(self, question: str) -> str | None:
        answer = await self._ask(question) if self._ask else ""
        self.redactor.add(answer)
        return answer or None

    async def _prepared(self, target: str, host: str) -> Answer[PreparationReading]:
        from systems.galera.prepare import read_preparation

        cluster = self.estate.cluster(target)
        try:
            async with asyncio.timeout(PREPARATION_S):
                sql = await self._sql(cluster, host)
                return await read_preparation(
                    self.hosts.reader(host), sql, options_for(cluster.settings, host)
                )
        except SystemsError as error:
            return error
        except TimeoutError:
            return SystemsError(f"{host}: how it is prepared could not be read within {PREPARATION_S:g} s")

    async def _node(self, cluster: Cluster, host: str) -> NodeAccess:
        reader, sql = self.hosts.reader(host), await self._sql(cluster, host)
        return NodeAccess(host, reader, sql, options_for(cluster.settings, host))

    async def _sql(self, cluster: Cluster, host: str) -> SqlReader:
        sql = cluster.settings.on(host).sql
        access = SqlAccess(
            user=sql.user or None,
            via=sql.via,
            socket=sql.socket or None,
            port=sql.port,
            ca=sql.ca or None,
            is_unverified=sql.tls == "unverified",
        )
        if sql.password:
            try:
                access = replace(access, password=await self._password(cluster.name, sql.password))
            except SystemsError as error:
                return ShutReader(host, error)
        if access not in self._databases:
            self._databases[access] = SqlReaders(self.hosts, access, nodes=len(cluster.nodes))
        return self._databases[access].reader(host)

    async def _password(self, name: str, reference: str) -> str:
        """Fetch a system's password once: a prompt asks once, a command runs once."""
        if name not in self._passwords:
            what = f"the SQL password of {name}"
            base = self.estate.path.parent
            self._passwords[name] = await resolve(reference, what=what, base=base, ask=self._ask)
            self.redactor.add(self._passwords[name])
        return self._passwords[name]
