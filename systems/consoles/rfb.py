"""A guest's screen by VNC: the RFB protocol (RFC 6143) over a console link, as a client that looks.

The encodings are those that need no library (raw, copied rectangles, zlib): asyncvnc is GPL, and wants numpy.
Nova's proxy does the authentication towards the compute host itself, so none is spoken here.
"""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Sequence

from systems.consoles.link import Link
from systems.consoles.picture import Picture
from systems.errors import NotUnderstood, Refused, TimedOut
from systems.text import visible_bytes

VERSION = b"RFB 003.008\n"
START_S = 15.0
_NO_AUTHENTICATION = 1
_RAW, _COPY, _ZLIB, _NEW_SIZE = 0, 1, 6, -223
_ENCODINGS = (_ZLIB, _COPY, _RAW, _NEW_SIZE)
_FORMAT = struct.pack(">BBBBHHHBBB3x", 8, 8, 0, 1, 7, 7, 3, 5, 2, 0)
_MOST_SAID = 1 << 16
_UPDATE, _COLOURS, _BELL, _CUT_TEXT = range(4)


class RfbScreen:
    """See the module. `picture` is what was told so far."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._buffer = bytearray()
        self._inflate = zlib.decompressobj()
        self.picture = Picture(1, 1)
        self.name = ""
        self.lacks = ""
        """Nothing: a server draws in what it was told that we read, or the link ends."""

    @property
    def keyboard(self) -> Link:
        """Where keys are sent: RFB has one link for all."""
        return self._link

    async def close(self) -> None:
        """It opened nothing of its own."""

    async def start(self, *, timeout_s: float = START_S) -> None:
        """Shake hands, and ask for the whole screen. Raises a `SystemsError`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._shake_hands()
        except TimeoutError as error:
            raise TimedOut(
                f"The guest's VNC server said nothing within {timeout_s:g} s: somebody else may hold its "
                "screen alone, or the proxy does not reach the compute host."
            ) from error
        await self._ask(incremental=False)

    async def update(self) -> None:
        """Wait for the next change of the screen, take it, and ask for the one after it."""
        kind = -1
        while kind != _UPDATE:
            kind = await self._message()
            await asyncio.sleep(0)  # bells without end leave time for keys
        await self._ask(incremental=True)

    async def _shake_hands(self) -> None:
        said = await self._read(12)
        if not said.startswith(b"RFB 003."):
            raise NotUnderstood(f"This is no VNC server: it began with {visible_bytes(bytes(said))!r}.")
        await self._link.send(VERSION)
        kinds = await self._read((await self._read(1))[0])
        if not kinds:
            raise Refused(f"The VNC server refuses: {await self._said()}.")
        if _NO_AUTHENTICATION not in kinds:
            raise Refused(
                f"The VNC server wants authentication of the kind {', '.join(map(str, kinds))}; behind "
                "Nova's proxy it should want none."
            )
        await self._link.send(bytes([_NO_AUTHENTICATION]))
        (status,) = struct.unpack(">I", await self._read(4))
        if status:
            raise Refused(f"The VNC server refuses: {await self._said()}.")
        await self._link.send(b"\x01")  # shared: whoever else looks goes on looking
        width, height = struct.unpack(">HH16x", await self._read(20))
        self.picture = Picture(width, height)
        self.name = await self._said()
        await self._link.send(b"\x00\x00\x00\x00" + _FORMAT)
        await self._link.send(struct.pack(f">BxH{len(_ENCODINGS)}i", 2, len(_ENCODINGS), *_ENCODINGS))

    async def _ask(self, *, incremental: bool) -> None:
        size = (self.picture.width, self.picture.height)
        await self._link.send(struct.pack(">BBHHHH", 3, incremental, 0, 0, *size))

    async def _message(self) -> int:
        kind = (await self._read(1))[0]
        if kind == _UPDATE:
            (count,) = struct.unpack(">xH", await self._read(3))
            for _ in range(count):
                await self._rectangle()
                await asyncio.sleep(0)  # a large one is copied within 16 bytes, and there may be 65,535
        elif kind == _COLOURS:
            (count,) = struct.unpack(">xHH", await self._read(5))[1:]
            await self._read(6 * count)
        elif kind == _CUT_TEXT:
            (length,) = struct.unpack(">3xI", await self._read(7))
            while length > 0:  # the guest's clipboard is no business of ours
                length -= len(await self._read(min(length, _MOST_SAID)))
        elif kind != _BELL:
            raise NotUnderstood(f"The VNC server sent a message of the unknown kind {kind}.")
        return kind

    async def _rectangle(self) -> None:
        x, y, width, height, encoding = struct.unpack(">HHHHi", await self._read(12))
        if encoding != _NEW_SIZE and (x + width > self.picture.width or y + height > self.picture.height):
            raise NotUnderstood("A piece of the guest's screen lies outside of it.")
        if encoding == _RAW:
            self.picture.put(x, y, width, bytes(await self._read(width * height)))
        elif encoding == _COPY:
            from_x, from_y = struct.unpack(">HH", await self._read(4))
            self.picture.put(x, y, width, self.picture.cut(from_x, from_y, width, height))
        elif encoding == _ZLIB:
            (length,) = struct.unpack(">I", await self._read(4))
            if length > 2 * width * height + _MOST_SAID:
                raise NotUnderstood(
                    "A compressed piece of the guest's screen is larger than the piece itself."
                )
            self.picture.put(x, y, width, self._inflated(await self._read(length), width * height))
        elif encoding == _NEW_SIZE:
            self.picture = Picture(width, height)
            await self._ask(incremental=False)
        else:
            raise NotUnderstood(f"The VNC server used the encoding {encoding}, which nobody asked for.")

    def _inflated(self, data: bytearray, size: int) -> bytes:
        try:
            done = self._inflate.decompress(data, size + 1)  # 0 would be no bound
        except zlib.error as error:
            raise NotUnderstood(
                f"A compressed piece of the guest's screen cannot be read: {error}."
            ) from error
        if len(done) != size or self._inflate.unused_data:
            raise NotUnderstood("A compressed piece of the guest's screen has another size than was told.")
        return done

    async def _said(self) -> str:
        (length,) = struct.unpack(">I", await self._read(4))
        if length > _MOST_SAID:
            raise NotUnderstood("The VNC server has a name or reason that is longer than any.")
        return visible_bytes(bytes(await self._read(length)))

    async def _read(self, count: int) -> bytearray:
        while len(self._buffer) < count:
            self._buffer += await self._link.receive()
        data = self._buffer[:count]
        del self._buffer[:count]
        return data


def key_event(keysym: int, *, is_down: bool) -> bytes:
    """The message that presses a key of the X11 kind, or lets go of it: for the hands to send."""
    return struct.pack(">BBxxI", 4, is_down, keysym)


def chord(keysyms: Sequence[int]) -> bytes:
    """Press them one after the other, and let go of them in reverse."""
    down = [key_event(keysym, is_down=True) for keysym in keysyms]
    return b"".join([*down, *(key_event(keysym, is_down=False) for keysym in reversed(keysyms))])
