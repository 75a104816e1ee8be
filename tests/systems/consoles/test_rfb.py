"""A guest's screen by VNC, from a server that speaks the protocol byte by byte."""

from __future__ import annotations

import asyncio
import struct
import tracemalloc

import pytest

from systems.consoles.link import Trust, open_link
from systems.consoles.picture import Picture, rgb
from systems.consoles.rfb import RfbScreen
from systems.consoles.screens import first_look
from systems.errors import NotUnderstood, Refused
from tests.guest_links import FakeLink
from tests.systems.consoles.proxies import FakeScreen, copied, proxy, raw, update, zipped


async def looked_at(screen: FakeScreen) -> Picture:
    async with proxy(screen.serve, kind="novnc") as address:
        link = await open_link(address, Trust())
        try:
            return await first_look(RfbScreen(link))
        finally:
            await link.close()


async def test_rectangles_of_each_encoding_are_laid_over_the_screen() -> None:
    first = update(
        zipped(0, 0, 4, 2, b"abcdefgh"), raw(1, 1, 2, 1, b"XY"), copied(0, 0, 2, 1, from_x=1, from_y=1)
    )
    picture = await looked_at(FakeScreen(4, 2, [first]))
    assert bytes(picture.pixels) == b"XYcdeXYh"


async def test_only_changes_are_asked_for_after_the_first_look() -> None:
    screen = FakeScreen(2, 1, [update(raw(0, 0, 2, 1, b"ab")), update(raw(1, 0, 1, 1, b"z"))])
    async with proxy(screen.serve, kind="novnc") as address:
        link = await open_link(address, Trust())
        guest = RfbScreen(link)
        await guest.start()
        await guest.update()
        await guest.update()
        assert bytes(guest.picture.pixels) == b"az"
        assert screen.asked[:2] == [False, True]
        await link.close()


async def test_a_screen_that_changes_its_size_is_asked_for_anew() -> None:
    larger = update(struct.pack(">HHHHi", 0, 0, 3, 1, -223))
    screen = FakeScreen(1, 1, [larger, update(raw(0, 0, 3, 1, b"abc"))])
    async with proxy(screen.serve, kind="novnc") as address:
        link = await open_link(address, Trust())
        guest = RfbScreen(link)
        await guest.start()
        await guest.update()
        await guest.update()
        assert (guest.picture.width, bytes(guest.picture.pixels)) == (3, b"abc")
        await link.close()


@pytest.mark.parametrize(
    ("security", "words"),
    [
        (b"\x00\x00\x00\x00\x09too many!", "refuses: too many!"),
        (b"\x01\x02", "wants authentication of the kind 2"),
    ],
)
async def test_a_server_that_lets_nobody_in_is_told(security: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        await looked_at(FakeScreen(1, 1, [], security=security))


@pytest.mark.parametrize(
    "wrong",
    [
        update(raw(1, 0, 2, 1, b"ab")),
        update(zipped(0, 0, 2, 1, b"a" * 100_000)),
        update(struct.pack(">HHHHi", 0, 0, 2, 1, 16)),
        update(struct.pack(">HHHHi", 0, 0, 60_000, 60_000, -223)),
        b"\x09",
        update(struct.pack(">HHHHi", 0, 0, 60_000, 60_000, 0)),
        update(struct.pack(">HHHHiI", 0, 0, 2, 1, 6, 0xFFFF_FFFF)),
        update(zipped(0, 0, 0, 1, bytes(50 << 20))),
    ],
)
async def test_what_does_not_fit_is_an_error_and_no_memory(wrong: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(NotUnderstood):
            await looked_at(FakeScreen(2, 1, [wrong]))
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


async def test_an_update_without_end_leaves_time_for_others() -> None:
    """What one message holds can be hours of copying; whoever else is on the loop gets a turn between."""
    pieces = b"".join([copied(0, 0, 64, 64, 0, 0)] * 500)
    link = FakeLink(b"\x02" * 500 + struct.pack(">BxH", 0, 500) + pieces)
    screen = RfbScreen(link)
    screen.picture = Picture(64, 64)
    taken = asyncio.create_task(screen.update())
    turns = 0
    while not taken.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns >= 1000


def test_a_pixel_has_its_colour() -> None:
    assert [rgb(one) for one in (0x00, 0xFF, 0xE0, 0x1C, 0x03)] == [
        (0, 0, 0),
        (255, 255, 255),
        (255, 0, 0),
        (0, 255, 0),
        (0, 0, 255),
    ]
