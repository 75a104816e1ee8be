"""A real guest in QEMU by SPICE: its screen is read as text and typed into, and only one looks at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from systems.consoles.glyphs import read_text
from systems.consoles.screens import SPICE, GuestScreen, first_look, is_served
from systems.errors import LinkLost
from tests.lab.guest import Guest
from tests.systems.consoles.test_guest import link_to, shows
from tui.guest.keys import keysyms_of_text

pytestmark = pytest.mark.servers

DEADLINE_S = 30.0


@asynccontextmanager
async def screen_of(guest: Guest) -> AsyncIterator[GuestScreen]:
    async with link_to(guest.spice_url, SPICE.kind) as link:
        screen = SPICE.look(link)
        try:
            yield screen
        finally:
            await screen.close()


async def press(screen: GuestScreen, text: str) -> None:
    """At the pace that a PC's keyboard takes keys in."""
    for keys in keysyms_of_text(text):
        await screen.keyboard.send(SPICE.chord(keys))
        await asyncio.sleep(SPICE.pace_s)


async def test_its_screen_is_exact_text_and_takes_keys(guest: Guest) -> None:
    async with screen_of(guest) as screen:
        await first_look(screen)
        await shows(screen, "guest#")
        await press(screen, "reset; echo 'The guest is up.'\n")
        await shows(screen, "\nThe guest is up.")
        typed = "echo 'The Quick: [Brown] {Fox}? @%^&*()_+' >&1 | cat"
        await press(screen, typed + "\n")
        told = await shows(screen, "\nThe Quick: [Brown] {Fox}? @%^&*()_+")
        assert typed in told.replace("\n", "")
        await reads_all(screen)
        assert screen.lacks == ""


async def test_whoever_opens_it_next_ends_the_look_of_the_one_before(guest: Guest) -> None:
    async with screen_of(guest) as mine:
        await first_look(mine)
        async with screen_of(guest) as theirs:
            await first_look(theirs)
            async with asyncio.timeout(DEADLINE_S):
                with pytest.raises(LinkLost):
                    await looked_at_until_the_end(mine)
            async with link_to(guest.spice_url, SPICE.kind) as link:
                assert await is_served(link)
            await press(theirs, "x\b")


async def reads_all(screen: GuestScreen) -> None:
    """Look on until each cell is read: a picture comes in parts, so that one of them may be half there."""
    async with asyncio.timeout(DEADLINE_S):
        while (told := read_text(screen.picture)) is None or told.unknown:
            await screen.update()


async def looked_at_until_the_end(screen: GuestScreen) -> None:
    while True:
        await screen.update()


async def test_a_screen_that_scrolls_fast_is_followed_to_its_end(guest: Guest) -> None:
    async with screen_of(guest) as screen:
        await first_look(screen)
        await press(screen, "reset; seq 3000; echo done-$((6*7))\n")
        told = await shows(screen, "done-42")
        assert "2999\n3000\ndone-42" in told
