"""The MySQL protocol in front of the statements, by mysql-mimic."""

from __future__ import annotations

import asyncio
import itertools
import logging
from typing import TYPE_CHECKING, Any

from mysql_mimic.connection import Connection
from mysql_mimic.control import LocalControl
from mysql_mimic.errors import MysqlError
from mysql_mimic.session import BaseSession
from mysql_mimic.stream import MysqlStream
from mysql_mimic.types import ServerStatus
from mysql_mimic.variables import GlobalVariables, SessionVariables

from practice.galera.logs import VERSION
from practice.sql.engine import Session, SqlError, execute
from practice.sql.identity import identities

if TYPE_CHECKING:
    from practice.galera.server import Server
    from practice.host.machine import ByteReader, ByteWriter

_numbers = itertools.count(100)


class _Whole:
    """A reader that gives what is asked for, or nothing at the end: what mysql-mimic takes for granted."""

    def __init__(self, reader: ByteReader) -> None:
        self._reader = reader
        self._kept = b""

    async def read(self, size: int) -> bytes:
        while len(self._kept) < size:
            chunk = await self._reader.read(65536)
            if not chunk:
                return b""
            self._kept += chunk
        data, self._kept = self._kept[:size], self._kept[size:]
        return data

    async def readexactly(self, size: int) -> bytes:
        data = await self.read(size)
        if len(data) < size:
            raise asyncio.IncompleteReadError(data, size)
        return data


class _Copying:
    """A writer that is given bytes: asyncssh takes no other buffer."""

    def __init__(self, writer: ByteWriter) -> None:
        self._writer = writer

    def write(self, data: bytes | bytearray) -> None:
        self._writer.write(bytes(data))

    async def drain(self) -> None:
        await self._writer.drain()

    def close(self) -> None:
        self._writer.close()


async def serve(server: Server, reader: ByteReader, writer: ByteWriter, login: str) -> None:
    """Answer one connection to the server's socket; `login` is who connects, as the kernel would tell."""
    logging.getLogger("mysql_mimic").setLevel(logging.CRITICAL)

    class Front(BaseSession):
        """What mysql-mimic asks."""

        def __init__(self) -> None:
            self.variables = SessionVariables(GlobalVariables())
            self.variables.global_variables.set("version", VERSION, force=True)
            self.username: str | None = None
            self.database: str | None = None
            self.own = Session(server, "", number=next(_numbers))

        async def handle_query(self, sql: str, attrs: dict[str, str]) -> Any:
            if self.username is None or not server.answers_sql:
                raise MysqlError("Server shutdown in progress", 1053)
            self.own.user = self.username
            try:
                result = await execute(self.own, sql)
            except SqlError as error:
                raise MysqlError(error.text, error.number) from error
            return (list(result.rows), list(result.columns)) if result.columns else None

        async def close(self) -> None:
            if self.own.holds_lock:
                server.unlock()

    stream = MysqlStream(_Whole(reader), _Copying(writer))
    connection = Connection(stream, Front(), LocalControl(1), identities(server, login))
    connection.status_flags = ServerStatus.SERVER_STATUS_AUTOCOMMIT
    connection.connection_id = connection.session.own.number
    try:
        await connection.start()
    except (OSError, asyncio.IncompleteReadError, EOFError):
        return
    finally:
        writer.close()
