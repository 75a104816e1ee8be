"""A guest's screen by SPICE, from a server that speaks the protocol byte by byte."""

from __future__ import annotations

import asyncio
import struct
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from systems.consoles.glyphs import read_text
from systems.consoles.link import GuestMoved, Trust, open_link
from systems.consoles.picture import Picture
from systems.consoles.screens import first_look
from systems.consoles.spice.body import Body
from systems.consoles.spice.canvas import Canvas
from systems.consoles.spice.channel import Channel
from systems.consoles.spice.images import NotDrawn
from systems.consoles.spice.screen import SpiceScreen
from systems.errors import LinkLost, NotUnderstood, Refused, SystemsError
from tests.guest_links import BOOT, FakeLink
from tests.systems.consoles import spices
from tests.systems.consoles.pictures import drawn
from tests.systems.consoles.proxies import proxy
from tests.systems.consoles.spices import (
    DISPLAY,
    INPUTS,
    MAIN,
    SESSION,
    FakeSpice,
    base,
    bitmap,
    display_of,
    draw_copy,
    draw_fill,
    draw_opaque,
    image,
    said,
    surface,
)

MARK = said(102)
RED, GREEN, BLUE, WHITE, BLACK = 0xE0, 0x1C, 0x03, 0xFF, 0x00


@asynccontextmanager
async def screen_of(server: FakeSpice) -> AsyncIterator[SpiceScreen]:
    async with proxy(server.serve, kind="spice-html5") as address:
        link = await open_link(address, Trust())
        screen = SpiceScreen(link)
        try:
            yield screen
        finally:
            await screen.close()
            await link.close()


async def looked_at(display: bytes) -> tuple[Picture, str]:
    """The picture, and what is missing of it."""
    async with screen_of(FakeSpice(display)) as screen:
        return await first_look(screen), screen.lacks


async def looked_at_until_the_end(screen: SpiceScreen) -> None:
    await screen.start()
    while True:
        await screen.update()


def dots(*colours: int) -> bytes:
    """As a bitmap of 32 bits has them."""
    return b"".join([bytes([255 * bool(one & part) for part in (3, 28, 224)] + [0]) for one in colours])


async def test_a_screen_in_text_mode_is_exact_text() -> None:
    picture, lacks = await looked_at(display_of(drawn(*BOOT)))
    told = read_text(picture)
    assert told is not None
    assert (told.text, told.unknown, lacks) == ("\n".join(BOOT), 0, "")


async def test_it_opens_three_channels_of_one_session_and_types_nothing() -> None:
    server = FakeSpice(display_of(drawn("login")))
    async with screen_of(server) as screen:
        await first_look(screen)
        assert server.sessions == [0, SESSION, SESSION]
    kinds = [kind for kind, _ in server.sent[DISPLAY]]
    assert kinds[:2] == [101, 103]
    assert server.sent[DISPLAY][0][1] == struct.pack("<BqBi", 0, 0, 0, 0)
    assert (1, struct.pack("<I", 1)) in server.sent[DISPLAY]
    assert server.sent[MAIN] == [(104, b"")]
    assert INPUTS not in server.sent


async def test_what_asks_for_an_answer_gets_one() -> None:
    """A window of two messages: after each second one the server hears how far we are."""
    pings = b"".join([said(4, struct.pack("<IQ", number, 7) + bytes(100)) for number in (1, 2, 3, 4)])
    window = said(3, struct.pack("<II", 9, 2))
    server = FakeSpice(window + pings + surface(2, 1) + MARK)
    async with screen_of(server) as screen:
        await first_look(screen)
        answers = [one for one in server.sent[DISPLAY] if one[0] < 100]
    assert answers[0] == (1, struct.pack("<I", 9))
    assert [body for kind, body in answers if kind == 3] == [
        struct.pack("<IQ", number, 7) for number in (1, 2, 3, 4)
    ]
    assert len([kind for kind, _ in answers if kind == 2]) >= 2


async def test_each_drawing_is_laid_over_what_was_there() -> None:
    two_by_two = bitmap(2, 2, dots(RED, GREEN, BLUE, WHITE))
    upside_down = bitmap(2, 2, dots(RED, GREEN, BLUE, WHITE), flags=0)
    display = (
        surface(4, 3)
        + draw_fill(base(0, 0, 4, 3), 0x0000FF)
        + draw_copy(base(0, 0, 2, 2), two_by_two, 2, 2)
        + draw_copy(base(2, 0, 2, 2), upside_down, 2, 2)
        + said(104, base(0, 2, 2, 1) + struct.pack("<ii", 0, 0))
        + draw_copy(base(3, 2, 1, 1), two_by_two, 1, 1, at=(1, 1))
        + MARK
    )
    picture, _ = await looked_at(display)
    assert bytes(picture.pixels) == bytes(
        [*(RED, GREEN, BLUE, WHITE), *(BLUE, WHITE, RED, GREEN), *(RED, GREEN, BLUE, WHITE)]
    )


