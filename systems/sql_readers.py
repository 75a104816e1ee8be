"""Makes the `SqlReader` of each node of a cluster: over SSH with or without an account, or over TCP."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

from systems.errors import ForwardingForbidden, LoginRefused, SystemsError, Unreachable
from systems.shell import Probe, Reader
from systems.sql import Query, Rows, SqlReader
from systems.sql_client import ClientReader
from systems.sql_server import ServerReader, Way

if TYPE_CHECKING:
    import ssl

    from systems.ssh.tunnel import Tunnel

_USUAL_SOCKETS = (
    "/run/mysqld/mysqld.sock",
    "/var/lib/mysql/mysql.sock",
    "/var/run/mysqld/mysqld.sock",
    "/tmp/mysql.sock",  # noqa: S108 - the default of servers built from source
)


OpenWay = Callable[[float], Awaitable[Way]]


class Reach(Protocol):
    """What the readers need of `SshHosts`."""

    def reader(self, host: str) -> Reader: ...

    async def login_user(self, host: str) -> str: ...

    async def address(self, host: str) -> str: ...

    async def tunnel(
        self,
        host: str,
        *,
        path: str | None = None,
        port: int | None = None,
        address: str = ...,
        deadline_s: float = 5.0,
    ) -> Tunnel: ...


@dataclass(frozen=True, slots=True)
class SqlAccess:
    """How the servers of one cluster are asked: the `sql` table of the estate, its secrets resolved."""

    user: str | None = None
    """None: as root, by its socket, which needs no password."""
    password: str | None = field(default=None, repr=False)
    via: Literal["ssh", "tcp"] = "ssh"
    socket: str | None = None
    """The server's UNIX socket on its host; None: looked for."""
    port: int = 3306
    """For `via="tcp"`, and over SSH where a socket cannot be reached."""
    ca: str | None = None
    """Over TCP: a file with the authority that signs the servers; the name in the certificate is checked."""
    is_unverified: bool = False
    """Over TCP: TLS with whoever answers. Without it, `ca` is a must."""


class SqlReaders:
    """The readers of one cluster's nodes. They share threads, one a node, and a TLS context."""

    def __init__(self, hosts: Reach, access: SqlAccess, *, nodes: int) -> None:
        if access.via == "tcp" and not access.user:
            raise ValueError("sql: via tcp needs a user")
        if access.via == "tcp" and not access.ca and not access.is_unverified:
            raise ValueError("sql: via tcp needs the authority that signs the servers")
        self._hosts = hosts
        self._access = access
        self._threads = ThreadPoolExecutor(max_workers=max(1, nodes), thread_name_prefix="sql")
        self._readers: dict[str, SqlReader] = {}

    def reader(self, host: str) -> SqlReader:
        """Return what asks the server on `host`. Opens nothing yet."""
        if host not in self._readers:
            self._readers[host] = self._make(host)
        return self._readers[host]

    async def close(self) -> None:
        """Close all connections and end the threads."""
        for reader in self._readers.values():
            if isinstance(reader, (ServerReader, ClientReader, RootReader, AccountReader)):
                await reader.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _make(self, host: str) -> SqlReader:
        if self._access.user is None:
            server = self._server(host, "root", None, self._by_tunnel(host))
            client = ClientReader(self._hosts.reader(host), self._access.socket)
            return RootReader(host, self._hosts, server, client)
        way = self._by_tunnel(host) if self._access.via == "ssh" else self._by_tcp(host)
        server = self._server(host, self._access.user, self._access.password, way)
        client = ClientReader(self._hosts.reader(host), self._access.socket)
        return AccountReader(self._access.user, server, client)

    def _server(self, host: str, user: str, password: str | None, way: OpenWay) -> ServerReader:
        tls = self._tls if self._access.via == "tcp" else None
        return ServerReader(host, user, password, self._threads, way, tls)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        import ssl

        if self._access.ca:
            return ssl.create_default_context(cafile=self._access.ca)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the estate says "unverified", word for word
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    def _by_tunnel(self, host: str) -> OpenWay:
        found: list[str] = [self._access.socket] if self._access.socket else []

        async def open_way(deadline_s: float) -> Way:
            until = time.monotonic() + deadline_s
            if not found:
                found.append(await find_socket(self._hosts.reader(host), deadline_s))
            try:
                left_s = max(0.1, until - time.monotonic())
                tunnel = await self._hosts.tunnel(host, path=found[0], deadline_s=left_s)
            except ForwardingForbidden:
                if self._access.user is None:
                    raise
                tunnel = await self._hosts.tunnel(host, port=self._access.port, deadline_s=deadline_s)
            except Unreachable:
                if not self._access.socket:
                    found.clear()
                raise
            return Way(tunnel.near, tunnel.close)

        return open_way

    def _by_tcp(self, host: str) -> OpenWay:
        async def open_way(deadline_s: float) -> Way:
            address = await self._hosts.address(host)
            return await dial_server(host, address, self._access.port, self._threads, deadline_s)

        return open_way


