"""The screen of a practice guest by SPICE, looked at by the console's own client."""

from __future__ import annotations

import asyncio

import pytest

from systems.consoles.glyphs import read_text
from systems.consoles.screens import SPICE, VNC, GuestScreen, Way, first_look
from systems.errors import SystemsError
from tests.practice.cloud.test_consoles import CLOUD, DEADLINE_S, instance
from tests.practice.inside import Inside


async def looks_at(estate: Inside, name: str, way: Way) -> GuestScreen:
    screen = way.look(await estate.access.clouds.link(CLOUD, await instance(estate, name), way.kind))
    await first_look(screen)
    return screen


async def shows(screen: GuestScreen, words: str) -> str:
    async with asyncio.timeout(DEADLINE_S):
        while True:
            told = read_text(screen.picture)
            if told is not None and words in told.text:
                assert told.unknown == 0
                return told.text
            await screen.update()


async def test_it_is_the_same_text_by_spice_and_by_vnc(estate: Inside) -> None:
    texts = []
    for way in (VNC, SPICE):
        screen = await looks_at(estate, "app-1", way)
        texts.append(await shows(screen, "app-1 login:"))
        assert screen.lacks == ""
        await screen.close()
    assert texts[0] == texts[1]


async def test_it_takes_keys_with_shift_and_control(estate: Inside) -> None:
    screen = await looks_at(estate, "app-1", SPICE)
    for chord in ((ord("o"),), (0xFFE1, ord("P")), (0xFFE3, ord("c")), *[(ord(key),) for key in "ops"]):
        await screen.keyboard.send(SPICE.chord(chord))
    await screen.keyboard.send(SPICE.chord((0xFF0D,)))
    text = await shows(screen, "Password:")
    assert "app-1 login: oP^C" in text
    assert "app-1 login: ops\n" in text
    await screen.close()


async def test_whoever_opens_it_takes_it_over(estate: Inside) -> None:
    first = await looks_at(estate, "web-1", SPICE)
    second = await looks_at(estate, "web-1", SPICE)
    with pytest.raises(SystemsError):
        await to_its_end(first)
    assert await shows(second, "web-1 login:")
    await first.close()
    await second.close()


async def to_its_end(screen: GuestScreen) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while True:
            await screen.update()


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="http"),
        pytest.param(b"REDQ" + bytes(12), id="version 0"),
        pytest.param(b"REDQ" + b"\xff" * 40, id="endless"),
    ],
)
async def test_what_is_no_spice_is_let_go(estate: Inside, sent: bytes) -> None:
    link = await estate.access.clouds.link(CLOUD, await instance(estate, "web-1"), SPICE.kind)
    await link.send(sent)
    with pytest.raises(SystemsError):
        async with asyncio.timeout(DEADLINE_S):
            await link.receive()
