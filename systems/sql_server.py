"""A database server asked with pymysql, in a thread that cannot hold anything else up: `SqlReader`.

Each server has one connection and one question at a time. A question past its deadline is ended from outside,
by closing its socket: the thread comes free at once, also when the server hangs.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import NoneType
from typing import TYPE_CHECKING

from systems.errors import LinkLost, NotUnderstood, Refused, SystemsError, TimedOut
from systems.sql import Query, Rows
from systems.sql_errors import named

if TYPE_CHECKING:
    import ssl

    import pymysql

CONNECT_TIMEOUT_S = 4.0
_LOCK_WAIT_S = 2
_STATEMENT_S = 5


class Way:
    """An open socket to a server, and how to end it from the event loop while a thread waits on it."""

    def __init__(
        self, sock: socket.socket, close: Callable[[], None] = lambda: None, *, name: str = "localhost"
    ) -> None:
        self.sock = sock
        self.name = name
        """What stands in the server's certificate, where that is checked."""
        self._twin = sock.dup()
        """Stays ours when pymysql wraps `sock` in TLS, which takes it away."""
        self._close = close

    def cut(self) -> None:
        """Wake whoever waits on the socket with an end of file."""
        with contextlib.suppress(OSError):
            self._twin.shutdown(socket.SHUT_RDWR)
        self._twin.close()
        self._close()


@dataclass(slots=True)
class ServerReader:
    """See the module."""

    host: str
    user: str
    password: str | None = field(repr=False)
    threads: Executor
    """Has a thread for each server that shares it."""
    open_way: Callable[[float], Awaitable[Way]]
    """Connects to the server within the given seconds, or raises a `SystemsError`."""
    tls: ssl.SSLContext | None = None
    """None: no TLS, for a way that is already encrypted."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _way: Way | None = None
    _connection: pymysql.Connection[pymysql.cursors.Cursor] | None = None

    async def ask(self, queries: Sequence[Query], *, timeout_s: float = 5.0) -> tuple[Rows, ...]:
        """Answer all of them over one connection, or raise a `SystemsError`."""
        until = time.monotonic() + timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                await self._turn.acquire()
        except TimeoutError as error:
            raise TimedOut(f"{self.host}: the question before this one is still without an answer") from error
        try:
            was_open = self._connection is not None
            try:
                return await self._answer(queries, until, timeout_s)
            except LinkLost:
                if not was_open:
                    raise
            return await self._answer(queries, until, timeout_s)
        finally:
            self._turn.release()

    async def close(self) -> None:
        """Close the connection, or cut off the question that is under way."""
        if self._way is not None:
            self._drop()

    async def _answer(self, queries: Sequence[Query], until: float, timeout_s: float) -> tuple[Rows, ...]:
        if self._way is None:
            self._way = await self.open_way(min(CONNECT_TIMEOUT_S, max(0.1, until - time.monotonic())))
        asking = asyncio.get_running_loop().run_in_executor(self.threads, self._blocking, self._way, queries)
        asking.add_done_callback(_look_at)
        try:
            async with asyncio.timeout(max(0.1, until - time.monotonic())):
                return await asyncio.shield(asking)
        except TimeoutError as error:
            raise TimedOut(
                f"{self.host}: the database server took the question and gave no answer within "
                f"{timeout_s:g} s: it hangs, or the host is out of breath"
            ) from error
        finally:
            if not asking.done() or not isinstance(asking.exception(), (Refused, NoneType)):
                self._drop()
                await asyncio.wait([asking])
                asking.exception()
                self._connection = None

    def _drop(self) -> None:
        """Close the socket under the connection. A thread that waits on it gets an end of file."""
        way, self._way, self._connection = self._way, None, None
        if way is not None:
            way.cut()

    def _blocking(self, way: Way, queries: Sequence[Query]) -> tuple[Rows, ...]:
        """Run in a thread: connect if need be, ask, and turn every error into a named one."""
        import pymysql

        try:
            if self._connection is None:
                self._connection = _connect(way, self.user, self.password, self.tls)
            return tuple(_ask(self._connection, query) for query in queries)
        except pymysql.MySQLError as error:
            raise self._named(error) from error
        except (OSError, ValueError, struct.error) as error:
            raise LinkLost(f"{self.host}: the connection to the database server broke: {error}") from error
        except (IndexError, AssertionError, RuntimeError) as error:
            raise NotUnderstood(
                f"{self.host}: the database server's answer cannot be read: {error}"
            ) from error

    def _named(self, error: pymysql.MySQLError) -> SystemsError:
        number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        text = str(error.args[1]) if len(error.args) > 1 else str(error)
        return named(self.host, self.user, number, text)


def _connect(
    way: Way, user: str, password: str | None, tls: ssl.SSLContext | None
) -> pymysql.Connection[pymysql.cursors.Cursor]:
    import pymysql

    class Connection(pymysql.Connection):
        def _create_ssl_ctx(self, sslp: object) -> ssl.SSLContext | None:  # noqa: ARG002
            """Share one context: a new one for each connection costs 30 ms."""
            return tls

    connection = Connection(
        host=way.name,
        user=user,
        password=password or "",
        charset="utf8mb4",
        autocommit=None,
        conv={},
        ssl_disabled=tls is None,
        defer_connect=True,
    )
    connection.connect(way.sock)
    version = str(connection.get_server_info())  # type: ignore[no-untyped-call]
    for statement in _session_statements(version):
        _try(connection, statement)
    return connection


def _session_statements(version: str) -> tuple[str, ...]:
    limit = (
        f"SET SESSION max_statement_time={_STATEMENT_S}"
        if "MariaDB" in version
        else f"SET SESSION max_execution_time={_STATEMENT_S * 1000}"
    )
    return (
        "SET SESSION autocommit=1",
        "SET SESSION TRANSACTION READ ONLY",
        f"SET SESSION lock_wait_timeout={_LOCK_WAIT_S}",
        f"SET SESSION innodb_lock_wait_timeout={_LOCK_WAIT_S}",
        limit,
        "SET SESSION wsrep_sync_wait=0",
    )


def _try(connection: pymysql.Connection[pymysql.cursors.Cursor], statement: str) -> None:
    """Set what this server knows; an unknown variable (1193) only means that there is nothing to limit."""
    import pymysql

    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except pymysql.MySQLError as error:
        if not error.args or error.args[0] != 1193:
            raise


def _ask(connection: pymysql.Connection[pymysql.cursors.Cursor], query: Query) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(query.text)
        rows = tuple(tuple(map(_text, row)) for row in cursor.fetchall())
    return Rows(rows, datetime.now(UTC))


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def _look_at(asked: asyncio.Future[tuple[Rows, ...]]) -> None:
    """Take note of how it ended, also where nobody waits for it any more: else the loop complains of it."""
    if not asked.cancelled():
        asked.exception()