async def test_only_what_the_clip_leaves_free_is_drawn() -> None:
    clips = [(0, 0, 1, 1), (0, 3, 1, 9)]
    picture, _ = await looked_at(surface(4, 1) + draw_fill(base(0, 0, 4, 1, clips), 0xFF0000) + MARK)
    assert bytes(picture.pixels) == bytes([RED, BLACK, BLACK, RED])


@pytest.mark.parametrize(
    ("rop", "becomes"),
    [
        (8, [RED, WHITE]),
        (16, [0xE3, WHITE]),
        (32, [BLACK, BLUE]),
        (64, [0xE3, 0xFC]),
        (1 | 8, [0x1F, BLACK]),
        (4 | 16, [0xFC, WHITE]),
        (1024 | 32, [WHITE, 0xFC]),
        (128, [BLACK, BLACK]),
        (256, [WHITE, WHITE]),
        (512, [0xFC, 0xFC]),
    ],
)
async def test_each_way_to_meet_what_was_there_is_exact(rop: int, becomes: list[int]) -> None:
    picture, _ = await looked_at(
        surface(2, 1)
        + draw_fill(base(0, 0, 2, 1), 0x0000FF)
        + draw_copy(base(0, 0, 2, 1), bitmap(2, 1, dots(RED, WHITE)), 2, 1, rop=rop)
        + MARK
    )
    assert list(picture.pixels) == becomes


@pytest.mark.parametrize(("kind", "becomes"), [(306, [BLACK, RED]), (307, [WHITE, RED]), (308, [0x1F, RED])])
async def test_a_part_of_the_screen_is_made_black_or_white_or_the_opposite(
    kind: int, becomes: list[int]
) -> None:
    drawn_on = said(kind, base(0, 0, 1, 1) + spices.NO_MASK)
    picture, _ = await looked_at(surface(2, 1) + draw_fill(base(0, 0, 2, 1), 0xFF0000) + drawn_on + MARK)
    assert list(picture.pixels) == becomes


@pytest.mark.parametrize(
    ("rop", "becomes"), [(32, [BLACK, BLUE]), (1 | 32, [BLUE, BLACK]), (2 | 32, [RED, 0xFC])]
)
async def test_an_opaque_image_has_a_brush_laid_over_it(rop: int, becomes: list[int]) -> None:
    opaque = draw_opaque(base(0, 0, 2, 1), bitmap(2, 1, dots(RED, WHITE)), 2, 1, colour=0x0000FF, rop=rop)
    picture, _ = await looked_at(surface(2, 1) + opaque + MARK)
    assert list(picture.pixels) == becomes


async def test_a_compressed_image_whose_last_row_comes_first_stands_upright() -> None:
    rows = spices.lz_new([b"\xff\0\0", b"\0\xff\0", b"\0\0\xff", b"\xff\xff\xff"])
    display = draw_copy(base(0, 0, 2, 2), spices.lz(2, 2, rows, top_down=0), 2, 2)
    picture, _ = await looked_at(surface(2, 2) + display + MARK)
    assert list(picture.pixels) == [RED, WHITE, BLUE, GREEN]


async def test_an_image_of_another_size_is_made_to_fit() -> None:
    display = draw_copy(base(0, 0, 4, 1), bitmap(2, 1, dots(RED, BLUE)), 2, 1)
    picture, _ = await looked_at(surface(4, 1) + display + MARK)
    assert list(picture.pixels) == [RED, RED, BLUE, BLUE]


PALETTE = struct.pack("<QHIIII", 5, 4, 0, 0xFF0000, 0x00FF00, 0x0000FF)
EIGHT = bytes([1, 2, 3, 0])


