"""Nova's console proxies: websockets to a guest's serial line and screen, for whoever has a token.

A token that is too old is answered as theirs do: the connection is taken, and ends without a close frame.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from websockets.asyncio.server import Server, ServerConnection

    from practice.cloud.consoles import Consoles
    from practice.cloud.guest import Guest

SERIAL, NOVNC, SPICE = "serial", "novnc", "spice-html5"
KINDS = (SERIAL, NOVNC, SPICE)
_MOST_BYTES = 1 << 20
_LONGEST_KEYS = 65_536


class Proxies:
    """One listener a type of console. The ports are there at once; what serves them is loaded when wanted."""

    def __init__(self, consoles: Consoles) -> None:
        self._consoles = consoles
        self._sockets: dict[str, socket.socket] = {}
        self._servers: dict[str, Server] = {}
        self._serving: asyncio.Task[None] | None = None

    def listen(self) -> None:
        """Take ports: who connects before it is served waits in the queue."""
        for kind in KINDS:
            self._sockets[kind] = socket.create_server(("127.0.0.1", 0))
        ports = {kind: one.getsockname()[1] for kind, one in self._sockets.items()}
        self._consoles.bases = {
            SERIAL: f"ws://127.0.0.1:{ports[SERIAL]}/?token=",
            NOVNC: f"http://127.0.0.1:{ports[NOVNC]}/vnc_auto.html?path=%3Ftoken%3D",
            SPICE: f"http://127.0.0.1:{ports[SPICE]}/spice_auto.html?token=",
            "spice-direct": f"http://127.0.0.1:{ports[SPICE]}/nova?token=",
        }
        self._serving = asyncio.get_running_loop().create_task(self._serve())

    async def _serve(self) -> None:
        """Load the library off the event loop, then serve."""
        await asyncio.get_running_loop().run_in_executor(None, _import)
        from websockets.asyncio.server import serve
        from websockets.typing import Subprotocol

        for kind, behind in ((SERIAL, _line), (NOVNC, _screen), (SPICE, _channel)):
            self._servers[kind] = await serve(
                self._handler(kind, behind),
                sock=self._sockets[kind],
                subprotocols=[Subprotocol("binary")],
                compression=None,
                max_size=_MOST_BYTES,
                close_timeout=1.0,
            )

    def _handler(
        self, kind: str, behind: Callable[[Guest, ServerConnection], Awaitable[None]]
    ) -> Callable[[ServerConnection], Awaitable[None]]:
        async def handle(connection: ServerConnection) -> None:
            from websockets.exceptions import ConnectionClosed

            kinds = (SPICE, "spice-direct") if kind == SPICE else (kind,)
            one = self._consoles.admits(_token(connection), kinds)
            if one is None or one.guest is None or not one.guest.is_on:
                connection.transport.abort()
                return
            with contextlib.suppress(ConnectionClosed):
                await behind(one.guest, connection)

        return handle

    async def close(self) -> None:
        """End them all, and what goes through them."""
        if self._serving is not None:
            self._serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._serving
        for server in self._servers.values():
            for connection in list(server.connections):
                connection.transport.abort()
            server.close()
            await server.wait_closed()
        for one in self._sockets.values():
            one.close()
        self._sockets, self._servers = {}, {}


def _import() -> None:
    import websockets.asyncio.server  # noqa: F401


def _token(connection: ServerConnection) -> str:
    """From the address, or from the cookie that the page of spice-html5 sets."""
    request = connection.request
    if request is None:
        return ""
    told = parse_qs(urlsplit(request.path).query).get("token")
    if told:
        return told[0]
    cookie = SimpleCookie(request.headers.get("Cookie", "")).get("token")
    return cookie.value if cookie is not None else ""


async def _line(guest: Guest, connection: ServerConnection) -> None:
    """The serial line: what the guest writes goes out, keys go in, until its power is gone."""
    said: asyncio.Queue[str | None] = asyncio.Queue()
    guest.on_line.append(said.put_nowait)
    guest.on_off.append(end := lambda: said.put_nowait(None))
    sending = asyncio.get_running_loop().create_task(_send_all(said, connection))
    try:
        async for message in connection:
            data = message.encode() if isinstance(message, str) else message
            guest.serial.feed(data[:_LONGEST_KEYS].decode("utf-8", "replace"))
    finally:
        guest.on_line.remove(said.put_nowait)
        guest.on_off.remove(end)
        sending.cancel()


async def _send_all(said: asyncio.Queue[str | None], connection: ServerConnection) -> None:
    while (text := await said.get()) is not None:
        await connection.send(text.encode())
    await connection.close()


async def _screen(guest: Guest, connection: ServerConnection) -> None:
    """The screen, by RFB."""
    from practice.cloud.rfb import NoRfb, ScreenServer

    guest.on_off.append(end := connection.transport.abort)
    try:
        await ScreenServer(guest, _receiver(connection), connection.send).serve()
    except NoRfb:
        await connection.close()
    finally:
        guest.on_off.remove(end)


async def _channel(guest: Guest, connection: ServerConnection) -> None:
    """One channel of SPICE: a client opens several with the same token."""
    from practice.cloud.spice import NoSpice, SpiceChannel

    guest.on_off.append(end := connection.transport.abort)
    try:
        await SpiceChannel(guest, _receiver(connection), connection.send, end).serve()
    except NoSpice:
        await connection.close()
    finally:
        guest.on_off.remove(end)


def _receiver(connection: ServerConnection) -> Callable[[], Awaitable[bytes]]:
    async def receive() -> bytes:
        message = await connection.recv()
        return message.encode() if isinstance(message, str) else message

    return receive
