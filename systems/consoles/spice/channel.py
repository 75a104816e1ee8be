"""One SPICE channel over a link of its own: the handshake, and messages with what every channel answers."""

from __future__ import annotations

import asyncio
import struct

from systems.consoles.link import GuestMoved, Link
from systems.consoles.spice.body import Body
from systems.errors import LinkLost, NotUnderstood, Refused
from systems.text import visible_bytes

MAIN, DISPLAY, INPUTS = 1, 2, 3
MOST_BYTES = 36 << 20
"""Of one message: a screen of 3840 x 2160 dots that is not compressed."""
MAGIC, VERSION = b"REDQ", (2, 2)
MOST_LINK_BYTES = 4096
"""Of what a server answers the first message of a link with; more abilities there are not either."""
_KEY_BYTES = 162
"""An RSA key of 1,024 bits as X.509 has it: no other length is spoken."""
_AUTH_SELECTION, _AUTH_SPICE, _MINI_HEADER = 1 << 0, 1 << 1, 1 << 3
_MIGRATE, _SET_ACK, _PING, _DISCONNECTING = 1, 3, 4, 6
_ACK_SYNC, _ACK, _PONG = 1, 2, 3
_FIRST_OWN = 101
_LINK_ERRORS = {
    4: "it is too old",
    5: "it wants TLS on this channel, and the proxy goes to its plain port",
    6: "it wants no TLS on this channel, and the proxy goes to its TLS port",
    7: "it wants a password, which behind Nova's proxy it should not",
    9: "it has no such channel",
}
MOVED = (
    "The guest moves to another compute host (live migration), and its screen with it: this link ends here."
)


class Channel:
    """See the module. What `next` raises ends the channel."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._buffer = bytearray()
        self._window = self._unanswered = 0
        self.abilities = 0
        """Of the server, for this channel: a bit each."""

    async def open(self, kind: int, session: int = 0, abilities: int = 0) -> None:
        """Shake hands; raises a `SystemsError`. `session`: what the main channel told."""
        words = [_AUTH_SELECTION | _AUTH_SPICE | _MINI_HEADER, *([abilities] if abilities else [])]
        body = struct.pack("<IBBIII", session, kind, 0, 1, len(words) - 1, 18)
        body += struct.pack(f"<{len(words)}I", *words)
        await self._link.send(MAGIC + struct.pack("<III", *VERSION, len(body)) + body)
        magic = await self._read(4)
        if magic != MAGIC:
            raise NotUnderstood(f"This is no SPICE server: it began with {visible_bytes(bytes(magic))!r}.")
        major, minor, size = struct.unpack("<III", await self._read(12))
        if size > MOST_LINK_BYTES or major != VERSION[0]:
            raise NotUnderstood(f"The SPICE server speaks version {major}.{minor}; 2 is read.")
        reply = Body(bytes(await self._read(size)))
        refuse_link_error(reply.number("I"))
        key = reply.bytes(_KEY_BYTES)
        await self._link.send(self._chosen_way(reply) + await asyncio.to_thread(_ticket, key))
        refuse_link_error(struct.unpack("<I", await self._read(4))[0])

    async def send(self, kind: int, body: bytes = b"") -> None:
        await self._link.send(message(kind, body))

    async def next(self) -> tuple[int, bytes]:
        """The next message that is of this channel's own kind; raises a `SystemsError`."""
        while True:
            await asyncio.sleep(0)  # messages without end leave time for keys
            kind, size = struct.unpack("<HI", await self._read(6))
            if size > MOST_BYTES:
                raise NotUnderstood(
                    f"The SPICE server announces a message of {size} bytes; none is so large."
                )
            body = bytes(await self._read(size))
            await self._count(kind)
            if kind >= _FIRST_OWN:
                return kind, body
            await self._answer(kind, Body(body))

    @property
    def has_more(self) -> bool:
        """Whether something of the next message is here already."""
        return bool(self._buffer)

    async def _answer(self, kind: int, body: Body) -> None:
        if kind == _SET_ACK:
            generation, self._window = body.take("II")
            self._unanswered = 0
            await self.send(_ACK_SYNC, struct.pack("<I", generation))
        elif kind == _PING:
            await self.send(_PONG, body.bytes(12))
        elif kind == _MIGRATE:
            raise GuestMoved(MOVED)
        elif kind == _DISCONNECTING:
            raise LinkLost("The guest's SPICE server said that it ends this link.")

    async def _count(self, kind: int) -> None:
        """Say now and then how far we are; a server that hears nothing waits."""
        if self._window and kind != _SET_ACK:
            self._unanswered += 1
            if self._unanswered >= self._window:
                self._unanswered = 0
                await self.send(_ACK)

    def _chosen_way(self, reply: Body) -> bytes:
        """The way of showing a ticket, where the server lets us choose; keeps its other abilities."""
        count, own, offset = reply.take("III")
        if count + own > MOST_LINK_BYTES:
            raise NotUnderstood("The SPICE server has more abilities than there are.")
        words = reply.elsewhere(offset).take(f"{count + own}I")
        common = words[0] if count else 0
        self.abilities = words[count] if own else 0
        if not common & _MINI_HEADER:
            raise NotUnderstood("The SPICE server is older than its version 0.10 (2011), and is not read.")
        return struct.pack("<I", 1) if common & _AUTH_SELECTION else b""

    async def _read(self, count: int) -> bytearray:
        while len(self._buffer) < count:
            self._buffer += await self._link.receive()
        data = self._buffer[:count]
        del self._buffer[:count]
        return data


def message(kind: int, body: bytes = b"") -> bytes:
    """A message with the short head, which both sides agreed on."""
    return struct.pack("<HI", kind, len(body)) + body


def refuse_link_error(code: int) -> None:
    """Raise `Refused` for the number that a server answers a link with; nought is none."""
    if code:
        words = _LINK_ERRORS.get(code, f"its error {code}")
        raise Refused(f"The guest's SPICE server refuses: {words}.")


def _ticket(key: bytes) -> bytes:
    """An empty password, for the server's key alone (RSA-OAEP with SHA-1); imports late, blocks."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    try:
        public = serialization.load_der_public_key(key)
        if not isinstance(public, rsa.RSAPublicKey):
            raise NotUnderstood("The SPICE server's key is none of RSA.")
        sha1 = hashes.SHA1()  # noqa: S303 - the protocol has no other, and there is no secret in it
        return public.encrypt(b"\0", padding.OAEP(padding.MGF1(sha1), sha1, None))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NotUnderstood("The SPICE server's key cannot be used.") from error
