"""A guest's screen inside the terminal: exact text where it shows text, else a picture; keys when chosen."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from systems.consoles.picture import Picture
from tests import scenes
from tests.guest_links import BOOT, FakeLink, a_screen, shows
from tests.systems.consoles.pictures import drawn
from tests.tui.screens import console_of, see, shown, until
from tests.tui.test_guest_serial import clouds_of, typing
from tui.guest import display
from tui.guest.keys import ALT, CONTROL, SHIFT
from widgets.picture_view import PictureView, scaled


@asynccontextmanager
async def screen_of(link: FakeLink) -> AsyncIterator[tuple[scenes.Stage, Pilot[Any]]]:
    """The screen of web-1, opened from the pane."""
    async with console_of(scenes.cloud) as (app, pilot):
        clouds_of(app).links = [link]
        await pilot.press("3")
        await see(pilot, "web-1")
        await pilot.press("slash", *"web-1", "enter", "d")
        yield app, pilot


def keys_in(sent: bytes) -> list[tuple[int, bool]]:
    """The keys that a VNC server was sent, and whether each went down."""
    found = []
    while sent:
        if sent[0] == 4:
            down, keysym = struct.unpack_from(">xBxxI", sent)
            found.append((keysym, bool(down)))
        length = {0: 20, 3: 10, 4: 8}.get(sent[0])
        if sent[0] == 2:
            length = 4 + 4 * struct.unpack_from(">xxH", sent)[0]
        assert length is not None, sent[:4]
        sent = sent[length:]
    return found


def after_handshake(link: FakeLink) -> bytes:
    """What was sent once version, security and sharing were agreed on."""
    return link.typed[12 + 1 + 1 :]


async def test_a_boot_screen_stands_there_as_text_and_is_copied_as_text() -> None:
    link = a_screen(drawn(*BOOT))
    async with screen_of(link) as (app, pilot):
        await see(pilot, *BOOT, "text, read from a picture of 720 x 400 dots", "read-only")
        await pilot.press("y")
        await see(pilot, "Copied")
        assert app.clipboard == "\n".join(BOOT)
        assert clouds_of(app).linked == [("kilo", "web-1", "novnc")]
        assert keys_in(after_handshake(link)) == []


async def test_what_changes_on_it_is_shown() -> None:
    link = a_screen(drawn("Loading initial ramdisk ..."))
    async with screen_of(link) as (_, pilot):
        await see(pilot, "Loading initial ramdisk ...")
        link.say(shows(drawn("Kernel panic - not syncing: VFS")))
        await see(pilot, "Kernel panic - not syncing: VFS")


async def test_a_picture_is_drawn_in_half_blocks_and_told() -> None:
    picture = Picture(64, 64, bytearray(bytes([0xE0, 0x1C, 0x03, 0xFF]) * 1024))
    async with screen_of(a_screen(picture)) as (app, pilot):
        await see(pilot, "a picture of 64 x 64 dots, made smaller", "▀▀▀")
        assert app.screen.query_one(PictureView).size.height > 10


async def test_a_dark_screen_is_told() -> None:
    async with screen_of(a_screen(Picture(720, 400))) as (_, pilot):
        await see(pilot, "720 x 400 dots of one colour: it is asleep")


async def test_keys_are_pressed_and_let_go_of_once_they_go_to_the_guest() -> None:
    link = a_screen(drawn(*BOOT))
    async with screen_of(link) as (app, pilot):
        await see(pilot, "Give root password")
        await pilot.press(*"abc")
        assert keys_in(after_handshake(link)) == []
        await typing(app, pilot)
        await pilot.press("a", "R", "ctrl+c", "enter")
        expected = [
            *[(ord("a"), True), (ord("a"), False)],
            *[(SHIFT, True), (ord("R"), True), (ord("R"), False), (SHIFT, False)],
            *[(CONTROL, True), (ord("c"), True), (ord("c"), False), (CONTROL, False)],
            *[(0xFF0D, True), (0xFF0D, False)],
        ]
        await until(pilot, lambda: keys_in(after_handshake(link)) == expected, "the keys")


async def test_a_long_paste_arrives_whole() -> None:
    link = a_screen(drawn(*BOOT))
    async with screen_of(link) as (app, pilot):
        await see(pilot, "Give root password")
        await typing(app, pilot)
        view = app.screen.query_one(PictureView)
        view.post_message(view.Pasted("x" * 1000))
        expected = [(ord("x"), True), (ord("x"), False)] * 1000
        await until(pilot, lambda: keys_in(after_handshake(link)) == expected, "the paste")


async def test_a_screen_that_is_slow_to_paint_is_painted_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[float] = []
    link = a_screen(drawn(*BOOT))
    async with screen_of(link) as (app, pilot):
        await see(pilot, "Give root password")
        desk = app.desk
        now_s = desk.clock() + 100.0
        monkeypatch.setattr(desk, "clock", lambda: now_s)

        def reads_slowly(picture: Picture) -> None:
            nonlocal now_s
            reads.append(now_s)
            now_s += 2.0

        monkeypatch.setattr(display, "read_text", reads_slowly)
        link.say(shows(drawn("one")))
        await until(pilot, lambda: len(reads) == 1, "the first")
        screen = app.screen
        assert isinstance(screen, display.DisplayScreen)
        link.say(shows(drawn("two")))
        await until(pilot, lambda: screen._is_new, "its news")
        for _ in range(5):
            now_s += 1.0
            screen._paint()
            assert len(reads) == 1
        now_s += 1.0
        await until(pilot, lambda: len(reads) == 2, "the second, three times as long after")


async def test_what_no_terminal_can_press_is_chosen_from_a_list() -> None:
    link = a_screen(drawn(*BOOT))
    async with screen_of(link) as (app, pilot):
        await see(pilot, "Give root password")
        app.rig.arming.arm("ticket 1432")
        await pilot.press("k")
        await see(pilot, "ctrl+alt+del")
        await pilot.press(*"ctrl+alt+del", "enter")
        pressed = [(CONTROL, True), (ALT, True), (0xFFFF, True)]
        released = [(key, False) for key, _ in reversed(pressed)]
        await until(pilot, lambda: keys_in(after_handshake(link)) == [*pressed, *released], "the keys")
        await see(pilot, "KEYS GO TO web-1")


async def test_what_stands_on_it_steers_no_terminal() -> None:
    async with screen_of(a_screen(drawn("[bold]←ESC[2J"))) as (app, pilot):
        await see(pilot, "[bold]←ESC[2J")
        assert "\x1b" not in shown(app)


def test_a_picture_that_is_made_smaller_keeps_its_proportions_and_means_its_dots() -> None:
    picture = Picture(100, 50, bytearray(([0x00] * 50 + [0xFF] * 50) * 50))
    rows = scaled(picture, 10, 40)
    assert (len(rows), len(rows[0])) == (5, 10)
    assert rows[0][0] == (0, 0, 0)
    assert rows[0][9] == (255, 255, 255)
