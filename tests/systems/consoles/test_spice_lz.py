"""SPICE's LZ images, against an encoder of their own: each comes back dot by dot, and no bytes do harm."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Generator
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.consoles.spice.lz import Unpacked, unpack
from systems.errors import NotUnderstood
from tests.systems.consoles.spices import lz_head, lz_new, lz_packed, lz_repeated

T = TypeVar("T")
BLUE, GREEN, RED, WHITE = 0x03, 0x1C, 0xE0, 0xFF
COLOURS = {b"\xff\0\0": BLUE, b"\0\xff\0": GREEN, b"\0\0\xff": RED, b"\xff\xff\xff": WHITE, b"\0\0\0": 0}


def ended(steps: Generator[None, None, T]) -> tuple[T, int]:
    """What it came to, and after how many turns."""
    turns = 0
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value, turns
        turns += 1


def unpacked(data: bytes, width: int, height: int, colours: bytes = b"") -> Unpacked:
    return ended(unpack(data, width, height, colours))[0]


units = st.lists(st.sampled_from(sorted(COLOURS)), min_size=1, max_size=80)


@given(units, st.integers(1, 6))
def test_what_was_packed_comes_back(row: list[bytes], height: int) -> None:
    data = lz_head(len(row), height) + lz_packed(row * height)
    assert unpacked(data, len(row), height).dots == bytes(COLOURS[one] for one in row) * height


@pytest.mark.parametrize("distance", [1, 256, 8191, 8192, 8193, 20_000])
def test_a_repetition_from_far_away_comes_back(distance: int) -> None:
    """From 8,192 dots on the distance stands in two bytes of its own."""
    noise = [b"\xff\0\0", *[bytes([0, 255, number & 255]) for number in range(distance - 1)]]
    data = lz_head(distance + 9, 1) + lz_new(noise) + lz_repeated(9, distance)
    told = unpacked(data, distance + 9, 1).dots
    assert told[distance : distance + 9] == (told[:distance] * 9)[:9]
    assert told[distance] == BLUE


def test_two_bytes_a_dot_have_five_bits_a_colour() -> None:
    row = [struct.pack(">H", one) for one in (0x7C00, 0x03E0, 0x001F, 0x7FFF, 0x7FFF, 0x7FFF, 0x7FFF)]
    data = lz_head(7, 1, 6) + lz_packed(row, shortest=2)
    assert unpacked(data, 7, 1).dots == bytes([RED, GREEN, BLUE, WHITE, WHITE, WHITE, WHITE])


@pytest.mark.parametrize(("kind", "byte"), [(1, 0b0000_0110), (2, 0b0110_0000)])
def test_one_bit_a_dot_is_looked_up_from_either_end(kind: int, byte: int) -> None:
    data = lz_head(4, 2, kind, stride=1) + bytes([1, byte, byte])
    assert unpacked(data, 4, 2, bytes([RED, BLUE])).dots == bytes([RED, BLUE, BLUE, RED]) * 2


def test_what_is_seen_through_of_each_dot_is_not_read() -> None:
    data = lz_head(2, 1, 9) + lz_packed([b"\xff\0\0", b"\0\xff\0"]) + b"\x01\x80\x80"
    assert unpacked(data, 2, 1).dots == bytes([BLUE, GREEN])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        lz_head(2, 1),
        lz_head(3, 1) + b"\x01" + bytes(6),
        lz_head(2, 1, 77) + b"\x01" + bytes(6),
        b"XXXX" + lz_head(2, 1)[4:] + b"\x01" + bytes(6),
        lz_head(2, 1) + b"\x02" + bytes(9),
        lz_head(2, 1) + b"\x20\x00",
        lz_head(2, 1) + b"\x00\0\0\0\xe0" + b"\xff" * 100_000,
        lz_head(2, 1, 5, stride=1) + bytes([1, 0, 0]),
        lz_head(2, 1, 5, stride=1 << 20) + bytes([1, 0, 0]),
    ],
)
def test_what_does_not_fit_is_an_error(data: bytes) -> None:
    with pytest.raises(NotUnderstood):
        unpacked(data, 2, 1)


@given(st.binary(max_size=300), st.integers(1, 11), st.integers(1, 9), st.integers(1, 9))
def test_no_bytes_at_all_do_harm(data: bytes, kind: int, width: int, height: int) -> None:
    try:
        told = unpacked(lz_head(width, height, kind, stride=width) + data, width, height, b"\1\2")
    except NotUnderstood:
        return
    assert len(told.dots) == width * height


def test_a_few_bytes_that_become_a_large_picture_take_no_more_than_its_dots() -> None:
    side = 4096
    more, rest = divmod(side * side - 1 - 7, 255)
    data = lz_head(side, side) + b"\x00\0\0\0\xe0" + b"\xff" * more + bytes([rest, 0])
    tracemalloc.start()
    try:
        assert len(unpacked(data, side, side).dots) == side * side
        assert tracemalloc.get_traced_memory()[1] < 4 * side * side
    finally:
        tracemalloc.stop()


def test_a_picture_of_single_dots_is_read_in_turns() -> None:
    data = lz_head(512, 512) + b"\0abc" * (512 * 512)
    told, turns = ended(unpack(data, 512, 512))
    assert len(told.dots) == 512 * 512
    assert turns >= 200
