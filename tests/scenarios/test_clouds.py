"""The whole console at a terminal, on a real Keystone and Nova."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.openstack import OpenStack
from tests.scenarios.consoles import terminal
from tests.systems.openstack.test_real import operator_of

pytestmark = pytest.mark.cloud

MANY = 1000


async def running(cloud: OpenStack) -> None:
    async with operator_of(cloud) as operator:
        await operator.running()


async def test_keys_act_while_a_thousand_instances_are_asked_for_and_once_they_are_there(
    openstack_cloud: OpenStack, tmp_path: Path
) -> None:
    await running(openstack_cloud)
    place = tmp_path / "estate.toml"
    place.write_text(
        f'[estate]\nname = "north"\n[[cloud]]\nname = "lab"\nclouds_file = "{openstack_cloud.clouds_yaml}"\n'
    )
    with (
        openstack_cloud.copies("web-1", MANY),
        terminal(tmp_path, "--estate", str(place)) as console,
    ):
        with openstack_cloud.held("nova"):
            console.press("3")
            console.see("asking for its instances")
            console.press("?")
            console.see("consoles.serial")  # the page of keys
            console.press("\x1b")
            console.see("asking for its instances")
            console.press("/web-1-777\r")
            console.see("0 of 0 rows")
        console.see("web-1-777", "ACTIVE", "1 of 1")  # of 1,001 and what other tests have booted
        console.press("\x1b")
        console.see("web-1-777 ", "web-1-778 ")  # the cursor stays where it was
        console.press("g")
        console.see("web-1-2 ", "web-1-3 ", "web-1-10 ")  # as people count