async def find_socket(reader: Reader, deadline_s: float) -> str:
    """Return where the server's UNIX socket is: as my.cnf has it, else one of the usual places."""
    line = f"my_print_defaults mysqld mariadbd server mariadb; ls -d {' '.join(_USUAL_SOCKETS)}"
    output = await reader.read(Probe(line, accepts=None), timeout_s=deadline_s)
    told = [
        text.removeprefix("--socket=") for text in output.stdout.splitlines() if text.startswith("--socket=")
    ]
    there = [text for text in output.stdout.splitlines() if text in _USUAL_SOCKETS]
    if not told and not there:
        raise Unreachable(
            f"{reader.host}: no socket of a database server is there: it is down, or its my.cnf puts the "
            "socket elsewhere (set sql.socket in the estate)"
        )
    return told[-1] if told else there[0]


async def dial_server(
    host: str, address: str, port: int, threads: ThreadPoolExecutor, deadline_s: float
) -> Way:
    """Connect over TCP, or raise an `Unreachable`."""
    loop = asyncio.get_running_loop()
    where = f"{host}: the database server at {address} port {port}"
    try:
        async with asyncio.timeout(deadline_s):
            found = await loop.run_in_executor(
                threads, lambda: socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
            )
            family, _, _, _, place = found[0]
            opened = socket.socket(family, socket.SOCK_STREAM)
            opened.settimeout(0)
            try:
                await loop.sock_connect(opened, place)
            except BaseException:
                opened.close()
                raise
    except TimeoutError as error:
        raise Unreachable(
            f"{where} does not answer within {deadline_s:g} s: shut off, or the host is down"
        ) from error
    except socket.gaierror as error:
        raise Unreachable(f"{host}: the name {address!r} cannot be looked up: {error.strerror}") from error
    except OSError as error:
        why = os.strerror(error.errno).lower() if error.errno else str(error)
        raise Unreachable(f"{where}: {why}: it is down, still starting, or bound elsewhere") from error
    opened.settimeout(None)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Way(opened, name=address)


@dataclass(slots=True)
class RootReader:
    """Asks as root without an account: through the socket if the login is root, else by the host's client."""

    host: str
    hosts: Reach
    server: ServerReader
    client: ClientReader
    _uses_client: bool | None = None

    async def ask(self, queries: Sequence[Query], *, timeout_s: float = 5.0) -> tuple[Rows, ...]:
        """Answer all of them, or raise a `SystemsError`."""
        if self._uses_client is None:
            self._uses_client = await self.hosts.login_user(self.host) != "root"
        if not self._uses_client:
            try:
                return await self.server.ask(queries, timeout_s=timeout_s)
            except (LoginRefused, ForwardingForbidden):
                answer = await self.client.ask(queries, timeout_s=timeout_s)
                self._uses_client = True
                return answer
        return await self.client.ask(queries, timeout_s=timeout_s)

    async def close(self) -> None:
        """Close what is open."""
        await self.server.close()


@dataclass(slots=True)
class AccountReader:
    """Asks by an account; while the server has none of that name, by the host's client as root.

    A new cluster must be seen before its account for watching is made (GOTCHAS A.3 step 5). An account that
    exists and is not let in stays so: a wrong password is told, and not worked around.
    """

    user: str
    server: ServerReader
    client: SqlReader
    _exists: bool = False

    @property
    def host(self) -> str:
        return self.server.host

    async def ask(self, queries: Sequence[Query], *, timeout_s: float = 5.0) -> tuple[Rows, ...]:
        """Answer all of them, or raise a `SystemsError`."""
        try:
            return await self.server.ask(queries, timeout_s=timeout_s)
        except LoginRefused:
            answers = None if self._exists else await self._ask_as_root(queries, timeout_s)
            if answers is None:
                raise
            return answers

    async def _ask_as_root(self, queries: Sequence[Query], timeout_s: float) -> tuple[Rows, ...] | None:
        """None: the account exists, or nobody can tell."""
        name = self.user.replace("\\", "\\\\").replace("'", "''")
        count = Query(f"SELECT COUNT(*) FROM mysql.user WHERE user = '{name}'")  # noqa: S608 - quoted above
        try:
            counted, *answers = await self.client.ask((count, *queries), timeout_s=timeout_s)
        except SystemsError:
            return None
        self._exists = counted.rows != (("0",),)
        return None if self._exists else tuple(answers)

    async def close(self) -> None:
        """Close what is open."""
        await self.server.close()
