"""A SPICE server of a test, with an encoder of its LZ: it shares no code with the client."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from systems.consoles.picture import Picture

MAIN, DISPLAY, INPUTS = 1, 2, 3
SESSION = 0x1D5E551
GREY = 0xAA
LZ_RGB32 = 8


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 1024)


def said(kind: int, body: bytes = b"") -> bytes:
    """A message with the short head."""
    return struct.pack("<HI", kind, len(body)) + body


def link_reply(
    error: int = 0, *, abilities: int = 1 << 6, common: int = 0b1011, public: bytes = b""
) -> bytes:
    """What answers the first message of a client."""
    spki = public or key().public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    body = struct.pack("<I", error) + spki + struct.pack("<IIIII", 1, 1, 178, common, abilities)
    return b"REDQ" + struct.pack("<III", 2, 2, len(body)) + body


def main_init() -> bytes:
    return said(103, struct.pack("<8I", SESSION, 1, 3, 1, 0, 10, 0, 1))


def surface(width: int, height: int, key: int = 0, depth: int = 32) -> bytes:
    return said(314, struct.pack("<5I", key, width, height, depth, 1))


def base(
    left: int, top: int, width: int, height: int, clips: Sequence[tuple[int, ...]] | None = None
) -> bytes:
    """Where something is drawn; each clip is top, left, bottom, right, as in the protocol."""
    box = struct.pack("<Iiiii", 0, top, left, top + height, left + width)
    if clips is None:
        return box + b"\x00"
    return box + b"\x01" + struct.pack("<I", len(clips)) + b"".join(struct.pack("<4i", *one) for one in clips)


NO_MASK = bytes(13)


def draw_copy(
    where: bytes,
    image: bytes,
    width: int,
    height: int,
    *,
    kind: int = 304,
    rop: int = 8,
    at: tuple[int, int] = (0, 0),
) -> bytes:
    """draw_copy: the part of an image at `at` over the box of that size."""
    x, y = at
    fixed = struct.pack("<iiiiHB", y, x, y + height, x + width, rop, 0) + NO_MASK
    offset = len(where) + 4 + len(fixed)
    return said(kind, where + struct.pack("<I", offset) + fixed + image)


def draw_fill(where: bytes, colour: int, rop: int = 8) -> bytes:
    return said(302, where + struct.pack("<BIH", 1, colour, rop) + NO_MASK)


def draw_opaque(where: bytes, image: bytes, width: int, height: int, *, colour: int, rop: int) -> bytes:
    """A whole image over the box, and a brush of one colour over that."""
    fixed = struct.pack("<iiiiBIHB", 0, 0, height, width, 1, colour, rop, 0) + NO_MASK
    offset = len(where) + 4 + len(fixed)
    return said(303, where + struct.pack("<I", offset) + fixed + image)


def image(kind: int, width: int, height: int, rest: bytes) -> bytes:
    return struct.pack("<QBBII", 7, kind, 0, width, height) + rest


def bitmap(
    width: int,
    height: int,
    rows: bytes,
    *,
    kind: int = 8,
    stride: int = 0,
    flags: int = 4,
    palette: bytes = bytes(4),
) -> bytes:
    """An image that is not compressed. `palette`: its address, or the number of one that was kept."""
    stride = stride or len(rows) // height
    return image(0, width, height, struct.pack("<BBIII", kind, flags, width, height, stride) + palette + rows)


def lz(width: int, height: int, packed: bytes, *, kind: int = LZ_RGB32, top_down: int = 1) -> bytes:
    """An image of the type LZ_RGB."""
    data = lz_head(width, height, kind, top_down=top_down) + packed
    return image(101, width, height, struct.pack("<I", len(data)) + data)


def lz_head(width: int, height: int, kind: int = LZ_RGB32, *, stride: int = 0, top_down: int = 1) -> bytes:
    return b"  ZL" + struct.pack(">IIIIII", 0x1_0001, kind, width, height, stride or width * 4, top_down)[:24]


def lz_new(units: list[bytes]) -> bytes:
    """New dots, in runs of up to 32."""
    runs = [units[start : start + 32] for start in range(0, len(units), 32)]
    return b"".join([bytes([len(run) - 1]) + b"".join(run) for run in runs])


def lz_packed(units: list[bytes], shortest: int = 1) -> bytes:
    """Pack units greedily: the longest repetition of what came before, else new ones. For small images."""
    out, new, at = b"", list[bytes](), 0
    while at < len(units):
        length, distance = _longest(units, at)
        if length < max(shortest, 2):
            new.append(units[at])
            at += 1
            continue
        out += lz_new(new) + lz_repeated(length, distance, shortest)
        new.clear()
        at += length
    return out + lz_new(new)


def _longest(units: list[bytes], at: int) -> tuple[int, int]:
    best, where = 0, 0
    for start in range(max(0, at - 9000), at):
        length = 0
        while at + length < len(units) and units[start + length] == units[at + length]:
            length += 1
        if length > best:
            best, where = length, at - start
    return best, where


def lz_repeated(length: int, distance: int, shortest: int = 1) -> bytes:
    """So many units as they stand that far back."""
    length, distance = length - shortest + 1, distance - 1
    far = distance - 8191 if distance >= 8191 else None
    high, low = (31, 255) if far is not None else (distance >> 8, distance & 255)
    out = bytearray([min(length, 7) << 5 | high])
    if length >= 7:
        out.extend(b"\xff" * ((length - 7) // 255))
        out.append((length - 7) % 255)
    out.append(low)
    if far is not None:
        out.extend(far.to_bytes(2, "big"))
    return bytes(out)


def shown(picture: Picture) -> bytes:
    """What draws all of a picture, whose dots are of full colours or none of them."""
    parts = (0x03, 0x1C, 0xE0)
    colours = [bytes([*(255 * bool(dot & part) for part in parts), 0]) for dot in range(256)]
    rows = b"".join([colours[dot] for dot in picture.pixels])
    whole = base(0, 0, picture.width, picture.height)
    return draw_copy(whole, bitmap(picture.width, picture.height, rows), picture.width, picture.height)


def display_of(picture: Picture) -> bytes:
    """What a display channel says first."""
    begun = said(3, struct.pack("<II", 1, 20)) + said(108) + surface(picture.width, picture.height)
    return begun + shown(picture) + said(102)


@dataclass
class FakeSpice:
    """A SPICE server over websockets: one a channel. It keeps what it was sent, a channel each."""

    display: bytes
    """What its display channel says."""
    main: bytes = b""
    """What its main channel says after its beginning."""
    refuses: dict[int, int] = field(default_factory=dict)
    """Channel -> the error that it answers a ticket with."""
    sent: dict[int, list[tuple[int, bytes]]] = field(default_factory=dict)
    sessions: list[int] = field(default_factory=list)

    async def serve(self, socket: ServerConnection) -> None:
        """One channel of one client, until it goes."""
        with suppress(ConnectionClosed):
            await self._serve(socket)

    async def _serve(self, socket: ServerConnection) -> None:
        stream = _Stream(socket)
        magic, major, _, size = struct.unpack("<4sIII", await stream.read(16))
        assert (magic, major) == (b"REDQ", 2)
        session, channel, _, common, own, offset = struct.unpack_from(
            "<IBBIII", body := await stream.read(size)
        )
        assert offset == 18
        assert len(body) == 18 + 4 * (common + own)
        self.sessions.append(session)
        await socket.send(link_reply())
        assert struct.unpack("<I", await stream.read(4)) == (1,)
        sha1 = hashes.SHA1()
        ticket = key().decrypt(await stream.read(128), padding.OAEP(padding.MGF1(sha1), sha1, None))
        assert ticket == b"\0"
        await socket.send(struct.pack("<I", self.refuses.get(channel, 0)))
        if self.refuses.get(channel):
            return
        says = {MAIN: main_init() + self.main, DISPLAY: self.display, INPUTS: said(101, b"\0\0")}
        for at in range(0, len(says[channel]), 1 << 16):  # as a proxy does
            await socket.send(says[channel][at : at + (1 << 16)])
        while True:
            kind, size = struct.unpack("<HI", await stream.read(6))
            self.sent.setdefault(channel, []).append((kind, await stream.read(size)))


class _Stream:
    def __init__(self, socket: ServerConnection) -> None:
        self._socket, self._held = socket, b""

    async def read(self, count: int) -> bytes:
        while len(self._held) < count:
            message = await self._socket.recv()
            assert isinstance(message, bytes)
            self._held += message
        found, self._held = self._held[:count], self._held[count:]
        return found
