"""One open websocket to a console proxy: bytes in both directions, and each way to fail as a sentence."""

from __future__ import annotations

import asyncio
import os
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from systems.consoles.address import ConsoleAddress
from systems.errors import LinkLost, NotUnderstood, Refused, SystemsError, TimedOut, Unreachable
from systems.text import visible

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

OPEN_S = 15.0
MOST_BYTES = 1 << 20
"""Of one message: the proxies send what one read of the guest's socket gave, 64 KiB."""
MOST_WAITING = 4
"""Messages that wait here; then the proxy waits, and behind it the guest."""
AT_ONCE_S = 3.0
"""A proxy that refuses a token takes the connection and closes it within that, without saying why."""
PROGRAMS = {"serial": "nova-serialproxy", "novnc": "nova-novncproxy", "spice-html5": "nova-spicehtml5proxy"}


class Link(Protocol):
    """What brings a console's bytes: a `ConsoleLink`."""

    async def receive(self) -> bytes:
        """The next bytes, as they came; raises a `SystemsError` when there will be no more."""
        ...

    async def send(self, data: bytes) -> None: ...

    async def another(self) -> Link:
        """One more to the same address, with the same token: SPICE has one a channel."""
        ...

    async def close(self) -> None: ...


class TokenRefused(Refused):
    """The proxy closed the connection at once: as a rule, the token is too old or was used up."""


class GuestMoved(LinkLost):
    """The guest goes to another compute host; its console comes back with a new address."""


@dataclass(frozen=True, slots=True)
class Trust:
    """By what the proxy's certificate is judged: as clouds.yaml says for this cloud's APIs."""

    ca: str = ""
    """A file or folder of CA certificates; empty: the machine's own."""
    is_unverified: bool = False
    """clouds.yaml says `verify: false`."""


class ConsoleLink:
    """See the module. Nothing here knows what the bytes mean."""

    def __init__(self, socket: ClientConnection, address: ConsoleAddress, trust: Trust) -> None:
        self._socket, self._address, self._trust = socket, address, trust
        self._opened_s = asyncio.get_running_loop().time()
        self._received = False

    @property
    def where(self) -> str:
        return self._address.where

    async def receive(self) -> bytes:
        """The next bytes, as they came; raises `TokenRefused` or `LinkLost` when there will be no more."""
        from websockets.exceptions import ConnectionClosed

        try:
            message = await self._socket.recv()
        except ConnectionClosed as error:
            raise self._lost() from error
        self._received = True
        return message.encode() if isinstance(message, str) else message

    async def send(self, data: bytes) -> None:
        """Send some bytes; raises `LinkLost`: nobody saw whether they arrived."""
        from websockets.exceptions import ConnectionClosed

        try:
            await self._socket.send(data)
        except ConnectionClosed as error:
            raise self._lost() from error

    async def another(self) -> ConsoleLink:
        """Connect once more; raises a `SystemsError`. Nova takes a token until it is old, not only once."""
        return await open_link(self._address, self._trust)

    async def close(self) -> None:
        """Let go of it; a proxy that does not answer is not waited for."""
        await self._socket.close()

    def _lost(self) -> SystemsError:
        where, program = self.where, PROGRAMS.get(self._address.kind, "the console proxy")
        soon = asyncio.get_running_loop().time() - self._opened_s < AT_ONCE_S
        if soon and not self._received:
            return TokenRefused(
                f"{program} at {where} took the connection and closed it at once: the token is too old or "
                "was used up (SPICE-09), the proxy does not reach the guest's port on its compute host, or "
                "it takes only pages of other hosts (allowed_origins). Its log says which."
            )
        return LinkLost(
            f"The connection to {program} at {where} is cut: the guest was stopped or moved, the proxy was "
            "restarted, or what lies between dropped it."
        )


