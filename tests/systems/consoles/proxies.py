"""Console proxies of a test: websockets on loopback that behave as Nova's do, and what is behind them."""

from __future__ import annotations

import ssl
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from systems.consoles.address import ConsoleAddress, address_of
from systems.openstack.readings import ConsoleReading
from tests.reading_builders import NOON

Serve = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def proxy(
    behind: Serve, *, kind: str = "serial", tls: ssl.SSLContext | None = None
) -> AsyncIterator[ConsoleAddress]:
    """A proxy on a free port of loopback; the address is the one that Nova would give."""
    async with serve(
        behind, "127.0.0.1", 0, subprotocols=[Subprotocol("binary")], ssl=tls, compression=None
    ) as server:
        port = server.sockets[0].getsockname()[1]
        yield address_of(a_console(kind, f"{'wss' if tls else 'ws'}://127.0.0.1:{port}/?token=8e0f7b2a"))


def a_console(kind: str, url: str) -> ConsoleReading:
    return ConsoleReading(NOON, kind, url, 600.0)


async def refuses(socket: ServerConnection) -> None:
    """What Nova's proxies do with a token that they do not know: no reason, no close frame."""
    socket.transport.abort()


@dataclass
class FakeScreen:
    """A VNC server that sends these updates, one an asking, and keeps which keys it was sent."""

    width: int
    height: int
    updates: list[bytes]
    security: bytes = b"\x01\x01"
    keys: list[tuple[int, bool]] = field(default_factory=list)
    asked: list[bool] = field(default_factory=list)
    """Of each asking, whether only what had changed was wanted."""

    async def serve(self, socket: ServerConnection) -> None:
        """Talk RFB 3.8 (RFC 6143) to one client."""
        await socket.send(b"RFB 003.008\n")
        assert await socket.recv() == b"RFB 003.008\n"
        await socket.send(self.security)
        if self.security != b"\x01\x01":
            return
        assert await socket.recv() == b"\x01"
        await socket.send(struct.pack(">I", 0))
        assert await socket.recv() == b"\x01"
        name = b"guest"
        await socket.send(struct.pack(">HH16xI", self.width, self.height, len(name)) + name)
        left = list(self.updates)
        async for message in socket:
            assert isinstance(message, bytes)
            if message[0] == 3:
                self.asked.append(bool(message[1]))
                if left:
                    await socket.send(left.pop(0))
            elif message[0] == 4:
                down, keysym = struct.unpack(">xBxxI", message)
                self.keys.append((keysym, bool(down)))


def update(*rectangles: bytes) -> bytes:
    """One FramebufferUpdate."""
    return struct.pack(">BxH", 0, len(rectangles)) + b"".join(rectangles)


def raw(x: int, y: int, width: int, height: int, pixels: bytes) -> bytes:
    return struct.pack(">HHHHi", x, y, width, height, 0) + pixels


def copied(x: int, y: int, width: int, height: int, from_x: int, from_y: int) -> bytes:
    return struct.pack(">HHHHiHH", x, y, width, height, 1, from_x, from_y)


def zipped(x: int, y: int, width: int, height: int, pixels: bytes) -> bytes:
    data = zlib.compress(pixels)
    return struct.pack(">HHHHiI", x, y, width, height, 6, len(data)) + data
