"""A real guest in QEMU: its line is typed into and read, its screen is read as text and typed into."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from systems.consoles.address import address_of
from systems.consoles.glyphs import read_text
from systems.consoles.link import ConsoleLink, Trust, open_link
from systems.consoles.rfb import RfbScreen, key_event
from systems.consoles.screens import GuestScreen
from systems.consoles.terminal import Terminal
from tests.lab.guest import Guest
from tests.systems.consoles.proxies import a_console
from tui.guest.keys import keysyms_of_text

pytestmark = pytest.mark.servers

DEADLINE_S = 30.0


@asynccontextmanager
async def link_to(url: str, kind: str) -> AsyncIterator[ConsoleLink]:
    link = await open_link(address_of(a_console(kind, url)), Trust())
    try:
        yield link
    finally:
        await link.close()


async def says(link: ConsoleLink, terminal: Terminal, text: str) -> None:
    """Read on until that stands on the terminal; fails after a deadline."""
    async with asyncio.timeout(DEADLINE_S):
        while text not in terminal.text:
            terminal.feed(await link.receive())


async def types(link: ConsoleLink, terminal: Terminal, line: str) -> None:
    """Type it key by key, each when the one before was echoed.

    QEMU's own websocket keeps what goes beyond the 16 bytes of the guest's UART until more is sent.
    """
    async with asyncio.timeout(DEADLINE_S):
        for key in line + "\r":
            await link.send(key.encode())
            terminal.feed(await link.receive())


async def shows(screen: GuestScreen, text: str) -> str:
    """Look on until that stands on the screen, and return all that stands there."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            await screen.update()
            told = read_text(screen.picture)
            if told is not None and text in told.text:
                return told.text


async def press(link: ConsoleLink, text: str) -> None:
    for keys in keysyms_of_text(text):
        for keysym in keys:
            await link.send(key_event(keysym, is_down=True))
        for keysym in reversed(keys):
            await link.send(key_event(keysym, is_down=False))


async def test_its_serial_line_is_typed_into_and_read_and_learns_the_size(guest: Guest) -> None:
    async with link_to(guest.serial_url, "serial") as link:
        terminal = Terminal(90, 20)
        await types(link, terminal, "")
        await says(link, terminal, "guest#")
        await types(link, terminal, "echo serial-$((6*7))")
        await says(link, terminal, "serial-42")
        await types(link, terminal, "stty cols 90 rows 20; stty size")
        await says(link, terminal, "20 90")
        await types(link, terminal, r"printf '\033[31mred\033[0m-\342\234\224\n'")
        await says(link, terminal, "red-✔")
        looks = [look.fg for y in range(20) for text, look in terminal.row(y) if text == "red"]
        assert looks == ["red"]


async def test_its_screen_is_exact_text_and_takes_keys(guest: Guest) -> None:
    async with link_to(guest.screen_url, "novnc") as link:
        screen = RfbScreen(link)
        await screen.start()
        text = await shows(screen, "guest#")
        assert "The guest is up." in text
        typed = "echo 'The Quick: [Brown] {Fox}? @%^&*()_+' >&1 | cat"
        await press(link, typed + "\n")
        told = await shows(screen, "\nThe Quick: [Brown] {Fox}? @%^&*()_+")
        assert typed in told.replace("\n", "")


async def test_line_drawing_of_its_screen_is_read(guest: Guest) -> None:
    """U+F0xx is a place of the font itself, for Linux; code page 437 names what stands there."""
    codes = range(0xB0, 0xDB)
    line = "".join([f"\\xef\\x{0x80 | code >> 6:02x}\\x{0x80 | code & 0x3F:02x}" for code in codes])
    async with link_to(guest.serial_url, "serial") as link, link_to(guest.screen_url, "novnc") as looks:
        await types(link, Terminal(), f"printf '{line}\\n' >/dev/tty1")
        screen = RfbScreen(looks)
        await screen.start()
        await shows(screen, bytes(codes).decode("cp437"))
