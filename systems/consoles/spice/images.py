"""The images that a SPICE server sends along with what it draws."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial

from systems.consoles.picture import MOST_SIDE, Picture
from systems.consoles.spice import dots
from systems.consoles.spice.body import Body
from systems.consoles.spice.lz import unpack
from systems.errors import NotUnderstood

BITMAP, LZ_PLT, LZ_RGB, SURFACE = 0, 100, 101, 104
_NOT_READ = {
    1: "QUIC",
    102: "GLZ",
    103: "a cache that nobody agreed on",
    105: "JPEG",
    106: "a cache that nobody agreed on",
    107: "GLZ",
    108: "JPEG",
    109: "LZ4",
}
_PALETTE_IS_KEPT, _PALETTE_WAS_KEPT, _TOP_DOWN = 1, 2, 4
_BYTES = {6: 2, 7: 3, 8: 4, 9: 4}
"""Of each other format: bytes a dot."""
MOST_PALETTES = 256
"""A server keeps 128 of them at its client's."""
_BAND = 1 << 18
"""Bytes of an image between two turns for others: about 2 ms."""


class NotDrawn(Exception):
    """What is drawn in a way that is not read; the text names it. The rest of the screen goes on."""


@dataclass(frozen=True, slots=True)
class _Head:
    kind: int
    width: int
    height: int


class Images:
    """Reads them, with the palettes that the server says once and refers to later."""

    def __init__(self) -> None:
        self._palettes: dict[int, bytes] = {}

    def read(self, body: Body, surfaces: dict[int, Picture]) -> Generator[None, None, Picture]:
        """Read one, in turns; raises `NotUnderstood` for what is wrong, `NotDrawn` for what is not read."""
        _, kind, _, width, height = body.take("QBBII")
        head = _Head(kind, width, height)
        if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
            raise NotUnderstood(
                f"An image of {width} x {height} dots was sent; up to {MOST_SIDE} a side are read."
            )
        if kind == BITMAP:
            return (yield from self._bitmap(body))
        if kind == LZ_RGB:
            return (yield from _unpacked(body.bytes(body.number("I")), head))
        if kind == LZ_PLT:
            flags, size = body.take("BI")
            colours = self._palette(body, flags)
            return (yield from _unpacked(body.bytes(size), head, colours))
        if kind == SURFACE:
            found = surfaces.get(body.number("I"))
            if found is None:
                raise NotUnderstood("A part of the screen is copied from a surface that was never made.")
            return found
        raise NotDrawn(f"images in {_NOT_READ.get(kind, f'the format {kind}')}")

    def forget(self, palette: int | None = None) -> None:
        """One palette is used no more; None: all of them."""
        if palette is None:
            self._palettes.clear()
        else:
            self._palettes.pop(palette, None)

    def _bitmap(self, body: Body) -> Generator[None, None, Picture]:
        kind, flags, width, height, stride = body.take("BBIII")
        colours = self._palette(body, flags)
        bits, is_big_endian = dots.INDEXED.get(kind, (8 * _BYTES.get(kind, 0), False))
        if not bits:
            raise NotDrawn(f"bitmaps in the format {kind}")
        size = (width * bits + 7) // 8
        if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE and size <= stride):
            raise NotUnderstood("A bitmap of the guest's screen has rows of a length that does not fit.")
        if stride * height > body.left:
            raise NotUnderstood("A bitmap of the guest's screen ends before its last row.")
        if kind in dots.INDEXED:
            of_row = dots.of_indexes(bits, colours, is_big_endian=is_big_endian)
        else:
            of_row = dots.of_555 if bits == 16 else partial(dots.of_bgr, width=bits // 8)
        rows: list[bytes] = []
        band = max(_BAND // stride, 1)
        for line in range(height):
            rows.append(of_row(body.bytes(stride)[:size])[:width])
            if line % band == band - 1:
                yield
        if not flags & _TOP_DOWN:
            rows.reverse()
        return Picture(width, height, bytearray(b"".join(rows)))

    def _palette(self, body: Body, flags: int) -> bytes:
        """The colours of one, which stands somewhere in the message or was kept; empty: none is told."""
        if flags & _PALETTE_WAS_KEPT:
            found = self._palettes.get(body.number("Q"))
            if found is None:
                raise NotUnderstood("An image of the guest's screen refers to colours that were never told.")
            return found
        offset = body.number("I")
        if not offset:
            return b""
        there = body.elsewhere(offset)
        key, count = there.take("QH")
        if count > 256:
            raise NotUnderstood(f"A palette of {count} colours was sent; up to 256 are read.")
        colours = bytes([dots.of_colour(colour) for colour in there.take(f"{count}I")])
        if flags & _PALETTE_IS_KEPT:
            self._palettes[key] = colours
            while len(self._palettes) > MOST_PALETTES:
                del self._palettes[next(iter(self._palettes))]
        return colours


def _unpacked(data: bytes, head: _Head, colours: bytes = b"") -> Generator[None, None, Picture]:
    found = yield from unpack(data, head.width, head.height, colours)
    rows = found.dots
    if not found.is_top_down:
        width = head.width
        rows = b"".join([rows[at : at + width] for at in range(len(rows) - width, -1, -width)])
    return Picture(head.width, head.height, bytearray(rows))
