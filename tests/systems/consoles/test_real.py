"""A real guest behind Nova's own proxies: through tokens, cut and back again, and inside the console."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from systems.consoles.address import address_of
from systems.consoles.glyphs import read_text
from systems.consoles.link import Trust, open_link
from systems.consoles.screens import SPICE, VNC, WAYS, Way, first_look
from systems.consoles.terminal import Terminal
from systems.errors import Refused, Unreachable
from systems.estate_schema import Cloud
from systems.openstack.readings import Instance
from systems.secrets import Redactor
from tests import scenes
from tests.lab.openstack import OpenStack
from tests.systems.consoles.test_guest import says
from tests.systems.openstack.test_real import Operator, operator_of
from tests.tui.screens import console_of, see, type_in
from tui.clouds import EstateClouds
from tui.guest.display import DisplayScreen
from tui.guest.serial import SerialScreen

GREETINGS = {
    "serial": b"\r",
    "novnc": b"RFB 003.008\n",
    "spice-html5": b"REDQ" + struct.pack("<IIIIBBIII", 2, 2, 18, 0, 1, 0, 0, 0, 18),
}
"""What makes each of them answer."""

pytestmark = pytest.mark.cloud


@pytest.fixture
def cloud(openstack_cloud: OpenStack) -> OpenStack:
    """With its proxies and its guest."""
    openstack_cloud.proxies()
    return openstack_cloud


@asynccontextmanager
async def clouds_of(cloud: OpenStack) -> AsyncIterator[tuple[EstateClouds, Operator, Instance]]:
    """The console's way to it, and an instance that runs."""
    clouds = EstateClouds([Cloud(name="lab", clouds_file=str(cloud.clouds_yaml))], Redactor())
    async with operator_of(cloud) as operator:
        try:
            yield clouds, operator, await operator.running()
        finally:
            await clouds.close()


async def test_its_line_and_its_screen_come_through_novas_proxies(cloud: OpenStack) -> None:
    async with clouds_of(cloud) as (clouds, _, web):
        link = await clouds.link("lab", web, "serial")
        await link.send(b"\recho through-nova-$((6*7))\r")
        await says(link, Terminal(), "through-nova-42")
        await link.close()
        for way in WAYS.values():
            first = await clouds.link("lab", web, way.kind)
            screen = way.look(first)
            told = read_text(await first_look(screen))
            await screen.close()
            await first.close()
            assert told is not None
            assert "The guest is up." in told.text
            assert (told.unknown, screen.lacks) == (0, "")


@pytest.mark.parametrize("kind", ["serial", "novnc", "spice-html5"])
async def test_a_token_that_is_wrong_or_too_old_is_told_and_a_new_one_works(
    cloud: OpenStack, kind: str
) -> None:
    async with clouds_of(cloud) as (clouds, operator, web):
        old = address_of(await operator.reader.console(web, kind))
        cloud.expire()
        link = await open_link(old, Trust())
        with pytest.raises(Refused, match="too old or was used up"):
            await link.receive()
        fresh = await clouds.link("lab", web, kind)
        await fresh.send(GREETINGS[kind])
        assert await fresh.receive()
        await fresh.close()


async def test_a_proxy_that_is_down_is_told_with_its_address(cloud: OpenStack) -> None:
    async with clouds_of(cloud) as (clouds, _, web):
        cloud.stop("serialproxy")
        try:
            with pytest.raises(Unreachable, match=r"nova-serialproxy at 127\.0\.0\.1:.* connection refused"):
                await clouds.link("lab", web, "serial")
        finally:
            cloud.start("serialproxy")


async def test_a_guest_that_is_off_closes_the_line_at_once(cloud: OpenStack) -> None:
    async with clouds_of(cloud) as (clouds, _, web):
        cloud.guest.cut()
        try:
            link = await clouds.link("lab", web, "serial")
            with pytest.raises(Refused, match="does not reach the guest's port"):
                await link.receive()
        finally:
            cloud.guest.up()


