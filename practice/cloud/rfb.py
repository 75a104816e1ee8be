"""The screen of a guest by VNC: a server of RFB 3.8 (RFC 6143) that draws text with the VGA font.

It speaks no authentication, as what is behind Nova's proxy, takes any pixel format of true colour, and sends
the rows that have changed as zlib or raw rectangles.
"""

from __future__ import annotations

import asyncio
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from practice.cloud.font import CELL_HEIGHT, HEIGHT, INK, PAPER, WIDTH, dots_of
from practice.cloud.incoming import Incoming, Receive, Send
from practice.cloud.screen import ROWS

if TYPE_CHECKING:
    from practice.cloud.guest import Guest

_RAW, _ZLIB = 0, 6
_LONGEST_CUT = 1 << 16
_SPECIAL = {0xFF0D: "\r", 0xFF8D: "\r", 0xFF08: "\b", 0xFF09: "\t", 0xFF1B: "\x1b", 0xFFFF: "\x7f"}
_CONTROL = (0xFFE3, 0xFFE4)


class NoRfb(Exception):
    """What came is no RFB; the connection ends."""


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """How the client wants a pixel."""

    bits: int = 32
    is_big: bool = False
    most: tuple[int, int, int] = (255, 255, 255)
    shifts: tuple[int, int, int] = (16, 8, 0)

    @property
    def packed(self) -> bytes:
        depth = sum(one.bit_length() for one in self.most)
        return struct.pack(">BBBBHHHBBB3x", self.bits, depth, self.is_big, 1, *self.most, *self.shifts)

    @classmethod
    def of(cls, data: bytes) -> PixelFormat:
        """As the client's message has it; raises `NoRfb` for a colour map, which is not spoken here."""
        bits, _, big, true, *rest = struct.unpack(">BBBBHHHBBB3x", data)
        if not true or bits not in (8, 16, 32):
            raise NoRfb
        return cls(bits, bool(big), (rest[0], rest[1], rest[2]), (rest[3], rest[4], rest[5]))

    def pixel(self, colour: tuple[int, int, int]) -> bytes:
        """One pixel of a colour of 0 to 255 each."""
        value = 0
        for part, most, shift in zip(colour, self.most, self.shifts, strict=True):
            value |= (part * most // 255) << shift
        return value.to_bytes(self.bits // 8, "big" if self.is_big else "little")


class ScreenServer:
    """One client's look at a screen, until its connection ends."""

    def __init__(self, guest: Guest, receive: Receive, send: Send) -> None:
        self._guest, self._send = guest, send
        self._read = Incoming(receive).read
        self._format = PixelFormat()
        self._encodings: tuple[int, ...] = ()
        self._deflate = zlib.compressobj(1)
        self._seen = [-1] * ROWS
        self._is_asked = False
        self._changed = asyncio.Event()
        self._is_control = False

    async def serve(self) -> None:
        """Serve until `receive` or `send` raises what ends the connection; `NoRfb` for what is no RFB."""
        await self._shake_hands()
        changed = self._changed.set
        self._guest.screen.on_change.append(changed)
        drawing = asyncio.get_running_loop().create_task(self._draw())
        try:
            while True:
                await self._message()
        finally:
            self._guest.screen.on_change.remove(changed)
            drawing.cancel()

    async def _shake_hands(self) -> None:
        await self._send(b"RFB 003.008\n")
        if not (await self._read(12)).startswith(b"RFB 003."):
            raise NoRfb
        await self._send(b"\x01\x01")
        if await self._read(1) != b"\x01":
            raise NoRfb
        await self._send(bytes(4))
        await self._read(1)
        name = self._guest.name.encode()
        size = struct.pack(">HH", WIDTH, HEIGHT)
        await self._send(size + self._format.packed + struct.pack(">I", len(name)) + name)

    async def _message(self) -> None:
        kind = (await self._read(1))[0]
        if kind == 0:
            self._format = PixelFormat.of((await self._read(19))[3:])
            self._seen = [-1] * ROWS
        elif kind == 2:
            (count,) = struct.unpack(">xH", await self._read(3))
            self._encodings = struct.unpack(f">{count}i", await self._read(4 * count))
        elif kind == 3:
            incremental = (await self._read(9))[0]
            if not incremental:
                self._seen = [-1] * ROWS
            self._is_asked = True
            self._changed.set()
        elif kind == 4:
            down, keysym = struct.unpack(">BxxI", await self._read(7))
            self._key(keysym, is_down=bool(down))
        elif kind == 5:
            await self._read(5)
        elif kind == 6:
            (length,) = struct.unpack(">3xI", await self._read(7))
            if length > _LONGEST_CUT:
                raise NoRfb
            await self._read(length)
        else:
            raise NoRfb

    def _key(self, keysym: int, *, is_down: bool) -> None:
        if keysym in _CONTROL:
            self._is_control = is_down
        elif is_down:
            char = _SPECIAL.get(keysym) or (chr(keysym) if 32 <= keysym <= 255 else "")
            if self._is_control and "a" <= char.lower() <= "z":
                char = chr(ord(char.lower()) - 96)
            self._guest.console.feed(char)

    async def _draw(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            screen = self._guest.screen
            rows = [row for row in range(ROWS) if screen.versions[row] != self._seen[row]]
            if not self._is_asked or not rows:
                continue
            self._is_asked = False
            self._seen = list(screen.versions)
            parts = [self._rectangle(row) for row in rows]
            await self._send(struct.pack(">BxH", 0, len(parts)) + b"".join(parts))

    def _rectangle(self, row: int) -> bytes:
        screen = self._guest.screen
        at = screen.x if row == screen.y and self._guest.is_on else -1
        pixels = _drawn(screen.rows[row], at, self._format.pixel(PAPER), self._format.pixel(INK))
        encoding = _ZLIB if _ZLIB in self._encodings else _RAW
        head = struct.pack(">HHHHi", 0, row * CELL_HEIGHT, WIDTH, CELL_HEIGHT, encoding)
        if encoding == _RAW:
            return head + pixels
        data = self._deflate.compress(pixels) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        return head + struct.pack(">I", len(data)) + data


def _drawn(text: str, cursor: int, paper: bytes, ink: bytes) -> bytes:
    """One row of text as pixels; `cursor`: the column that it underlines, -1: none."""
    lines: list[bytes] = []
    for y in range(CELL_HEIGHT):
        dots = b"".join([_DOTS[row] for row in dots_of(text, cursor, y)])
        lines.append(b"".join([ink if dot else paper for dot in dots]))
    return b"".join(lines)


_DOTS = [bytes([row >> (7 - x) & 1 for x in range(8)] + [0]) for row in range(256)]
"""The dots of one row of a cell; the ninth column is empty, as between letters."""