async def open_link(address: ConsoleAddress, trust: Trust, *, timeout_s: float = OPEN_S) -> ConsoleLink:
    """Connect; raises a `SystemsError`. The library is imported by the first call, off the event loop."""
    await asyncio.to_thread(_import)
    from websockets.asyncio.client import connect
    from websockets.exceptions import WebSocketException
    from websockets.typing import Origin, Subprotocol

    class Connect(connect):
        """Follows no redirect, as no browser does: it would take the token to where nobody sent it."""

        def process_redirect(self, exc: Exception) -> Exception | str:
            return exc

    where = f"{PROGRAMS.get(address.kind, 'The console proxy')} at {address.where}"
    try:
        context = await asyncio.to_thread(tls_context, trust) if address.is_tls else None
        async with asyncio.timeout(timeout_s):
            socket = await Connect(
                address.url,
                origin=Origin(address.origin),
                subprotocols=[Subprotocol("binary")],
                compression=None,
                user_agent_header="quarterdeck",
                open_timeout=None,
                close_timeout=1.0,
                max_size=MOST_BYTES,
                max_queue=MOST_WAITING,
                ssl=context,
            )
    except TimeoutError as error:
        raise TimedOut(f"{where} did not answer within {timeout_s:g} s: a firewall may drop it.") from error
    except (OSError, ImportError) as error:
        raise _not_reached(error, where, is_tls=address.is_tls) from error
    except (WebSocketException, EOFError, ValueError) as error:
        raise _no_websocket(error, where) from error
    return ConsoleLink(socket, address, trust)


def _not_reached(error: OSError | ImportError, where: str, *, is_tls: bool) -> Unreachable:
    """`ImportError`: the environment names a SOCKS proxy, for which there is no library."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Unreachable(
            f"{where} has a certificate that is not trusted: {_words(error)}. Name the CA as `cacert` of "
            "this cloud in clouds.yaml, or give the proxy a certificate for that name."
        )
    if isinstance(error, ssl.SSLError):
        return Unreachable(
            f"{where} speaks no TLS that is understood: {_words(error)}. The scheme of base_url and what the "
            "proxy serves (cert, key, ssl_only) must be the same (SPICE-05)."
        )
    if isinstance(error, ConnectionResetError):
        words = "it was asked by TLS, and may speak none" if is_tls else "it may want TLS"
        return Unreachable(
            f"{where} ended the connection before it answered: {words} (SPICE-05). The scheme of base_url "
            "and what the proxy serves must be the same."
        )
    return Unreachable(
        f"{where} cannot be reached: {_words(error)}. See whether it runs, and whether a firewall lets "
        "this machine through to it (SPICE-07)."
    )


def _no_websocket(error: Exception, where: str) -> SystemsError:
    from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException

    if isinstance(error, InvalidStatus):
        status = error.response.status_code
        return Refused(f"{where} refused the websocket with HTTP {status}.")
    if isinstance(error, WebSocketException) and not isinstance(error, InvalidHandshake):
        # its words may hold the address, and so the token
        return NotUnderstood(f"{where} cannot be connected to: {type(error).__name__}.")
    return NotUnderstood(
        f"{where} answers and is no websocket: {_words(error)}. Is base_url that of the proxy, and does "
        "what stands before it pass websockets on?"
    )


def _import() -> None:
    import websockets.asyncio.client  # noqa: F401


def tls_context(trust: Trust) -> ssl.SSLContext:
    """What judges certificates as `trust` says; reads files."""
    from pathlib import Path

    if trust.is_unverified:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
    if not trust.ca:
        return ssl.create_default_context()
    place = Path(trust.ca).expanduser()
    folder = place.is_dir()
    return ssl.create_default_context(
        cafile=None if folder else str(place), capath=str(place) if folder else None
    )


def _words(error: Exception) -> str:
    text = str(error)
    number = error.errno if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else None
    if number is not None and number > 0:
        text = os.strerror(number).lower()  # asyncio's own words name the address as a Python tuple
    return visible(" ".join(text.split())).rstrip(".")[:300] or type(error).__name__
