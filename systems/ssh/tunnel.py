"""Reaches a socket on a host through its kept connection, as a plain connected socket on this side.

The near end is one half of a socket pair: nothing is put into the file system, and no other user of this
machine can reach it.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from systems.errors import ForwardingForbidden, LinkLost, Unreachable

if TYPE_CHECKING:
    import asyncssh

    from systems.ssh.link import Link

_CHUNK_BYTES = 1 << 16


class Tunnel:
    """One open way to a socket on a host. `near` is for a thread, `close` for the event loop."""

    def __init__(self, near: socket.socket, pumps: tuple[asyncio.Task[None], ...]) -> None:
        self.near = near
        self._pumps = pumps

    def close(self) -> None:
        """Cut it: whoever blocks on `near` is woken by an end of file."""
        for pump in self._pumps:
            pump.cancel()


async def open_tunnel(
    link: Link,
    *,
    path: str | None = None,
    port: int | None = None,
    address: str = "127.0.0.1",
    deadline_s: float,
) -> Tunnel:
    """Connect to the UNIX socket `path`, or to `port` of `address`, the host's own loopback by default.

    Raises `Unreachable` when nothing listens there or sshd forbids it, and what the link raises.
    """
    import asyncssh

    what = path or (f"port {port}" if address == "127.0.0.1" else f"{address} port {port}")
    connection = await link.connection(deadline_s=deadline_s)
    try:
        async with asyncio.timeout(deadline_s):
            if path:
                reader, writer = await connection.open_unix_connection(path)
            else:
                reader, writer = await connection.open_connection(address, port or 0)
    except TimeoutError as error:
        raise Unreachable(f"{link.target.host}: {what} was not opened within {deadline_s:g} s") from error
    except asyncssh.ChannelOpenError as error:
        raise _refusal(link.target.host, what, connection, error, is_path=path is not None) from error
    except (OSError, asyncssh.Error) as error:
        raise LinkLost(
            f"{link.target.host}: the connection was lost as {what} was opened: {error}"
        ) from error
    near, far = socket.socketpair()
    far.settimeout(0)
    return Tunnel(near, _pump(reader, writer, far))


def _refusal(
    host: str,
    what: str,
    connection: asyncssh.SSHClientConnection,
    error: asyncssh.ChannelOpenError,
    *,
    is_path: bool,
) -> Exception:
    from asyncssh.constants import OPEN_ADMINISTRATIVELY_PROHIBITED

    if connection.is_closed():
        return LinkLost(f"{host}: the connection was lost as {what} was opened")
    if error.code == OPEN_ADMINISTRATIVELY_PROHIBITED:
        option = "AllowStreamLocalForwarding" if is_path else "AllowTcpForwarding"
        return ForwardingForbidden(f"{host}: its sshd forbids to reach {what} ({option} in its sshd_config)")
    return Unreachable(f"{host}: nothing listens at {what}, or {_login_of(connection)} may not reach it")


def _login_of(connection: asyncssh.SSHClientConnection) -> str:
    """Return the name that a connection is logged in with."""
    return str(connection.get_extra_info("username") or "the login")


def _pump(
    reader: asyncssh.SSHReader[bytes], writer: asyncssh.SSHWriter[bytes], far: socket.socket
) -> tuple[asyncio.Task[None], ...]:
    loop = asyncio.get_running_loop()

    async def inward() -> None:
        while chunk := await reader.read(_CHUNK_BYTES):
            await loop.sock_sendall(far, chunk)

    async def outward() -> None:
        while chunk := await loop.sock_recv(far, _CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()

    pumps: list[asyncio.Task[None]] = []

    async def until_either_ends(pump: Callable[[], Coroutine[object, object, None]]) -> None:
        import asyncssh

        try:
            await pump()
        except (OSError, asyncssh.Error):
            return
        finally:
            for other in pumps:
                other.cancel()
            writer.close()
            far.close()

    pumps += [loop.create_task(until_either_ends(inward)), loop.create_task(until_either_ends(outward))]
    return tuple(pumps)
