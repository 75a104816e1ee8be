"""Dots in each format as those of a `Picture`: one byte, three bits of red, three of green, two of blue."""

from __future__ import annotations

from collections.abc import Callable

INDEXED = {1: (1, False), 2: (1, True), 3: (4, False), 4: (4, True), 5: (8, True)}
"""Of each format with a palette, of bitmaps as of LZ: bits a dot, and whether the first is in the highest."""
_RED = bytes([value & 0xE0 for value in range(256)])
_GREEN = bytes([value >> 5 << 2 for value in range(256)])
_BLUE = bytes([value >> 6 for value in range(256)])
_HIGH_555 = bytes([(value & 0x70) << 1 | (value & 0x03) << 3 for value in range(256)])
_LOW_555 = bytes([value >> 7 << 2 | value >> 3 & 0x03 for value in range(256)])


def of_bgr(data: bytes, width: int = 4) -> bytes:
    """Of dots in `width` bytes each, blue first: 3, or 4 with one that says nothing."""
    return merged(
        data[2::width].translate(_RED), data[1::width].translate(_GREEN), data[0::width].translate(_BLUE)
    )


def of_555(data: bytes, *, is_big_endian: bool = False) -> bytes:
    """Of dots in two bytes each: five bits of red, green and blue below one that says nothing."""
    high, low = (0, 1) if is_big_endian else (1, 0)
    return merged(data[high::2].translate(_HIGH_555), data[low::2].translate(_LOW_555))


def of_indexes(bits: int, colours: bytes, *, is_big_endian: bool) -> Callable[[bytes], bytes]:
    """What reads dots in 1, 4 or 8 bits each that are looked up; what has no colour is black."""
    table = colours.ljust(1 << bits, b"\0")
    count, most = 8 // bits, (1 << bits) - 1
    places = [(count - 1 - place if is_big_endian else place) * bits for place in range(count)]
    tables = [bytes([table[value >> shift & most] for value in range(256)]) for shift in places]

    def read(data: bytes) -> bytes:
        found = bytearray(len(data) * count)
        for place, one in enumerate(tables):
            found[place::count] = data.translate(one)
        return bytes(found)

    return read


def of_colour(colour: int) -> int:
    """Of one colour in 32 bits, red above green above blue."""
    return _RED[colour >> 16 & 0xFF] | _GREEN[colour >> 8 & 0xFF] | _BLUE[colour & 0xFF]


def merged(*parts: bytes) -> bytes:
    """The bits of all of them, which have the same length."""
    found = 0
    for part in parts:
        found |= int.from_bytes(part, "little")
    return found.to_bytes(len(parts[0]), "little")
