"""The TCP connection under an SSH one: what is written in one turn of the event loop goes out in one piece.

asyncssh writes each packet on its own, with an ignored one before it: ten system calls for a short command.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from typing import Any, Protocol, cast

_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: closing throws away what was not sent yet."""


class Above(Protocol):
    """The SSH connection, as asyncio sees it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None: ...

    def data_received(self, data: bytes) -> None: ...

    def eof_received(self) -> None: ...

    def connection_lost(self, exc: Exception | None) -> None: ...


class Wire(asyncio.Protocol):
    """Stands between a transport and an SSH connection, and is the transport that the connection sees."""

    def __init__(self, above: Above) -> None:
        self._above = above
        self._loop = asyncio.get_running_loop()
        self._waiting: list[bytes] = []
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it
        self._above.connection_made(self)  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        self._above.data_received(data)

    def eof_received(self) -> None:
        self._above.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._above.connection_lost(exc)

    def write(self, data: bytes) -> None:
        """Keep `data` until this turn of the loop is over."""
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(data)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not self._transport.is_closing():
            self._transport.write(b"".join(waiting))

    def abort(self) -> None:
        """Close at once. What the network has not taken yet is thrown away: nothing may arrive later."""
        with contextlib.suppress(OSError):
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self._transport.abort()

    def close(self) -> None:
        """Close once all is sent."""
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)


class WireMaker:
    """What asyncssh takes for a tunnel: it puts the SSH connection on a socket that is open already."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    async def create_connection(
        self, factory: Callable[[], Above], _host: str, _port: int
    ) -> tuple[asyncio.BaseTransport, Above]:
        """Return the transport and the SSH connection on it."""
        above = factory()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(lambda: Wire(above), sock=self._sock)
        return transport, above

    def close(self) -> None:
        """The connection closes its own socket."""

    async def wait_closed(self) -> None:
        """Nothing is left to wait for."""