async def test_inside_the_console_it_is_typed_into_resized_cut_and_reconnected(cloud: OpenStack) -> None:
    async with (
        clouds_of(cloud) as (clouds, _, web),
        console_of(scenes.cloud, (100, 30)) as (app, pilot),
    ):
        works = app.desk.works
        assert works is not None
        works.clouds = clouds
        app.rig.arming.arm("the test wants it")
        screen = SerialScreen(app.desk, "lab", web)
        app.push_screen(screen)
        await see(pilot, "since")
        await pilot.press("i")
        await see(pilot, "KEYS GO TO web-1")
        await type_in(pilot, "echo inside-$((6*7))")
        await pilot.press("enter")
        await see(pilot, "inside-42")
        await pilot.resize_terminal(120, 40)
        await pilot.press("ctrl+right_square_bracket", "k")
        await see(pilot, "stty cols 120")
        await pilot.press(*"stty", "enter")
        await see(pilot, "KEYS GO TO web-1")
        await type_in(pilot, "stty size")
        await pilot.press("enter")
        await see(pilot, f"{screen._terminal.size[1]} 120")
        await asyncio.to_thread(cloud.guest.restart)
        await see(pilot, "read-only", "since")  # with a new token, and no key goes there unasked
        await pilot.press("i")
        await see(pilot, "KEYS GO TO web-1")
        await pilot.press("enter")
        await type_in(pilot, "echo again-$((6*7))")
        await pilot.press("enter")
        await see(pilot, "again-42")


@pytest.mark.parametrize("way", [VNC, SPICE], ids=["vnc", "spice"])
async def test_inside_the_console_its_boot_screen_is_text_and_takes_keys(cloud: OpenStack, way: Way) -> None:
    """SPICE is what comes where nova-compute has no VNC."""
    if way is SPICE:
        cloud.consoles(VNC="false")
    try:
        async with inside(cloud) as pilot:
            await see(pilot, f"by {way.name}", "text, read from a picture of 720 x 400 dots")
            await see(pilot, "guest#")
            await pilot.press("i")
            await see(pilot, "KEYS GO TO web-1")
            await type_in(pilot, f"echo {way.name}-$((6*7))")
            await pilot.press("enter")
            await see(pilot, f"{way.name}-42")
    finally:
        if way is SPICE:
            cloud.consoles()


async def test_inside_the_console_a_spice_screen_comes_back_and_is_not_taken_back(
    cloud: OpenStack,
) -> None:
    """After a cut of the guest by itself; after somebody else opened it, when the operator wants it."""
    async with inside(cloud) as pilot, clouds_of(cloud) as (clouds, _, web):
        await see(pilot, "by VNC", "guest#")
        await pilot.press("v")
        await see(pilot, "by SPICE", "guest#")
        await asyncio.to_thread(cloud.guest.cut)
        await see(pilot, "no link")
        await asyncio.to_thread(cloud.guest.up)
        await see(pilot, "by SPICE", "guest#", "read-only")
        first = await clouds.link("lab", web, SPICE.kind)
        theirs = SPICE.look(first)
        await first_look(theirs)
        await see(pilot, "somebody else may have opened this screen")
        await theirs.close()
        await first.close()
        await pilot.press("n")
        await see(pilot, "by SPICE", "guest#")


@asynccontextmanager
async def inside(cloud: OpenStack) -> AsyncIterator[Pilot[Any]]:
    """The guest's screen inside an armed console."""
    async with (
        clouds_of(cloud) as (clouds, _, web),
        console_of(scenes.cloud, (100, 40)) as (app, pilot),
    ):
        works = app.desk.works
        assert works is not None
        works.clouds = clouds
        app.rig.arming.arm("the test wants it")
        app.push_screen(DisplayScreen(app.desk, "lab", web))
        yield pilot
