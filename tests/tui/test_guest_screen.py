"""A guest's screen inside the terminal: exact text where it shows text, else a picture; keys when chosen."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from systems.consoles.link import GuestMoved
from systems.consoles.picture import Picture
from systems.errors import LinkLost, Refused, SystemsError
from tests import scenes
from tests.guest_links import BOOT, FakeLink, a_screen, a_spice_screen, shows
from tests.systems.consoles import spices
from tests.systems.consoles.pictures import drawn
from tests.systems.consoles.test_spice_keys import pressed
from tests.tui.screens import console_of, see, shown, until
from tests.tui.test_guest_serial import clouds_of, typing
from tui.guest import display
from tui.guest.keys import ALT, CONTROL, SHIFT
from widgets.picture_view import PictureView, scaled


@asynccontextmanager
async def screen_of(*links: FakeLink | SystemsError) -> AsyncIterator[tuple[scenes.Stage, Pilot[Any]]]:
    """The screen of web-1, opened from the pane."""
    async with console_of(scenes.cloud) as (app, pilot):
        clouds_of(app).links = list(links)
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


NO_VNC = Refused("the nova-compute that runs on cmp1 has [vnc] enabled = False.", status=400)
NO_SPICE = Refused("the nova-compute that runs on cmp1 has [spice] enabled = False.", status=400)


def by_spice(*rows: str) -> FakeLink:
    return a_spice_screen(spices.display_of(drawn(*rows)))


def keyboard_of(link: FakeLink) -> bytes:
    """What the channel for keys was sent after its handshake: the first message, and the ticket."""
    return b"".join(link.opened[1].sent[2:]) if len(link.opened) > 1 else b""


async def test_where_a_cloud_has_no_vnc_its_screen_comes_by_spice() -> None:
    link = by_spice(*BOOT)
    async with screen_of(NO_VNC, link) as (app, pilot):
        await see(
            pilot, *BOOT, "by SPICE, which has one viewer at a time; text, read from a picture of 720 x 400"
        )
        assert [kind for _, _, kind in clouds_of(app).linked] == ["novnc", "spice-html5"]
        await pilot.press(*"abc")
        assert keyboard_of(link) == b""


async def test_where_a_cloud_has_neither_both_refusals_are_told() -> None:
    async with screen_of(NO_VNC, NO_SPICE) as (_, pilot):
        await see(pilot, "[vnc] enabled = False", "[spice] enabled = False", "connects anew")


async def test_the_other_protocol_is_a_key_away_and_its_refusal_is_told() -> None:
    async with screen_of(a_screen(drawn(*BOOT)), by_spice("the same, by SPICE"), NO_VNC) as (app, pilot):
        await see(pilot, "by VNC; text")
        await pilot.press("v")
        await see(pilot, "by SPICE", "the same, by SPICE")
        await pilot.press("v")
        await see(pilot, "[vnc] enabled = False", "connects anew")
        await pilot.press("v")
        await see(pilot, "by SPICE")
        asked = [kind for _, _, kind in clouds_of(app).linked]
        assert asked == ["novnc", "spice-html5", "novnc", "spice-html5"]


async def test_keys_go_to_the_channel_for_keys_as_a_pc_has_them() -> None:
    link = by_spice(*BOOT)
    async with screen_of(NO_VNC, link) as (app, pilot):
        await see(pilot, "Give root password")
        await typing(app, pilot)
        await pilot.press("a", "R", "ctrl+c")
        a = [("down", 0x1E), ("up", 0x9E)]
        large_r = [("down", 0x2A), ("down", 0x13), ("up", 0x93), ("up", 0xAA)]
        control_c = [("down", 0x1D), ("down", 0x2E), ("up", 0xAE), ("up", 0x9D)]
        expected = [*a, *large_r, *control_c]
        await until(pilot, lambda: pressed(keyboard_of(link)) == expected, "the keys")


async def test_a_character_that_no_american_keyboard_has_is_told_as_not_sent() -> None:
    link = by_spice(*BOOT)
    async with screen_of(NO_VNC, link) as (app, pilot):
        await see(pilot, "Give root password")
        await typing(app, pilot)
        view = app.screen.query_one(PictureView)
        view.post_message(view.Pasted("aéb"))
        await see(pilot, "Not sent: 1 of 3 characters")
        expected = [("down", 0x1E), ("up", 0x9E), ("down", 0x30), ("up", 0xB0)]
        await until(pilot, lambda: pressed(keyboard_of(link)) == expected, "the others")


async def test_a_long_paste_ends_when_the_keyboard_is_given_back() -> None:
    link = by_spice(*BOOT)
    async with screen_of(NO_VNC, link) as (app, pilot):
        await see(pilot, "Give root password")
        await typing(app, pilot)
        view = app.screen.query_one(PictureView)
        view.post_message(view.Pasted("x" * 100_000))
        await until(pilot, lambda: keyboard_of(link) != b"", "the first of it")
        await pilot.press("ctrl+right_square_bracket")
        await see(pilot, "read-only")
        assert len(pressed(keyboard_of(link))) < 50_000


async def test_a_screen_that_somebody_else_opened_is_not_taken_back_unasked() -> None:
    mine, probe, again = by_spice("mine"), FakeLink(), by_spice("mine again")
    async with screen_of(NO_VNC, mine, probe, again) as (_, pilot):
        await see(pilot, "mine")
        mine.cut(LinkLost("The connection to nova-spicehtml5proxy is cut."))
        await see(pilot, "is cut.", "somebody else may have opened this screen", "connects anew")
        assert (probe.sent, probe.is_closed) == ([], True)
        await pilot.press("n")
        await see(pilot, "mine again")


async def test_a_guest_that_is_off_or_moves_is_waited_for_by_spice_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.guest.tries.WAITS_S", (0.0, 0.0, 0.0))
    mine, moving = by_spice("before"), by_spice("after its reboot")
    off = FakeLink()
    off.cut(LinkLost("closed at once"))
    async with screen_of(NO_VNC, mine, off, moving, by_spice("elsewhere")) as (_, pilot):
        await see(pilot, "before")
        mine.cut(LinkLost("The connection is cut."))
        await see(pilot, "after its reboot")
        moving.cut(GuestMoved("The guest moves to another compute host."))
        await see(pilot, "elsewhere")


async def test_what_of_a_screen_is_not_drawn_is_told_beside_the_rest() -> None:
    quic = spices.image(1, 9, 16, bytes(8))
    display = spices.display_of(drawn(*BOOT)) + spices.draw_copy(spices.base(0, 0, 9, 16), quic, 9, 16)
    async with screen_of(NO_VNC, a_spice_screen(display)) as (_, pilot):
        await see(pilot, *BOOT, "parts of it come as images in QUIC, which is not read here")


async def test_no_key_goes_out_before_both_sides_agreed_on_how_they_speak() -> None:
    link = FakeLink(b"RFB 003.008\n")
    async with screen_of(link) as (app, pilot):
        await see(pilot, "read-only")
        app.rig.arming.arm("ticket 1432")
        await pilot.press("i")
        await see(pilot, "there is no link to the screen")


async def test_a_terminal_draws_a_picture_itself_when_it_is_asked_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture = Picture(64, 64, bytearray(bytes([0xE0, 0x1C, 0x03, 0xFF]) * 1024))
    async with screen_of(a_screen(picture)) as (app, pilot):
        await see(pilot, "made smaller", "▀▀▀")
        written: list[str] = []
        monkeypatch.setattr(app._driver, "write", written.append)
        await pilot.press("g")
        await see(pilot, "drawn by this terminal", "\U0010eeee\u0305\u0305")
        assert [one for one in written if "a=T,U=1" in one]
        assert "▀" not in shown(app)
        await pilot.press("g")
        await see(pilot, "made smaller", "▀▀▀")
        assert "\U0010eeee" not in shown(app)
        assert "a=d,d=I" in written[-1]


async def test_a_picture_is_not_left_behind_in_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = Picture(64, 64, bytearray(bytes([0xE0, 0x1C, 0x03, 0xFF]) * 1024))
    async with screen_of(a_screen(picture)) as (app, pilot):
        await see(pilot, "made smaller")
        written: list[str] = []
        monkeypatch.setattr(app._driver, "write", written.append)
        await pilot.press("g")
        await see(pilot, "drawn by this terminal")
        await pilot.press("escape")
        await until(pilot, lambda: "a=d,d=I" in written[-1], "the end of the picture")