@pytest.mark.parametrize(
    ("kind", "row", "becomes"),
    [
        (5, EIGHT, [RED, GREEN, BLUE, BLACK]),
        (4, b"\x12\x30", [RED, GREEN, BLUE, BLACK]),
        (3, b"\x21\x03", [RED, GREEN, BLUE, BLACK]),
        (2, b"\xa0", [RED, BLACK, RED, BLACK]),
        (1, b"\x05", [RED, BLACK, RED, BLACK]),
        (6, struct.pack("<4H", 0x7C00, 0x03E0, 0x001F, 0), [RED, GREEN, BLUE, BLACK]),
        (7, b"\0\0\xff\0\xff\0\xff\0\0\0\0\0", [RED, GREEN, BLUE, BLACK]),
    ],
)
async def test_a_bitmap_of_each_format_has_its_colours(kind: int, row: bytes, becomes: list[int]) -> None:
    """The palette is told once, kept, and referred to the second time; rows are filled up to four bytes."""
    where = base(0, 0, 4, 1)
    padded = row.ljust(-(-len(row) // 4) * 4, b"\0")
    if kind <= 5:
        size = len(where) + 4 + 19 + 13 + 18 + 14 + 4 + len(padded)
        told = bitmap(4, 1, padded, kind=kind, flags=4 | 1, palette=struct.pack("<I", size))
        again = bitmap(4, 1, padded, kind=kind, flags=4 | 2, palette=struct.pack("<Q", 5))
        display = draw_copy(where, told + PALETTE, 4, 1) + draw_copy(base(0, 1, 4, 1), again, 4, 1)
    else:
        plain = bitmap(4, 1, padded, kind=kind)
        display = draw_copy(where, plain, 4, 1) + draw_copy(base(0, 1, 4, 1), plain, 4, 1)
    picture, _ = await looked_at(surface(4, 2) + display + MARK)
    assert list(picture.pixels) == becomes * 2


async def test_what_is_not_read_is_told_and_leaves_the_rest_right() -> None:
    stream = said(122, bytes(60)) + said(123, bytes(40)) * 3
    quic = draw_copy(base(0, 0, 2, 1), image(1, 2, 1, struct.pack("<I", 4) + b"QUIC"), 2, 1)
    fill = draw_fill(base(0, 0, 2, 1), 0x00FF00)
    picture, lacks = await looked_at(surface(2, 1) + fill + stream + quic + said(999, b"??") + MARK)
    assert list(picture.pixels) == [GREEN, GREEN]
    assert lacks == "a video stream, images in QUIC"


async def test_the_picture_stays_while_the_guest_changes_its_size() -> None:
    display = surface(2, 1) + draw_fill(base(0, 0, 2, 1), 0x00FF00) + MARK
    gone = said(315, bytes(4))
    async with screen_of(FakeSpice(display + gone)) as screen:
        assert list((await first_look(screen)).pixels) == [GREEN, GREEN]
    async with screen_of(FakeSpice(display + gone + surface(3, 1))) as screen:
        await first_look(screen)
        while screen.picture.width != 3:
            await screen.update()


@pytest.mark.parametrize(
    ("code", "words"), [(5, "wants TLS"), (7, "wants a password"), (9, "no such channel"), (99, "error 99")]
)
async def test_a_server_that_lets_nobody_in_is_told(code: int, words: str) -> None:
    async with screen_of(FakeSpice(b"", refuses={DISPLAY: code})) as screen:
        with pytest.raises(Refused, match=words):
            await screen.start()


@pytest.mark.parametrize(
    "main", [said(111, bytes(20)), said(101, bytes(20)) + said(1, bytes(4))], ids=["switch", "migrate"]
)
async def test_a_guest_that_moves_to_another_host_is_told(main: bytes) -> None:
    server = FakeSpice(surface(2, 1) + MARK, main=main)
    async with screen_of(server) as screen:
        with pytest.raises(GuestMoved, match="live migration"):
            await looked_at_until_the_end(screen)
    if main.startswith(said(101, bytes(20))):
        assert (103, b"") in server.sent[MAIN]  # so that the guest does not wait for us


async def test_a_cut_of_any_channel_ends_the_look() -> None:
    link = FakeLink(spices.link_reply(), bytes(4), spices.main_init())
    display = FakeLink(spices.link_reply(), bytes(4), surface(2, 1) + MARK)
    keyboard = FakeLink(spices.link_reply(), bytes(4))
    link.others = [display, keyboard]
    screen = SpiceScreen(link)
    await first_look(screen)
    assert screen.keyboard is keyboard
    keyboard.cut(LinkLost("cut"))
    with pytest.raises(LinkLost):
        await screen.update()
    await screen.close()
    assert (display.is_closed, keyboard.is_closed) == (True, True)


BOX = base(0, 0, 2, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        surface(60_000, 60_000),
        b"".join([surface(4096, 4096, key) for key in range(3)]),
        struct.pack("<HI", 304, 0xFFFF_FFFF),
        draw_copy(BOX, bitmap(60_000, 60_000, b"1234", stride=4), 2, 1),
        draw_copy(BOX, bitmap(2, 4096, b"1234", stride=8), 2, 1),
        draw_copy(BOX, bitmap(2, 1, b"1234", stride=4), 2, 1),
        draw_copy(BOX, bitmap(2, 1, bytes(8)), 3, 1),
        draw_copy(BOX, bitmap(2, 1, bytes(8)), 2, 1, at=(-1, 0)),
        draw_copy(BOX, bitmap(2, 1, bytes(8)), 2, 1, rop=0),
        draw_copy(base(0, 0, 2, 1)[:-1] + b"\x01" + struct.pack("<I", 1 << 30), b"", 2, 1),
        draw_copy(BOX, image(104, 2, 1, struct.pack("<I", 9)), 2, 1),
        draw_copy(BOX, bitmap(2, 1, bytes(8), kind=5, flags=6, palette=bytes(8)), 2, 1),
        draw_copy(BOX, spices.lz(4096, 4096, b""), 2, 1),
        draw_fill(struct.pack("<I", 9) + BOX[4:], 0),
        said(304, b""),
        said(3, b""),
        said(104, BOX + struct.pack("<ii", 1, 0)),
    ],
    ids=count(),
)
async def test_what_does_not_fit_is_an_error_and_no_memory(wrong: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(NotUnderstood):
            await looked_at(surface(2, 1) + wrong + MARK)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "reply",
    [
        lambda: b"HTTP/1.1 400 Bad Request\r\n",
        lambda: b"REDQ" + struct.pack("<III", 1, 0, 4),
        lambda: b"REDQ" + struct.pack("<III", 2, 2, 1 << 30),
        lambda: b"REDQ" + struct.pack("<III", 2, 2, 4) + bytes(4),
        lambda: spices.link_reply(public=bytes(162)),
        lambda: spices.link_reply(common=0b0011),
        lambda: spices.link_reply()[:-20] + struct.pack("<III", 1 << 31, 1 << 31, 178) + bytes(8),
    ],
    ids=["no magic", "old", "too long", "too short", "no key", "long heads", "too many abilities"],
)
async def test_what_is_no_spice_server_is_told(reply: Callable[[], bytes]) -> None:
    with pytest.raises(NotUnderstood):
        await Channel(FakeLink(reply())).open(MAIN)


async def test_messages_without_end_leave_time_for_others() -> None:
    """Pings by the hundred, and an image that takes long: whoever else is on the loop gets a turn."""
    long = draw_copy(base(0, 0, 512, 512), spices.lz(512, 512, b"\0abc" * (512 * 512)), 512, 512)
    link = FakeLink(spices.link_reply(), bytes(4), spices.main_init() + said(4, bytes(12)) * 500)
    link.others = [
        FakeLink(spices.link_reply(), bytes(4), surface(512, 512) + long + MARK),
        FakeLink(spices.link_reply(), bytes(4), said(102, b"\0\0") * 500),
    ]
    screen = SpiceScreen(link)
    taken = asyncio.create_task(first_look(screen))
    turns = 0
    while not taken.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns >= 250
    await taken
    await screen.close()


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([*range(1, 9), *range(100, 126), *range(301, 322)]), st.binary(max_size=90))
    )
)
async def test_no_messages_at_all_do_harm(messages: list[tuple[int, bytes]]) -> None:
    """Whatever a display channel says, it is drawn, told as missing, or one error of ours."""
    display = surface(3, 2) + b"".join([said(kind, body) for kind, body in messages]) + MARK
    link = FakeLink(spices.link_reply(), bytes(4), spices.main_init())
    shows = FakeLink(spices.link_reply(), bytes(4), display)
    shows.cut(LinkLost("the end"))
    link.others = [shows, FakeLink(spices.link_reply(), bytes(4))]
    screen = SpiceScreen(link)
    with pytest.raises(SystemsError):
        await looked_at_until_the_end(screen)
    await screen.close()


@settings(deadline=None)
@given(st.sampled_from(["copy", "fill", "opaque", "copy_bits"]), st.binary(max_size=80))
def test_no_drawing_at_all_does_harm(name: str, rest: bytes) -> None:
    """The fields after a place that fits are any bytes."""
    canvas = Canvas({0: Picture(3, 2)})
    try:
        for _ in getattr(canvas, name)(Body(base(0, 0, 3, 2) + rest)):
            pass
    except (NotUnderstood, NotDrawn):
        pass
    assert len(canvas.surfaces[0].pixels) == 6


async def test_a_server_that_says_nothing_is_told() -> None:
    with pytest.raises(SystemsError, match=r"said nothing within 0\.01 s"):
        await SpiceScreen(FakeLink()).start(timeout_s=0.01)
