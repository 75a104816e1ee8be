"""The screen of a guest by SPICE: main, display and inputs channels of version 2.2, as spice-server has them.

Without a password, as behind Nova's proxy: the ticket is taken and not looked at. What is drawn are bitmaps
of one bit a dot with two colours, uncompressed, a row of text each; no agent, no cache, no acknowledgements.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

from practice.cloud.font import CELL_HEIGHT, CELL_WIDTH, HEIGHT, INK, PAPER, WIDTH, dots_of
from practice.cloud.incoming import Incoming, Receive, Send
from practice.cloud.screen import COLUMNS, ROWS

if TYPE_CHECKING:
    from practice.cloud.guest import Guest

MAIN, DISPLAY, INPUTS = 1, 2, 3
_MAGIC = b"REDQ"
_LONGEST_LINK, _LONGEST = 4096, 1 << 16
_TICKET_BYTES = 128
_ABILITIES = 1 << 0 | 1 << 1 | 1 << 3
"""The client chooses how it shows a ticket, SPICE's own way is known, and heads of messages are short."""
_MAIN_INIT, _CHANNELS, _ATTACH = 103, 104, 104
_INPUTS_INIT, _KEY_DOWN, _KEY_UP = 101, 101, 102
_DISPLAY_INIT, _MARK, _DRAW_COPY, _SURFACE_MADE = 101, 102, 304, 314
_XRGB, _PRIMARY, _PUT, _ONE_BIT, _TOP_DOWN = 32, 1, 8, 2, 4
_STRIDE = WIDTH // 8
_SHIFTS, _CONTROL, _UP = (0x2A, 0x36), 0x1D, 0x80
_ROWS = (
    (0x02, "1234567890-=", "!@#$%^&*()_+"),
    (0x10, "qwertyuiop[]", "QWERTYUIOP{}"),
    (0x1E, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (0x2B, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (0x39, " ", " "),
    (0x0E, "\b", "\b"),
    (0x0F, "\t", "\t"),
    (0x1C, "\r", "\r"),
)
"""Scan code of the first key, and what its keys write without Shift and with it, on an American keyboard."""
_KEYS = {
    first + at: pair for first, low, high in _ROWS for at, pair in enumerate(zip(low, high, strict=True))
}


class NoSpice(Exception):
    """What came is no SPICE; the connection ends."""


class SpiceChannel:
    """One channel of one client, until its connection ends."""

    def __init__(self, guest: Guest, receive: Receive, send: Send, end: Callable[[], None]) -> None:
        """`end` ends the connection: the server has one client, and a new one takes over."""
        self._end = end
        self._guest, self._send = guest, send
        self._read = Incoming(receive).read
        self._seen = [-1] * ROWS
        self._changed = asyncio.Event()
        self._images = count(1)
        self._down: set[int] = set()
        self._drawing: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Serve until `receive` or `send` raises what ends the connection; `NoSpice` for what is no SPICE."""
        kind = await self._shake_hands()
        await self._greet(kind)
        changed = self._changed.set
        self._guest.screen.on_change.append(changed)
        try:
            while True:
                await self._taken(kind, *await self._message())
        finally:
            self._guest.screen.on_change.remove(changed)
            if self._end in self._guest.viewers:
                self._guest.viewers.remove(self._end)
            if self._drawing is not None:
                self._drawing.cancel()

    async def _greet(self, kind: int) -> None:
        if kind == MAIN:
            before, self._guest.viewers = self._guest.viewers, []
            for end in before:
                end()
            await self._tell(_MAIN_INIT, struct.pack("<8I", 1, 1, 1, 1, 0, 0, 0, 0))
        elif kind == INPUTS:
            await self._tell(_INPUTS_INIT, bytes(2))
        self._guest.viewers.append(self._end)

    async def _taken(self, kind: int, number: int, body: bytes) -> None:
        """What the client says on a channel of that kind; most of it changes nothing here."""
        if kind == MAIN and number == _ATTACH:
            channels = bytes([MAIN, 0, DISPLAY, 0, INPUTS, 0])
            await self._tell(_CHANNELS, struct.pack("<I", 3) + channels)
        elif kind == DISPLAY and number == _DISPLAY_INIT and self._drawing is None:
            self._drawing = asyncio.get_running_loop().create_task(self._draw())
        elif kind == INPUTS and number in (_KEY_DOWN, _KEY_UP):
            self._key(body[0] if body else 0)

    async def _shake_hands(self) -> int:
        """Return the kind of the channel."""
        magic, major, _, size = struct.unpack("<4sIII", await self._read(16))
        if magic != _MAGIC or major != 2 or not 18 <= size <= _LONGEST_LINK:
            raise NoSpice
        _, kind, _, common, _, offset = struct.unpack_from("<IBBIII", body := await self._read(size))
        if kind not in (MAIN, DISPLAY, INPUTS):
            await self._link_reply(error=9)
            raise NoSpice
        await self._link_reply()
        told = struct.unpack_from("<I", body, offset)[0] if common and offset + 4 <= size else 0
        await self._read(_TICKET_BYTES + (4 if told & 1 else 0))
        await self._send(bytes(4))
        return int(kind)

    async def _link_reply(self, error: int = 0) -> None:
        key = await asyncio.get_running_loop().run_in_executor(None, _public_key)
        body = struct.pack("<I", error) + key
        body += struct.pack("<IIII", 1, 0, len(body) + 12, _ABILITIES)
        await self._send(_MAGIC + struct.pack("<III", 2, 2, len(body)) + body)

    async def _message(self) -> tuple[int, bytes]:
        kind, size = struct.unpack("<HI", await self._read(6))
        if size > _LONGEST:
            raise NoSpice
        return kind, await self._read(size)

    async def _tell(self, kind: int, body: bytes) -> None:
        await self._send(struct.pack("<HI", kind, len(body)) + body)

    # ---- keys

    def _key(self, code: int) -> None:
        key = code & ~_UP
        if code & _UP:
            self._down.discard(key)
            return
        self._down.add(key)
        char = _KEYS.get(key, ("", ""))[any(shift in self._down for shift in _SHIFTS)]
        if _CONTROL in self._down and "a" <= char.lower() <= "z":
            char = chr(ord(char.lower()) - 96)
        self._guest.console.feed(char)

    # ---- the picture

    async def _draw(self) -> None:
        await self._tell(_SURFACE_MADE, struct.pack("<5I", 0, WIDTH, HEIGHT, _XRGB, _PRIMARY))
        screen = self._guest.screen
        is_first = True
        while True:
            self._changed.clear()
            rows = [row for row in range(ROWS) if screen.versions[row] != self._seen[row]]
            self._seen = list(screen.versions)
            for row in rows:
                await self._tell(_DRAW_COPY, self._row(row))
            if is_first:
                await self._tell(_MARK, b"")
                is_first = False
            await self._changed.wait()

    def _row(self, row: int) -> bytes:
        """One row of text as a draw_copy, with its bitmap and the two colours of it."""
        screen = self._guest.screen
        cursor = screen.x if row == screen.y else -1
        lines = [_bits(dots_of(screen.rows[row], cursor, y)) for y in range(CELL_HEIGHT)]
        top = row * CELL_HEIGHT
        head = struct.pack("<IiiiiB", 0, top, 0, top + CELL_HEIGHT, WIDTH, 0)
        image_at = len(head) + 4 + 16 + 2 + 1 + 13
        head += struct.pack("<IiiiiHB", image_at, 0, 0, CELL_HEIGHT, WIDTH, _PUT, 0)
        head += struct.pack("<BiiI", 0, 0, 0, 0)
        image = struct.pack("<QBBII", next(self._images), 0, 0, WIDTH, CELL_HEIGHT)
        palette_at = image_at + len(image) + 18 + _STRIDE * CELL_HEIGHT
        image += struct.pack("<BBIIII", _ONE_BIT, _TOP_DOWN, WIDTH, CELL_HEIGHT, _STRIDE, palette_at)
        palette = struct.pack("<QHII", 0, 2, _colour(PAPER), _colour(INK))
        return head + image + b"".join(lines) + palette


def _bits(cells: list[int]) -> bytes:
    """A line of dots as bits: eight of each cell, and an empty one."""
    line = 0
    for dots in cells:
        line = line << CELL_WIDTH | dots << 1
    return line.to_bytes(_STRIDE, "big") if len(cells) == COLUMNS else bytes(_STRIDE)


def _colour(colour: tuple[int, int, int]) -> int:
    red, green, blue = colour
    return red << 16 | green << 8 | blue


@cache
def _public_key() -> bytes:
    """An RSA key of 1,024 bits as X.509 has it: no other length is spoken. Made once; blocks."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - the protocol has no other
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return private.public_key().public_bytes(serialization.Encoding.DER, form)
