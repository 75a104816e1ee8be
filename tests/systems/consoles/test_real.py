"""A real guest behind Nova's own proxies: through tokens, cut and back again, and inside the console."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from systems.consoles.address import address_of
from systems.consoles.glyphs import read_text
from systems.consoles.link import Trust, open_link
from systems.consoles.rfb import RfbScreen
from systems.consoles.screens import first_look
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
        screen = await clouds.link("lab", web, "novnc")
        told = read_text(await first_look(RfbScreen(screen)))
        await screen.close()
        assert told is not None
        assert "The guest is up." in told.text
        assert told.unknown == 0


@pytest.mark.parametrize("kind", ["serial", "novnc"])
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
        await fresh.send(b"\r" if kind == "serial" else b"RFB 003.008\n")
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


async def test_inside_the_console_its_boot_screen_is_text_and_takes_keys(cloud: OpenStack) -> None:
    async with (
        clouds_of(cloud) as (clouds, _, web),
        console_of(scenes.cloud, (100, 40)) as (app, pilot),
    ):
        works = app.desk.works
        assert works is not None
        works.clouds = clouds
        app.rig.arming.arm("the test wants it")
        app.push_screen(DisplayScreen(app.desk, "lab", web))
        await see(pilot, "text, read from a picture of 720 x 400 dots", "The guest is up.", "guest#")
        await pilot.press("i")
        await see(pilot, "KEYS GO TO web-1")
        await type_in(pilot, "echo Screen-$((6*7))")
        await pilot.press("enter")
        await see(pilot, "Screen-42")
