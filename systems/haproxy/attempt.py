"""One fresh connection to a virtual address: which server answered it, or what came back instead.

It asks for the server's name and nothing else, with an account that needs no right but to log in (LB-08,
LB-19).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from systems.errors import SystemsError
from systems.sql import Query
from systems.sql_readers import Reach, dial_server
from systems.sql_server import ServerReader, Way

TIMEOUT_S = 5.0
"""Seconds for one connection with its question."""
_NAME = Query("SELECT @@hostname")
_SESSION = Query("SELECT @@hostname, CONNECTION_ID()")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one connection (`at`: its end, aware, UTC; the others: seconds on a steady clock)."""

    at: datetime
    begun_s: float
    ended_s: float
    answer: str | SystemsError
    """The name that the server has for its host, or why there was none."""

    @property
    def landed(self) -> str:
        """Where it landed; empty: nowhere."""
        return self.answer if isinstance(self.answer, str) else ""


@dataclass(slots=True)
class Session:
    """One connection that is kept: whether it is still the same is told by the server's own number of it."""

    server: ServerReader
    begun: str = ""

    async def told(self, *, timeout_s: float = TIMEOUT_S) -> str:
        """The server and its number of this connection; raises a `SystemsError` where nobody answers."""
        (rows,) = await self.server.ask((_SESSION,), timeout_s=timeout_s)
        return " ".join(str(cell) for cell in rows.rows[0]) if rows.rows else ""

    async def close(self) -> None:
        """Hang up."""
        await self.server.close()


@dataclass(slots=True)
class Client:
    """Makes fresh connections to one virtual address, by one way, with one account."""

    name: str
    """Of the virtual address, as sentences call it."""
    origin: str
    """From where, in words: "from lb1 over SSH", "from here"."""
    user: str
    open_way: Callable[[float], Awaitable[Way]]
    threads: Executor
    """Has a thread for each connection that is under way."""
    password: str | None = field(default=None, repr=False)

    async def attempt(self, *, timeout_s: float = TIMEOUT_S) -> Attempt:
        """Connect, ask, and hang up; an error is an answer."""
        clock = asyncio.get_running_loop().time
        begun_s = clock()
        server = self._server()
        answer: str | SystemsError
        try:
            (told,) = await server.ask((_NAME,), timeout_s=timeout_s)
            answer = (told.rows[0][0] if told.rows else "") or "a server without a name"
        except SystemsError as error:
            answer = error
        finally:
            await server.close()
        return Attempt(datetime.now(UTC), begun_s, clock(), answer)

    async def session(self, *, timeout_s: float = TIMEOUT_S) -> Session:
        """Connect and stay; raises a `SystemsError` where nobody answers."""
        session = Session(self._server())
        try:
            session.begun = await session.told(timeout_s=timeout_s)
        except BaseException:
            await session.close()
            raise
        return session

    def _server(self) -> ServerReader:
        return ServerReader(self.name, self.user, self.password, self.threads, self.open_way)


def way_to(
    address: str, hosts: Reach, host: str, threads: ThreadPoolExecutor
) -> Callable[[float], Awaitable[Way]]:
    """How each connection reaches `address` (host:port): through `host` by SSH; straight if that is empty."""
    where, _, port = address.rpartition(":")

    async def open_way(deadline_s: float) -> Way:
        if not host:
            return await dial_server(where, where, int(port), threads, deadline_s)
        tunnel = await hosts.tunnel(host, address=where, port=int(port), deadline_s=deadline_s)
        return Way(tunnel.near, tunnel.close)

    return open_way
