"""Images of the types LZ_RGB and LZ_PLT: a head, then runs of new dots and repetitions of older ones.

SPICE's LZ is LZSS of the FastLZ kind, counted in dots. A first byte below 32 announces one more new dot than
it says. Any other holds the length of a repetition above its five lowest bits and the distance in them: both
go on in the bytes that follow, and a distance beyond 8,191 in two more. The shortest repetition is one dot of
24 or 32 bits, two of 16, and three bytes of an image with a palette. All numbers of the head are big-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator
from dataclasses import dataclass

from systems.consoles.picture import MOST_SIDE
from systems.consoles.spice import dots
from systems.errors import NotUnderstood

_HEAD = struct.Struct(">4sIIIIII")
_MAGIC, _MAJOR = b"  ZL", 1
_FIRST_REPETITION = 32
_FAR = 8191
MOST_STRIDE = MOST_SIDE + 64
"""Bytes in a row of dots with a palette, with what fills it up."""
_TURN = 1024
"""Runs and repetitions between two turns for others: 2 to 5 ms."""
_RGB16, _RGB24, _RGB32, _RGBA = 6, 7, 8, 9


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The dots of an image, row after row, as its rows lie in memory."""

    dots: bytes
    is_top_down: bool


def unpack(data: bytes, width: int, height: int, colours: bytes = b"") -> Generator[None, None, Unpacked]:
    """Read an image of that size, in turns; raises `NotUnderstood`. `colours`: of its palette.

    What follows the dots of an RGBA image is how much of each is seen through, and is not read.
    """
    try:
        magic, version, kind, told_width, told_height, stride, top_down = _HEAD.unpack_from(data)
    except struct.error as error:
        raise NotUnderstood("A compressed image of the guest's screen has no head.") from error
    if magic != _MAGIC or version >> 16 != _MAJOR or (told_width, told_height) != (width, height):
        raise NotUnderstood("A compressed image of the guest's screen has a head that does not fit it.")
    if kind in dots.INDEXED:
        read = yield from _of_palette(data, (width, height, stride), colours, *dots.INDEXED[kind])
        return Unpacked(read, bool(top_down))
    if kind in (_RGB24, _RGB32, _RGBA):
        found = yield from _runs(data, width * height, 3, 1, lambda new: dots.of_bgr(new, 3))
    elif kind == _RGB16:
        found = yield from _runs(data, width * height, 2, 2, lambda new: dots.of_555(new, is_big_endian=True))
    else:
        raise NotUnderstood(f"A compressed image of the guest's screen is of the unknown type {kind}.")
    return Unpacked(bytes(found), bool(top_down))


def _of_palette(
    data: bytes, size: tuple[int, int, int], colours: bytes, bits: int, is_big_endian: bool
) -> Generator[None, None, bytes]:
    width, height, stride = size
    if not (width * bits + 7) // 8 <= stride <= MOST_STRIDE:
        raise NotUnderstood(
            "A compressed image of the guest's screen has rows of a length that does not fit."
        )
    found = yield from _runs(data, stride * height, 1, 3, bytes)
    read = dots.of_indexes(bits, colours, is_big_endian=is_big_endian)
    lines = [bytes(found[at : at + stride]) for at in range(0, stride * height, stride)]
    return b"".join([read(line)[:width] for line in lines])


def _runs(
    data: bytes, total: int, size: int, shortest: int, of_new: Callable[[bytes], bytes]
) -> Generator[None, None, bytearray]:
    """`total` units; new ones come in `size` bytes each. `shortest`: the least length of a repetition."""
    found = bytearray()
    at = _HEAD.size
    turns = 0
    try:
        while len(found) < total:
            first = data[at]
            at += 1
            room = total - len(found)
            if first < _FIRST_REPETITION:
                end = at + (first + 1) * size
                if first >= room or end > len(data):
                    raise _does_not_fit()
                found += of_new(data[at:end])
                at = end
            else:
                count, distance, at = _repetition(data, at, first, shortest, room)
                _repeat(found, count, distance)
            turns += 1
            if turns % _TURN == 0:
                yield
    except IndexError as error:
        raise _does_not_fit() from error
    return found


def _repetition(data: bytes, at: int, first: int, shortest: int, room: int) -> tuple[int, int, int]:
    """Its length, its distance, and where what follows begins."""
    count = (first >> 5) - 1 + shortest
    distance = (first & 31) << 8
    if first >> 5 == 7:
        more = 255
        while more == 255 and count <= room:
            more = data[at]
            count += more
            at += 1
    low = data[at]
    distance += low
    at += 1
    if distance == _FAR:
        distance = (data[at] << 8 | data[at + 1]) + _FAR
        at += 2
    if count > room:
        raise _does_not_fit()
    return count, distance + 1, at


def _repeat(found: bytearray, count: int, distance: int) -> None:
    """What is repeated may reach into what the repetition itself writes."""
    start = len(found) - distance
    if start < 0:
        raise _does_not_fit()
    if distance >= count:
        found += found[start : start + count]
    else:
        found += (found[start:] * (count // distance + 1))[:count]


def _does_not_fit() -> NotUnderstood:
    return NotUnderstood("A compressed image of the guest's screen holds more or less than its size says.")
