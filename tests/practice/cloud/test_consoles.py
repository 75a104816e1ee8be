"""Consoles of the practice cloud through its proxies, by the console's adapters: typed into, read, cut."""

from __future__ import annotations

import asyncio

import pytest

from practice.cloud.cloud import Cloud
from systems.consoles.address import address_of
from systems.consoles.glyphs import read_text
from systems.consoles.link import ConsoleLink, Trust, open_link
from systems.consoles.rfb import RfbScreen, key_event
from systems.consoles.screens import first_look
from systems.consoles.terminal import Terminal
from systems.errors import LinkLost, Refused
from systems.openstack.readings import Instance
from tests.practice.inside import Inside

CLOUD = "north"
DEADLINE_S = 20.0


async def instance(estate: Inside, name: str) -> Instance:
    reading = await estate.access.clouds.reader(CLOUD).instances()
    return next(one for one in reading.instances if one.name == name)


def cloud(estate: Inside) -> Cloud:
    found = estate.serving.practice.cloud
    assert found is not None
    return found


async def says(link: ConsoleLink, terminal: Terminal, text: str) -> None:
    """Read on until that stands on the terminal."""
    async with asyncio.timeout(DEADLINE_S):
        while text not in terminal.text:
            terminal.feed(await link.receive())


async def to_its_end(link: ConsoleLink) -> None:
    while True:
        await link.receive()


async def logs_in(link: ConsoleLink, terminal: Terminal, name: str) -> None:
    await link.send(b"\r")
    await says(link, terminal, f"{name} login:")
    await link.send(b"ops\r")
    await says(link, terminal, "Password:")
    await link.send(b"practice\r")
    await says(link, terminal, f"ops@{name}:~$")


async def test_an_idle_line_says_nothing_and_after_a_login_it_is_a_shell(estate: Inside) -> None:
    link = await estate.access.clouds.link(CLOUD, await instance(estate, "web-1"), "serial")
    terminal = Terminal()
    await logs_in(link, terminal, "web-1")
    assert "practice\n" not in terminal.text  # a password is not echoed
    await link.send(b"echo thru-$((6*7)) | tr u U; hostname\r")
    await says(link, terminal, "thrU-42")
    await says(link, terminal, "web-1\n")
    await link.close()


async def test_the_line_of_a_database_host_reaches_that_very_host(estate: Inside) -> None:
    link = await estate.access.clouds.link(CLOUD, await instance(estate, "db2"), "serial")
    terminal = Terminal()
    await logs_in(link, terminal, "db2")
    await link.send(b"systemctl is-active mariadb; cat /etc/machine-id\r")
    await says(link, terminal, estate.serving.practice.machines["db2"].machine_id)
    assert "\nactive" in terminal.text
    await link.close()


async def test_a_command_that_runs_is_ended_by_ctrl_c(estate: Inside) -> None:
    link = await estate.access.clouds.link(CLOUD, await instance(estate, "web-1"), "serial")
    terminal = Terminal()
    await logs_in(link, terminal, "web-1")
    await link.send(b"sleep 100000\r")
    await link.send(b"\x03")
    await says(link, terminal, "^C")
    await link.send(b"echo on-$((1+1))\r")
    await says(link, terminal, "on-2")
    await link.close()


async def test_the_screen_is_exact_text_and_takes_keys(estate: Inside) -> None:
    link = await estate.access.clouds.link(CLOUD, await instance(estate, "app-1"), "novnc")
    screen = RfbScreen(link)
    await screen.start()
    for char in "ops\r":
        keysym = 0xFF0D if char == "\r" else ord(char)
        await link.send(key_event(keysym, is_down=True) + key_event(keysym, is_down=False))
    async with asyncio.timeout(DEADLINE_S):
        while True:
            await screen.update()
            told = read_text(screen.picture)
            if told is not None and "Password:" in told.text:
                break
    assert "app-1 login: ops" in told.text
    assert told.unknown == 0
    assert (screen.picture.width, screen.picture.height) == (720, 400)
    await link.close()


@pytest.mark.parametrize("kind", ["serial", "novnc"])
async def test_a_token_that_is_too_old_wrong_or_of_another_type_is_closed_as_novas_proxies_do(
    estate: Inside, kind: str
) -> None:
    reader = estate.access.clouds.reader(CLOUD)
    web = await instance(estate, "web-1")
    good = address_of(await reader.console(web, kind))
    other = address_of(await reader.console(web, "novnc" if kind == "serial" else "serial"))
    mixed = type(good)(kind, other.url.replace(other.where, good.where), good.origin, good.where)
    for address, waits_s in ((good, 601.0), (mixed, 0.0)):
        await estate.pass_time(waits_s)
        link = await open_link(address, Trust())
        with pytest.raises(Refused, match="too old or was used up"):
            await link.receive()


async def test_a_guest_that_loses_its_power_cuts_its_line_and_its_screen(estate: Inside) -> None:
    web = await instance(estate, "web-1")
    line = await estate.access.clouds.link(CLOUD, web, "serial")
    screen = await estate.access.clouds.link(CLOUD, web, "novnc")
    await line.send(b"\r")
    await line.receive()
    await first_look(RfbScreen(screen))
    guest = cloud(estate).nova.named("web-1").guest
    assert guest is not None
    guest.cut()
    async with asyncio.timeout(DEADLINE_S):
        for link in (line, screen):
            with pytest.raises(LinkLost):
                await to_its_end(link)


async def test_fsck_is_answered_on_the_line_and_the_boot_goes_on(estate: Inside) -> None:
    await estate.breaks("fsck-asks", seconds=10.0)
    link = await estate.access.clouds.link(CLOUD, await instance(estate, "mon-1"), "serial")
    terminal = Terminal()
    await link.send(b"fsck -y /dev/vda1\r")
    await says(link, terminal, "FILE SYSTEM WAS MODIFIED")
    await link.send(b"exit\r")
    await says(link, terminal, "/dev/vda1: clean")
    await says(link, terminal, "mon-1 login:")
    await link.close()
